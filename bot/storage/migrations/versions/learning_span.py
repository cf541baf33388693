"""learning_span: what learning came to stays when its people are forgotten"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "learning_span"
down_revision: str | None = "corrections"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "learning_span",
        sa.Column("first", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("figures", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("first", "until", name="pk_learning_span"),
    )


def downgrade() -> None:
    op.drop_table("learning_span")
