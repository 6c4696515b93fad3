"""All tables of people, whichever module declares them: `PeopleBase` knows each here."""

from typing import Any

from sqlalchemy import BLANK_SCHEMA, MetaData

from nof1_tracker.database.people.game.deed_tables import SignInDayRow
from nof1_tracker.database.people.game.game_tables import GameRow
from nof1_tracker.database.people.game.profile_tables import UserProfileRow
from nof1_tracker.database.people.people_tables import PEOPLE_SCHEMA, PeopleBase

__all__ = [
    "PEOPLE_SCHEMA",
    "GameRow",
    "PeopleBase",
    "SignInDayRow",
    "UserProfileRow",
    "people_metadata",
]


def people_metadata(dialect: str) -> MetaData:
    """The tables as a database of that kind has them: SQLite has no schemas."""
    if dialect != "sqlite":
        return PeopleBase.metadata
    metadata = MetaData(naming_convention=PeopleBase.metadata.naming_convention)
    of_metadata: Any = None  # as documented, but not among the annotated types
    for table in PeopleBase.metadata.sorted_tables:
        table.to_metadata(metadata, of_metadata, referred_schema_fn=_without_schema)
    return metadata


def _without_schema(*_: object) -> Any:
    return BLANK_SCHEMA
