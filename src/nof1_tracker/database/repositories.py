"""Entry point to the database: every repository over one session. None commits."""

from collections.abc import Collection, Mapping
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from nof1_tracker.database.exchange.backfill_positions import BackfillPositions
from nof1_tracker.database.exchange.exchange_tables import ExchangeRepository
from nof1_tracker.database.exchange.reconstructed_legs import ReconstructedLegs
from nof1_tracker.database.feed.read_feed import FeedQueries
from nof1_tracker.database.feed.write_feed import note_correction
from nof1_tracker.database.read.changes import ChangeQueries
from nof1_tracker.database.read.chat_rate import ChatRateQueries
from nof1_tracker.database.read.equity_hours import HourRepository
from nof1_tracker.database.read.listing.row_lists import ListQueries
from nof1_tracker.database.read.play.known_prices import KnownPriceQueries
from nof1_tracker.database.read.play.recorded_trades import RecordedTradeQueries
from nof1_tracker.database.read.queries import QueryRepository
from nof1_tracker.database.read.single.conversation_by_id import ConversationQueries
from nof1_tracker.database.read.single.evidence_of_season import (
    SeasonEvidenceQueries,
)
from nof1_tracker.database.read.single.trade_by_id import TradeQueries
from nof1_tracker.database.read.verify.account_holdings import HoldingsQueries
from nof1_tracker.database.read.verify.exchange_curves import ExchangeCurveQueries
from nof1_tracker.database.read.verify.order_legs import OrderLegQueries
from nof1_tracker.database.read.verify.table_facts import TableFacts
from nof1_tracker.database.write.accounts import AccountRepository
from nof1_tracker.database.write.alerts.deliveries import DeliveryRepository
from nof1_tracker.database.write.alerts.events import EventRepository
from nof1_tracker.database.write.archives import ArchiveRepository
from nof1_tracker.database.write.chats import CHATS, DECISIONS, ChatRepository
from nof1_tracker.database.write.identity.first_accounts import FirstAccounts
from nof1_tracker.database.write.identity.inceptions import InceptionRepository
from nof1_tracker.database.write.identity.merge import AccountMerge
from nof1_tracker.database.write.journal import JournalRepository
from nof1_tracker.database.write.ranks import refresh_season_ranks
from nof1_tracker.database.write.references import (
    PRICES,
    STATISTICS,
    ReferenceRepository,
)
from nof1_tracker.database.write.schema_drift import SchemaDriftRepository
from nof1_tracker.database.write.seasons import SeasonRepository
from nof1_tracker.database.write.snapshots import (
    POSITIONS,
    SNAPSHOTS,
    SnapshotRepository,
)
from nof1_tracker.database.write.trades import LEGS, TradeRepository
from nof1_tracker.database.write.versions.accounted_rows import AccountedRows
from nof1_tracker.database.write.versions.row_versions import name_entry
from nof1_tracker.database.write.versions.served_rows import ServedRowQueries
from nof1_tracker.records.archive.archive_positions import Position

if TYPE_CHECKING:
    from nof1_tracker.database.read.season_history import HistoryQueries
    from nof1_tracker.database.read.single.words_of_season import SeasonWordQueries

_SERVED = (SNAPSHOTS, POSITIONS, LEGS, CHATS, DECISIONS, STATISTICS, PRICES)
"""The tables of what the source served."""


