"""case family: which trick a local case tells of, so that its article is one tap away"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "case_family"
down_revision: str | None = "setting_change"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("board_case", sa.Column("family", sa.String(length=32), nullable=True))


def downgrade() -> None:
    op.drop_column("board_case", "family")
