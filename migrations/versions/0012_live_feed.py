"""The version of the record, and a feed of what storing transactions changed.

Revision: 0012
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "feed_version",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("changed_at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_feed_version"),
    )
    op.create_table(
        "feed",
        sa.Column("version", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("committed_at", _TIME, nullable=False),
        sa.Column("changes", _JSON, nullable=False),
        sa.PrimaryKeyConstraint("version", name="pk_feed"),
    )


def downgrade() -> None:
    op.drop_table("feed")
    op.drop_table("feed_version")
