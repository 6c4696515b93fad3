"""All tables, whichever module declares them: `Base` imported from here knows each."""

from nof1_tracker.database.event_models import EventRow
from nof1_tracker.database.models import Base

__all__ = ["Base", "EventRow"]
