"""who is new in a guarded group, until he first says something"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "newcomers"
down_revision: str | None = "findings"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "guard_newcomer",
        sa.Column("member_hash", sa.String(length=32), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("member_hash", name="pk_guard_newcomer"),
    )
    op.create_index("ix_guard_newcomer_until", "guard_newcomer", ["until"])


def downgrade() -> None:
    op.drop_table("guard_newcomer")
