"""warning days: what warnings came to stays when their checks are deleted"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "warning_day"
down_revision: str | None = "task_withdrawn"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "warning_day",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("warned", sa.Integer(), nullable=False),
        sa.Column("opened", sa.Integer(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_warning_day")),
    )


def downgrade() -> None:
    op.drop_table("warning_day")
