"""duty desk: steps and versions of leads, contacts, stop-payments, shifts, merges, seals

Columns of `lead` come and go by plain ALTER: rebuilding the table, as a batch does on SQLite,
would delete everything that points to it.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0002"
down_revision: str | None = "library_work"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:

    op.create_table(
        "audit_seal",
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lines", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_audit_seal")),
    )
    op.create_table(
        "once",
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_once")),
    )
    op.create_table(
        "shift",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("staff_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("added_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["added_by"], ["staff.id"], name=op.f("fk_shift_added_by_staff")),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name=op.f("fk_shift_staff_id_staff"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shift")),
    )
    with op.batch_alter_table("shift", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_shift_ends_at"), ["ends_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_shift_staff_id"), ["staff_id"], unique=False)

    op.create_table(
        "contact",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("lead_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("staff_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("way", sa.String(length=8), nullable=False),
        sa.Column("result", sa.String(length=12), nullable=False),
        sa.Column("note_sealed", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["lead_id"], ["lead.id"], name=op.f("fk_contact_lead_id_lead"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_contact_staff_id_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact")),
    )
    with op.batch_alter_table("contact", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_contact_lead_id"), ["lead_id"], unique=False)

    op.create_table(
        "lead_merge",
        sa.Column(
            "lead_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("into_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["into_id"], ["lead.id"], name=op.f("fk_lead_merge_into_id_lead"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["lead_id"], ["lead.id"], name=op.f("fk_lead_merge_lead_id_lead"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("lead_id", name=op.f("pk_lead_merge")),
    )
    with op.batch_alter_table("lead_merge", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_lead_merge_into_id"), ["into_id"], unique=False)

    op.create_table(
        "stop_payment",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("lead_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("staff_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("bank", sa.String(length=60), nullable=False),
        sa.Column("receipt", sa.String(length=60), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("result", sa.String(length=12), nullable=False),
        sa.Column("done_fen", sa.BigInteger(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["lead_id"], ["lead.id"], name=op.f("fk_stop_payment_lead_id_lead"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name=op.f("fk_stop_payment_staff_id_staff")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stop_payment")),
    )
    with op.batch_alter_table("stop_payment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_stop_payment_asked_at"), ["asked_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_stop_payment_lead_id"), ["lead_id"], unique=False)

    op.add_column("lead", sa.Column("version", sa.Integer(), server_default="0", nullable=False))
    op.add_column("lead", sa.Column("step_due_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("lead", sa.Column("remind_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column(
        "lead", sa.Column("reminded", sa.SmallInteger(), server_default="0", nullable=False)
    )
    op.add_column("lead", sa.Column("escalated_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("lead", sa.Column("station", sa.String(length=60), nullable=True))
    op.add_column(
        "lead", sa.Column("prank", sa.Boolean(), server_default=sa.false(), nullable=False)
    )
    op.add_column("lead", sa.Column("appeal", sa.String(length=12), nullable=True))
    op.create_index(op.f("ix_lead_remind_at"), "lead", ["remind_at"], unique=False)
    op.execute("UPDATE lead SET step_due_at = due_at, remind_at = due_at WHERE state = 'new'")

    with op.batch_alter_table("lead_event", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_lead_event_at"), ["at"], unique=False)


def downgrade() -> None:

    with op.batch_alter_table("lead_event", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_lead_event_at"))

    op.drop_index(op.f("ix_lead_remind_at"), "lead")
    op.drop_column("lead", "appeal")
    op.drop_column("lead", "prank")
    op.drop_column("lead", "station")
    op.drop_column("lead", "escalated_at")
    op.drop_column("lead", "reminded")
    op.drop_column("lead", "remind_at")
    op.drop_column("lead", "step_due_at")
    op.drop_column("lead", "version")

    with op.batch_alter_table("stop_payment", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_stop_payment_lead_id"))
        batch_op.drop_index(batch_op.f("ix_stop_payment_asked_at"))

    op.drop_table("stop_payment")
    with op.batch_alter_table("lead_merge", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_lead_merge_into_id"))

    op.drop_table("lead_merge")
    with op.batch_alter_table("contact", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_contact_lead_id"))

    op.drop_table("contact")
    with op.batch_alter_table("shift", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_shift_staff_id"))
        batch_op.drop_index(batch_op.f("ix_shift_ends_at"))

    op.drop_table("shift")
    op.drop_table("once")
    op.drop_table("audit_seal")
