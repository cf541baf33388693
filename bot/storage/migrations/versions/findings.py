"""what an inspection found, line by line, and which line a rectification answers"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "findings"
down_revision: str | None = "request_reminder"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("unit_task", sa.Column("found_sealed", sa.LargeBinary(), nullable=True))
    op.add_column("unit_task", sa.Column("finding", sa.Integer(), nullable=True))


def downgrade() -> None:
    op.drop_column("unit_task", "finding")
    op.drop_column("unit_task", "found_sealed")
