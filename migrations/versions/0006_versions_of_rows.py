"""Which version of a served row stands, the other versions, and what was revised.

A row belongs to one source from now on: sources never overwrite each other. Trades say
whether their opening is known. An account has the identities that it was served under.
A season ends where the next one starts; `end_date` is its official close.

Revision: 0006
"""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_VERSIONED = (
    "leaderboard_snapshots",
    "positions",
    "trades",
    "model_chats",
    "chat_decisions",
    "reported_statistics",
    "prices",
)
_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_TIME = sa.DateTime(timezone=True)
_NEW_KIND = "leg_restated"
_KINDS = (
    "position_opened",
    "position_closed",
    "large_trade",
    "large_loss",
    "liquidation",
    "rank_change",
    "drawdown",
    "new_model",
    "new_season",
    "stale_source",
    "schema_drift",
    "gap",
    "recovered",
)
_KEYS = (
    ("leaderboard_snapshots", "uix_model_timestamp", ["model_id", "timestamp"]),
    (
        "positions",
        "uq_positions_model_id_timestamp_symbol_entry_oid",
        ["model_id", "timestamp", "symbol", "entry_oid"],
    ),
)
_START = datetime(2025, 11, 19, tzinfo=UTC)
"""Start of season 1.5 as revision 0001 set it."""
_GUESSED_CLOSE = datetime(2025, 12, 4, tzinfo=UTC)
_OFFICIAL_CLOSE = datetime(2025, 12, 3, 22, tzinfo=UTC)
"""17:00 EST, as the site announced it."""
_DATED = (
    ("leaderboard_snapshots", "timestamp"),
    ("trades", "opened_at"),
    ("model_chats", "timestamp"),
)
_TRUST = "CASE source WHEN 'account_totals' THEN 0 WHEN 'model_chat' THEN 1 ELSE 2 END"


def upgrade() -> None:
    for table in _VERSIONED:
        op.add_column(
            table,
            sa.Column("stated", sa.BigInteger(), nullable=False, server_default="0"),
        )
        if table != "model_chats":
            op.add_column(table, sa.Column("raw_digest", sa.String(32)))
        op.add_column(table, sa.Column("first_observed_at", _TIME))
        op.add_column(table, sa.Column("last_observed_at", _TIME))
        op.add_column(
            table,
            sa.Column("parser", sa.SmallInteger(), nullable=False, server_default="0"),
        )
    for table, name, columns in _KEYS:
        _change_key(table, name, _with_source(name), [*columns, "source"])
    _add_to_trades()
    op.add_column(
        "rejected_payloads",
        sa.Column(
            "is_partial", sa.Boolean(), nullable=False, server_default=sa.false()
        ),
    )
    _create_tables()
    op.add_column("llm_models", sa.Column("id_observed_at", _TIME))
    _change_close(_GUESSED_CLOSE, _OFFICIAL_CLOSE)
    _assign_what_followed_a_close()
    _rank_what_followed_a_close()
    _change_kinds((*_KINDS, _NEW_KIND))


def _with_source(name: str) -> str:
    return name if name == "uix_model_timestamp" else f"{name}_source"


def _add_to_trades() -> None:
    op.add_column(
        "trades",
        sa.Column(
            "opened_at_known", sa.Boolean(), nullable=False, server_default=sa.true()
        ),
    )
    op.add_column("trades", sa.Column("opened_not_earlier_than", _TIME))
    op.add_column("trades", sa.Column("oddity", sa.String(200)))
    _note_openings_that_nobody_saw()
    op.create_index(
        "ix_trades_opening_unknown",
        "trades",
        ["entry_oid"],
        sqlite_where=sa.text("opened_at_known IS 0"),
        postgresql_where=sa.text("opened_at_known IS false"),
    )


def _note_openings_that_nobody_saw() -> None:
    """Older code noted in an open trade that its opening is the first sighting."""
    op.execute("""
        UPDATE trades SET opened_at_known = false
        WHERE exit_price IS NULL AND CAST(raw_data AS TEXT) LIKE '%"first observed"%'
        """)


