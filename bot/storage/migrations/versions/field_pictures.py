"""field_pictures: a forward may have a picture, as an activity has"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "field_pictures"
down_revision: str | None = "group_quiz"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("forward", sa.Column("picture", sa.String(length=64), nullable=True))
    op.create_index("ix_forward_picture", "forward", ["picture"])
    op.create_index("ix_activity_picture", "activity", ["picture"])


def downgrade() -> None:
    op.drop_index("ix_activity_picture", table_name="activity")
    op.drop_index("ix_forward_picture", table_name="forward")
    op.drop_column("forward", "picture")
