"""Rooms, orders that are taken back, and what players did: cases, days, cards, results.

SQLite adds and drops a column by itself; copying a table would delete what belongs to it.

Revision: 0017
"""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

_TIME = sa.DateTime(timezone=True)
_JSON = sa.JSON(none_as_null=True).with_variant(
    postgresql.JSONB(none_as_null=True), "postgresql"
)
_MODES = ("turns", "running", "live")
_DECISIONS = ("buy", "sell", "stay_out", "hold", "close")
_TABLES = (
    *("game_results", "shared_cards", "number_one_days", "sign_in_days"),
    *("answered_cases", "game_rooms"),
)


def upgrade() -> None:
    _create_game_rooms()
    _add_room_to_games()
    for column in (
        _column("by_token", sa.Boolean(), sa.false()),
        sa.Column("cancelled_at", _TIME),
        _column("cancelled_by_token", sa.Boolean(), sa.false()),
    ):
        op.add_column("game_orders", column, schema=_schema())
    _index("game_orders", "game_id", "created_at")
    _create_answered_cases()
    _create_days("sign_in_days")
    _create_days("number_one_days")
    _create_shared_cards()
    _create_game_results()


def downgrade() -> None:
    op.drop_index("ix_game_orders_game_id_created_at", "game_orders", schema=_schema())
    for name in ("cancelled_by_token", "cancelled_at", "by_token"):
        op.drop_column("game_orders", name, schema=_schema())
    op.drop_index("ix_games_room_id", "games", schema=_schema())
    op.drop_column("games", "plan", schema=_schema())
    op.drop_column("games", "room_id", schema=_schema())
    for table in _TABLES:
        op.drop_table(table, schema=_schema())


def _schema() -> str | None:
    return "people" if op.get_context().dialect.name == "postgresql" else None


def _create_game_rooms() -> None:
    _create(
        "game_rooms",
        _column("id", sa.Uuid()),
        _column("host_id", sa.Uuid()),
        _column("join_code", sa.String(16)),
        _column("season", sa.Numeric(4, 1)),
        _column("starts_at", _TIME),
        _column("ends_at", _TIME),
        _column("mode", _words("game_mode", _MODES)),
        sa.Column("speed", sa.SmallInteger()),
        _column("is_ranked", sa.Boolean(), sa.false()),
        _column("seed", sa.String(64)),
        _column("plan", _JSON, "{}"),
        sa.Column("started_at", _TIME),
        _column("created_at", _TIME),
        sa.PrimaryKeyConstraint("id", name="pk_game_rooms"),
        _belongs("game_rooms", "host_id", "users.id"),
        _unique("game_rooms", "join_code"),
        _check("ck_game_rooms_join_code", "length(join_code) >= 6"),
        _check("ck_game_rooms_window", "starts_at < ends_at"),
        _check("ck_game_rooms_speed", "speed BETWEEN 1 AND 3600"),
    )
    _index("game_rooms", "host_id")


def _add_room_to_games() -> None:
    kind = "CHAR(32)" if _schema() is None else "UUID"
    op.execute(
        f"ALTER TABLE {_named('games')} ADD COLUMN room_id {kind}"
        f" CONSTRAINT fk_games_room_id_game_rooms"
        f" REFERENCES {_named('game_rooms')} (id) ON DELETE SET NULL"
    )
    _index("games", "room_id")
    op.add_column("games", _column("plan", _JSON, "{}"), schema=_schema())


def _create_answered_cases() -> None:
    _create(
        "answered_cases",
        *_of_user("answered_cases"),
        _column("case_id", sa.String(180)),
        _column("season", sa.Numeric(4, 1)),
        _column("module", sa.SmallInteger()),
        _column("module_size", sa.SmallInteger()),
        *(_column(name, _JSON) for name in ("answers", "asked", "right")),
        sa.Column("decision", _words("own_decision", _DECISIONS)),
        sa.Column("completed_at", _TIME),
        _unique("answered_cases", "user_id", "case_id"),
        _check("ck_answered_cases_module", "module BETWEEN 1 AND 5"),
        _check("ck_answered_cases_module_size", "module_size >= 1"),
        _check(
            "ck_answered_cases_completed",
            "(decision IS NULL) = (completed_at IS NULL)",
        ),
    )
    _index("answered_cases", "user_id")


def _create_days(table: str) -> None:
    _create(
        table,
        *_of_user(table),
        _column("day", sa.Date()),
        _unique(table, "user_id", "day"),
    )
    _index(table, "user_id")


def _create_shared_cards() -> None:
    _create(
        "shared_cards",
        *_of_user("shared_cards"),
        _column("game_id", sa.Uuid()),
        _belongs("shared_cards", "game_id", "games.id"),
        _unique("shared_cards", "user_id", "game_id"),
    )
    _index("shared_cards", "user_id")
    _index("shared_cards", "game_id")


def _create_game_results() -> None:
    _create(
        "game_results",
        _column("game_id", sa.Uuid()),
        _column("total_return", sa.Double()),
        _column("model_returns", _JSON),
        _column("volatile", _JSON),
        _column("season_seconds", sa.BigInteger()),
        _column("created_at", _TIME),
        sa.PrimaryKeyConstraint("game_id", name="pk_game_results"),
        _belongs("game_results", "game_id", "games.id"),
        _check("ck_game_results_total_return", "total_return >= -1"),
        _check("ck_game_results_season_seconds", "season_seconds > 0"),
    )
    _index("game_results", "created_at")


# --- parts ----------------------------------------------------------------------------


def _create(name: str, *parts: sa.schema.SchemaItem) -> None:
    op.create_table(name, *parts, schema=_schema())


def _index(table: str, *columns: str) -> None:
    op.create_index(f"ix_{table}_{'_'.join(columns)}", table, columns, schema=_schema())


def _column(
    name: str, kind: sa.types.TypeEngine[Any], server_default: Any = None
) -> "sa.Column[Any]":
    return sa.Column(name, kind, nullable=False, server_default=server_default)


def _words(name: str, words: Sequence[str]) -> sa.Enum:
    return sa.Enum(
        *words, name=name, native_enum=False, create_constraint=True, length=20
    )


def _check(name: str, rule: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(rule, name=name)


def _unique(table: str, *columns: str) -> sa.UniqueConstraint:
    return sa.UniqueConstraint(*columns, name=f"uq_{table}_{'_'.join(columns)}")


def _named(table: str) -> str:
    return table if _schema() is None else f"{_schema()}.{table}"


def _belongs(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    referred = other.partition(".")[0]
    return sa.ForeignKeyConstraint(
        (column,),
        (_named(other),),
        name=f"fk_{table}_{column}_{referred}",
        ondelete="CASCADE",
    )


def _of_user(table: str) -> tuple[sa.schema.SchemaItem, ...]:
    return (
        _column("id", sa.Uuid()),
        _column("user_id", sa.Uuid()),
        _column("created_at", _TIME),
        sa.PrimaryKeyConstraint("id", name=f"pk_{table}"),
        _belongs(table, "user_id", "users.id"),
    )
