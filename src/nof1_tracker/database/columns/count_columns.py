"""How many legs the site counted of each account, as columns."""

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from nof1_tracker.database.columns.numpy_columns import (
    Columns,
    of_account,
    read_columns,
)
from nof1_tracker.database.models import ReportedStatistics
from nof1_tracker.database.read.windows import Window
from nof1_tracker.records.account_columns import CountColumns


def stated_counts(window: Window) -> Select[*tuple[Any, ...]]:
    """Selects `model_id`, `observed_at` and `total_trades`, oldest first."""
    table = ReportedStatistics
    return (
        select(table.model_id, table.observed_at, table.total_trades)
        .where(*window.undivided(table.observed_at), table.total_trades.is_not(None))
        .order_by(table.observed_at)
    )


def read_counts(
    session: Session, window: Window, ids: Collection[int]
) -> Mapping[int, CountColumns]:
    """The counts of the season up to the window's end, keyed by `model_id`."""
    rows = read_columns(session, stated_counts(window))
    return {each: _counts(of_account(rows, each, "observed_at")) for each in ids}


def _counts(rows: Columns) -> CountColumns:
    return CountColumns(observed_at=rows["observed_at"], total=rows["total_trades"])
