"""Use cases that write: fetch, parse and store; import what was saved earlier.

Every payload is stored in its own transaction: if one kind fails, the others are still
stored, and a process that is killed leaves only whole payloads. Everything fetched for
a request is stored, even if it belongs to another kind.
"""

import logging
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import asdict, dataclass
from datetime import datetime
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
from nof1_tracker.records.parsed import COMPETITIONS
from nof1_tracker.records.payloads import (
    FetchFailure,
    NotModified,
    PayloadSource,
    RawPayload,
    Request,
)
from nof1_tracker.records.run_summary import RunSummary, first_of
from nof1_tracker.records.stored import SettledHours
from nof1_tracker.scraper.parse import parse_payload
from nof1_tracker.scraper.wire.json_text import storable_text
from nof1_tracker.services.recorded.record_first import RecordFirst
from nof1_tracker.services.recorded.recording import LATER, Recording
from nof1_tracker.services.storing.parse_ahead import ParseAhead
from nof1_tracker.services.storing.store_payload import (
    Intake,
    Parse,
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
FROM_FILES = "capture"
"""The transport of what is imported from files."""
LONGEST_BACKLOG = 300.0
"""Seconds that a persistent run spends on what waits: the site goes on meanwhile."""
_HOUR = b'"since_inception_hourly_marker"'


@dataclass(frozen=True)
class Collector:
    """Scrapes and imports into one database.

    Attributes:
        season: Season number that overrides the one that holds a row's time.
        recording: Records each body before it is stored; None stores alone.
        unopened: Why there is no recording though there should be; each body then
            counts as unrecorded. None if there is one, or none is wanted.
        report, persistent, transaction: See `Intake`.
    """

    engine: Engine
    clock: Clock
    season: Decimal | None = None
    report: Report = lambda _: None
    persistent: bool = False
    transaction: Transaction = nullcontext
    recording: Recording | None = None
    unopened: TrackerError | None = None

    def scrape(
        self, source: PayloadSource, kinds: Iterable[Kind], origin: str = ""
    ) -> RunSummary:
        """Fetches the kinds and stores every answer; `origin` is the site's URL.

        Raises:
            CheckpointError: A bot checkpoint refused us before anything was stored;
                after that, it is a failure in the summary.
            SourceUnreachableError: There is no connection to the source.
            DatabaseError: The database failed; whole payloads stored so far stay.
            WaitingError: It failed, and what it did not store is recorded.
            ArchiveError: The database does not know the archive.
        """
        settled = self._settled()
        requests = _requests(kinds, self._newer(settled))
        results = self._fetched(source, requests, settled)
        taker = self._taker(_summary(source.transport, origin), settled)
        return self._run(taker, results)

    def import_payloads(
        self, payloads: Iterable[Result], origin: str, transport: str = FROM_FILES
    ) -> RunSummary:
        """Stores payloads that were saved earlier, as if they were just fetched.

        Args:
            transport: capture, or another source of what was saved.

        Raises:
            DatabaseError: The database failed; whole payloads stored so far stay.
        """
        summary = _summary(transport, origin)
        if transport != FROM_FILES:  # what is fetched is recorded before the next is
            return self._run(self._taker(summary), payloads)
        with ParseAhead() as ahead:
            taker = self._taker(summary, parse=ahead.parse)
            return self._run(taker, ahead.each(payloads))

    def light_requests(self) -> tuple[Request, ...]:
        """What shows whether a finished season moves: inceptions, and the last hours.

        The site's leaderboard shows it days later.

        Raises:
            DatabaseError: The database failed.
        """
        later = Request(Endpoint.ACCOUNT_TOTALS, self._newer(self._settled()))
        return Request(Endpoint.INCEPTION), later

    def note_unchanged(
        self, transport: str, kinds: Iterable[Kind], origin: str
    ) -> None:
        """Notes a run in which a look showed that nothing of these kinds has changed.

        Raises:
            DatabaseError: The database failed.
        """
        own = [NotModified(Request(OWN[kind]), origin) for kind in kinds]
        # It stands for a run, and brings no answer of the site that could be recorded.
        self._run(self._intake(_summary(transport, origin)), own)

    def catch_up(self, seconds: float | None = None) -> None:
        """Stores what waits in the archive.

        Args:
            seconds: Longest time to spend on it; None goes on to the end.

        Raises:
            DatabaseError: The rest waits.
            ArchiveError: The database does not know the archive, or it cannot be read.
        """
        if self.recording is None:
            return
        summary = RunSummary("archive", self.recording.site)
        recorder = self._record_first(self.recording, summary, self._settled())
        recorder.finish(seconds)
        self._note_earlier(recorder.earlier, self.clock.now())
        if recorder.trouble is not None:
            raise recorder.trouble

    def _settled(self) -> SettledHours | None:
        """The hours of account totals that are complete; None to fetch them all."""
        if self.season is not None:
            return None  # stored rows may belong to a season other than the forced one
        try:
            with UnitOfWork(self.engine) as unit:
                return unit.repositories.hours.settled()
        except DatabaseError:
            if self.recording is None:
                raise
            return None  # a full body can be stored once the database is back

    def _newer(self, settled: SettledHours | None) -> tuple[tuple[str, str], ...]:
        """The query for the hours that are neither settled nor in the segment."""
        if settled is None:
            return ()
        last: int | None = settled.last
        if self.recording is not None:
            held = self.recording.last_hour()
            last = None if held is None else min(settled.last, held)
        return () if last is None else ((LATER, str(last)),)

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
            for result in source.fetch(
                [_conversations_of(each) for each in COMPETITIONS]
            ):
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
            unit.commit(is_bookkeeping=True)

    def _run(
        self, intake: Intake | RecordFirst, results: Iterable[Result]
    ) -> RunSummary:
        summary = intake.summary
        started, started_at = self.clock.monotonic(), self.clock.now()
        run_id = self._start_run(intake)
        try:
            _take_all(intake, self._noted(results, summary))
        except (TrackerError, KeyboardInterrupt) as error:
            if isinstance(error, TrackerError):
                self._settle(intake, started_at)
            summary.seconds = self.clock.monotonic() - started
            self._note_run(intake, run_id, started_at, error)
            raise
        self._settle(intake, started_at)
        summary.seconds = self.clock.monotonic() - started
        self._note_run(intake, run_id, started_at, None)
        if isinstance(intake, RecordFirst) and not self.persistent:
            intake.check_stored()
        return summary

    def _noted(
        self, results: Iterable[Result], summary: RunSummary
    ) -> Iterator[Result]:
        """The results; notes each body that is not recorded though it should be."""
        for result in results:
            if self.unopened is not None and isinstance(result, RawPayload):
                summary.add_unrecorded(self.unopened)
            yield result

    def _settle(self, intake: Intake | RecordFirst, started_at: datetime) -> None:
        """Stores what the run has recorded and not stored, where that is possible."""
        if isinstance(intake, RecordFirst):
            intake.finish(LONGEST_BACKLOG if self.persistent else None)
            self._note_earlier(intake.earlier, started_at)

    def _note_run(
        self,
        intake: Intake | RecordFirst,
        run_id: int | None,
        started_at: datetime,
        error: BaseException | None,
    ) -> None:
        """Notes in the journal how the run ended, unless the database is away."""
        if isinstance(intake, RecordFirst) and intake.trouble is not None:
            return
        with self._tolerating():
            self._finish_run(run_id, started_at, intake.summary, error)

    def _note_earlier(self, earlier: RunSummary, started_at: datetime) -> None:
        """Notes a run of its own for what others had recorded, if there was any."""
        if earlier.lines or earlier.failures or earlier.not_modified:
            with self._tolerating():
                self._finish_run(None, started_at, earlier, None)

    @contextmanager
    def _tolerating(self) -> Iterator[None]:
        """Lets a persistent run go on if the journal cannot be written."""
        try:
            yield
        except DatabaseError as error:
            if not (self.persistent or self.recording):
                raise
            log.warning("The journal was not written: %s", error)

    def _taker(
        self,
        summary: RunSummary,
        settled: SettledHours | None = None,
        parse: Parse = parse_payload,
    ) -> Intake | RecordFirst:
        if self.recording is None:
            return self._intake(summary, settled, parse)
        return self._record_first(self.recording, summary, settled, parse)

    def _record_first(
        self,
        recording: Recording,
        summary: RunSummary,
        settled: SettledHours | None,
        parse: Parse = parse_payload,
    ) -> RecordFirst:
        return RecordFirst(
            recording,
            lambda each: self._intake(each, settled, parse),
            summary,
            self.clock,
            persistent=self.persistent,
        )

    def _intake(
        self,
        summary: RunSummary,
        settled: SettledHours | None = None,
        parse: Parse = parse_payload,
    ) -> Intake:
        return Intake(
            self.engine,
            self.clock,
            summary,
            self._season_id(),
            settled,
            self.report,
            self.persistent,
            self.transaction,
            parse,
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

    def _start_run(self, intake: Intake | RecordFirst) -> int | None:
        """The run's id; None if the run is recorded, and the database is away."""
        summary = intake.summary
        try:
            with self.transaction(), UnitOfWork(self.engine, writes=True) as unit:
                run_id = unit.repositories.journal.start_run(
                    self.clock.now(), summary.transport, summary.origin
                )
                unit.commit(is_bookkeeping=True)
        except DatabaseError:
            if not isinstance(intake, RecordFirst):
                raise
            return None
        return run_id

    def _finish_run(
        self,
        run_id: int | None,
        started_at: datetime,
        summary: RunSummary,
        error: BaseException | None,
    ) -> None:
        failures = list(summary.failures)
        if error is not None:
            failures.insert(0, getattr(error, "message", "interrupted"))
        status = summary.status
        if error is not None:
            status = RunStatus.PARTIAL if summary.stored else RunStatus.FAILED
        with self.transaction(), UnitOfWork(self.engine, writes=True) as unit:
            journal = unit.repositories.journal
            if run_id is None:
                run_id = journal.start_run(
                    started_at, summary.transport, summary.origin
                )
            journal.finish_run(
                run_id,
                finished_at=self.clock.now(),
                seconds=summary.seconds,
                transport=summary.transport,
                status=status,
                counts=[asdict(line) for line in summary.journal_lines],
                error="; ".join(first_of(failures)) or None,
                unrecorded=summary.unrecorded,
            )
            unit.commit(is_bookkeeping=True)


def _summary(transport: str, origin: str) -> RunSummary:
    return RunSummary(transport, storable_text(origin))


def _take_all(intake: Intake | RecordFirst, results: Iterable[Result]) -> None:
    try:
        for result in results:
            intake.take(result)
    except CheckpointError as error:
        if isinstance(intake, RecordFirst):
            intake.note_checkpoint(error)
        if not (intake.summary.stored or intake.summary.not_modified):
            raise
        intake.summary.end_at_checkpoint(error)


def known_validators(engine: Engine) -> dict[str, str]:
    """The ETags of the bodies that were stored last, by URL, for conditional requests."""
    with UnitOfWork(engine) as unit:
        return unit.repositories.journal.validators()


def _requests(
    kinds: Iterable[Kind], newer: tuple[tuple[str, str], ...]
) -> list[Request]:
    """Args: newer: The query that leaves out hours of account totals."""
    endpoints = dict.fromkeys(e for kind in kinds for e in WANTED[kind])
    return [
        Request(each, newer if each is Endpoint.ACCOUNT_TOTALS else ())
        for each in endpoints
    ]


def _conversations_of(competition: int) -> Request:
    return Request(Endpoint.CONVERSATIONS, (("competitionId", str(competition)),))


def _is_of_later_hours(payload: RawPayload) -> bool:
    """Whether the site was asked for the hours after some hour only."""
    return payload.endpoint is Endpoint.ACCOUNT_TOTALS and LATER in payload.origin


def _has_competitions(payload: RawPayload) -> bool:
    """Whether ModelChat has competitions, which are then fetched one by one.

    The window of all of them together is short.
    """
    is_chat = payload.endpoint is Endpoint.CONVERSATIONS
    return is_chat and b'"competition_id"' in payload.body
