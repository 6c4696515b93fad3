"""All tables, whichever module declares them: what holds of each begins here."""

from nof1_tracker.database.event_models import EventRow
from nof1_tracker.database.models import Base

__all__ = ["Base", "EventRow"]
