"""All tables, whichever module declares them: `Base` imported from here knows each."""

from sqlalchemy import Index, MetaData, text

from nof1_tracker.database.archive_models import ArchivePosition, ArchiveRow
from nof1_tracker.database.event_models import EventRow
from nof1_tracker.database.exchange_models import FillRow
from nof1_tracker.database.feed_models import FeedRow
from nof1_tracker.database.hour_models import EquityHour
from nof1_tracker.database.models import Base
from nof1_tracker.database.version_models import RevisionRow, RowVersion

__all__ = [
    "ArchivePosition",
    "ArchiveRow",
    "Base",
    "EquityHour",
    "EventRow",
    "FeedRow",
    "FillRow",
    "RevisionRow",
    "RowVersion",
    "with_conditions",
]


def with_conditions(metadata: MetaData) -> MetaData:
    """The same tables, whose indexes have the conditions that `only_where` noted."""
    for table in metadata.tables.values():
        for index in table.indexes:
            _state_condition(index)
    return metadata


def _state_condition(index: Index) -> None:
    for dialect, condition in index.info.get("where", {}).items():
        index.dialect_options[dialect]["where"] = text(condition)
