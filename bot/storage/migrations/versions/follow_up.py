"""follow_up: the bot's questions 7 and 30 days after somebody was dissuaded"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "follow_up"
down_revision: str | None = "rollups"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "follow_up",
        sa.Column("lead_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("days", sa.SmallInteger(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answer", sa.String(length=12), nullable=True),
        sa.Column("satisfied", sa.SmallInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["lead_id"],
            ["lead.id"],
            name=op.f("fk_follow_up_lead_id_lead"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("lead_id", "days", name=op.f("pk_follow_up")),
    )
    op.add_column(
        "resident",
        sa.Column("no_follow_up", sa.Boolean(), server_default=sa.false(), nullable=False),
    )


def downgrade() -> None:
    op.drop_column("resident", "no_follow_up")
    op.drop_table("follow_up")
