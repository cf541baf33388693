"""group_quiz: quizzes of a whole group and how many answered each question"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "group_quiz"
down_revision: str | None = "follow_up"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "group_quiz",
        sa.Column("id", BIG, nullable=False),
        sa.Column("group_id", BIG, nullable=False),
        sa.Column("started_by", BIG, nullable=False),
        sa.Column("questions", sa.Text(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["group_id"], ["community_group.id"], name="fk_group_quiz_group_id_community_group"
        ),
        sa.ForeignKeyConstraint(
            ["started_by"], ["staff.id"], name="fk_group_quiz_started_by_staff"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_group_quiz"),
    )
    op.create_index("ix_group_quiz_group_id", "group_quiz", ["group_id"])
    op.create_index("ix_group_quiz_started_by", "group_quiz", ["started_by"])
    op.create_index(
        "ix_group_quiz_open",
        "group_quiz",
        ["group_id"],
        unique=True,
        sqlite_where=sa.text("finished_at IS NULL"),
        postgresql_where=sa.text("finished_at IS NULL"),
    )
    op.create_table(
        "group_poll",
        sa.Column("quiz_id", BIG, nullable=False),
        sa.Column("place", sa.SmallInteger(), nullable=False),
        sa.Column("question", sa.String(length=48), nullable=False),
        sa.Column("family", sa.String(length=32), nullable=False),
        sa.Column("poll_id", sa.String(length=32), nullable=True),
        sa.Column("message_id", sa.BigInteger(), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("late_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("voters", sa.Integer(), nullable=False),
        sa.Column("right", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["quiz_id"],
            ["group_quiz.id"],
            name="fk_group_poll_quiz_id_group_quiz",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("quiz_id", "place", name="pk_group_poll"),
        sa.UniqueConstraint("poll_id", name="uq_group_poll_poll_id"),
    )
    op.create_index("ix_group_poll_closed_at", "group_poll", ["closed_at"])


def downgrade() -> None:
    op.drop_table("group_poll")
    op.drop_table("group_quiz")
