"""Members of rooms, games that are blind without a rank, and games that pause.

SQLite adds, renames and drops a column by itself; copying a table would delete what
belongs to it.

Revision: 0020
"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.alter_column(
        "game_rooms", "is_ranked", new_column_name="is_blind", schema=_schema()
    )
    op.add_column("game_rooms", sa.Column("ended_at", _TIME), schema=_schema())
    for name in ("is_blind", "is_paused"):
        column: sa.Column[bool] = sa.Column(
            name, sa.Boolean(), nullable=False, server_default=sa.false()
        )
        op.add_column("games", column, schema=_schema())
    games = sa.table(
        "games",
        sa.column("is_blind", sa.Boolean()),
        sa.column("is_ranked", sa.Boolean()),
        schema=_schema(),
    )
    op.execute(games.update().values(is_blind=games.c.is_ranked))
    op.create_table(
        "game_room_members",
        sa.Column("room_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("joined_at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("room_id", "user_id", name="pk_game_room_members"),
        _belongs("room_id", "game_rooms"),
        _belongs("user_id", "users"),
        schema=_schema(),
    )
    index = "ix_game_room_members_user_id"
    op.create_index(index, "game_room_members", ["user_id"], schema=_schema())


def downgrade() -> None:
    op.drop_table("game_room_members", schema=_schema())
    for name in ("is_paused", "is_blind"):
        op.drop_column("games", name, schema=_schema())
    op.drop_column("game_rooms", "ended_at", schema=_schema())
    op.alter_column(
        "game_rooms", "is_blind", new_column_name="is_ranked", schema=_schema()
    )


def _schema() -> str | None:
    return "people" if op.get_context().dialect.name == "postgresql" else None


def _named(table: str) -> str:
    return table if _schema() is None else f"{_schema()}.{table}"


def _belongs(column: str, table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        (column,),
        (f"{_named(table)}.id",),
        name=f"fk_game_room_members_{column}_{table}",
        ondelete="CASCADE",
    )
