"""The archives that a database stores, and how far it has stored each of their segments.

Runs say how many bodies were stored without being recorded.

Revision: 0008
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "archives",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("site", sa.String(500), nullable=False),
        sa.Column("simulated", sa.Boolean(), nullable=False),
        sa.Column("first_used_at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_archives"),
    )
    op.create_table(
        "archive_positions",
        sa.Column("segment", sa.String(40), nullable=False),
        sa.Column("archive_id", sa.String(32), nullable=False),
        sa.Column("record", sa.Integer(), nullable=False),
        sa.Column("stored_at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("segment", name="pk_archive_positions"),
        sa.ForeignKeyConstraint(
            ["archive_id"],
            ["archives.id"],
            name="fk_archive_positions_archive_id_archives",
        ),
    )
    op.create_index(
        "ix_archive_positions_archive_id", "archive_positions", ["archive_id"]
    )
    op.add_column(
        "scrape_runs",
        sa.Column("unrecorded", sa.Integer(), server_default="0", nullable=False),
    )


def downgrade() -> None:
    op.drop_column("scrape_runs", "unrecorded")
    op.drop_index("ix_archive_positions_archive_id", "archive_positions")
    op.drop_table("archive_positions")
    op.drop_table("archives")
