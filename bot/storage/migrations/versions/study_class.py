"""study_class: classes of schools and companies, and who learns in them"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "study_class"
down_revision: str | None = "field_pictures"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "study_class",
        sa.Column("id", BIG, nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("code", sa.String(length=12), nullable=False),
        sa.Column("contact_hash", sa.String(length=32), nullable=True),
        sa.Column("contact_asked_at", MOMENT, nullable=False),
        sa.Column("contact_id", BIG, nullable=True),
        sa.Column("made_by", BIG, nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("closed_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["contact_id"],
            ["resident.id"],
            name="fk_study_class_contact_id_resident",
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(["made_by"], ["staff.id"], name="fk_study_class_made_by_staff"),
        sa.PrimaryKeyConstraint("id", name="pk_study_class"),
        sa.UniqueConstraint("code", name="uq_study_class_code"),
        sa.UniqueConstraint("contact_hash", name="uq_study_class_contact_hash"),
    )
    op.create_index("ix_study_class_contact_id", "study_class", ["contact_id"])
    op.create_index("ix_study_class_made_by", "study_class", ["made_by"])
    op.create_table(
        "class_member",
        sa.Column("resident_id", BIG, autoincrement=False, nullable=False),
        sa.Column("class_id", BIG, nullable=False),
        sa.Column("joined_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["resident_id"],
            ["resident.id"],
            name="fk_class_member_resident_id_resident",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["class_id"],
            ["study_class.id"],
            name="fk_class_member_class_id_study_class",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("resident_id", name="pk_class_member"),
    )
    op.create_index("ix_class_member_class_id", "class_member", ["class_id"])
    op.add_column("drill_run", sa.Column("class_id", sa.BigInteger(), nullable=True))
    op.create_index("ix_drill_run_class_id", "drill_run", ["class_id"])


def downgrade() -> None:
    op.drop_index("ix_drill_run_class_id", table_name="drill_run")
    op.drop_column("drill_run", "class_id")
    op.drop_table("class_member")
    op.drop_table("study_class")