def _create_tables() -> None:
    op.create_table(
        "row_versions",
        sa.Column("id", _BIG, nullable=False),
        sa.Column("table_name", sa.String(50), nullable=False),
        sa.Column("row_id", sa.BigInteger(), nullable=False),
        sa.Column("stated", sa.BigInteger(), nullable=False),
        sa.Column("raw_digest", sa.String(32), nullable=False),
        sa.Column("parser", sa.SmallInteger(), nullable=False),
        sa.Column("first_observed_at", _TIME),
        sa.Column("last_observed_at", _TIME),
        sa.Column("fields", _json(), nullable=False),
        sa.Column("raw_data", _json()),
        sa.PrimaryKeyConstraint("id", name="pk_row_versions"),
        sa.UniqueConstraint(
            "table_name",
            "row_id",
            "raw_digest",
            name="uq_row_versions_table_name_row_id_raw_digest",
        ),
    )
    op.create_table(
        "revisions",
        sa.Column("id", _BIG, nullable=False),
        sa.Column("table_name", sa.String(50), nullable=False),
        sa.Column("row_id", sa.BigInteger(), nullable=False),
        sa.Column("field", sa.String(50), nullable=False),
        sa.Column("old", _json(), nullable=False),
        sa.Column("new", _json()),
        sa.Column("observed_before", _TIME),
        sa.Column("observed_after", _TIME),
        sa.Column(
            "cause",
            sa.Enum(
                "newer",
                "fuller",
                "parser",
                name="revision_cause",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("archive_entry", sa.String(200)),
        sa.Column("noted_at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_revisions"),
    )
    op.create_index("ix_revisions_row", "revisions", ["table_name", "row_id"])
    op.create_index("ix_revisions_noted_at", "revisions", ["noted_at"])
    op.create_table(
        "account_aliases",
        sa.Column("alias", sa.String(200), nullable=False),
        sa.Column("model_id", sa.Integer(), nullable=False),
        sa.Column("observed_at", _TIME),
        sa.Column("created_at", _TIME, nullable=False, server_default=sa.func.now()),
        sa.PrimaryKeyConstraint("alias", name="pk_account_aliases"),
        sa.ForeignKeyConstraint(
            ["model_id"],
            ["llm_models.id"],
            name="fk_account_aliases_model_id_llm_models",
        ),
    )
    op.create_index("ix_account_aliases_model_id", "account_aliases", ["model_id"])


def _json() -> sa.JSON:
    return sa.JSON().with_variant(sa.dialects.postgresql.JSONB(), "postgresql")


def _change_key(table: str, name: str, new: str, new_columns: Sequence[str]) -> None:
    """Gives the unique constraint other columns, and the name that goes with them."""
    if op.get_context().dialect.name == "postgresql":
        op.drop_constraint(name, table, type_="unique")
        op.create_unique_constraint(new, table, list(new_columns))
        return
    key = r"CONSTRAINT\s+" + name + r"\s+UNIQUE\s*\([^)]*\)"
    _make_again(table, key, f"CONSTRAINT {new} UNIQUE ({', '.join(new_columns)})")


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


def _change_close(old: datetime, new: datetime) -> None:
    """Changes the close of season 1.5, unless somebody has corrected the season."""
    seasons = sa.table(
        "seasons",
        sa.column("season_number", sa.Numeric(4, 1)),
        sa.column("start_date", _TIME),
        sa.column("end_date", _TIME),
    )
    op.execute(
        seasons.update()
        .where(
            seasons.c.season_number == Decimal("1.5"),
            seasons.c.start_date == _START,
            seasons.c.end_date == old,
        )
        .values(end_date=new)
    )


def _assign_what_followed_a_close() -> None:
    """Moves rows out of season 0 that belong to a season which had closed."""
    for table, time in _DATED:
        op.execute(f"""
            UPDATE {table} SET season_id = (
                SELECT s.id FROM seasons s WHERE s.start_date <= {table}.{time}
                ORDER BY s.start_date DESC LIMIT 1
            )
            WHERE season_id = (SELECT id FROM seasons WHERE season_number = 0)
            AND {time} >= (SELECT min(start_date) FROM seasons)
            """)  # noqa: S608


def _rank_what_followed_a_close() -> None:
    """Ranks the hours and the prompts that have rows from after a close."""
    closed = (
        "a.timestamp >= (SELECT q.end_date FROM seasons q WHERE q.id = a.season_id)"
    )
    competes = "IN (SELECT m.id FROM llm_models m WHERE NOT m.is_benchmark)"
    op.execute(f"""
        UPDATE leaderboard_snapshots AS s SET rank = 1 + (
            SELECT count(*) FROM leaderboard_snapshots o
            WHERE o.season_id = s.season_id AND o.hourly_marker = s.hourly_marker
            AND o.model_id <> s.model_id AND o.total_assets > s.total_assets
            AND o.model_id {competes}
            AND NOT EXISTS (
                SELECT 1 FROM leaderboard_snapshots n
                WHERE n.season_id = o.season_id AND n.hourly_marker = o.hourly_marker
                AND n.model_id = o.model_id AND n.timestamp > o.timestamp
            )
        )
        WHERE s.model_id {competes} AND EXISTS (
            SELECT 1 FROM leaderboard_snapshots a
            WHERE a.season_id = s.season_id AND a.hourly_marker = s.hourly_marker
            AND {closed}
        )
        """)  # noqa: S608
    op.execute(f"""
        UPDATE leaderboard_snapshots AS a SET rank = 1 + (
            SELECT count(*) FROM llm_models m
            WHERE m.id <> a.model_id AND NOT m.is_benchmark AND (
                SELECT o.total_assets FROM leaderboard_snapshots o
                WHERE o.model_id = m.id AND o.season_id = a.season_id
                AND o.source IN ('account_totals', 'model_chat')
                AND o.timestamp <= a.timestamp ORDER BY o.timestamp DESC LIMIT 1
            ) > a.total_assets
        )
        WHERE a.hourly_marker IS NULL AND a.source IN ('account_totals', 'model_chat')
        AND a.model_id {competes} AND {closed}
        """)  # noqa: S608


def downgrade() -> None:
    _change_close(_OFFICIAL_CLOSE, _GUESSED_CLOSE)
    _unassign_what_followed_a_close()
    op.drop_column("llm_models", "id_observed_at")
    _forget_events()
    _change_kinds(_KINDS)
    for name in ("account_aliases", "revisions", "row_versions"):
        op.drop_table(name)
    op.drop_index("ix_trades_opening_unknown", "trades")
    for column in ("oddity", "opened_not_earlier_than", "opened_at_known"):
        op.drop_column("trades", column)
    op.drop_column("rejected_payloads", "is_partial")
    for table, name, columns in reversed(_KEYS):
        _keep_the_most_trusted(table, columns)
        _change_key(table, _with_source(name), name, columns)
    for table in _VERSIONED:
        for column in ("parser", "last_observed_at", "first_observed_at"):
            op.drop_column(table, column)
        if table != "model_chats":
            op.drop_column(table, "raw_digest")
        op.drop_column(table, "stated")


def _unassign_what_followed_a_close() -> None:
    """Code of that time takes the close for the season's end."""
    for table, time in _DATED:
        op.execute(f"""
            UPDATE {table}
            SET season_id = (SELECT id FROM seasons WHERE season_number = 0)
            WHERE {time} >= (
                SELECT s.end_date FROM seasons s WHERE s.id = {table}.season_id
            )
            """)  # noqa: S608


def _forget_events() -> None:
    """The older schema has no events of the new kind."""
    op.execute(f"""
        DELETE FROM event_deliveries
        WHERE event_id IN (SELECT id FROM events WHERE kind = '{_NEW_KIND}')
        """)  # noqa: S608
    op.execute(f"DELETE FROM events WHERE kind = '{_NEW_KIND}'")  # noqa: S608


def _keep_the_most_trusted(table: str, columns: Sequence[str]) -> None:
    """The older schema holds one row per key, whatever its source."""
    key = ", ".join(columns)
    op.execute(f"""
        DELETE FROM {table} WHERE id IN (
            SELECT id FROM (
                SELECT id, row_number() OVER (
                    PARTITION BY {key} ORDER BY {_TRUST}, id
                ) AS place FROM {table}
            ) AS ranked WHERE place > 1
        )
        """)  # noqa: S608
