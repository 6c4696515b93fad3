"""Prices of several sources, the exchange's record, and from where a trade is known.

Before, all prices were from the site's own list, and all trades from the site.

Revision: 0010
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_TIME = sa.DateTime(timezone=True)
_JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
_USD = sa.Numeric(20, 8)
_PNL = sa.Numeric(24, 12)
_UNITS = sa.Numeric(28, 10)
_RATE = sa.Numeric(20, 14)
_OLD_KEY = "uq_prices_symbol_observed_at"
_NEW_KEY = "uq_prices_symbol_observed_at_source"
_PRICE_SOURCES = ("crypto_prices", "model_chat", "model_chat_series")
_TABLES = (
    "backfill_positions",
    "exchange_equities",
    "candles",
    "ledger_updates",
    "funding_payments",
    "fills",
)


def upgrade() -> None:
    _widen_prices()
    op.add_column("llm_models", sa.Column("wallet", sa.String(42)))
    # In one statement: SQLite adds no constraint to a table that is there.
    op.execute(
        "ALTER TABLE trades ADD COLUMN source VARCHAR(20) DEFAULT 'site' NOT NULL"
        " CONSTRAINT trade_source CHECK (source IN ('site', 'hyperliquid'))"
    )
    _create_fills()
    _create_payments()
    _create_candles()
    _create_equities()
    _create_positions()


def _widen_prices() -> None:
    source = sa.Enum(
        *_PRICE_SOURCES,
        name="price_source",
        native_enum=False,
        create_constraint=True,
        length=20,
    )
    with op.batch_alter_table("prices") as table:
        table.add_column(
            sa.Column("source", source, nullable=False, server_default="crypto_prices")
        )
        table.add_column(sa.Column("funding_rate", _RATE))
        table.add_column(sa.Column("open_interest", _UNITS))
        table.drop_constraint(_OLD_KEY, type_="unique")
        table.create_unique_constraint(_NEW_KEY, ["symbol", "observed_at", "source"])


def _created() -> sa.Column[object]:
    return sa.Column("created_at", _TIME, server_default=sa.func.now(), nullable=False)


def _account(table: str) -> tuple[sa.Column[object], sa.ForeignKeyConstraint]:
    return (
        sa.Column("model_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["model_id"], ["llm_models.id"], name=f"fk_{table}_model_id_llm_models"
        ),
    )


def _create_fills() -> None:
    op.create_table(
        "fills",
        sa.Column("id", _BIG, nullable=False),
        *_account("fills"),
        sa.Column("oid", sa.BigInteger(), nullable=False),
        sa.Column("tid", sa.BigInteger(), nullable=False),
        sa.Column("symbol", sa.String(50), nullable=False),
        sa.Column(
            "side",
            sa.Enum(
                "buy",
                "sell",
                name="fill_side",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("quantity", _UNITS, nullable=False),
        sa.Column("price", _USD, nullable=False),
        sa.Column("filled_at", _TIME, nullable=False),
        sa.Column("start_position", _UNITS, nullable=False),
        sa.Column("direction", sa.String(50), nullable=False),
        sa.Column("closed_pnl", _PNL, nullable=False),
        sa.Column("fee", _PNL, nullable=False),
        sa.Column("is_taker", sa.Boolean(), nullable=False),
        sa.Column("is_liquidation", sa.Boolean(), nullable=False),
        sa.Column("raw_data", _JSON, nullable=False),
        _created(),
        sa.PrimaryKeyConstraint("id", name="pk_fills"),
        sa.UniqueConstraint(
            *("model_id", "oid", "tid", "filled_at"),
            name="uq_fills_model_id_oid_tid_filled_at",
        ),
    )
    op.create_index("ix_fills_model_id_filled_at", "fills", ["model_id", "filled_at"])


def _create_payments() -> None:
    op.create_table(
        "funding_payments",
        sa.Column("id", _BIG, nullable=False),
        *_account("funding_payments"),
        sa.Column("symbol", sa.String(50), nullable=False),
        sa.Column("paid_at", _TIME, nullable=False),
        sa.Column("amount", _PNL, nullable=False),
        sa.Column("position", _UNITS, nullable=False),
        sa.Column("rate", _RATE, nullable=False),
        _created(),
        sa.PrimaryKeyConstraint("id", name="pk_funding_payments"),
        sa.UniqueConstraint(
            *("model_id", "symbol", "paid_at"),
            name="uq_funding_payments_model_id_symbol_paid_at",
        ),
    )
    op.create_table(
        "ledger_updates",
        sa.Column("id", _BIG, nullable=False),
        *_account("ledger_updates"),
        sa.Column("happened_at", _TIME, nullable=False),
        sa.Column("hash", sa.String(66), nullable=False),
        sa.Column("kind", sa.String(50), nullable=False),
        sa.Column("amount", _PNL),
        sa.Column("raw_data", _JSON, nullable=False),
        _created(),
        sa.PrimaryKeyConstraint("id", name="pk_ledger_updates"),
        sa.UniqueConstraint(
            *("model_id", "happened_at", "hash", "kind"),
            name="uq_ledger_updates_model_id_happened_at_hash_kind",
        ),
    )


def _create_candles() -> None:
    op.create_table(
        "candles",
        sa.Column("id", _BIG, nullable=False),
        sa.Column("symbol", sa.String(50), nullable=False),
        sa.Column("interval", sa.String(4), nullable=False),
        sa.Column("opened_at", _TIME, nullable=False),
        sa.Column("closed_at", _TIME, nullable=False),
        *(sa.Column(n, _USD, nullable=False) for n in ("open", "high", "low", "close")),
        sa.Column("volume", _UNITS, nullable=False),
        sa.Column("trades", sa.Integer(), nullable=False),
        _created(),
        sa.PrimaryKeyConstraint("id", name="pk_candles"),
        sa.UniqueConstraint(
            *("symbol", "interval", "opened_at"),
            name="uq_candles_symbol_interval_opened_at",
        ),
    )


def _create_equities() -> None:
    op.create_table(
        "exchange_equities",
        sa.Column("id", _BIG, nullable=False),
        *_account("exchange_equities"),
        sa.Column("observed_at", _TIME, nullable=False),
        sa.Column("interval", sa.String(4), nullable=False),
        sa.Column("equity", _USD, nullable=False),
        _created(),
        sa.Column("updated_at", _TIME),
        sa.PrimaryKeyConstraint("id", name="pk_exchange_equities"),
        sa.UniqueConstraint(
            *("model_id", "observed_at", "interval"),
            name="uq_exchange_equities_model_id_observed_at_interval",
        ),
    )


def _create_positions() -> None:
    op.create_table(
        "backfill_positions",
        sa.Column("source", sa.String(20), nullable=False),
        sa.Column("subject", sa.String(300), nullable=False),
        sa.Column("reached", sa.Text(), nullable=False),
        _created(),
        sa.Column("updated_at", _TIME),
        sa.PrimaryKeyConstraint("source", "subject", name="pk_backfill_positions"),
    )


def downgrade() -> None:
    for name in _TABLES:
        op.drop_table(name)
    op.execute("DELETE FROM trades WHERE source <> 'site'")
    with op.batch_alter_table("trades") as table:
        # A later migration may have made the table again: then the check is no longer
        # part of the column, and goes by itself.
        table.drop_constraint("trade_source", type_="check")
        table.drop_column("source")
    op.drop_column("llm_models", "wallet")
    _narrow_prices()


def _narrow_prices() -> None:
    gone = "SELECT id FROM prices WHERE source <> 'crypto_prices'"
    for noted in ("row_versions", "revisions"):
        op.execute(
            f"DELETE FROM {noted}"  # noqa: S608  names of ours
            f" WHERE table_name = 'prices' AND row_id IN ({gone})"
        )
    op.execute("DELETE FROM prices WHERE source <> 'crypto_prices'")
    with op.batch_alter_table("prices") as table:
        table.drop_constraint(_NEW_KEY, type_="unique")
        table.create_unique_constraint(_OLD_KEY, ["symbol", "observed_at"])
        for name in ("open_interest", "funding_rate"):
            table.drop_column(name)
        table.drop_constraint("price_source", type_="check")
        table.drop_column("source")