class Repositories:
    """Everything a use case reads and writes through, within its unit of work."""

    def __init__(self, session: Session) -> None:
        self._session = session

    @cached_property
    def seasons(self) -> SeasonRepository:
        return SeasonRepository(self._session)

    @cached_property
    def accounts(self) -> AccountRepository:
        merge = AccountMerge(self._session, self.trades)
        return AccountRepository(self._session, merge)

    @cached_property
    def inceptions(self) -> InceptionRepository:
        return InceptionRepository(self._session)

    @cached_property
    def snapshots(self) -> SnapshotRepository:
        return SnapshotRepository(self._session, self.seasons)

    @cached_property
    def hours(self) -> HourRepository:
        return HourRepository(self._session)

    @cached_property
    def trades(self) -> TradeRepository:
        return TradeRepository(self._session, self.seasons)

    @cached_property
    def exchange(self) -> ExchangeRepository:
        return ExchangeRepository(self._session)

    @cached_property
    def reconstructed_legs(self) -> ReconstructedLegs:
        return ReconstructedLegs(self._session, self.seasons)

    @cached_property
    def backfill_positions(self) -> BackfillPositions:
        return BackfillPositions(self._session)

    @cached_property
    def chats(self) -> ChatRepository:
        return ChatRepository(self._session, self.seasons)

    @cached_property
    def first_accounts(self) -> FirstAccounts:
        return FirstAccounts(self._session)

    @cached_property
    def references(self) -> ReferenceRepository:
        return ReferenceRepository(self._session)

    @cached_property
    def journal(self) -> JournalRepository:
        return JournalRepository(self._session)

    @cached_property
    def archives(self) -> ArchiveRepository:
        return ArchiveRepository(self._session)

    def note_rows(self, accounted: AccountedRows) -> None:
        """From now on, notes there each row that is stored, or is found stored."""
        accounted.listen(self._session)

    def note_entry(self, entry: Position) -> None:
        """From now on, revisions name this record as the one that they came with."""
        name_entry(self._session, str(entry))

    def rows_beside(self, accounted: AccountedRows) -> Mapping[str, int]:
        """How many rows are not among these, by table; without the tables with none."""
        return accounted.others(self._session, _SERVED)

    @cached_property
    def schema_drift(self) -> SchemaDriftRepository:
        return SchemaDriftRepository(self._session)

    def open_season(self, inceptions: Collection[datetime]) -> None:
        """Opens the season that a list of inception dates announces, if it is new."""
        self.reassigned(self.seasons.open_next(inceptions))

    def reassigned(self, season_ids: set[int]) -> None:
        """Recomputes the ranks of the seasons that gained or lost rows."""
        for season_id in sorted(season_ids):
            refresh_season_ranks(self._session, season_id)
        if season_ids:
            note_correction(self._session)

    @cached_property
    def queries(self) -> QueryRepository:
        return QueryRepository(self._session)

    @cached_property
    def conversations(self) -> ConversationQueries:
        return ConversationQueries(self._session)

    @cached_property
    def single_trades(self) -> TradeQueries:
        return TradeQueries(self._session)

    @cached_property
    def season_evidence(self) -> SeasonEvidenceQueries:
        return SeasonEvidenceQueries(self._session)

    @cached_property
    def season_words(self) -> "SeasonWordQueries":
        # Only reports need it and numpy, see `history`.
        from nof1_tracker.database.read.single.words_of_season import (  # noqa: PLC0415
            SeasonWordQueries,
        )

        return SeasonWordQueries(self._session)

    @cached_property
    def lists(self) -> ListQueries:
        return ListQueries(self._session)

    @cached_property
    def feed(self) -> FeedQueries:
        return FeedQueries(self._session)

    @cached_property
    def served_rows(self) -> ServedRowQueries:
        return ServedRowQueries(self._session)

    @cached_property
    def history(self) -> "HistoryQueries":
        # Only reports need it and numpy, which takes as long to import as the rest.
        from nof1_tracker.database.read.season_history import (  # noqa: PLC0415
            HistoryQueries,
        )

        return HistoryQueries(self._session)

    @cached_property
    def known_prices(self) -> KnownPriceQueries:
        return KnownPriceQueries(self._session)

    @cached_property
    def recorded_trades(self) -> RecordedTradeQueries:
        return RecordedTradeQueries(self._session)

    @cached_property
    def order_legs(self) -> OrderLegQueries:
        return OrderLegQueries(self._session)

    @cached_property
    def facts(self) -> TableFacts:
        return TableFacts(self._session)

    @cached_property
    def exchange_curves(self) -> ExchangeCurveQueries:
        return ExchangeCurveQueries(self._session)

    @cached_property
    def holdings(self) -> HoldingsQueries:
        return HoldingsQueries(self._session)

    @cached_property
    def chat_rate(self) -> ChatRateQueries:
        return ChatRateQueries(self._session)

    @cached_property
    def changes(self) -> ChangeQueries:
        return ChangeQueries(self._session)

    @cached_property
    def events(self) -> EventRepository:
        return EventRepository(self._session)

    @cached_property
    def deliveries(self) -> DeliveryRepository:
        return DeliveryRepository(self._session)
