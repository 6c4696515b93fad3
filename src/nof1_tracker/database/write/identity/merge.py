"""Moves everything that is stored of one account to another: they are the same."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, delete, select, update
from sqlalchemy.orm import Session, aliased

from nof1_tracker.database.exchange_models import (
    ExchangeEquity,
    FillRow,
    FundingPaymentRow,
    LedgerUpdateRow,
    PortfolioValue,
)
from nof1_tracker.database.feed.write_feed import note_correction
from nof1_tracker.database.hours.refresh_hours import refresh_accounts
from nof1_tracker.database.models import (
    LeaderboardSnapshot,
    ModelChat,
    Position,
    ReportedStatistics,
    Trade,
)
from nof1_tracker.database.write.accounts import AccountRow
from nof1_tracker.database.write.ranks import refresh_season_ranks
from nof1_tracker.database.write.references import STATISTICS
from nof1_tracker.database.write.snapshots import POSITIONS, SNAPSHOTS
from nof1_tracker.database.write.trades import TradeRepository
from nof1_tracker.database.write.versions.row_versions import join_rows
from nof1_tracker.database.write.versions.versioned_table import VersionedTable

_KEYED_BY_ACCOUNT: tuple[tuple[type, VersionedTable], ...] = (
    (LeaderboardSnapshot, SNAPSHOTS),
    (Position, POSITIONS),
    (ReportedStatistics, STATISTICS),
)
_TABLES = (
    *(LeaderboardSnapshot, Position, ReportedStatistics, Trade, ModelChat),
    *(FillRow, FundingPaymentRow, LedgerUpdateRow, ExchangeEquity),
    PortfolioValue,
)
_ON_EXCHANGE: tuple[tuple[type, tuple[str, ...]], ...] = (
    (FillRow, ("oid", "tid", "filled_at")),
    (FundingPaymentRow, ("symbol", "paid_at")),
    (LedgerUpdateRow, ("happened_at", "hash", "kind")),
    (ExchangeEquity, ("observed_at", "interval")),
    (PortfolioValue, ("observed_at",)),
)
"""What names a row of an account; the exchange has one version of it."""


@dataclass(frozen=True)
class AccountMerge:
    """Moves the rows of one account to another, within the caller's transaction."""

    session: Session
    trades: TradeRepository

    def __call__(self, kept: AccountRow, gone: int) -> None:
        """Moves all rows; of two rows with one key, their versions are weighed.

        Args:
            kept: The account that stays.
            gone: `llm_models.id` of the other, which has no row afterwards.
        """
        for model, kind in _KEYED_BY_ACCOUNT:
            self._join_twins(model, kind, kept.id, gone)
        for model, key in _ON_EXCHANGE:
            self._drop_twins(model, key, kept.id, gone)
        # Open positions are derived: those of the other account are found again.
        self.session.execute(
            delete(Trade)
            .where(Trade.model_id == gone, Trade.exit_price.is_(None))
            .execution_options(synchronize_session=False)
        )
        for table in _TABLES:
            self.session.execute(
                update(table)
                .where(table.model_id == gone)
                .values(model_id=kept.id)
                .execution_options(synchronize_session=False)
            )
        self._refresh(kept)
        refresh_accounts(self.session, (kept.id, gone))
        note_correction(self.session)

    def _join_twins(
        self, model: Any, kind: VersionedTable, kept: int, gone: int
    ) -> None:
        other = aliased(model)
        rest = [name for name in kind.key if name != "model_id"]
        same = [getattr(model, name) == getattr(other, name) for name in rest]
        twins = select(model.id, other.id).where(
            model.model_id == kept, other.model_id == gone, *same
        )
        for row_id, other_id in self.session.execute(twins).all():
            join_rows(self.session, kind, row_id, other_id)

    def _drop_twins(
        self, model: Any, key: tuple[str, ...], kept: int, gone: int
    ) -> None:
        """Deletes rows of the other account that this one has too."""
        other = aliased(model)
        same = [getattr(model, name) == getattr(other, name) for name in key]
        twins = (
            select(other.id)
            .join(model, and_(*same))
            .where(model.model_id == kept, other.model_id == gone)
        )
        ids = self.session.scalars(twins).all()
        self.session.execute(
            delete(model)
            .where(model.id.in_(ids))
            .execution_options(synchronize_session=False)
        )

    def _refresh(self, kept: AccountRow) -> None:
        """Open trades and ranks, which follow from the rows moved."""
        oids = self.session.scalars(
            select(Position.entry_oid).where(Position.model_id == kept.id).distinct()
        )
        entries = [(kept.id, oid) for oid in oids]
        self.trades.refresh(entries, {kept.account_id: kept})
        seasons = self.session.scalars(
            select(LeaderboardSnapshot.season_id)
            .where(LeaderboardSnapshot.model_id == kept.id)
            .distinct()
        ).all()
        for season_id in sorted(seasons):
            refresh_season_ranks(self.session, season_id)
