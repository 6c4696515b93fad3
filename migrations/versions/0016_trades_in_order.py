"""An index of trades by when they were traded, which is computed, for lists of them.

Revision: 0016
"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

_INDEX = "ix_trades_traded_at"
_COMPLETE_BY = "coalesce(first_observed_at, created_at)"
_TRADED_AT = (
    f"(CASE WHEN (closed_at > {_COMPLETE_BY}) THEN {_COMPLETE_BY}"
    " ELSE coalesce(closed_at, opened_at) END)"
)


def upgrade() -> None:
    op.create_index(_INDEX, "trades", [sa.text(_TRADED_AT), "id"])


def downgrade() -> None:
    # SQLite copies a table to drop a column of it, and SQLAlchemy does not copy this index.
    op.drop_index(_INDEX, "trades", if_exists=True)
