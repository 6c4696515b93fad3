"""All tables, whichever module declares them: `Base` imported from here knows each."""

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
]
