"""guard: how groups are guarded, whom they trust, what was answered"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "guard"
down_revision: str | None = "blocklist"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def _group(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["group_id"],
        ["community_group.id"],
        name=f"fk_{table}_group_id_community_group",
        ondelete="CASCADE",
    )


def upgrade() -> None:
    op.create_table(
        "group_guard",
        sa.Column("group_id", ID, autoincrement=False, nullable=False),
        sa.Column("mode", sa.String(length=8), nullable=False),
        sa.Column("quiet", sa.String(length=11), nullable=False),
        sa.Column("set_at", MOMENT, nullable=False),
        _group("group_guard"),
        sa.PrimaryKeyConstraint("group_id", name="pk_group_guard"),
    )
    op.create_table(
        "guard_trusted",
        sa.Column("group_id", ID, autoincrement=False, nullable=False),
        sa.Column("member_hash", sa.String(length=32), nullable=False),
        _group("guard_trusted"),
        sa.PrimaryKeyConstraint("group_id", "member_hash", name="pk_guard_trusted"),
    )
    op.create_table(
        "guard_answer",
        sa.Column("id", ID, nullable=False),
        sa.Column("group_id", ID, nullable=False),
        sa.Column("trick", sa.String(length=32), nullable=False),
        sa.Column("title", sa.String(length=60), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("mode", sa.String(length=8), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("text_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("undone_at", MOMENT, nullable=True),
        _group("guard_answer"),
        sa.PrimaryKeyConstraint("id", name="pk_guard_answer"),
        sa.UniqueConstraint("group_id", "trick", "day", name="uq_guard_answer_group_id_trick_day"),
    )
    op.create_index("ix_guard_answer_day", "guard_answer", ["day"])


def downgrade() -> None:
    for table in ("guard_answer", "guard_trusted", "group_guard"):
        op.drop_table(table)
