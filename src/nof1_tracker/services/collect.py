"""Use cases that write: fetch, parse and store; import what was saved earlier.

Every payload is stored in its own transaction: if one kind fails, the others are still
stored, and a process that is killed leaves only whole payloads. Everything fetched for
a request is stored, even if it belongs to another kind.
"""

import logging
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import asdict, dataclass
from decimal import Decimal

from nof1_tracker.clock import Clock
from nof1_tracker.database.connection import Engine, UnitOfWork
from nof1_tracker.errors import (
    CheckpointError,
    ConfigurationError,
    DatabaseError,
    TrackerError,
)
from nof1_tracker.records.enums import Endpoint, Kind, RunStatus
from nof1_tracker.records.parsed import Rejected
from nof1_tracker.records.payloads import (
    FetchFailure,
    LeftOut,
    NotModified,
    PayloadSource,
    RawPayload,
    Request,
)
from nof1_tracker.records.run_summary import RunSummary, first_of
from nof1_tracker.records.stored import SettledHours
from nof1_tracker.scraper.parsing.account_identity import VARIANTS
from nof1_tracker.scraper.wire.json_text import storable_text
from nof1_tracker.services.storing.store_payload import (
    Intake,
    Report,
    Result,
    Transaction,
)

log = logging.getLogger(__name__)

WANTED: dict[Kind, tuple[Endpoint, ...]] = {
    Kind.LEADERBOARD: (
        Endpoint.INCEPTION,
        Endpoint.ACCOUNT_TOTALS,
        Endpoint.CONVERSATIONS,
        Endpoint.LEADERBOARD,
        Endpoint.PRICES,
    ),
    Kind.TRADES: (
        Endpoint.INCEPTION,
        Endpoint.TRADES,
        Endpoint.ACCOUNT_TOTALS,
        Endpoint.ANALYTICS,
    ),
    Kind.MODEL_CHAT: (Endpoint.INCEPTION, Endpoint.CONVERSATIONS),
}
"""What each kind needs: equity and positions are in account-totals and in the prompts
too, inception dates open seasons, and analytics count trades that are not served."""

OWN = {
    Kind.LEADERBOARD: Endpoint.ACCOUNT_TOTALS,
    Kind.TRADES: Endpoint.TRADES,
    Kind.MODEL_CHAT: Endpoint.CONVERSATIONS,
}
"""The main endpoint of each kind: without its rows, the kind has failed."""
_LATER = "lastHourlyMarker"
"""Parameter of a request for account totals: only hours after this one."""
_HOUR = b'"since_inception_hourly_marker"'


