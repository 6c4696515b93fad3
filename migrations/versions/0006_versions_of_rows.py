"""Which version of a served row stands, the other versions, and what was revised.

A row belongs to one source from now on: sources never overwrite each other. Trades say
whether their opening is known. An account has the identities that it was served under.

Revision: 0006
"""

import re
from collections.abc import Sequence

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
_KEYS = (
    ("leaderboard_snapshots", "uix_model_timestamp", ["model_id", "timestamp"]),
    (
        "positions",
        "uq_positions_model_id_timestamp_symbol_entry_oid",
        ["model_id", "timestamp", "symbol", "entry_oid"],
    ),
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


def downgrade() -> None:
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
