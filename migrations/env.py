"""Runs migrations on the configured database, or on a connection handed over."""

import re

from alembic import context
from sqlalchemy import Connection

from nof1_tracker.database.connection import create_db_engine
from nof1_tracker.database.metadata import Base, with_conditions
from nof1_tracker.database.people.people_metadata import PEOPLE_SCHEMA, people_metadata
from nof1_tracker.errors import TrackerError

_PARTITION = re.compile(r".+_(p\d{4}_\d{2}|default)|template_.+")
"""A partition of a table that `db partition` divided, or a template of pg_partman."""


def _is_compared(name: str | None, kind: str, _parents: object) -> bool:
    """Whether the models say how it should be.

    They do not of partitions, of the text index, nor of an index of what is computed from
    columns, which alembic cannot compare. On SQLite a key that was added with its column
    is read back without its name.
    """
    if kind == "schema":
        return name in (None, PEOPLE_SCHEMA)
    if kind == "foreign_key_constraint" and name is None:
        return False
    if kind == "table" and _PARTITION.fullmatch(name or ""):
        return False
    return not (name or "").startswith(("chat_search", "ix_trades_traded_at"))


def _is_read_back(
    _object: object, name: str | None, kind: str, is_read: bool, _other: object
) -> bool:
    """Whether a key of the models can be found again; see `_is_compared`."""
    is_added = (
        kind == "foreign_key_constraint" and name == "fk_games_room_id_game_rooms"
    )
    return is_read or not (is_added and context.get_context().dialect.name == "sqlite")


def _configure_and_run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=[
            with_conditions(Base.metadata),
            people_metadata(connection.dialect.name),
        ],
        include_schemas=connection.dialect.name == "postgresql",
        render_as_batch=connection.dialect.name == "sqlite",
        compare_type=True,
        include_name=_is_compared,
        include_object=_is_read_back,
    )
    with context.begin_transaction():
        context.run_migrations()


def run_online() -> None:
    """On the connection of the caller if there is one, else on one of our own."""
    handed_over: Connection | None = context.config.attributes.get("connection")
    if handed_over is not None:
        _configure_and_run(handed_over)
        return
    try:
        engine = create_db_engine()
        with engine.connect().execution_options(writes=True) as connection:
            _configure_and_run(connection)
    except TrackerError as error:
        raise SystemExit(f"Error: {error}") from None


def run_offline() -> None:
    """Prints the SQL instead of running it (`alembic upgrade head --sql`)."""
    context.configure(
        url=str(create_db_engine().url),
        target_metadata=with_conditions(Base.metadata),
        literal_binds=True,
    )
    with context.begin_transaction():
        context.run_migrations()


if context.is_offline_mode():
    run_offline()
else:
    run_online()
