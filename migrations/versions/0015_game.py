"""The game: profiles, XP, achievements, friends, leaderboards; games and their ledgers.

Triggers keep `updated_at` and the leaderboard's cache, and let no entry of a ledger be
changed.

Revision: 0015
"""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_TIME = sa.DateTime(timezone=True)
_JSON = sa.JSON(none_as_null=True).with_variant(
    postgresql.JSONB(none_as_null=True), "postgresql"
)
_EXACT = sa.Numeric().with_variant(sa.String(60), "sqlite")
_USD = sa.Numeric(20, 8)
_SYMBOL = sa.String(50)
_CHARACTERS = ("analyst", "risk_taker", "conservative", "day_trader", "hodler")
_SOURCES = (
    *("case", "case_all_right", "module", "first_trade", "trade", "profitable_trade"),
    *("long_hold", "achievement", "daily_sign_in", "seven_days"),
)
_CATEGORIES = ("education", "trading", "social", "milestones", "special")
_RARITIES = ("common", "rare", "epic", "legendary")
_FRIENDSHIPS = ("asked", "accepted", "refused", "blocked", "ended")
_MODES = ("turns", "running", "live")
_STATES = ("open", "finished", "abandoned")
_ORDERS = ("market", "limit", "stop", "take_profit")
_ENTRIES = (
    *("deposit", "placed", "refused", "cancelled", "fill", "funding", "liquidation"),
)
_AMOUNTS = (
    *("units", "held_before", "price", "fee", "pnl", "cash", "margin", "entry_value"),
)
_TABLES = (
    *("game_entries", "game_orders", "games", "leaderboard_cache", "friendships"),
    *("user_achievements", "achievements", "user_progression", "character_stats"),
    "user_profiles",
)
_TOUCHED = ("user_profiles", "friendships")
_LEDGERS = ("user_progression", "game_entries")
_CACHED = (
    *("display_name", "avatar", "character", "total_xp", "current_level"),
    "total_profit",
)
_FUNCTIONS = ("touch_row", "refresh_leaderboard", "refuse_change")
_NOW = "strftime('%Y-%m-%d %H:%M:%f000', 'now')"
"""Now, as times are written on SQLite."""


def upgrade() -> None:
    _create_user_profiles()
    _create_character_stats()
    _create_user_progression()
    _create_achievements()
    _create_user_achievements()
    _create_friendships()
    _create_leaderboard_cache()
    _create_games()
    _create_game_orders()
    _create_game_entries()
    for statement in _on_sqlite() if _schema() is None else _on_postgresql():
        op.execute(statement)


def downgrade() -> None:
    for table in _TABLES:  # with its triggers
        op.drop_table(table, schema=_schema())
    if _schema() is not None:
        for function in _FUNCTIONS:
            op.execute(f"DROP FUNCTION people.{function}()")


def _schema() -> str | None:
    return "people" if op.get_context().dialect.name == "postgresql" else None


# --- tables ---------------------------------------------------------------------------


def _create_user_profiles() -> None:
    _create(
        "user_profiles",
        *_of_user("user_profiles"),
        sa.Column("character", _words("player_character", _CHARACTERS)),
        _column("display_name", sa.String(24)),
        _column("display_name_key", sa.String(120)),
        _column("avatar", sa.String(20)),
        _column("total_xp", sa.Integer(), "0"),
        _column("current_level", sa.SmallInteger(), "1"),
        _column("total_profit", _USD, "0"),
        sa.Column("updated_at", _TIME),
        _unique("user_profiles", "user_id"),
        _unique("user_profiles", "display_name_key"),
        _check("ck_user_profiles_name", "length(display_name) >= 3"),
        _check("ck_user_profiles_total_xp", "total_xp >= 0"),
        _check("ck_user_profiles_level", "current_level BETWEEN 1 AND 100"),
    )
    for column in ("user_id", "character", "total_xp", "current_level"):
        _index("user_profiles", column)


