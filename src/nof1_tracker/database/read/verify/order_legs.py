"""Reads completed legs with the orders that made them, to be checked."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from nof1_tracker.database.models import LLMModel, Trade
from nof1_tracker.database.read.queries import account_of
from nof1_tracker.records.history.verification import OrderLeg


class OrderLegQueries:
    """Queries of the check against the exchange."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def of_season(self, season_id: int) -> Mapping[str, Sequence[OrderLeg]]:
        """The completed legs of a season by account, in order of their exits."""
        query = (
            select(LLMModel, Trade)
            .join(LLMModel, LLMModel.id == Trade.model_id)
            .where(
                Trade.season_id == season_id,
                Trade.exit_price.is_not(None),
                Trade.closed_at.is_not(None),
            )
            .order_by(Trade.closed_at, Trade.id)
        )
        found: dict[str, list[OrderLeg]] = defaultdict(list)
        for model, trade in self._session.execute(query):
            found[account_of(model).account_id].append(_leg(trade))
        return found


def _leg(row: Any) -> OrderLeg:
    served = row.raw_data or {}
    return OrderLeg(
        trade_id=row.trade_id,
        symbol=row.symbol,
        side=row.side,
        quantity=row.size,
        entry_price=row.entry_price,
        exit_price=row.exit_price,
        opened_at=row.opened_at if row.opened_at_known else None,
        closed_at=row.closed_at,
        entry_oid=row.entry_oid,
        entry_tid=served.get("entry_tid"),
        exit_oid=served.get("exit_oid"),
        exit_tid=served.get("exit_tid"),
        fees=row.fees,
        net_pnl=row.pnl,
    )
