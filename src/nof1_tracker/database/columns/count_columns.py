"""How many legs the site counted of each account, as columns."""

from collections.abc import Collection, Mapping

from sqlalchemy.orm import Session

from nof1_tracker.database.columns.numpy_columns import (
    Columns,
    of_account,
    read_columns,
)
from nof1_tracker.database.read.verify.stated_counts import stated_counts
from nof1_tracker.database.read.windows import Window
from nof1_tracker.records.account_columns import CountColumns


def read_counts(
    session: Session, window: Window, ids: Collection[int]
) -> Mapping[int, CountColumns]:
    """The counts of the season up to the window's end, keyed by `model_id`."""
    rows = read_columns(session, stated_counts(window))
    return {each: _counts(of_account(rows, each, "observed_at")) for each in ids}


def _counts(rows: Columns) -> CountColumns:
    return CountColumns(observed_at=rows["observed_at"], total=rows["total_trades"])