def _create_character_stats() -> None:
    _create(
        "character_stats",
        *_of_user("character_stats"),
        _column("character", _words("player_character", _CHARACTERS)),
        _column("chosen_at", _TIME),
        _column("xp", sa.Integer(), "0"),
        _column("bonus", sa.Integer(), "0"),
        _unique("character_stats", "user_id", "character"),
        _check("ck_character_stats_xp", "0 <= bonus AND bonus <= xp"),
    )
    _index("character_stats", "user_id")


def _create_user_progression() -> None:
    _create(
        "user_progression",
        *_of_user("user_progression"),
        _column("key", sa.String(200)),
        _column("source", _words("xp_source", _SOURCES)),
        _column("xp", sa.Integer()),
        _column("bonus", sa.Integer(), "0"),
        _column("earned_at", _TIME),
        _unique("user_progression", "user_id", "key"),
        _check("ck_user_progression_xp", "0 <= bonus AND bonus <= xp"),
    )
    _index("user_progression", "user_id")
    _index("user_progression", "user_id", "earned_at", name="earned_at")


def _create_achievements() -> None:
    _create(
        "achievements",
        _column("id", sa.Uuid()),
        _column("code", sa.String(50)),
        _column("position", sa.SmallInteger()),
        _column("name", sa.String(50)),
        _column("category", _words("achievement_category", _CATEGORIES)),
        _column("rarity", _words("achievement_rarity", _RARITIES)),
        _column("xp", sa.Integer()),
        _column("description", sa.String(200)),
        _column("criteria", _JSON),
        sa.PrimaryKeyConstraint("id", name="pk_achievements"),
        _unique("achievements", "code"),
        _check("ck_achievements_xp", "xp > 0"),
    )
    _index("achievements", "category")
    _index("achievements", "rarity")
    op.bulk_insert(_achievements(), list(_stated_achievements()))


def _achievements() -> sa.TableClause:
    return sa.table(
        "achievements",
        sa.column("id", sa.Uuid()),
        *(sa.column(name, sa.Integer()) for name in ("position", "xp")),
        *(sa.column(name, sa.String()) for name in ("code", "name", "description")),
        *(sa.column(name, sa.String()) for name in ("category", "rarity")),
        sa.column("criteria", sa.String()),  # JSON, as `--sql` can write it
        schema=_schema(),
    )


def _stated_achievements() -> Iterator[dict[str, Any]]:
    """The achievements as this revision has them, each with the same id everywhere."""
    stated = json.loads(Path(__file__).with_name("0015_achievements.json").read_text())
    for position, each in enumerate(stated, 1):
        names = ("name", "category", "rarity", "xp")
        yield {
            "id": uuid5(NAMESPACE_URL, f"nof1-tracker:achievement:{each['id']}"),
            "code": each["id"],
            "position": position,
            "description": each["text"],
            "criteria": json.dumps(each["criteria"], sort_keys=True),
            **{name: each[name] for name in names},
        }


def _create_user_achievements() -> None:
    _create(
        "user_achievements",
        *_of_user("user_achievements"),
        _column("achievement_id", sa.Uuid()),
        _column("progress", sa.Numeric(12, 4)),
        _column("completed", sa.Boolean(), sa.false()),
        sa.Column("completed_at", _TIME),
        _belongs("user_achievements", "achievement_id", "achievements.id"),
        _unique("user_achievements", "user_id", "achievement_id"),
        _check("ck_user_achievements_progress", "progress >= 0"),
        _check(
            "ck_user_achievements_completed",
            "completed = (completed_at IS NOT NULL)",
        ),
    )
    for column in ("user_id", "achievement_id", "completed"):
        _index("user_achievements", column)


def _create_friendships() -> None:
    _create(
        "friendships",
        *_of_user("friendships"),
        _column("friend_id", sa.Uuid()),
        _column("state", _words("friendship_state", _FRIENDSHIPS)),
        _column("actor_id", sa.Uuid()),
        sa.Column("accepted_at", _TIME),
        _column("user_shows_games", sa.Boolean(), sa.false()),
        _column("friend_shows_games", sa.Boolean(), sa.false()),
        sa.Column("updated_at", _TIME),
        _belongs("friendships", "friend_id", "users.id"),
        _unique("friendships", "user_id", "friend_id"),
        _check("ck_friendships_one_row", "user_id < friend_id"),
        _check("ck_friendships_actor", "actor_id IN (user_id, friend_id)"),
    )
    for column in ("user_id", "friend_id", "state"):
        _index("friendships", column)


