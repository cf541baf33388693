"""fund leads whose money may still be stopped come first in the queue"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "fund_first"
down_revision: str | None = "drill_offer"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

INDEX = "ix_lead_queue_fund"
MONEY_FIRST = sa.text(
    "kind = 'fund' AND state IN ('new', 'signed', 'calling', 'unreachable', 'refused', "
    "'dispatched', 'met')"
)


def upgrade() -> None:
    columns = ["step_due_at", "id"]
    op.create_index(INDEX, "lead", columns, sqlite_where=MONEY_FIRST, postgresql_where=MONEY_FIRST)


def downgrade() -> None:
    op.drop_index(INDEX, table_name="lead")
