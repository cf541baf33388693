"""broadcast draft: notices that are being written"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "broadcast_draft"
down_revision: str | None = "learning_span"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "broadcast_draft",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("key", sa.String(length=100), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_by", BIG_ID, nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("plan", sa.Text(), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("surge_id", BIG_ID, nullable=True),
        sa.Column("refused_id", BIG_ID, nullable=True),
        sa.ForeignKeyConstraint(
            ["created_by"], ["staff.id"], name=op.f("fk_broadcast_draft_created_by_staff")
        ),
        sa.ForeignKeyConstraint(
            ["surge_id"], ["surge.id"], name=op.f("fk_broadcast_draft_surge_id_surge")
        ),
        sa.ForeignKeyConstraint(
            ["refused_id"],
            ["broadcast.id"],
            name=op.f("fk_broadcast_draft_refused_id_broadcast"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_broadcast_draft")),
        sa.UniqueConstraint("key", name=op.f("uq_broadcast_draft_key")),
        sa.UniqueConstraint("refused_id", name=op.f("uq_broadcast_draft_refused_id")),
        sqlite_autoincrement=True,
    )
    for name in ("created_by", "saved_at"):
        op.create_index(op.f(f"ix_broadcast_draft_{name}"), "broadcast_draft", [name])


def downgrade() -> None:
    op.drop_table("broadcast_draft")