def _create_leaderboard_cache() -> None:
    _create(
        "leaderboard_cache",
        _column("user_id", sa.Uuid()),
        _column("display_name", sa.String(24)),
        _column("avatar", sa.String(20)),
        sa.Column("character", _words("player_character", _CHARACTERS)),
        _column("total_xp", sa.Integer()),
        _column("current_level", sa.SmallInteger()),
        _column("total_profit", _USD),
        _column("refreshed_at", _TIME),
        sa.PrimaryKeyConstraint("user_id", name="pk_leaderboard_cache"),
        _belongs("leaderboard_cache", "user_id", "user_profiles.user_id"),
    )
    _index("leaderboard_cache", "total_xp")
    _index("leaderboard_cache", "character", "total_xp", name="character")
    _index("leaderboard_cache", "total_profit")


def _create_games() -> None:
    _create(
        "games",
        _column("id", sa.Uuid()),
        sa.Column("user_id", sa.Uuid()),
        sa.Column("guest_digest", sa.String(64)),
        _column("season", sa.Numeric(4, 1)),
        _column("starts_at", _TIME),
        _column("ends_at", _TIME),
        _column("seed", sa.String(64)),
        _column("mode", _words("game_mode", _MODES)),
        sa.Column("speed", sa.SmallInteger()),
        _column("clock", _TIME),
        _column("clock_at", _TIME),
        _column("state", _words("game_state", _STATES)),
        *(
            _column(name, sa.Boolean(), sa.false())
            for name in ("is_ranked", "is_daily", "by_token")
        ),
        _column("entries", sa.Integer(), "0"),
        _column("created_at", _TIME),
        sa.Column("finished_at", _TIME),
        sa.PrimaryKeyConstraint("id", name="pk_games"),
        _belongs("games", "user_id", "users.id"),
        _check("ck_games_one_player", "(user_id IS NULL) <> (guest_digest IS NULL)"),
        _check("ck_games_window", "starts_at < ends_at"),
        _check("ck_games_clock", "clock BETWEEN starts_at AND ends_at"),
        _check("ck_games_speed", "speed BETWEEN 1 AND 3600"),
        _check("ck_games_entries", "entries >= 0"),
        _check("ck_games_finished", "(state = 'finished') = (finished_at IS NOT NULL)"),
    )
    _index("games", "user_id")
    _index("games", "guest_digest")
    _index("games", "season", "starts_at", name="season")
    _index("games", "state", "created_at", name="state")
    op.create_index(
        "ix_games_ranked_once",
        "games",
        ("user_id", "season", "starts_at", "ends_at"),
        unique=True,
        schema=_schema(),
        postgresql_where=sa.text("is_ranked"),
        sqlite_where=sa.text("is_ranked"),
    )


def _create_game_orders() -> None:
    _create(
        "game_orders",
        _column("id", sa.Uuid()),
        _column("game_id", sa.Uuid()),
        _column("number", sa.Integer()),
        _column("client_id", sa.String(64)),
        _column("placed_at", _TIME),
        _column("symbol", _SYMBOL),
        _column("side", _words("order_side", ("buy", "sell"))),
        _column("kind", _words("order_kind", _ORDERS)),
        _column("quantity", _EXACT),
        sa.Column("price", _EXACT),
        sa.Column("leverage", _EXACT),
        _column("reduce_only", sa.Boolean(), sa.false()),
        _column("created_at", _TIME),
        sa.PrimaryKeyConstraint("id", name="pk_game_orders"),
        _belongs("game_orders", "game_id", "games.id"),
        _unique("game_orders", "game_id", "number"),
        _unique("game_orders", "game_id", "client_id"),
        _check("ck_game_orders_number", "number >= 1"),
    )


