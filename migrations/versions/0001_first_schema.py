"""The first schema, with the seasons that are known from the start.

Revision: 0001
"""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_FIRST = datetime(2025, 10, 17, tzinfo=UTC), datetime(2025, 11, 3, 22, tzinfo=UTC)
_MIDDLE = datetime(2025, 11, 19, tzinfo=UTC), datetime(2025, 12, 4, tzinfo=UTC)


def _json() -> sa.types.TypeEngine[Any]:
    return sa.JSON(none_as_null=True).with_variant(
        postgresql.JSONB(none_as_null=True), "postgresql"
    )


def _big_id() -> sa.types.TypeEngine[Any]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "llm_models",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("provider", sa.String(length=100), nullable=False),
        sa.Column("model_id", sa.String(length=200), nullable=True),
        sa.Column("base_model", sa.String(length=200), nullable=True),
        sa.Column("variant", sa.String(length=100), nullable=True),
        sa.Column("served_name", sa.String(length=255), nullable=True),
        sa.Column("name_observed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("is_active", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column(
            "is_benchmark", sa.Boolean(), server_default=sa.false(), nullable=False
        ),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.func.now(),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("id", name="pk_llm_models"),
        sa.UniqueConstraint("model_id", name="uq_llm_models_model_id"),
        sa.UniqueConstraint("name", name="uq_llm_models_name"),
    )
    op.create_table(
        "prices",
        sa.Column("id", _big_id(), nullable=False),
        sa.Column("symbol", sa.String(length=50), nullable=False),
        sa.Column("observed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("price", sa.Numeric(20, 8), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.func.now(),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("id", name="pk_prices"),
        sa.UniqueConstraint(
            "symbol", "observed_at", name="uq_prices_symbol_observed_at"
        ),
    )
    op.create_table(
        "rejected_payloads",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=32), nullable=False),
        sa.Column("endpoint", sa.String(length=50), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("first_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("occurrences", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_rejected_payloads"),
        sa.UniqueConstraint("digest", name="uq_rejected_payloads_digest"),
    )
    op.create_index(
        "ix_rejected_payloads_last_seen_at", "rejected_payloads", ["last_seen_at"]
    )

    op.create_table(
        "scrape_runs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("duration_seconds", sa.Numeric(12, 3), nullable=True),
        sa.Column("transport", sa.String(length=20), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "running",
                "complete",
                "partial",
                "failed",
                name="run_status",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("counts", _json(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_scrape_runs"),
    )
    op.create_index("ix_scrape_runs_started_at", "scrape_runs", ["started_at"])

    op.create_table(
        "seasons",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("season_number", sa.Numeric(4, 1), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("start_date", sa.DateTime(timezone=True), nullable=True),
        sa.Column("end_date", sa.DateTime(timezone=True), nullable=True),
        sa.Column("initial_capital", sa.Numeric(20, 8), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "active",
                "completed",
                "cancelled",
                name="season_status",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column(
            "is_provisional", sa.Boolean(), server_default=sa.false(), nullable=False
        ),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.func.now(),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("id", name="pk_seasons"),
        sa.UniqueConstraint("season_number", name="uq_seasons_season_number"),
    )
    op.create_table(
        "source_validators",
        sa.Column("url", sa.String(length=500), nullable=False),
        sa.Column("etag", sa.String(length=500), nullable=False),
        sa.Column("observed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("url", name="pk_source_validators"),
    )
    op.create_table(
        "leaderboard_snapshots",
        sa.Column("id", _big_id(), nullable=False),
        sa.Column("season_id", sa.Integer(), nullable=False),
        sa.Column("model_id", sa.Integer(), nullable=False),
        sa.Column("timestamp", sa.DateTime(timezone=True), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=True),
        sa.Column("total_assets", sa.Numeric(20, 8), nullable=False),
        sa.Column("pnl", sa.Numeric(20, 8), nullable=False),
        sa.Column("pnl_percent", sa.Numeric(10, 4), nullable=True),
        sa.Column("roi", sa.Numeric(10, 4), nullable=True),
        sa.Column("win_rate", sa.Numeric(10, 4), nullable=True),
        sa.Column("total_trades", sa.Integer(), nullable=True),
        sa.Column("realized_pnl", sa.Numeric(20, 8), nullable=True),
        sa.Column("unrealized_pnl", sa.Numeric(20, 8), nullable=True),
        sa.Column("fees", sa.Numeric(20, 8), nullable=True),
        sa.Column("sharpe_ratio", sa.Numeric(14, 6), nullable=True),
        sa.Column(
            "source",
            sa.Enum(
                "account_totals",
                "model_chat",
                "leaderboard",
                "page",
                name="equity_source",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("hourly_marker", sa.Integer(), nullable=True),
        sa.Column("open_positions", sa.Integer(), nullable=True),
        sa.Column("raw_data", _json(), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.func.now(),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["model_id"],
            ["llm_models.id"],
            name="fk_leaderboard_snapshots_model_id_llm_models",
        ),
        sa.ForeignKeyConstraint(
            ["season_id"],
            ["seasons.id"],
            name="fk_leaderboard_snapshots_season_id_seasons",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_leaderboard_snapshots"),
        sa.UniqueConstraint("model_id", "timestamp", name="uix_model_timestamp"),
    )
    op.create_index(
        "ix_leaderboard_season_model",
        "leaderboard_snapshots",
        ["season_id", "model_id", "timestamp"],
    )
    op.create_index(
        "ix_leaderboard_season_marker",
        "leaderboard_snapshots",
        ["season_id", "hourly_marker"],
        postgresql_where=sa.text("hourly_marker IS NOT NULL"),
        sqlite_where=sa.text("hourly_marker IS NOT NULL"),
    )
    op.create_index("ix_leaderboard_timestamp", "leaderboard_snapshots", ["timestamp"])

    op.create_table(
        "model_chats",
        sa.Column("id", _big_id(), nullable=False),
        sa.Column("conversation_id", sa.String(length=200), nullable=True),
        sa.Column("season_id", sa.Integer(), nullable=True),
        sa.Column("model_id", sa.Integer(), nullable=False),
        sa.Column("cycle_id", sa.BigInteger(), nullable=True),
        sa.Column("timestamp", sa.DateTime(timezone=True), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=True),
        sa.Column(
            "decision",
            sa.Enum(
                "buy",
                "sell",
                "hold",
                "close",
                "none",
                name="chat_decision",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=True,
        ),
        sa.Column("symbol", sa.String(length=50), nullable=True),
        sa.Column("confidence", sa.Numeric(5, 2), nullable=True),
        sa.Column("raw_data", _json(), nullable=True),
        sa.Column("raw_digest", sa.String(length=32), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.func.now(),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["model_id"], ["llm_models.id"], name="fk_model_chats_model_id_llm_models"
        ),
        sa.ForeignKeyConstraint(
            ["season_id"], ["seasons.id"], name="fk_model_chats_season_id_seasons"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_model_chats"),
        sa.UniqueConstraint("conversation_id", name="uq_model_chats_conversation_id"),
    )
    op.create_index(
        "ix_model_chats_model_id_cycle_id", "model_chats", ["model_id", "cycle_id"]
    )
    op.create_index("ix_model_chats_season_id", "model_chats", ["season_id"])
    op.create_index("ix_model_chats_timestamp", "model_chats", ["timestamp"])

    op.create_table(
        "positions",
        sa.Column("id", _big_id(), nullable=False),
        sa.Column("model_id", sa.Integer(), nullable=False),
        sa.Column("timestamp", sa.DateTime(timezone=True), nullable=False),
        sa.Column("symbol", sa.String(length=50), nullable=False),
        sa.Column(
            "side",
            sa.Enum(
                "long",
                "short",
                name="position_side",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("quantity", sa.Numeric(28, 10), nullable=False),
        sa.Column("entry_price", sa.Numeric(20, 8), nullable=False),
        sa.Column("mark_price", sa.Numeric(20, 8), nullable=True),
        sa.Column("liquidation_price", sa.Numeric(20, 8), nullable=True),
        sa.Column("leverage", sa.Numeric(7, 2), nullable=True),
        sa.Column("margin", sa.Numeric(20, 8), nullable=True),
        sa.Column("unrealized_pnl", sa.Numeric(20, 8), nullable=True),
        sa.Column("confidence", sa.Numeric(5, 2), nullable=True),
        sa.Column("risk_usd", sa.Numeric(20, 8), nullable=True),
        sa.Column("profit_target", sa.Numeric(20, 8), nullable=True),
        sa.Column("stop_loss", sa.Numeric(20, 8), nullable=True),
        sa.Column("invalidation_condition", sa.Text(), nullable=True),
        sa.Column("entry_oid", sa.BigInteger(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "source",
            sa.Enum(
                "account_totals",
                "model_chat",
                "leaderboard",
                "page",
                name="position_source",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("raw_data", _json(), nullable=True),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.func.now(),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["model_id"], ["llm_models.id"], name="fk_positions_model_id_llm_models"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_positions"),
        sa.UniqueConstraint(
            "model_id",
            "timestamp",
            "symbol",
            "entry_oid",
            name="uq_positions_model_id_timestamp_symbol_entry_oid",
        ),
    )
    op.create_index("ix_positions_entry", "positions", ["entry_oid", "timestamp"])

    op.create_table(
        "reported_statistics",
        sa.Column("id", _big_id(), nullable=False),
        sa.Column("model_id", sa.Integer(), nullable=False),
        sa.Column("observed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("total_trades", sa.Integer(), nullable=True),
        sa.Column("raw_data", _json(), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.func.now(),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["model_id"],
            ["llm_models.id"],
            name="fk_reported_statistics_model_id_llm_models",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_reported_statistics"),
        sa.UniqueConstraint(
            "model_id",
            "observed_at",
            name="uq_reported_statistics_model_id_observed_at",
        ),
    )
    op.create_table(
        "trades",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("season_id", sa.Integer(), nullable=True),
        sa.Column("model_id", sa.Integer(), nullable=False),
        sa.Column("trade_id", sa.String(length=255), nullable=True),
        sa.Column("symbol", sa.String(length=50), nullable=False),
        sa.Column(
            "side",
            sa.Enum(
                "long",
                "short",
                name="trade_side",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("entry_price", sa.Numeric(20, 8), nullable=False),
        sa.Column("exit_price", sa.Numeric(20, 8), nullable=True),
        sa.Column("size", sa.Numeric(28, 10), nullable=False),
        sa.Column("leverage", sa.Numeric(7, 2), nullable=True),
        sa.Column("pnl", sa.Numeric(24, 12), nullable=True),
        sa.Column("pnl_percent", sa.Numeric(10, 4), nullable=True),
        sa.Column("gross_pnl", sa.Numeric(24, 12), nullable=True),
        sa.Column("fees", sa.Numeric(24, 12), nullable=True),
        sa.Column("confidence", sa.Numeric(5, 2), nullable=True),
        sa.Column(
            "status",
            sa.Enum(
                "open",
                "closed",
                "liquidated",
                "cancelled",
                name="trade_status",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("entry_oid", sa.BigInteger(), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("raw_data", _json(), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.func.now(),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["model_id"], ["llm_models.id"], name="fk_trades_model_id_llm_models"
        ),
        sa.ForeignKeyConstraint(
            ["season_id"], ["seasons.id"], name="fk_trades_season_id_seasons"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_trades"),
        sa.UniqueConstraint("trade_id", name="uq_trades_trade_id"),
    )
    op.create_index("ix_trades_closed_at", "trades", ["closed_at"])
    op.create_index("ix_trades_entry_oid", "trades", ["entry_oid"])
    op.create_index("ix_trades_model_id", "trades", ["model_id"])
    op.create_index("ix_trades_opened_at", "trades", ["opened_at"])
    op.create_index("ix_trades_season_id", "trades", ["season_id"])
    op.create_index("ix_trades_symbol", "trades", ["symbol"])

    op.create_table(
        "chat_decisions",
        sa.Column("id", _big_id(), nullable=False),
        sa.Column("model_chat_id", _big_id(), nullable=False),
        sa.Column("symbol", sa.String(length=50), nullable=False),
        sa.Column("signal", sa.String(length=50), nullable=False),
        sa.Column("quantity", sa.Numeric(28, 10), nullable=True),
        sa.Column("leverage", sa.Numeric(7, 2), nullable=True),
        sa.Column("confidence", sa.Numeric(5, 2), nullable=True),
        sa.Column("profit_target", sa.Numeric(20, 8), nullable=True),
        sa.Column("stop_loss", sa.Numeric(20, 8), nullable=True),
        sa.Column("risk_usd", sa.Numeric(20, 8), nullable=True),
        sa.Column("invalidation_condition", sa.Text(), nullable=True),
        sa.Column("justification", sa.Text(), nullable=True),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.func.now(),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["model_chat_id"],
            ["model_chats.id"],
            name="fk_chat_decisions_model_chat_id_model_chats",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_chat_decisions"),
        sa.UniqueConstraint(
            "model_chat_id", "symbol", name="uq_chat_decisions_model_chat_id_symbol"
        ),
    )
    _insert_known_seasons()


def _insert_known_seasons() -> None:
    seasons = sa.table(
        "seasons",
        sa.column("season_number", sa.Numeric(4, 1)),
        sa.column("name", sa.String()),
        sa.column("start_date", sa.DateTime(timezone=True)),
        sa.column("end_date", sa.DateTime(timezone=True)),
        sa.column("initial_capital", sa.Numeric(20, 8)),
        sa.column("status", sa.String()),
    )
    columns = [column.name for column in seasons.columns]
    known = (
        (Decimal(0), "Unassigned", None, None, Decimal(10000), "active"),
        (Decimal(1), "Season 1", *_FIRST, Decimal(10000), "completed"),
        (Decimal("1.5"), "Season 1.5", *_MIDDLE, Decimal(10000), "completed"),
    )
    op.bulk_insert(seasons, [dict(zip(columns, row, strict=True)) for row in known])


def downgrade() -> None:
    op.drop_table("chat_decisions")
    op.drop_index("ix_trades_symbol", table_name="trades")
    op.drop_index("ix_trades_season_id", table_name="trades")
    op.drop_index("ix_trades_opened_at", table_name="trades")
    op.drop_index("ix_trades_model_id", table_name="trades")
    op.drop_index("ix_trades_entry_oid", table_name="trades")
    op.drop_index("ix_trades_closed_at", table_name="trades")

    op.drop_table("trades")
    op.drop_table("reported_statistics")
    op.drop_index("ix_positions_entry", table_name="positions")

    op.drop_table("positions")
    op.drop_index("ix_model_chats_timestamp", table_name="model_chats")
    op.drop_index("ix_model_chats_season_id", table_name="model_chats")
    op.drop_index("ix_model_chats_model_id_cycle_id", table_name="model_chats")

    op.drop_table("model_chats")
    op.drop_index("ix_leaderboard_timestamp", table_name="leaderboard_snapshots")
    op.drop_index("ix_leaderboard_season_model", table_name="leaderboard_snapshots")
    op.drop_index("ix_leaderboard_season_marker", table_name="leaderboard_snapshots")

    op.drop_table("leaderboard_snapshots")
    op.drop_table("source_validators")
    op.drop_table("seasons")
    op.drop_index("ix_scrape_runs_started_at", table_name="scrape_runs")

    op.drop_table("scrape_runs")
    op.drop_index("ix_rejected_payloads_last_seen_at", table_name="rejected_payloads")

    op.drop_table("rejected_payloads")
    op.drop_table("prices")
    op.drop_table("llm_models")
