"""board case: local cases for the public board, written by one officer, approved by another"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "board_case"
down_revision: str | None = "lead_watch"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "board_case",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("category", sa.String(length=32), nullable=False),
        sa.Column("title", sa.String(length=30), nullable=False),
        sa.Column("story", sa.String(length=300), nullable=False),
        sa.Column("antidote", sa.String(length=60), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("author_id", BIG_ID, nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", BIG_ID, nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["author_id"], ["staff.id"], name=op.f("fk_board_case_author_id_staff")
        ),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["staff.id"], name=op.f("fk_board_case_decided_by_staff")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_board_case")),
    )
    op.create_index(op.f("ix_board_case_written_at"), "board_case", ["written_at"])


def downgrade() -> None:
    op.drop_table("board_case")
