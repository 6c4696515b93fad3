"""How many legs the site says that each account has closed."""

from typing import Any

from sqlalchemy import Select, select

from nof1_tracker.database.models import ReportedStatistics
from nof1_tracker.database.read.windows import Window


def stated_counts(window: Window) -> Select[*tuple[Any, ...]]:
    """Selects `model_id`, `observed_at` and `total_trades`, oldest first."""
    table = ReportedStatistics
    return (
        select(table.model_id, table.observed_at, table.total_trades)
        .where(*window.undivided(table.observed_at), table.total_trades.is_not(None))
        .order_by(table.observed_at)
    )
