"""Leaves a season alone that is over, but for one light request an hour."""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from hashlib import sha256

from nof1_tracker.database.engine.written_json import canonical_json
from nof1_tracker.errors import DatabaseError, PayloadError, SourceError
from nof1_tracker.monitor.cycle import Cycle, CycleResult, failed_result
from nof1_tracker.monitor.cycle_report import KindOutcome
from nof1_tracker.records.enums import Endpoint, EquitySource, Kind, RowKind, RunStatus
from nof1_tracker.records.payloads import (
    FetchFailure,
    FetchResult,
    NotModified,
    RawPayload,
    Request,
)
from nof1_tracker.scraper.wire.json_text import decode
from nof1_tracker.scraper.wire.shapes import locate, rows_of
from nof1_tracker.services.collect import Collector
from nof1_tracker.services.season_rest import REST_INTERVAL, season_rests
from nof1_tracker.services.storing.store_payload import as_expected

log = logging.getLogger("nof1_tracker.monitor")

_NEWS = {
    (RowKind.LEADERBOARD, EquitySource.ACCOUNT_TOTALS.value),
    (RowKind.LEADERBOARD, EquitySource.MODEL_CHAT.value),
    (RowKind.TRADES, Endpoint.TRADES.value),
    (RowKind.MODEL_CHAT, Endpoint.CONVERSATIONS.value),
    (RowKind.INCEPTIONS, Endpoint.INCEPTION.value),
}
"""Rows that move in a running season. Prices always move, and the site's own
leaderboard has no time of its own, so that each fetch of it is a new row."""


_AS_STORED = "as stored"
"""Seen where the site answers 304: any body after it differs from the stored one."""


@dataclass
class SeasonWatch:
    """Knows whether there is any use in scraping at full pace.

    Attributes:
        is_resting: True while only `look` is called, every `REST_INTERVAL`.
    """

    collector: Collector
    cycle: Cycle
    origin: str
    is_resting: bool = False
    _seen: dict[Endpoint, str] = field(default_factory=dict)
    _looks: int = 0

    def after(self, result: CycleResult) -> None:
        """Begins to rest if a whole cycle found nothing new in a finished season."""
        whole = all(each.status is not None for each in result.outcomes)
        failed = any(each.status is RunStatus.FAILED for each in result.outcomes)
        if not whole or failed or _has_news(result):
            return
        try:
            now = self.collector.clock.now()
            self.is_resting = season_rests(self.collector.engine, now)
        except DatabaseError as error:
            log.debug("Scraping goes on at full pace: %s", error)
            return
        if self.is_resting:
            self._seen.clear()
            log.info(
                "The season is over, and nothing moves any more: one light request"
                " every %.0f minutes, until inceptions, models or figures move.",
                REST_INTERVAL.total_seconds() / 60,
                extra={"fields": {"event": "resting"}},
            )

    def look(self, kinds: Sequence[Kind]) -> CycleResult | None:
        """Makes the light request; None where something moved, which ends the rest.

        That nothing moved is a success of every kind, and is noted as a run.
        """
        started = self.collector.clock.monotonic()
        try:
            requests = self.collector.light_requests()
            request = requests[self._looks % len(requests)]
            self._looks += 1
            transport, answers = self.cycle.ask(request)
            moved = self._has_moved(request, answers)
            if not moved:
                self.collector.note_unchanged(transport, kinds, self.origin)
        except Exception as error:  # noqa: BLE001  the next look may do better
            seconds = self.collector.clock.monotonic() - started
            return failed_result(kinds, as_expected(error), seconds)
        if moved:
            self._resume(request)
            return None
        seconds = round(self.collector.clock.monotonic() - started, 3)
        done = (KindOutcome(kind, RunStatus.COMPLETE, seconds) for kind in kinds)
        return CycleResult(tuple(done))

    def _has_moved(self, request: Request, answers: Iterable[FetchResult]) -> bool:
        for result in answers:
            if isinstance(result, FetchFailure):
                raise result.error
            if isinstance(result, NotModified):
                self._seen.setdefault(request.endpoint, _AS_STORED)
                return False
            found = _fingerprint(result, request.endpoint)
            if found is not None:
                return self._seen.setdefault(request.endpoint, found) != found
        raise SourceError(f"{request.endpoint}: nothing in it could be used.")

    def _resume(self, request: Request) -> None:
        self.is_resting = False
        log.info(
            "Something moves again (%s): scraping at full pace.",
            request.endpoint,
            extra={"fields": {"event": "resumed", "endpoint": request.endpoint}},
        )


def _has_news(result: CycleResult) -> bool:
    return any(
        line.inserted or line.updated
        for line in result.lines
        if (line.kind, line.source) in _NEWS
    )


def _fingerprint(payload: RawPayload, endpoint: Endpoint) -> str | None:
    """A digest of the rows, whatever their order and the body's own time.

    None for a body of something else: a page fetches more than it is visited for.
    """
    try:
        found = locate(decode(payload.body).value)
    except PayloadError:
        return None
    rows = rows_of(*found) if found and found[0] is endpoint else None
    if rows is None:
        return None
    text = "\n".join(sorted(canonical_json(row) for row in rows))
    return sha256(text.encode()).hexdigest()
