"""library work: officers' scripts, the history of the library, texts kept for review"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "library_work"
down_revision: str | None = "0001"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:

    op.create_table(
        "library_review",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("source", sa.String(length=8), nullable=False),
        sa.Column("text_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("text_hash", sa.String(length=32), nullable=False),
        sa.Column("level", sa.String(length=16), nullable=False),
        sa.Column("score", sa.Double(), nullable=False),
        sa.Column("family", sa.String(length=32), nullable=True),
        sa.Column("library_version", sa.String(length=32), nullable=False),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decision", sa.String(length=16), nullable=True),
        sa.Column(
            "decided_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["staff.id"], name=op.f("fk_library_review_decided_by_staff")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_library_review")),
        sa.UniqueConstraint("text_hash", name=op.f("uq_library_review_text_hash")),
    )
    with op.batch_alter_table("library_review", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_library_review_kept_at"), ["kept_at"], unique=False)

    op.create_table(
        "library_script",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("family", sa.String(length=32), nullable=False),
        sa.Column("register", sa.String(length=8), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("added_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "retired_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["added_by"], ["staff.id"], name=op.f("fk_library_script_added_by_staff")
        ),
        sa.ForeignKeyConstraint(
            ["retired_by"], ["staff.id"], name=op.f("fk_library_script_retired_by_staff")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_library_script")),
    )
    op.create_table(
        "library_change",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column(
            "script_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("staff_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("why", sa.String(length=200), nullable=False),
        sa.Column("back_to", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["script_id"],
            ["library_script.id"],
            name=op.f("fk_library_change_script_id_library_script"),
        ),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name=op.f("fk_library_change_staff_id_staff")
        ),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_library_change")),
    )
    with op.batch_alter_table("library_change", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_library_change_script_id"), ["script_id"], unique=False
        )


def downgrade() -> None:

    with op.batch_alter_table("library_change", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_library_change_script_id"))

    op.drop_table("library_change")
    op.drop_table("library_script")
    with op.batch_alter_table("library_review", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_library_review_kept_at"))

    op.drop_table("library_review")
