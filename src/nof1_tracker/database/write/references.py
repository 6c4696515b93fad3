"""Stores what the site states besides accounts: its own statistics, and prices."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, cast

from sqlalchemy import Table
from sqlalchemy.orm import Session

from nof1_tracker.database import models
from nof1_tracker.database.engine.column_types import JsonText
from nof1_tracker.database.engine.written_json import canonical_json
from nof1_tracker.database.write.accounts import AccountRow
from nof1_tracker.database.write.versions.price_series import store_series
from nof1_tracker.database.write.versions.store_versions import (
    Stored,
    store_versions,
)
from nof1_tracker.database.write.versions.versioned_table import Row, VersionedTable
from nof1_tracker.records.enums import PriceSource
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
    key=("symbol", "observed_at", "source"),
    span="observed_at",
    group=("price",),
    optional=("funding_rate", "open_interest"),
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
        rows = [_price_row(each, served) for each in prices]
        return store_price_rows(self._session, rows).tally


def store_price_rows(session: Session, rows: Sequence[Row]) -> Stored:
    """Stores rows of `prices`, those of series in their own way."""
    in_series, others = _split(rows)
    stored = store_versions(session, PRICES, others)
    series = store_series(session, in_series)
    return Stored(
        stored.tally + series.tally,
        (*stored.inserted, *series.inserted),
        {**stored.updated, **series.updated},
    )


def _split(rows: Sequence[Row]) -> tuple[list[Row], list[Row]]:
    """The rows of series, and the others."""
    parts: tuple[list[Row], list[Row]] = [], []
    for row in rows:
        parts[row["source"] is not PriceSource.MODEL_CHAT_SERIES].append(row)
    return parts


def _price_row(price: Price, served: Served) -> dict[str, Any]:
    row = {
        "symbol": price.symbol,
        "observed_at": price.observed_at,
        "source": price.source,
        "price": price.price,
        "funding_rate": price.funding_rate,
        "open_interest": price.open_interest,
    }
    text = f"{price.price:f}"
    if price.stated_at is None:
        return row | PRICES.version_columns(row, text, served)
    # A prompt says the same however often it is served.
    stated = replace(served, observed_at=price.stated_at)
    text = f"{text} {price.funding_rate} {price.open_interest}"
    return row | PRICES.version_columns(row, text, stated)
