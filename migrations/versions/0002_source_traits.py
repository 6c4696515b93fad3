"""The shape of what the source serves, to notice when it changes.

Revision: 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "source_traits",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("endpoint", sa.String(length=50), nullable=False),
        sa.Column("path", sa.String(length=200), nullable=False),
        sa.Column("json_type", sa.String(length=10), nullable=False),
        sa.Column("word", sa.String(length=50), nullable=False),
        sa.Column("example", sa.Text(), nullable=False),
        sa.Column("first_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("is_constant", sa.Boolean(), nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("gone_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_source_traits"),
        sa.UniqueConstraint(
            "endpoint",
            "path",
            "json_type",
            "word",
            name="uq_source_traits_endpoint_path_json_type_word",
        ),
    )
    op.create_index("ix_source_traits_noted_at", "source_traits", ["noted_at"])


def downgrade() -> None:
    op.drop_index("ix_source_traits_noted_at", table_name="source_traits")
    op.drop_table("source_traits")
