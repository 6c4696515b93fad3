"""Stores what the site states besides accounts: its own statistics, and prices."""

from collections.abc import Mapping, Sequence
from typing import cast

from sqlalchemy import Table
from sqlalchemy.orm import Session

from nof1_tracker.database import models
from nof1_tracker.database.write.accounts import AccountRow
from nof1_tracker.database.write.upsert import Target, says_no_less, upsert
from nof1_tracker.records.parsed import Price, ReportedStatistics
from nof1_tracker.records.stored import Tally

STATISTICS = Target(
    table=cast("Table", models.ReportedStatistics.__table__),
    key=("model_id", "observed_at"),
    update=("total_trades", "raw_data"),
    better=lambda stored, new: says_no_less(stored, new, ("total_trades",)),
)
PRICES = Target(
    table=cast("Table", models.Price.__table__),
    key=("symbol", "observed_at"),
    update=("price",),
)


class ReferenceRepository:
    """Stores reported statistics and prices."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def store_statistics(
        self,
        statistics: Sequence[ReportedStatistics],
        accounts: Mapping[str, AccountRow],
    ) -> Tally:
        """Stores the statistics as nof1 serves them."""
        rows = [
            {
                "model_id": accounts[each.account_id].id,
                "observed_at": each.observed_at,
                "total_trades": each.total_trades,
                "raw_data": each.raw,
            }
            for each in statistics
        ]
        return upsert(self._session, STATISTICS, rows).tally

    def store_prices(self, prices: Sequence[Price]) -> Tally:
        """Stores mid prices."""
        rows = [
            {
                "symbol": each.symbol,
                "observed_at": each.observed_at,
                "price": each.price,
            }
            for each in prices
        ]
        return upsert(self._session, PRICES, rows).tally
