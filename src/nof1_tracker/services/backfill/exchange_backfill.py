"""Use case: fill in what the exchange has on record of the accounts' wallets.

Each answer is recorded, and then stored in one transaction with how far it reaches. So a
backfill that is killed goes on with the next answer, and one that is repeated asks for
what is new.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from nof1_tracker.database.connection import Engine, UnitOfWork
from nof1_tracker.database.repositories import Repositories
from nof1_tracker.history.hyperliquid.info_client import InfoClient, rows_in
from nof1_tracker.history.hyperliquid.info_queries import (
    INTERVALS,
    MOST_FILLS,
    InfoKind,
    InfoQuery,
    candles_of,
    fills_of,
    finest_interval,
    funding_of,
    ledger_of,
    portfolio_of,
)
from nof1_tracker.history.hyperliquid.info_rows import last_time
from nof1_tracker.records.archive.exchanges import Exchange
from nof1_tracker.records.enums import BackfillSource
from nof1_tracker.records.history.backfills import (
    BackfillSpan,
    BackfillSummary,
    Wallet,
)
from nof1_tracker.services.backfill.answer_store import AnswerStore, KeptAnswer
from nof1_tracker.services.backfill.exchange_legs import store_what_follows
from nof1_tracker.services.backfill.wallets import exchange_of_wallets

Report = Callable[[str], None]
_SOURCE = BackfillSource.HYPERLIQUID.value


@dataclass(frozen=True)
class ExchangeBackfill:
    """Asks the exchange for a span, and stores what it answers.

    Attributes:
        store: Records each answer and stores it.
        report: Is called with a few words on the current step.
    """

    store: AnswerStore
    client: InfoClient
    span: BackfillSpan
    report: Report = lambda _: None
    summary: BackfillSummary = field(default_factory=BackfillSummary)

    def run(self, wallets: Sequence[Wallet]) -> BackfillSummary:
        """Fills in the record of these accounts, then the legs that follow from it.

        What an earlier run recorded and could not store is stored first.

        Raises:
            ArchiveError: The database does not know the archive.
            SourceError: The exchange refused, or answered with what cannot be used;
                what was stored before stays.
            DatabaseError: The database failed; what was stored before stays.
        """
        self.store.catch_up()
        self._keep_wallets(wallets)
        for wallet in wallets:
            for query in queries_of(wallet, self.span):
                self._follow(query)
            self._note_limit(wallet)
        for query in self._candles(wallets):
            self._follow(query)
        self.report("legs and equities")
        store_what_follows(self._engine, self.summary)
        self.store.catch_up()
        self._note_unrecorded()
        return self.summary

    def fill_prices(self, symbols: Iterable[str]) -> BackfillSummary:
        """Fills in the candles of these symbols alone, for which no wallet is needed.

        Raises:
            ArchiveError, SourceError, DatabaseError: As `run`.
        """
        for query in self._candles_of(symbols):
            self._follow(query)
        self._note_unrecorded()
        return self.summary

    @property
    def _engine(self) -> Engine:
        return self.store.engine

    def _keep_wallets(self, wallets: Sequence[Wallet]) -> None:
        """Records whose wallets are asked for; the database has them already."""
        of_wallets = exchange_of_wallets(wallets, self.store.clock.now())
        self.store.store(self.store.record(of_wallets))

    def _candles(self, wallets: Sequence[Wallet]) -> Sequence[InfoQuery]:
        with UnitOfWork(self._engine) as unit:
            ids = [wallet.model_id for wallet in wallets]
            symbols = unit.repositories.exchange.symbols(ids)
        if symbols:
            self.summary.note(
                f"Candles are of {self._interval()}, and so is the resolution of equities:"
                " the exchange keeps the newest 5,000 candles of each interval."
            )
        return self._candles_of(symbols)

    def _candles_of(self, symbols: Iterable[str]) -> Sequence[InfoQuery]:
        interval = self._interval()
        # The candle that holds the first instant began before it.
        since = self.span.since - INTERVALS[interval]
        return [candles_of(each, interval, since, self.span.until) for each in symbols]

    def _interval(self) -> str:
        return finest_interval(self.span.since, self.store.clock.now())

    def _follow(self, query: InfoQuery) -> None:
        """Stores the answers to a query, from where an earlier backfill came to."""
        part = subject_of(query)
        rest = self._rest(query, part)
        if rest is None:
            return
        for asked, exchange in self.client.pages(rest):
            kept = self.store.record(exchange)
            self.report(f"{part}: {asked.since:%Y-%m-%d %H:%M}")
            self._store(asked, kept, part)

    def _rest(self, query: InfoQuery, part: str) -> InfoQuery | None:
        """The query from the position on; None where all of it is stored."""
        with UnitOfWork(self._engine) as unit:
            reached = unit.repositories.backfill_positions.reached(_SOURCE, part)
        return rest_of(query, reached)

    def _store(self, asked: InfoQuery, kept: KeptAnswer, part: str) -> None:
        reached = _reached(asked, kept.exchange).isoformat()

        def note(repositories: Repositories) -> None:
            repositories.backfill_positions.note(_SOURCE, part, reached)

        stored = self.store.store(kept, note)
        if stored is None:
            return
        self.summary.add(asked.kind.value, stored.tally)
        if stored.rows.rejected:
            count = len(stored.rows.rejected)
            self.summary.rejected += count
            self.summary.note(f"{count} rows of {part} are not valid.")

    def _note_unrecorded(self) -> None:
        if self.store.unrecorded:
            self.summary.note(
                f"{self.store.unrecorded:,} answers were stored without being recorded."
            )

    def _note_limit(self, wallet: Wallet) -> None:
        with UnitOfWork(self._engine) as unit:
            number = unit.repositories.exchange.number_of_fills(wallet.model_id)
        if number >= MOST_FILLS:
            self.summary.note(
                f"{wallet.account_id}: the exchange serves only the newest"
                f" {MOST_FILLS:,} fills of an address; earlier ones are beyond reach."
            )


def queries_of(wallet: Wallet, span: BackfillSpan) -> Iterator[InfoQuery]:
    """What is asked about an account."""
    for query in (fills_of, funding_of, ledger_of, portfolio_of):
        yield query(wallet.address, span.since, span.until)


def subject_of(query: InfoQuery) -> str:
    """The part of a backfill that a query is; it does not depend on where it ends."""
    asked = " ".join(str(each) for each in query.subject.values())
    return f"{query.kind.value} {asked} since {query.since:%Y-%m-%dT%H:%M:%S}"


def fills_asked(repositories: Repositories, wallet: Wallet) -> Sequence[BackfillSpan]:
    """The spans of which all fills of an account are stored.

    None is noted where the fills came from an archive: then it is from the first to the
    last.
    """
    fills = repositories.exchange.fills(wallet.model_id)
    if not fills:
        return []
    beginning = f"{InfoKind.FILLS} {wallet.address} since "
    parts = repositories.backfill_positions.begun(_SOURCE, beginning)
    first = fills[0].filled_at
    is_cut_off = len(fills) >= MOST_FILLS
    spans = [
        (datetime.fromisoformat(f"{since.removeprefix(beginning)}+00:00"), reached)
        for since, reached in parts.items()
    ]
    return [
        BackfillSpan(
            max(since, first) if is_cut_off else since, datetime.fromisoformat(reached)
        )
        for since, reached in spans
    ] or [BackfillSpan(first, fills[-1].filled_at)]


def rest_of(query: InfoQuery, reached: str | None) -> InfoQuery | None:
    """The query from a position on; None where it reaches to the end."""
    if reached is None:
        return query
    since = datetime.fromisoformat(reached)
    return None if since >= query.until else _from(query, since)


def _from(query: InfoQuery, since: datetime) -> InfoQuery:
    return InfoQuery(query.kind, query.subject, since, query.until)


def _reached(asked: InfoQuery, exchange: Exchange) -> datetime:
    """Up to when everything is stored: to the last row, or to the end where it is all.

    What is newer than the answer may be missing in it.
    """
    rows = rows_in(exchange)
    following = asked.after(last_time(rows), len(rows))
    if following is not None:
        return following.since
    return min(asked.until, exchange.captured_at - timedelta(minutes=1))
