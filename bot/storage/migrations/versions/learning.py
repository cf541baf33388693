"""learning: learners, what they know, quizzes and answers; elder mode; articles opened"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "learning"
down_revision: str | None = "second_factor"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column(
        "resident", sa.Column("elder", sa.Boolean(), server_default=sa.false(), nullable=False)
    )
    op.add_column("check", sa.Column("read_at", MOMENT, nullable=True))
    _add_learners()
    _add_quizzes()
    _add_drills()


def _add_learners() -> None:
    op.create_table(
        "learner",
        sa.Column("resident_id", ID, autoincrement=False, nullable=False),
        sa.Column("audience", sa.String(length=12), nullable=False),
        sa.Column("streak", sa.Integer(), nullable=False),
        sa.Column("best", sa.Integer(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["resident_id"],
            ["resident.id"],
            name="fk_learner_resident_id_resident",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("resident_id", name="pk_learner"),
    )
    op.create_table(
        "family_memory",
        sa.Column("resident_id", ID, autoincrement=False, nullable=False),
        sa.Column("family", sa.String(length=32), nullable=False),
        sa.Column("audience", sa.String(length=12), nullable=False),
        sa.Column("first_correct", sa.Boolean(), nullable=False),
        sa.Column("first_at", MOMENT, nullable=False),
        sa.Column("latest_correct", sa.Boolean(), nullable=False),
        sa.Column("latest_at", MOMENT, nullable=False),
        sa.Column("right_at", MOMENT, nullable=True),
        sa.Column("forgot_days", sa.Integer(), nullable=True),
        sa.Column("step", sa.SmallInteger(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["resident_id"],
            ["resident.id"],
            name="fk_family_memory_resident_id_resident",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("resident_id", "family", name="pk_family_memory"),
    )
    op.create_index("ix_family_memory_family_audience", "family_memory", ["family", "audience"])
    op.create_index("ix_family_memory_latest_at", "family_memory", ["latest_at"])


def _add_quizzes() -> None:
    op.create_table(
        "quiz_attempt",
        sa.Column("id", ID, nullable=False),
        sa.Column("resident_id", ID, nullable=True),
        sa.Column("purpose", sa.String(length=12), nullable=False),
        sa.Column("audience", sa.String(length=12), nullable=False),
        sa.Column("questions", sa.Text(), nullable=False),
        sa.Column("asked", sa.SmallInteger(), nullable=False),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("finished_at", MOMENT, nullable=True),
        sa.Column("right", sa.SmallInteger(), nullable=True),
        sa.Column("class_id", sa.BigInteger(), nullable=True),
        sa.Column("session_id", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["resident_id"],
            ["resident.id"],
            name="fk_quiz_attempt_resident_id_resident",
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_quiz_attempt"),
    )
    op.create_index(
        "ix_quiz_attempt_resident_id_finished_at", "quiz_attempt", ["resident_id", "finished_at"]
    )
    for column in ("started_at", "class_id", "session_id"):
        op.create_index(f"ix_quiz_attempt_{column}", "quiz_attempt", [column])
    op.create_table(
        "quiz_answer",
        sa.Column("attempt_id", ID, autoincrement=False, nullable=False),
        sa.Column("place", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("question", sa.String(length=48), nullable=False),
        sa.Column("family", sa.String(length=32), nullable=False),
        sa.Column("chosen", sa.SmallInteger(), nullable=False),
        sa.Column("correct", sa.Boolean(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["attempt_id"],
            ["quiz_attempt.id"],
            name="fk_quiz_answer_attempt_id_quiz_attempt",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("attempt_id", "place", name="pk_quiz_answer"),
    )
    op.create_index("ix_quiz_answer_at", "quiz_answer", ["at"])


def _add_drills() -> None:
    op.create_table(
        "drill_run",
        sa.Column("id", ID, nullable=False),
        sa.Column("resident_id", ID, nullable=True),
        sa.Column("drill", sa.String(length=24), nullable=False),
        sa.Column("family", sa.String(length=32), nullable=False),
        sa.Column("guarded", sa.Boolean(), nullable=False),
        sa.Column("node", sa.String(length=32), nullable=False),
        sa.Column("missed", sa.Text(), nullable=False),
        sa.Column("result", sa.String(length=12), nullable=False),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["resident_id"],
            ["resident.id"],
            name="fk_drill_run_resident_id_resident",
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_drill_run"),
    )
    op.create_index("ix_drill_run_resident_id_ended_at", "drill_run", ["resident_id", "ended_at"])
    op.create_index("ix_drill_run_started_at", "drill_run", ["started_at"])


def downgrade() -> None:
    for table in ("drill_run", "quiz_answer", "quiz_attempt", "family_memory", "learner"):
        op.drop_table(table)
    op.drop_column("check", "read_at")
    op.drop_column("resident", "elder")
