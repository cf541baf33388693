"""answered updates: the message in the chat that their verdict stands in"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "bundles"
down_revision: str | None = "study_class"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("answered_update", sa.Column("stands_as", sa.BigInteger(), nullable=True))


def downgrade() -> None:
    op.drop_column("answered_update", "stands_as")
