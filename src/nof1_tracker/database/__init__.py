"""Stores and reads records in PostgreSQL or SQLite; the only room that uses SQL.

Its names are imported on first use, so that settings can be read, and a browser
started, before SQLAlchemy is imported.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nof1_tracker.database.config import DatabaseSettings
    from nof1_tracker.database.connection import (
        UnitOfWork,
        create_db_engine,
        get_engine,
        get_session,
        get_session_maker,
        init_db,
        reset_engine,
    )
    from nof1_tracker.database.metadata import Base, EventRow
    from nof1_tracker.database.models import (
        LeaderboardSnapshot,
        LLMModel,
        ModelChat,
        Season,
        Trade,
    )

    db_settings: DatabaseSettings
    """Read on each access, so that a wrong setting is an error where it is used."""

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
_HOMES = {
    "config": ("DatabaseSettings",),
    "connection": (
        "UnitOfWork",
        "create_db_engine",
        "get_engine",
        "get_session",
        "get_session_maker",
        "init_db",
        "reset_engine",
    ),
    "models": ("LeaderboardSnapshot", "LLMModel", "ModelChat", "Season", "Trade"),
    "metadata": ("Base", "EventRow"),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> Any:
    if name == "db_settings":
        from nof1_tracker.database import config  # noqa: PLC0415

        return config.load_settings(config.DatabaseSettings)
    if name in _HOME_OF:
        return getattr(import_module(f"{__name__}.{_HOME_OF[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
