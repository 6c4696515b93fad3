"""A report reads equity from the index alone: on SQLite that takes half the time.

Revision: 0004
"""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_NAME, _TABLE = "ix_leaderboard_season_model", "leaderboard_snapshots"
_FOUND_BY = ["season_id", "model_id", "timestamp"]
_READ = ["source", "total_assets", "open_positions"]


def upgrade() -> None:
    # The very first databases, of 0001 too, were made without it.
    op.drop_index(_NAME, table_name=_TABLE, if_exists=True)
    op.create_index(_NAME, _TABLE, _FOUND_BY + _READ)


def downgrade() -> None:
    op.drop_index(_NAME, table_name=_TABLE)
    op.create_index(_NAME, _TABLE, _FOUND_BY)
