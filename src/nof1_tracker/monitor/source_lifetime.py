"""Keeps a source open between cycles, and renews it when it is due."""

import logging
from collections.abc import Callable, Iterator, Mapping
from typing import Protocol, runtime_checkable

from nof1_tracker.clock import Clock
from nof1_tracker.database.connection import Engine
from nof1_tracker.errors import DatabaseError
from nof1_tracker.monitor.processes import Footprint, footprint
from nof1_tracker.records.payloads import PayloadSource
from nof1_tracker.scraper.fetch import RequestBudget, SourceOptions
from nof1_tracker.scraper.open_source import Transport, open_source
from nof1_tracker.services.collect import known_validators
from nof1_tracker.services.recorded.recording import Recording

log = logging.getLogger(__name__)

LIFETIME = 200
"""Cycles after which a source is renewed in any case."""
STAND_IN_LIFETIME = 8
"""Cycles after which a browser that did not start is tried again."""
GROWTH = 2.0
"""Most memory of a browser, as a multiple of what it took after the first cycle."""
SLACK = 150_000_000
"""Bytes of growth that are ignored."""
MORE_PROCESSES = 8


@runtime_checkable
class Mortal(Protocol):
    """A source that may die between or during fetches."""

    def is_alive(self) -> bool:
        """True if it still answers."""
        ...


class SourceKeeper:
    """Opens a source when one is needed, and closes it when it is due for renewal."""

    def __init__(
        self,
        open_anew: Callable[[], PayloadSource],
        preferred: str | None = None,
        measure: Callable[[], Footprint] = footprint,
    ) -> None:
        """Args:
        open_anew: Opens a new source; may raise BrowserUnavailableError.
        preferred: The transport to try again while another one is used instead.
        measure: Measures the source's processes.
        """
        self._open_anew = open_anew
        self._preferred = preferred
        self._measure = measure
        self._source: PayloadSource | None = None
        self._cycles = 0
        self._at_first: Footprint | None = None

    def ready(self) -> PayloadSource:
        """The source, opened if there is none.

        Raises:
            BrowserUnavailableError: It does not open.
            ConfigurationError: It can never open with this configuration.
        """
        if self._source is None:
            self._source = self._open_anew()
            self._cycles, self._at_first = 0, None
        return self._source

    def has_died(self) -> bool:
        """True if the source is open but no longer answers."""
        source: object = self._source
        return isinstance(source, Mortal) and not source.is_alive()

    def cycle_ended(self) -> None:
        """Closes the source if it is due for renewal."""
        if self._source is None:
            return
        self._cycles += 1
        reason = self._reason_to_renew(self._source)
        if reason:
            log.info("Renewing the %s: %s.", self._source.transport, reason)
            self.close()

    def _reason_to_renew(self, source: PayloadSource) -> str | None:
        stands_in = self._preferred not in (None, source.transport)
        if self._cycles >= (STAND_IN_LIFETIME if stands_in else LIFETIME):
            return f"it has served {self._cycles} cycles"
        now = self._measure()
        if self._at_first is None:
            self._at_first = now
            return None
        if now.memory > GROWTH * self._at_first.memory + SLACK:
            return f"it has grown to {now.memory / 1e6:.0f} MB"
        if now.processes > self._at_first.processes + MORE_PROCESSES:
            return f"it has grown to {now.processes} processes"
        return None

    def close(self) -> None:
        """Closes the source; the next cycle opens a new one. May be called twice."""
        source, self._source = self._source, None
        if source is None:
            return
        try:
            source.close()
        except Exception as error:  # noqa: BLE001  remains of a dead driver
            log.warning("The %s did not close well: %r", source.transport, error)


def site_sources(
    options: SourceOptions,
    transport: Transport,
    engine: Engine,
    clock: Clock,
    recording: Recording | None = None,
) -> SourceKeeper:
    """A keeper of sources of one site, which share one request budget."""
    budget = RequestBudget(options.rate_limit, clock)

    def open_anew() -> PayloadSource:
        known = _StoredValidators(engine, recording)
        return open_source(options, transport, clock, known, log.warning, budget)

    return SourceKeeper(open_anew, "browser" if transport == "auto" else None)


class _StoredValidators(Mapping[str, str]):
    """The stored ETags, read on each access, because the source outlives them.

    Where bodies are recorded, those alone that the segment holds a body of.
    """

    def __init__(self, engine: Engine, recording: Recording | None) -> None:
        self._engine = engine
        self._recording = recording

    def _known(self) -> Mapping[str, str]:
        try:
            known = known_validators(self._engine)
        except DatabaseError:
            return {}  # a full body can be stored once the database is back
        if (recording := self._recording) is None:
            return known
        return {
            url: etag for url, etag in known.items() if recording.supports(url, etag)
        }

    def __getitem__(self, url: str) -> str:
        return self._known()[url]

    def __iter__(self) -> Iterator[str]:
        return iter(self._known())

    def __len__(self) -> int:
        return len(self._known())
