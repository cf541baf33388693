"""leads: who has which one open"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "lead_watch"
down_revision: str | None = "learning"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "lead_watch",
        sa.Column("lead_id", ID, autoincrement=False, nullable=False),
        sa.Column("staff_id", ID, autoincrement=False, nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["lead_id"], ["lead.id"], name="fk_lead_watch_lead_id_lead", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name="fk_lead_watch_staff_id_staff", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("lead_id", "staff_id", name="pk_lead_watch"),
    )
    op.create_index("ix_lead_watch_staff_id", "lead_watch", ["staff_id"])


def downgrade() -> None:
    op.drop_table("lead_watch")
