"""Use cases that write: fetch, parse and store; import what was saved earlier.

Every payload is stored in one transaction of its own: a kind that fails takes no
other down, and a killed process leaves whole payloads only. Whatever was fetched to
answer a request is stored, also where it tells of another kind.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, field, replace
from decimal import Decimal
from typing import Any

from nof1_tracker.database.config import ScraperSettings, load_settings
from nof1_tracker.database.connection import Engine, UnitOfWork
from nof1_tracker.database.repositories import Repositories
from nof1_tracker.errors import ConfigurationError, TrackerError
from nof1_tracker.records import (
    Clock,
    Endpoint,
    FetchFailure,
    Harvest,
    Kind,
    NotModified,
    PayloadSource,
    RawPayload,
    Rejected,
    Request,
    RunStatus,
    Tally,
)
from nof1_tracker.scraper.accounts import VARIANTS
from nof1_tracker.scraper.fetch import SourceOptions
from nof1_tracker.scraper.harvest import parse_payload

Result = RawPayload | NotModified | FetchFailure | Rejected

_WANTED: dict[Kind, tuple[Endpoint, ...]] = {
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
"""What each kind needs: equity and positions also stand in account-totals and in
the prompts, seasons open with inception dates, analytics tell of trades not served."""

_MAIN_KIND = {
    Endpoint.ACCOUNT_TOTALS: "leaderboard",
    Endpoint.LEADERBOARD: "leaderboard",
    Endpoint.RENDERED_LEADERBOARD: "leaderboard",
    Endpoint.TRADES: "trades",
    Endpoint.CONVERSATIONS: "model_chat",
    Endpoint.ANALYTICS: "statistics",
    Endpoint.INCEPTION: "inceptions",
    Endpoint.PRICES: "prices",
}
"""The kind that a payload's rejected rows are counted under."""


@dataclass(frozen=True)
class SummaryLine:
    """What became of the rows of one kind from one source.

    Attributes:
        fetched: Rows of the payload, good and bad; 0 for what is derived.
        seconds: For parsing and storing, on the payload's main line.
    """

    kind: str
    source: str
    fetched: int
    inserted: int
    updated: int
    unchanged: int
    rejected: int
    seconds: float

    def __add__(self, other: "SummaryLine") -> "SummaryLine":
        numbers = ("fetched", "inserted", "updated", "unchanged", "rejected")
        sums = {name: getattr(self, name) + getattr(other, name) for name in numbers}
        return replace(self, **sums, seconds=round(self.seconds + other.seconds, 3))


@dataclass
class RunSummary:
    """What a scrape or an import did.

    Attributes:
        failures: Requests that stayed without a usable body, in words.
        not_modified: Endpoints that the source had no news of (304).
    """

    transport: str
    origin: str
    lines_by_kind: dict[tuple[str, str], SummaryLine] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)
    not_modified: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def lines(self) -> list[SummaryLine]:
        """One line per kind and source, in the order of their first arrival."""
        return list(self.lines_by_kind.values())

    def add(self, line: SummaryLine) -> None:
        """Adds to what was done before for the same kind from the same source."""
        key = line.kind, line.source
        before = self.lines_by_kind.get(key)
        self.lines_by_kind[key] = line if before is None else before + line

    @property
    def stored(self) -> int:
        """Rows that are in the database now because of, or as, what was fetched."""
        return sum(line.inserted + line.updated + line.unchanged for line in self.lines)

    @property
    def rejected(self) -> int:
        """Rows and bodies that could not be understood."""
        return sum(line.rejected for line in self.lines)

    @property
    def status(self) -> RunStatus:
        """complete, partial, or failed where nothing at all was stored."""
        if not self.failures and not self.rejected:
            return RunStatus.COMPLETE
        if self.stored or self.not_modified:
            return RunStatus.PARTIAL
        return RunStatus.FAILED


Report = Callable[[str], None]


