"""What the exchange itself says that accounts were worth.

Revision: 0013
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "portfolio_values",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column(
            "model_id",
            sa.Integer(),
            sa.ForeignKey(
                "llm_models.id", name="fk_portfolio_values_model_id_llm_models"
            ),
            nullable=False,
        ),
        sa.Column("observed_at", _TIME, nullable=False),
        sa.Column("equity", sa.Numeric(20, 8), nullable=False),
        sa.Column("created_at", _TIME, server_default=sa.func.now(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_portfolio_values"),
        sa.UniqueConstraint(
            *("model_id", "observed_at"),
            name="uq_portfolio_values_model_id_observed_at",
        ),
    )


def downgrade() -> None:
    op.drop_table("portfolio_values")
