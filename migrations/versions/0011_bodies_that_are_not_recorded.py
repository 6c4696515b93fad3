"""Bodies that are stored without being recorded are an event.

Revision: 0011
"""

import re
from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_NEW_KIND = "unrecorded"
_KINDS = (
    "position_opened",
    "position_closed",
    "large_trade",
    "large_loss",
    "liquidation",
    "leg_restated",
    "rank_change",
    "drawdown",
    "new_model",
    "new_season",
    "stale_source",
    "schema_drift",
    "gap",
    "recovered",
    "endpoint_held",
)


def upgrade() -> None:
    _change_kinds((*_KINDS, _NEW_KIND))


def downgrade() -> None:
    of_new = sa.text("SELECT id FROM events WHERE kind = :kind").bindparams(
        kind=_NEW_KIND
    )
    connection = op.get_bind()
    for event_id in connection.scalars(of_new).all():
        for statement in (
            "DELETE FROM event_deliveries WHERE event_id = :id",
            "DELETE FROM events WHERE id = :id",
        ):
            connection.execute(sa.text(statement), {"id": event_id})
    _change_kinds(_KINDS)


def _change_kinds(kinds: Sequence[str]) -> None:
    """Changes what the kind of an event may be."""
    check = "kind IN ({})".format(", ".join(f"'{kind}'" for kind in kinds))
    if op.get_context().dialect.name == "postgresql":
        op.drop_constraint("event_kind", "events", type_="check")
        op.create_check_constraint("event_kind", "events", check)
        return
    declared = r"CONSTRAINT\s+event_kind\s+CHECK\s*\(kind IN \([^)]*\)\)"
    # Deliveries refer to the events, which must not go before them.
    op.execute("CREATE TEMPORARY TABLE kept AS SELECT * FROM event_deliveries")
    op.execute("DELETE FROM event_deliveries")
    _make_again("events", declared, f"CONSTRAINT event_kind CHECK ({check})")
    op.execute("INSERT INTO event_deliveries SELECT * FROM kept")
    op.execute("DROP TABLE kept")


def _make_again(table: str, pattern: str, replacement: str) -> None:
    """Makes a table of SQLite again with a part of its declaration replaced.

    Alembic's batch mode would lose the CHECK constraints of its enums.
    """
    connection = op.get_bind()
    made = connection.exec_driver_sql(
        "SELECT type, name, sql FROM sqlite_master WHERE tbl_name = ? AND sql NOT NULL",
        (table,),
    ).all()
    declaration = next(sql for kind, _, sql in made if kind == "table")
    declared, count = re.subn(pattern, replacement, declaration)
    if count != 1:
        raise RuntimeError(f"{table} is not declared as expected: {declaration}")
    declared = re.sub(
        rf'^CREATE TABLE "?{table}"?', f"CREATE TABLE {table}_new", declared
    )
    names = ", ".join(
        f'"{row[1]}"'
        for row in connection.exec_driver_sql(f"PRAGMA table_info({table})")
    )
    for statement in (
        declared,
        f"INSERT INTO {table}_new ({names}) SELECT {names} FROM {table}",  # noqa: S608
        f"DROP TABLE {table}",
        f"ALTER TABLE {table}_new RENAME TO {table}",
        *(sql for kind, _, sql in made if kind == "index"),
    ):
        connection.exec_driver_sql(statement)