@dataclass(frozen=True)
class Collector:
    """Scrapes and imports into one database.

    Attributes:
        season: Season number that overrides the one that holds a row's time.
        report: Told in a few words what is being done.
    """

    engine: Engine
    clock: Clock
    season: Decimal | None = None
    report: Report = lambda _: None

    def scrape(self, source: PayloadSource, kinds: Iterable[Kind]) -> RunSummary:
        """Fetches the kinds and stores all that came.

        Raises:
            SourceUnreachableError: There is no connection to the source.
            DatabaseError: The database failed; whole payloads stored so far stay.
        """
        return self._run(
            source.transport, _origin(source), self._fetched(source, kinds)
        )

    def import_payloads(
        self, payloads: Iterable[RawPayload | Rejected], origin: str
    ) -> RunSummary:
        """Stores payloads that were saved earlier, as if just fetched.

        Raises:
            DatabaseError: The database failed; whole payloads stored so far stay.
        """
        return self._run("capture", origin, payloads)

    def _fetched(
        self, source: PayloadSource, kinds: Iterable[Kind]
    ) -> Iterator[Result]:
        competitions: set[int] = set()
        for result in source.fetch(self._requests(kinds)):
            if isinstance(result, RawPayload):
                competitions |= _competitions(result)
            yield result
        requests = [_conversations_of(number) for number in sorted(competitions)]
        if requests:
            self.report("fetching ModelChat of each competition")
            yield from source.fetch(requests)

    def _requests(self, kinds: Iterable[Kind]) -> list[Request]:
        endpoints = dict.fromkeys(e for kind in kinds for e in _WANTED[kind])
        return [Request(endpoint, self._query(endpoint)) for endpoint in endpoints]

    def _query(self, endpoint: Endpoint) -> tuple[tuple[str, str], ...]:
        """Account totals are asked from the first hour on that may be incomplete."""
        if endpoint is not Endpoint.ACCOUNT_TOTALS:
            return ()
        with UnitOfWork(self.engine) as unit:
            hour = Repositories(unit.session).hours.last_settled()
        return () if hour is None else (("lastHourlyMarker", str(hour)),)

    def _run(
        self,
        transport: str,
        origin: str,
        results: Iterable[Result],
    ) -> RunSummary:
        season_id = self._season_id()
        summary = RunSummary(transport, origin)
        started, run_id = self.clock.monotonic(), self._start_run(summary)
        try:
            for result in results:
                self._take(result, summary, season_id)
        except TrackerError as error:
            summary.seconds = self.clock.monotonic() - started
            self._finish_run(run_id, summary, error)
            raise
        summary.seconds = self.clock.monotonic() - started
        self._finish_run(run_id, summary, None)
        return summary

    def _season_id(self) -> int | None:
        if self.season is None:
            return None
        with UnitOfWork(self.engine) as unit:
            span = Repositories(unit.session).seasons.by_number(self.season)
        if span is None:
            raise ConfigurationError(
                f"There is no season {self.season}.",
                f"See `nof1-tracker seasons list`, or add it:"
                f" `nof1-tracker seasons set {self.season} --start TIME`.",
            )
        return span.id

    def _start_run(self, summary: RunSummary) -> int:
        with UnitOfWork(self.engine, writes=True) as unit:
            run_id = Repositories(unit.session).journal.start_run(
                self.clock.now(), summary.transport, summary.origin
            )
            unit.commit()
        return run_id

    def _finish_run(
        self, run_id: int, summary: RunSummary, error: TrackerError | None
    ) -> None:
        told = [*([error.message] if error else []), *summary.failures]
        status = summary.status
        if error is not None:
            status = RunStatus.PARTIAL if summary.stored else RunStatus.FAILED
        with UnitOfWork(self.engine, writes=True) as unit:
            Repositories(unit.session).journal.finish_run(
                run_id,
                finished_at=self.clock.now(),
                seconds=summary.seconds,
                transport=summary.transport,
                status=status,
                counts=[asdict(line) for line in summary.lines],
                error="; ".join(told) or None,
            )
            unit.commit()

    def _take(
        self,
        result: Result,
        summary: RunSummary,
        season_id: int | None,
    ) -> None:
        if isinstance(result, NotModified):
            summary.not_modified.append(result.request.endpoint.value)
            return
        if isinstance(result, FetchFailure):
            summary.failures.append(f"{_name(result.request)}: {result.error.message}")
            return
        started = self.clock.monotonic()
        harvest = self._harvest(result)
        self.report(f"storing {harvest.endpoint or 'an unrecognised body'}")
        with UnitOfWork(self.engine, writes=True) as unit:
            stored = store_harvest(Repositories(unit.session), harvest, season_id)
            unit.commit()
        seconds = self.clock.monotonic() - started
        for line in _lines(harvest, stored, seconds):
            summary.add(line)
        summary.warnings.extend(
            w for w in harvest.warnings if w not in summary.warnings
        )

    def _harvest(self, result: RawPayload | Rejected) -> Harvest:
        """What the payload says; a file that could not be read says only that."""
        if isinstance(result, RawPayload):
            return parse_payload(result)
        now = self.clock.now()
        return Harvest(None, result.reason, "capture", now, now, 0, rejected=(result,))


def configured_source(base_url: str | None = None) -> SourceOptions:
    """How to visit the site, from the environment.

    Raises:
        ConfigurationError: A setting is wrong.
    """
    settings = load_settings(ScraperSettings)
    path = settings.browser_path
    return SourceOptions(
        base_url=base_url or settings.base_url,
        timeout_ms=settings.timeout,
        rate_limit=settings.rate_limit,
        headless=settings.headless,
        browser_path=None if path is None else str(path),
    )


def known_validators(engine: Engine) -> dict[str, str]:
    """The ETags of the bodies stored last, by URL, for conditional requests."""
    with UnitOfWork(engine) as unit:
        return Repositories(unit.session).journal.validators()


Stored = list[tuple[str, str, int, Tally]]
"""(kind, source, rows fetched, tally) of what one payload said."""


