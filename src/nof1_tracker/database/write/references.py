"""Stores what the site states besides accounts: its own statistics, and prices."""

from collections.abc import Mapping, Sequence
from typing import cast

from sqlalchemy import Table
from sqlalchemy.orm import Session

from nof1_tracker.database import models
from nof1_tracker.database.engine.column_types import JsonText, canonical_json
from nof1_tracker.database.write.accounts import AccountRow
from nof1_tracker.database.write.versions.store_versions import store_versions
from nof1_tracker.database.write.versions.versioned_table import VersionedTable
from nof1_tracker.records.parsed import Price, ReportedStatistics, Served
from nof1_tracker.records.stored import Tally

STATISTICS = VersionedTable(
    table=cast("Table", models.ReportedStatistics.__table__),
    key=("model_id", "observed_at"),
    span="observed_at",
    group=("total_trades",),
)
PRICES = VersionedTable(
    table=cast("Table", models.Price.__table__),
    key=("symbol", "observed_at"),
    span="observed_at",
    group=("price",),
)


class ReferenceRepository:
    """Stores reported statistics and prices."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def store_statistics(
        self,
        statistics: Sequence[ReportedStatistics],
        accounts: Mapping[str, AccountRow],
        served: Served,
    ) -> Tally:
        """Stores what nof1 reports, whole."""
        rows = []
        for each in statistics:
            text = canonical_json(each.raw)
            row = {
                "model_id": accounts[each.account_id].id,
                "observed_at": each.observed_at,
                "total_trades": each.total_trades,
                "raw_data": JsonText(text),
            }
            rows.append(row | STATISTICS.version_columns(row, text, served))
        return store_versions(self._session, STATISTICS, rows).tally

    def store_prices(self, prices: Sequence[Price], served: Served) -> Tally:
        """Stores mid prices."""
        rows = []
        for each in prices:
            row = {
                "symbol": each.symbol,
                "observed_at": each.observed_at,
                "price": each.price,
            }
            text = f"{each.price:f}"
            rows.append(row | PRICES.version_columns(row, text, served))
        return store_versions(self._session, PRICES, rows).tally
