"""Records in and out of PostgreSQL or SQLite; the only room that speaks SQL."""

from nof1_tracker.database.config import DatabaseSettings, load_settings
from nof1_tracker.database.connection import (
    UnitOfWork,
    create_db_engine,
    get_engine,
    get_session,
    get_session_maker,
    reset_engine,
)
from nof1_tracker.database.event_models import EventRow
from nof1_tracker.database.models import (
    Base,
    LeaderboardSnapshot,
    LLMModel,
    ModelChat,
    Season,
    Trade,
)
from nof1_tracker.database.schema import init_db

db_settings: DatabaseSettings
"""Read at the first access, so that a wrong setting is an error where it is used."""

__all__ = [
    "Base",
    "DatabaseSettings",
    "EventRow",
    "LLMModel",
    "LeaderboardSnapshot",
    "ModelChat",
    "Season",
    "Trade",
    "UnitOfWork",
    "create_db_engine",
    "db_settings",
    "get_engine",
    "get_session",
    "get_session_maker",
    "init_db",
    "reset_engine",
]


def __getattr__(name: str) -> DatabaseSettings:
    if name == "db_settings":
        return load_settings(DatabaseSettings)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