def store_harvest(
    repositories: Repositories, harvest: Harvest, season_id: int | None = None
) -> Stored:
    """Stores everything that a payload says; the caller commits."""
    accounts = repositories.accounts.ensure(
        harvest.accounts,
        harvest.observed_at,
        by_name=harvest.endpoint is Endpoint.RENDERED_LEADERBOARD,
    )
    stored: Stored = []
    if harvest.inceptions:
        news = repositories.accounts.note_inceptions(harvest.inceptions, accounts)
        starts = [
            inception.started_at
            for inception in harvest.inceptions
            if not accounts[inception.account_id].is_benchmark
        ]
        repositories.reassigned(repositories.seasons.open_next(starts))
        count = len(harvest.inceptions)
        stored.append(
            (
                "inceptions",
                _source(harvest),
                count,
                Tally(updated=news, unchanged=count - news),
            )
        )
    stored += _store_accounts_state(repositories, harvest, accounts, season_id)
    if harvest.endpoint is Endpoint.CONVERSATIONS:
        chats, decisions = repositories.chats.store(
            harvest.conversations, accounts, season_id
        )
        count = sum(len(c.decisions) for c in harvest.conversations)
        stored.append(("model_chat", _source(harvest), harvest.fetched, chats))
        stored.append(("decisions", _source(harvest), count, decisions))
    if harvest.endpoint is Endpoint.ANALYTICS:
        tally = repositories.references.store_statistics(harvest.statistics, accounts)
        stored.append(("statistics", _source(harvest), harvest.fetched, tally))
    if harvest.endpoint is Endpoint.PRICES:
        tally = repositories.references.store_prices(harvest.prices)
        stored.append(("prices", _source(harvest), harvest.fetched, tally))
    repositories.journal.reject(harvest.rejected, harvest.origin, harvest.captured_at)
    if harvest.etag is None or harvest.rejected:
        # What an older body said may have been overwritten by this one.
        repositories.journal.forget_validator(harvest.origin)
    else:
        repositories.journal.note_validator(
            harvest.origin, harvest.etag, harvest.captured_at
        )
    return stored


def _store_accounts_state(
    repositories: Repositories, harvest: Harvest, accounts: Any, season_id: int | None
) -> Stored:
    """Snapshots, positions, legs, and the open trades that follow from them."""
    stored: Stored = []
    held = repositories.snapshots.store(harvest.snapshots, accounts, season_id)
    for source, tally in held.snapshots.items():
        count = sum(1 for s in harvest.snapshots if s.source is source)
        stored.append(("leaderboard", source.value, count, tally))
    for source, tally in held.positions.items():
        stored.append(("positions", source.value, _total(tally), tally))
    legs, entries = repositories.trades.store_legs(harvest.legs, accounts, season_id)
    if harvest.endpoint is Endpoint.TRADES:
        stored.append(("trades", _source(harvest), harvest.fetched, legs))
    if held.accounts or held.entries or entries:
        tally = repositories.trades.refresh(held.entries | entries, accounts, season_id)
        if _total(tally):
            stored.append(("open trades", _source(harvest), 0, tally))
    return stored


def _lines(harvest: Harvest, stored: Stored, seconds: float) -> list[SummaryLine]:
    """The summary of one payload: its main line carries rejections and seconds."""
    main = _MAIN_KIND.get(harvest.endpoint, "unrecognised") if harvest.endpoint else ""
    main = main or "unrecognised"
    if all(kind != main for kind, *_ in stored) and (
        harvest.fetched or harvest.rejected
    ):
        stored = [(main, _source(harvest), harvest.fetched, Tally()), *stored]
    lines = []
    rejected: int | None = len(harvest.rejected)
    for kind, source, fetched, tally in stored:
        is_main = kind == main and rejected is not None
        lines.append(
            SummaryLine(
                kind=kind,
                source=source,
                fetched=harvest.fetched if is_main else fetched,
                inserted=tally.inserted,
                updated=tally.updated,
                unchanged=tally.unchanged,
                rejected=rejected or 0 if is_main else 0,
                seconds=round(seconds, 3) if is_main else 0.0,
            )
        )
        rejected = None if is_main else rejected
    return lines


def _source(harvest: Harvest) -> str:
    return harvest.endpoint.value if harvest.endpoint else "-"


def _total(tally: Tally) -> int:
    return tally.inserted + tally.updated + tally.unchanged


def _origin(source: PayloadSource) -> str:
    return str(getattr(source, "origin", source.transport))


def _name(request: Request) -> str:
    query = "&".join(f"{key}={value}" for key, value in request.query)
    return request.endpoint.value + (f"?{query}" if query else "")


def _conversations_of(competition: int) -> Request:
    return Request(Endpoint.CONVERSATIONS, (("competitionId", str(competition)),))


def _competitions(payload: RawPayload) -> set[int]:
    """The competitions to ask ModelChat of, where a payload tells of several."""
    if payload.endpoint is not Endpoint.CONVERSATIONS:
        return set()
    return set(VARIANTS) if b'"competition_id"' in payload.body else set()
