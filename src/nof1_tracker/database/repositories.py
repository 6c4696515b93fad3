"""Entry point to the database: every repository over one session. None commits.

Each is imported when it is first asked for: a command needs few of them, and their tables
take longer to describe than most commands take to run.
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from nof1_tracker.records.archive.archive_positions import Position

if TYPE_CHECKING:
    from nof1_tracker.database.exchange.backfill_positions import BackfillPositions
    from nof1_tracker.database.exchange.exchange_tables import ExchangeRepository
    from nof1_tracker.database.exchange.reconstructed_legs import ReconstructedLegs
    from nof1_tracker.database.feed.read_feed import FeedQueries
    from nof1_tracker.database.read.changes import ChangeQueries
    from nof1_tracker.database.read.chat_rate import ChatRateQueries
    from nof1_tracker.database.read.equity_hours import HourRepository
    from nof1_tracker.database.read.listing.row_lists import ListQueries
    from nof1_tracker.database.read.play.known_prices import KnownPriceQueries
    from nof1_tracker.database.read.play.recorded_trades import RecordedTradeQueries
    from nof1_tracker.database.read.play.window_facts import WindowFactQueries
    from nof1_tracker.database.read.queries import QueryRepository
    from nof1_tracker.database.read.season_history import HistoryQueries
    from nof1_tracker.database.read.single.conversation_by_id import ConversationQueries
    from nof1_tracker.database.read.single.evidence_of_season import (
        SeasonEvidenceQueries,
    )
    from nof1_tracker.database.read.single.trade_by_id import TradeQueries
    from nof1_tracker.database.read.single.words_of_season import SeasonWordQueries
    from nof1_tracker.database.read.verify.account_holdings import HoldingsQueries
    from nof1_tracker.database.read.verify.exchange_curves import ExchangeCurveQueries
    from nof1_tracker.database.read.verify.order_legs import OrderLegQueries
    from nof1_tracker.database.read.verify.table_facts import TableFacts
    from nof1_tracker.database.write.accounts import AccountRepository
    from nof1_tracker.database.write.alerts.deliveries import DeliveryRepository
    from nof1_tracker.database.write.alerts.events import EventRepository
    from nof1_tracker.database.write.archives import ArchiveRepository
    from nof1_tracker.database.write.chats import ChatRepository
    from nof1_tracker.database.write.identity.first_accounts import FirstAccounts
    from nof1_tracker.database.write.identity.inceptions import InceptionRepository
    from nof1_tracker.database.write.journal import JournalRepository
    from nof1_tracker.database.write.references import ReferenceRepository
    from nof1_tracker.database.write.schema_drift import SchemaDriftRepository
    from nof1_tracker.database.write.seasons import SeasonRepository
    from nof1_tracker.database.write.snapshots import SnapshotRepository
    from nof1_tracker.database.write.trades import TradeRepository
    from nof1_tracker.database.write.versions.accounted_rows import AccountedRows
    from nof1_tracker.database.write.versions.served_rows import ServedRowQueries


class Repositories:
    """Everything a use case reads and writes through, within its unit of work."""

    def __init__(self, session: Session) -> None:
        self._session = session

    @cached_property
    def seasons(self) -> "SeasonRepository":
        from nof1_tracker.database.write.seasons import SeasonRepository

        return SeasonRepository(self._session)

    @cached_property
    def accounts(self) -> "AccountRepository":
        from nof1_tracker.database.write.accounts import AccountRepository
        from nof1_tracker.database.write.identity.merge import AccountMerge

        merge = AccountMerge(self._session, self.trades)
        return AccountRepository(self._session, merge)

    @cached_property
    def inceptions(self) -> "InceptionRepository":
        from nof1_tracker.database.write.identity.inceptions import InceptionRepository

        return InceptionRepository(self._session)

    @cached_property
    def snapshots(self) -> "SnapshotRepository":
        from nof1_tracker.database.write.snapshots import SnapshotRepository

        return SnapshotRepository(self._session, self.seasons)

    @cached_property
    def hours(self) -> "HourRepository":
        from nof1_tracker.database.read.equity_hours import HourRepository

        return HourRepository(self._session)

    @cached_property
    def trades(self) -> "TradeRepository":
        from nof1_tracker.database.write.trades import TradeRepository

        return TradeRepository(self._session, self.seasons)

    @cached_property
    def exchange(self) -> "ExchangeRepository":
        from nof1_tracker.database.exchange.exchange_tables import ExchangeRepository

        return ExchangeRepository(self._session)

    @cached_property
    def reconstructed_legs(self) -> "ReconstructedLegs":
        from nof1_tracker.database.exchange.reconstructed_legs import ReconstructedLegs

        return ReconstructedLegs(self._session, self.seasons)

    @cached_property
    def backfill_positions(self) -> "BackfillPositions":
        from nof1_tracker.database.exchange.backfill_positions import BackfillPositions

        return BackfillPositions(self._session)

    @cached_property
    def chats(self) -> "ChatRepository":
        from nof1_tracker.database.write.chats import ChatRepository

        return ChatRepository(self._session, self.seasons)

    @cached_property
    def first_accounts(self) -> "FirstAccounts":
        from nof1_tracker.database.write.identity.first_accounts import FirstAccounts

        return FirstAccounts(self._session)

    @cached_property
    def references(self) -> "ReferenceRepository":
        from nof1_tracker.database.write.references import ReferenceRepository

        return ReferenceRepository(self._session)

    @cached_property
    def journal(self) -> "JournalRepository":
        from nof1_tracker.database.write.journal import JournalRepository

        return JournalRepository(self._session)

    @cached_property
    def archives(self) -> "ArchiveRepository":
        from nof1_tracker.database.write.archives import ArchiveRepository

        return ArchiveRepository(self._session)

    def note_rows(self, accounted: "AccountedRows") -> None:
        """From now on, notes there each row that is stored, or is found stored."""
        accounted.listen(self._session)

    def note_entry(self, entry: Position) -> None:
        """From now on, revisions name this record as the one that they came with."""

        from nof1_tracker.database.write.versions.row_versions import name_entry

        name_entry(self._session, str(entry))

    def rows_beside(self, accounted: "AccountedRows") -> Mapping[str, int]:
        """How many rows are not among these, by table; without the tables with none."""

        from nof1_tracker.database.write.chats import CHATS, DECISIONS
        from nof1_tracker.database.write.references import PRICES, STATISTICS
        from nof1_tracker.database.write.snapshots import POSITIONS, SNAPSHOTS
        from nof1_tracker.database.write.trades import LEGS

        return accounted.others(
            self._session,
            (SNAPSHOTS, POSITIONS, LEGS, CHATS, DECISIONS, STATISTICS, PRICES),
        )

    @cached_property
    def schema_drift(self) -> "SchemaDriftRepository":
        from nof1_tracker.database.write.schema_drift import SchemaDriftRepository

        return SchemaDriftRepository(self._session)

    def rebuild_hours(self) -> int:
        """Makes the equity by hour again; returns how many accounts there are."""

        from nof1_tracker.database.hours.refresh_hours import rebuild_hours

        return rebuild_hours(self._session)

    def open_season(self, inceptions: Collection[datetime]) -> None:
        """Opens the season that a list of inception dates announces, if it is new."""
        self.reassigned(self.seasons.open_next(inceptions))

    def reassigned(self, season_ids: set[int]) -> None:
        """Recomputes the ranks of the seasons that gained or lost rows."""

        from nof1_tracker.database.feed.write_feed import note_correction
        from nof1_tracker.database.write.ranks import refresh_season_ranks

        for season_id in sorted(season_ids):
            refresh_season_ranks(self._session, season_id)
        if season_ids:
            note_correction(self._session)

    @cached_property
    def queries(self) -> "QueryRepository":
        from nof1_tracker.database.read.queries import QueryRepository

        return QueryRepository(self._session)

    @cached_property
    def conversations(self) -> "ConversationQueries":
        from nof1_tracker.database.read.single.conversation_by_id import (
            ConversationQueries,
        )

        return ConversationQueries(self._session)

    @cached_property
    def single_trades(self) -> "TradeQueries":
        from nof1_tracker.database.read.single.trade_by_id import TradeQueries

        return TradeQueries(self._session)

    @cached_property
    def season_evidence(self) -> "SeasonEvidenceQueries":
        from nof1_tracker.database.read.single.evidence_of_season import (
            SeasonEvidenceQueries,
        )

        return SeasonEvidenceQueries(self._session)

    @cached_property
    def season_words(self) -> "SeasonWordQueries":
        # Only reports need it and numpy, see `history`.
        from nof1_tracker.database.read.single.words_of_season import (
            SeasonWordQueries,
        )

        return SeasonWordQueries(self._session)

    @cached_property
    def lists(self) -> "ListQueries":
        from nof1_tracker.database.read.listing.row_lists import ListQueries

        return ListQueries(self._session)

    @cached_property
    def feed(self) -> "FeedQueries":
        from nof1_tracker.database.feed.read_feed import FeedQueries

        return FeedQueries(self._session)

    @cached_property
    def served_rows(self) -> "ServedRowQueries":
        from nof1_tracker.database.write.versions.served_rows import ServedRowQueries

        return ServedRowQueries(self._session)

    @cached_property
    def history(self) -> "HistoryQueries":
        from nof1_tracker.database.read.season_history import HistoryQueries

        return HistoryQueries(self._session)

    @cached_property
    def known_prices(self) -> "KnownPriceQueries":
        from nof1_tracker.database.read.play.known_prices import KnownPriceQueries

        return KnownPriceQueries(self._session)

    @cached_property
    def recorded_trades(self) -> "RecordedTradeQueries":
        from nof1_tracker.database.read.play.recorded_trades import (
            RecordedTradeQueries,
        )

        return RecordedTradeQueries(self._session)

    @cached_property
    def window_facts(self) -> "WindowFactQueries":
        from nof1_tracker.database.read.play.window_facts import WindowFactQueries

        return WindowFactQueries(self._session)

    @cached_property
    def order_legs(self) -> "OrderLegQueries":
        from nof1_tracker.database.read.verify.order_legs import OrderLegQueries

        return OrderLegQueries(self._session)

    @cached_property
    def facts(self) -> "TableFacts":
        from nof1_tracker.database.read.verify.table_facts import TableFacts

        return TableFacts(self._session)

    @cached_property
    def exchange_curves(self) -> "ExchangeCurveQueries":
        from nof1_tracker.database.read.verify.exchange_curves import (
            ExchangeCurveQueries,
        )

        return ExchangeCurveQueries(self._session)

    @cached_property
    def holdings(self) -> "HoldingsQueries":
        from nof1_tracker.database.read.verify.account_holdings import HoldingsQueries

        return HoldingsQueries(self._session)

    @cached_property
    def chat_rate(self) -> "ChatRateQueries":
        from nof1_tracker.database.read.chat_rate import ChatRateQueries

        return ChatRateQueries(self._session)

    @cached_property
    def changes(self) -> "ChangeQueries":
        from nof1_tracker.database.read.changes import ChangeQueries

        return ChangeQueries(self._session)

    @cached_property
    def events(self) -> "EventRepository":
        from nof1_tracker.database.write.alerts.events import EventRepository

        return EventRepository(self._session)

    @cached_property
    def deliveries(self) -> "DeliveryRepository":
        from nof1_tracker.database.write.alerts.deliveries import DeliveryRepository

        return DeliveryRepository(self._session)
