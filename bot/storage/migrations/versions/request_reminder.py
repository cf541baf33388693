"""requests to partners that are late are brought up"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "request_reminder"
down_revision: str | None = "fund_first"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column(
        "partner_request", sa.Column("remind_at", sa.DateTime(timezone=True), nullable=True)
    )
    op.add_column(
        "partner_request", sa.Column("reminded", sa.Integer(), server_default="0", nullable=False)
    )
    op.execute("UPDATE partner_request SET remind_at = due_at WHERE answered_at IS NULL")
    op.create_index("ix_partner_request_remind_at", "partner_request", ["remind_at"])


def downgrade() -> None:
    op.drop_index("ix_partner_request_remind_at", table_name="partner_request")
    op.drop_column("partner_request", "reminded")
    op.drop_column("partner_request", "remind_at")
