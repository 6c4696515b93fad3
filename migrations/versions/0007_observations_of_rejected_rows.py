"""When rejected rows were observed, so that they are stored with their time later.

Of what was rejected before, no observation is known.

Revision: 0007
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_COLUMNS = ("first_observed_at", "last_observed_at")


def upgrade() -> None:
    for name in _COLUMNS:
        op.add_column("rejected_payloads", sa.Column(name, sa.DateTime(timezone=True)))


def downgrade() -> None:
    for name in _COLUMNS:
        op.drop_column("rejected_payloads", name)
