"""training: place and teacher of a session, when somebody came, the test afterwards"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "training"
down_revision: str | None = "receipt_search"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

WORDS = (("place", 60), ("teacher", 30))


def upgrade() -> None:
    for name, length in WORDS:
        column = sa.Column(name, sa.String(length=length), server_default="", nullable=False)
        op.add_column("training_session", column)
    op.add_column(
        "training_attendance", sa.Column("came_at", sa.DateTime(timezone=True), nullable=True)
    )
    for name in ("right", "asked"):
        op.add_column("training_attendance", sa.Column(name, sa.SmallInteger(), nullable=True))


def downgrade() -> None:
    for name in ("asked", "right", "came_at"):
        op.drop_column("training_attendance", name)
    for name, _ in reversed(WORDS):
        op.drop_column("training_session", name)
