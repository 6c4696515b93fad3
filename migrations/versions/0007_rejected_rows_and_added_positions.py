"""When rejected rows were observed, and whether a decision adds to a position.

Of what was rejected before, no observation is known.

Revision: 0007
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_TIMES = ("first_observed_at", "last_observed_at")


def upgrade() -> None:
    for name in _TIMES:
        op.add_column("rejected_payloads", sa.Column(name, sa.DateTime(timezone=True)))
    op.add_column("chat_decisions", sa.Column("is_add", sa.Boolean()))


def downgrade() -> None:
    op.drop_column("chat_decisions", "is_add")
    for name in _TIMES:
        op.drop_column("rejected_payloads", name)