@dataclass(frozen=True)
class Collector:
    """Scrapes and imports into one database.

    Attributes:
        season: Season number that overrides the one that holds a row's time.
        report, persistent, transaction: See `Intake`.
    """

    engine: Engine
    clock: Clock
    season: Decimal | None = None
    report: Report = lambda _: None
    persistent: bool = False
    transaction: Transaction = nullcontext

    def scrape(
        self, source: PayloadSource, kinds: Iterable[Kind], origin: str = ""
    ) -> RunSummary:
        """Fetches the kinds and stores every answer; `origin` is the site's URL.

        Raises:
            CheckpointError: A bot checkpoint refused us before anything was stored;
                after that, it is a failure in the summary.
            SourceUnreachableError: There is no connection to the source.
            DatabaseError: The database failed; whole payloads stored so far stay.
        """
        settled = self._settled()
        results = self._fetched(source, _requests(kinds, settled), settled)
        return self._run(source.transport, origin, results, settled)

    def import_payloads(
        self, payloads: Iterable[RawPayload | Rejected | LeftOut], origin: str
    ) -> RunSummary:
        """Stores payloads that were saved earlier, as if they were just fetched.

        Raises:
            DatabaseError: The database failed; whole payloads stored so far stay.
        """
        return self._run("capture", origin, payloads)

    def light_requests(self) -> tuple[Request, ...]:
        """What shows whether a finished season moves: inceptions, and the last hours.

        The site's leaderboard shows it days later.

        Raises:
            DatabaseError: The database failed.
        """
        later = Request(Endpoint.ACCOUNT_TOTALS, _later(self._settled()))
        return Request(Endpoint.INCEPTION), later

    def note_unchanged(
        self, transport: str, kinds: Iterable[Kind], origin: str
    ) -> None:
        """Notes a run in which a look showed that nothing of these kinds has changed.

        Raises:
            DatabaseError: The database failed.
        """
        own = [NotModified(Request(OWN[kind]), origin) for kind in kinds]
        self._run(transport, origin, own)

    def _settled(self) -> SettledHours | None:
        """The hours of account totals that are complete; None to fetch them all."""
        if self.season is not None:
            return None  # stored rows may belong to a season other than the forced one
        with UnitOfWork(self.engine) as unit:
            return unit.repositories.hours.settled()

    def _fetched(
        self,
        source: PayloadSource,
        requests: Sequence[Request],
        settled: SettledHours | None,
    ) -> Iterator[Result]:
        chat: RawPayload | None = None
        later: RawPayload | None = None
        for result in source.fetch(requests):
            if isinstance(result, RawPayload) and _has_competitions(result):
                chat = result
            if isinstance(result, RawPayload) and _is_of_later_hours(result):
                later = result
            yield result
        if settled and later and self._may_lack_hours(later, settled):
            yield from source.fetch([Request(Endpoint.ACCOUNT_TOTALS)])
        if chat is not None:
            yield from self._of_competitions(source, chat)

    def _may_lack_hours(self, later: RawPayload, settled: SettledHours) -> bool:
        """Whether hours were not served because others were taken for them.

        In a new season accounts count their hours from 1 again. Then none is later than
        the last of the old season, or the new inceptions are stored by now.
        """
        if _HOUR not in later.body:
            return True
        try:
            now = self._settled()
        except DatabaseError as error:
            if not self.persistent:
                raise
            log.warning("The stored hours could not be read again: %s", error)
            return False
        return now is None or now.last < settled.last

    def _of_competitions(
        self, source: PayloadSource, chat: RawPayload
    ) -> Iterator[Result]:
        self.report("fetching ModelChat of each competition")
        try:
            for result in source.fetch([_conversations_of(each) for each in VARIANTS]):
                if isinstance(result, FetchFailure):
                    self._forget(chat.origin)
                yield result
        except TrackerError:
            self._forget(chat.origin)
            raise

    def _forget(self, url: str) -> None:
        """Makes the next run fetch this URL as if for the first time.

        Otherwise competitions would be fetched only if the whole chat has changed.
        """
        with (
            self._tolerating(),
            self.transaction(),
            UnitOfWork(self.engine, writes=True) as unit,
        ):
            unit.repositories.journal.forget_validator(url)
            unit.commit()

    def _run(
        self,
        transport: str,
        origin: str,
        results: Iterable[Result],
        settled: SettledHours | None = None,
    ) -> RunSummary:
        summary = RunSummary(transport, storable_text(origin))
        intake = self._intake(summary, settled)
        started, run_id = self.clock.monotonic(), self._start_run(summary)
        try:
            _take_all(intake, results)
        except (TrackerError, KeyboardInterrupt) as error:
            summary.seconds = self.clock.monotonic() - started
            self._finish_run(run_id, summary, error)
            raise
        summary.seconds = self.clock.monotonic() - started
        with self._tolerating():
            self._finish_run(run_id, summary, None)
        return summary

    @contextmanager
    def _tolerating(self) -> Iterator[None]:
        """Lets a persistent run go on if the journal cannot be written."""
        try:
            yield
        except DatabaseError as error:
            if not self.persistent:
                raise
            log.warning("The journal was not written: %s", error)

    def _intake(self, summary: RunSummary, settled: SettledHours | None) -> Intake:
        return Intake(
            self.engine,
            self.clock,
            summary,
            self._season_id(),
            settled,
            self.report,
            self.persistent,
            self.transaction,
        )

    def _season_id(self) -> int | None:
        if self.season is None:
            return None
        with UnitOfWork(self.engine) as unit:
            span = unit.repositories.seasons.by_number(self.season)
        if span is None:
            raise ConfigurationError(
                f"There is no season {self.season}.",
                f"See `nof1-tracker seasons list`, or add it:"
                f" `nof1-tracker seasons set {self.season} --start TIME`.",
            )
        return span.id

    def _start_run(self, summary: RunSummary) -> int:
        with self.transaction(), UnitOfWork(self.engine, writes=True) as unit:
            run_id = unit.repositories.journal.start_run(
                self.clock.now(), summary.transport, summary.origin
            )
            unit.commit()
        return run_id

    def _finish_run(
        self, run_id: int, summary: RunSummary, error: BaseException | None
    ) -> None:
        failures = list(summary.failures)
        if error is not None:
            failures.insert(0, getattr(error, "message", "interrupted"))
        status = summary.status
        if error is not None:
            status = RunStatus.PARTIAL if summary.stored else RunStatus.FAILED
        with self.transaction(), UnitOfWork(self.engine, writes=True) as unit:
            unit.repositories.journal.finish_run(
                run_id,
                finished_at=self.clock.now(),
                seconds=summary.seconds,
                transport=summary.transport,
                status=status,
                counts=[asdict(line) for line in summary.journal_lines],
                error="; ".join(first_of(failures)) or None,
            )
            unit.commit()


def _take_all(intake: Intake, results: Iterable[Result]) -> None:
    try:
        for result in results:
            intake.take(result)
    except CheckpointError as error:
        if not (intake.summary.stored or intake.summary.not_modified):
            raise
        intake.summary.end_at_checkpoint(error)


def known_validators(engine: Engine) -> dict[str, str]:
    """The ETags of the bodies that were stored last, by URL, for conditional requests."""
    with UnitOfWork(engine) as unit:
        return unit.repositories.journal.validators()


def _later(settled: SettledHours | None) -> tuple[tuple[str, str], ...]:
    """The query for the hours that are not settled."""
    return () if settled is None else ((_LATER, str(settled.last)),)


def _requests(kinds: Iterable[Kind], settled: SettledHours | None) -> list[Request]:
    endpoints = dict.fromkeys(e for kind in kinds for e in WANTED[kind])
    newer = _later(settled)
    return [
        Request(each, newer if each is Endpoint.ACCOUNT_TOTALS else ())
        for each in endpoints
    ]


def _conversations_of(competition: int) -> Request:
    return Request(Endpoint.CONVERSATIONS, (("competitionId", str(competition)),))


def _is_of_later_hours(payload: RawPayload) -> bool:
    """Whether the site was asked for the hours after some hour only."""
    return payload.endpoint is Endpoint.ACCOUNT_TOTALS and _LATER in payload.origin


def _has_competitions(payload: RawPayload) -> bool:
    """Whether ModelChat has competitions, which are then fetched one by one.

    The window of all of them together is short.
    """
    is_chat = payload.endpoint is Endpoint.CONVERSATIONS
    return is_chat and b'"competition_id"' in payload.body
