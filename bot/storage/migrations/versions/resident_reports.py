"""resident reports: for whom, what is known of a transfer, evidence, erased leads, testers

Columns come and go by plain ALTER: rebuilding `lead` or `resident`, as a batch does on SQLite,
would delete everything that points to them.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "resident_reports"
down_revision: str | None = "duty_work"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:

    op.create_table(
        "transfer",
        sa.Column(
            "lead_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("elements_sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["lead_id"], ["lead.id"], name=op.f("fk_transfer_lead_id_lead"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("lead_id", name=op.f("pk_transfer")),
    )
    op.create_table(
        "evidence",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("lead_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("draft", sa.String(length=16), nullable=True),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("gone_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["lead_id"], ["lead.id"], name=op.f("fk_evidence_lead_id_lead"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence")),
        sa.UniqueConstraint("key", name=op.f("uq_evidence_key")),
    )
    with op.batch_alter_table("evidence", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_evidence_created_at"), ["created_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_evidence_draft"), ["draft"], unique=False)
        batch_op.create_index(batch_op.f("ix_evidence_lead_id"), ["lead_id"], unique=False)

    op.add_column(
        "lead", sa.Column("reporter", sa.String(length=12), server_default="self", nullable=False)
    )
    op.add_column("lead", sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("resident", sa.Column("tested_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:

    op.drop_column("resident", "tested_at")
    op.drop_column("lead", "erased_at")
    op.drop_column("lead", "reporter")
    with op.batch_alter_table("evidence", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_evidence_lead_id"))
        batch_op.drop_index(batch_op.f("ix_evidence_draft"))
        batch_op.drop_index(batch_op.f("ix_evidence_created_at"))

    op.drop_table("evidence")
    op.drop_table("transfer")
