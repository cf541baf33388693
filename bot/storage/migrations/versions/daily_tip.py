"""daily_tip: on which day a subscriber was sent the tip last"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "daily_tip"
down_revision: str | None = "training"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("subscription", sa.Column("tip_on", sa.Date(), nullable=True))


def downgrade() -> None:
    op.drop_column("subscription", "tip_on")
