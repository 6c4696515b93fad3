"""Events worth telling, and what became of them on their way.

Revision: 0003
"""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

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


def _json() -> sa.types.TypeEngine[Any]:
    return sa.JSON(none_as_null=True).with_variant(
        postgresql.JSONB(none_as_null=True), "postgresql"
    )


def _big_id() -> sa.types.TypeEngine[Any]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _enum(name: str, *values: str) -> sa.Enum:
    return sa.Enum(
        *values, name=name, native_enum=False, create_constraint=True, length=20
    )


def upgrade() -> None:
    op.create_table(
        "events",
        sa.Column("id", _big_id(), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("kind", _enum("event_kind", *_KINDS), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("detected_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("account_id", sa.String(length=200), nullable=True),
        sa.Column("symbol", sa.String(length=50), nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("numbers", _json(), nullable=False),
        sa.Column("is_news", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_events"),
        sa.UniqueConstraint("key", name="uq_events_key"),
    )
    op.create_index("ix_events_occurred_at", "events", ["occurred_at"])
    op.create_table(
        "event_channels",
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("retry_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("name", name="pk_event_channels"),
    )
    op.create_table(
        "event_memory",
        sa.Column("name", sa.String(length=50), nullable=False),
        sa.Column("value", _json(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_event_memory"),
    )
    op.create_table(
        "event_deliveries",
        sa.Column("id", _big_id(), nullable=False),
        sa.Column("event_id", _big_id(), nullable=False),
        sa.Column("channel", sa.String(length=100), nullable=False),
        sa.Column(
            "status",
            _enum("delivery_status", "pending", "claimed", "sent", "given_up"),
            nullable=False,
        ),
        sa.Column("claimed_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("first_tried_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["event_id"], ["events.id"], name="fk_event_deliveries_event_id_events"
        ),
        sa.ForeignKeyConstraint(
            ["channel"],
            ["event_channels.name"],
            name="fk_event_deliveries_channel_event_channels",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_event_deliveries"),
        sa.UniqueConstraint(
            "event_id", "channel", name="uq_event_deliveries_event_id_channel"
        ),
    )
    op.create_index(
        "ix_event_deliveries_channel_status", "event_deliveries", ["channel", "status"]
    )


def downgrade() -> None:
    op.drop_index("ix_event_deliveries_channel_status", table_name="event_deliveries")

    op.drop_table("event_deliveries")
    op.drop_table("event_memory")
    op.drop_table("event_channels")
    op.drop_index("ix_events_occurred_at", table_name="events")

    op.drop_table("events")