def _create_game_entries() -> None:
    orders = _named("game_orders")
    _create(
        "game_entries",
        _column("game_id", sa.Uuid()),
        _column("number", sa.Integer()),
        _column("at", _TIME),
        _column("kind", _words("entry_kind", _ENTRIES)),
        _column("symbol", _SYMBOL),
        sa.Column("order_number", sa.Integer()),
        *(_column(name, _EXACT) for name in _AMOUNTS),
        _column("is_taker", sa.Boolean()),
        _column("over_gap", sa.Boolean()),
        _column("reason", sa.String(200)),
        _column("created_at", _TIME),
        sa.PrimaryKeyConstraint("game_id", "number", name="pk_game_entries"),
        _belongs("game_entries", "game_id", "games.id"),
        sa.ForeignKeyConstraint(
            ("game_id", "order_number"),
            (f"{orders}.game_id", f"{orders}.number"),
            name="fk_game_entries_order",
            ondelete="CASCADE",
        ),
        _check("ck_game_entries_number", "number >= 1"),
        _check("ck_game_entries_fee", "CAST(fee AS REAL) >= 0"),
    )
    _index("game_entries", "game_id", "order_number", name="order")


# --- triggers -------------------------------------------------------------------------


def _on_postgresql() -> Iterator[str]:
    yield """
        CREATE FUNCTION people.touch_row() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN NEW.updated_at = now(); RETURN NEW; END $$
    """
    yield f"""
        CREATE FUNCTION people.refresh_leaderboard() RETURNS trigger
        LANGUAGE plpgsql AS $$
        BEGIN {_refreshed("people.leaderboard_cache", "now()")}; RETURN NULL; END $$
    """
    yield """
        CREATE FUNCTION people.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION USING
            MESSAGE = 'an entry of ' || TG_TABLE_NAME || ' is never changed';
        END $$
    """
    for table in _TOUCHED:
        yield f"""
            CREATE TRIGGER {table}_updated BEFORE UPDATE ON people.{table}
            FOR EACH ROW EXECUTE FUNCTION people.touch_row()
        """
    yield """
        CREATE TRIGGER leaderboard_refreshed
        AFTER INSERT OR UPDATE ON people.user_profiles
        FOR EACH ROW EXECUTE FUNCTION people.refresh_leaderboard()
    """
    for table in _LEDGERS:
        yield f"""
            CREATE TRIGGER {table}_unchanged BEFORE UPDATE ON people.{table}
            FOR EACH ROW EXECUTE FUNCTION people.refuse_change()
        """


def _on_sqlite() -> Iterator[str]:
    for table in _TOUCHED:
        yield f"""
            CREATE TRIGGER {table}_updated AFTER UPDATE ON {table}
            WHEN NEW.updated_at IS OLD.updated_at
            BEGIN UPDATE {table} SET updated_at = {_NOW} WHERE id = NEW.id; END
        """  # noqa: S608  names of this file
    for name, change in (("filled", "INSERT"), ("refreshed", "UPDATE")):
        yield f"""
            CREATE TRIGGER leaderboard_{name} AFTER {change} ON user_profiles
            BEGIN {_refreshed("leaderboard_cache", _NOW)}; END
        """
    for table in _LEDGERS:
        yield f"""
            CREATE TRIGGER {table}_unchanged BEFORE UPDATE ON {table}
            BEGIN SELECT RAISE(ABORT, 'an entry of {table} is never changed'); END
        """


def _refreshed(cache: str, now: str) -> str:
    """Copies what leaderboards show out of the profile that changed."""
    values = ", ".join(f"NEW.{column}" for column in _CACHED)
    changes = ", ".join(f"{column} = excluded.{column}" for column in _CACHED)
    return f"""
        INSERT INTO {cache} (user_id, {", ".join(_CACHED)}, refreshed_at)
        VALUES (NEW.user_id, {values}, {now})
        ON CONFLICT (user_id)
        DO UPDATE SET {changes}, refreshed_at = excluded.refreshed_at
    """  # noqa: S608  names of this file


# --- parts ----------------------------------------------------------------------------


def _create(name: str, *parts: sa.schema.SchemaItem) -> None:
    op.create_table(name, *parts, schema=_schema())


def _index(table: str, *columns: str, name: str = "") -> None:
    index = f"ix_{table}_{name or '_'.join(columns)}"
    op.create_index(index, table, columns, schema=_schema())


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
