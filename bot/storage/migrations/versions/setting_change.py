"""setting_change: settings changed while everything runs"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "setting_change"
down_revision: str | None = "day_facts"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "setting_change",
        sa.Column("id", ID, nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("value", sa.String(length=400), nullable=True),
        sa.Column("before", sa.String(length=400), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_setting_change"),
    )
    op.create_index("ix_setting_change_name", "setting_change", ["name"])


def downgrade() -> None:
    op.drop_table("setting_change")
