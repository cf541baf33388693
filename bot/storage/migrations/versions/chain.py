"""chain: units, requests to partners, tasks, ledgers, case files, training, imported lines"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "chain"
down_revision: str | None = "lead_place"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "unit",
        sa.Column("id", ID, nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("member", sa.Boolean(), nullable=False),
        sa.Column("two_card", sa.Boolean(), nullable=False),
        sa.Column("joined_at", MOMENT, nullable=False),
        sa.Column("left_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_unit"),
        sa.UniqueConstraint("name", name="uq_unit_name"),
    )
    op.create_table(
        "case_file",
        sa.Column("id", ID, nullable=False),
        sa.Column("number_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("number_hash", sa.String(length=32), nullable=False),
        sa.Column("category", sa.String(length=32), nullable=False),
        sa.Column("filed_at", MOMENT, nullable=False),
        sa.Column("staff_id", ID, nullable=False),
        sa.Column("recorded_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_case_file_staff_id_staff"),
        sa.PrimaryKeyConstraint("id", name="pk_case_file"),
        sa.UniqueConstraint("number_hash", name="uq_case_file_number_hash"),
    )
    op.create_index("ix_case_file_filed_at", "case_file", ["filed_at"], unique=False)
    op.create_table(
        "import_source",
        sa.Column("id", ID, nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("mapping", sa.Text(), nullable=False),
        sa.Column("changed_by", ID, nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["changed_by"], ["staff.id"], name="fk_import_source_changed_by_staff"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_import_source"),
        sa.UniqueConstraint("name", name="uq_import_source_name"),
    )
    op.create_table(
        "training_session",
        sa.Column("id", ID, nullable=False),
        sa.Column("subject", sa.String(length=60), nullable=False),
        sa.Column("held_at", MOMENT, nullable=False),
        sa.Column("recorded_by", ID, nullable=False),
        sa.ForeignKeyConstraint(
            ["recorded_by"], ["staff.id"], name="fk_training_session_recorded_by_staff"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_training_session"),
    )
    op.create_index("ix_training_session_held_at", "training_session", ["held_at"], unique=False)
    op.create_table(
        "unit_task",
        sa.Column("id", ID, nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("unit_id", ID, nullable=False),
        sa.Column("parent_id", ID, nullable=True),
        sa.Column("title_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("given_by", ID, nullable=False),
        sa.Column("given_at", MOMENT, nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("result_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("findings", sa.Integer(), nullable=True),
        sa.Column("done_by", ID, nullable=True),
        sa.Column("done_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["done_by"], ["staff.id"], name="fk_unit_task_done_by_staff"),
        sa.ForeignKeyConstraint(["given_by"], ["staff.id"], name="fk_unit_task_given_by_staff"),
        sa.ForeignKeyConstraint(
            ["parent_id"], ["unit_task.id"], name="fk_unit_task_parent_id_unit_task"
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name="fk_unit_task_unit_id_unit"),
        sa.PrimaryKeyConstraint("id", name="pk_unit_task"),
    )
    op.create_index("ix_unit_task_done_at", "unit_task", ["done_at"], unique=False)
    op.create_index("ix_unit_task_unit_id", "unit_task", ["unit_id"], unique=False)
    op.create_table(
        "case_lead",
        sa.Column("case_id", ID, nullable=False),
        sa.Column("lead_id", ID, nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["case_file.id"], name="fk_case_lead_case_id_case_file"
        ),
        sa.ForeignKeyConstraint(["lead_id"], ["lead.id"], name="fk_case_lead_lead_id_lead"),
        sa.PrimaryKeyConstraint("case_id", "lead_id", name="pk_case_lead"),
    )
    op.create_table(
        "imported_line",
        sa.Column("source_id", ID, nullable=False),
        sa.Column("key_hash", sa.String(length=32), nullable=False),
        sa.Column("lead_id", ID, nullable=False),
        sa.ForeignKeyConstraint(["lead_id"], ["lead.id"], name="fk_imported_line_lead_id_lead"),
        sa.ForeignKeyConstraint(
            ["source_id"], ["import_source.id"], name="fk_imported_line_source_id_import_source"
        ),
        sa.PrimaryKeyConstraint("source_id", "key_hash", name="pk_imported_line"),
    )
    op.create_index("ix_imported_line_lead_id", "imported_line", ["lead_id"], unique=False)
    op.create_table(
        "ledger_entry",
        sa.Column("id", ID, nullable=False),
        sa.Column("ledger", sa.String(length=12), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("happened_at", MOMENT, nullable=False),
        sa.Column("recorded_at", MOMENT, nullable=False),
        sa.Column("staff_id", ID, nullable=False),
        sa.Column("unit_id", ID, nullable=True),
        sa.Column("lead_id", ID, nullable=True),
        sa.Column("case_id", ID, nullable=True),
        sa.Column("entry_id", ID, nullable=True),
        sa.Column("corrects_id", ID, nullable=True),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("until", MOMENT, nullable=True),
        sa.Column("subject_hash", sa.String(length=32), nullable=True),
        sa.Column("words_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["case_file.id"], name="fk_ledger_entry_case_id_case_file"
        ),
        sa.ForeignKeyConstraint(
            ["corrects_id"], ["ledger_entry.id"], name="fk_ledger_entry_corrects_id_ledger_entry"
        ),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["ledger_entry.id"], name="fk_ledger_entry_entry_id_ledger_entry"
        ),
        sa.ForeignKeyConstraint(["lead_id"], ["lead.id"], name="fk_ledger_entry_lead_id_lead"),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_ledger_entry_staff_id_staff"),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name="fk_ledger_entry_unit_id_unit"),
        sa.PrimaryKeyConstraint("id", name="pk_ledger_entry"),
        sa.UniqueConstraint("corrects_id", name="uq_ledger_entry_corrects_id"),
        sa.UniqueConstraint("ledger", "position", name="uq_ledger_entry_ledger_position"),
    )
    op.create_index("ix_ledger_entry_case_id", "ledger_entry", ["case_id"], unique=False)
    op.create_index("ix_ledger_entry_entry_id", "ledger_entry", ["entry_id"], unique=False)
    op.create_index("ix_ledger_entry_lead_id", "ledger_entry", ["lead_id"], unique=False)
    op.create_index(
        "ix_ledger_entry_ledger_happened_at",
        "ledger_entry",
        ["ledger", "happened_at"],
        unique=False,
    )
    op.create_index("ix_ledger_entry_subject_hash", "ledger_entry", ["subject_hash"], unique=False)
    op.create_table(
        "partner_request",
        sa.Column("id", ID, nullable=False),
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("unit_id", ID, nullable=False),
        sa.Column("lead_id", ID, nullable=True),
        sa.Column("wave", sa.String(length=20), nullable=True),
        sa.Column("from_partner", sa.Boolean(), nullable=False),
        sa.Column("words_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("asked_by", ID, nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("acknowledged_by", ID, nullable=True),
        sa.Column("acknowledged_at", MOMENT, nullable=True),
        sa.Column("result", sa.String(length=12), nullable=True),
        sa.Column("answer_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("receipt_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("answered_by", ID, nullable=True),
        sa.Column("answered_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["acknowledged_by"], ["staff.id"], name="fk_partner_request_acknowledged_by_staff"
        ),
        sa.ForeignKeyConstraint(
            ["answered_by"], ["staff.id"], name="fk_partner_request_answered_by_staff"
        ),
        sa.ForeignKeyConstraint(
            ["asked_by"], ["staff.id"], name="fk_partner_request_asked_by_staff"
        ),
        sa.ForeignKeyConstraint(["lead_id"], ["lead.id"], name="fk_partner_request_lead_id_lead"),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name="fk_partner_request_unit_id_unit"),
        sa.PrimaryKeyConstraint("id", name="pk_partner_request"),
        sa.UniqueConstraint("number", name="uq_partner_request_number"),
    )
    op.create_index("ix_partner_request_asked_at", "partner_request", ["asked_at"], unique=False)
    op.create_index("ix_partner_request_lead_id", "partner_request", ["lead_id"], unique=False)
    op.create_index(
        "ix_partner_request_unit_id_asked_at",
        "partner_request",
        ["unit_id", "asked_at"],
        unique=False,
    )
    op.create_index("ix_partner_request_wave", "partner_request", ["wave"], unique=False)
    op.create_table(
        "training_attendance",
        sa.Column("session_id", ID, nullable=False),
        sa.Column("staff_id", ID, nullable=False),
        sa.Column("came", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["session_id"],
            ["training_session.id"],
            name="fk_training_attendance_session_id_training_session",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name="fk_training_attendance_staff_id_staff"
        ),
        sa.PrimaryKeyConstraint("session_id", "staff_id", name="pk_training_attendance"),
    )
    op.add_column("staff", sa.Column("unit_id", sa.BigInteger(), nullable=True))


def downgrade() -> None:

    op.drop_column("staff", "unit_id")
    op.drop_table("training_attendance")
    op.drop_index("ix_partner_request_wave", table_name="partner_request")
    op.drop_index("ix_partner_request_unit_id_asked_at", table_name="partner_request")
    op.drop_index("ix_partner_request_lead_id", table_name="partner_request")
    op.drop_index("ix_partner_request_asked_at", table_name="partner_request")
    op.drop_table("partner_request")
    op.drop_index("ix_ledger_entry_subject_hash", table_name="ledger_entry")
    op.drop_index("ix_ledger_entry_ledger_happened_at", table_name="ledger_entry")
    op.drop_index("ix_ledger_entry_lead_id", table_name="ledger_entry")
    op.drop_index("ix_ledger_entry_entry_id", table_name="ledger_entry")
    op.drop_index("ix_ledger_entry_case_id", table_name="ledger_entry")
    op.drop_table("ledger_entry")
    op.drop_index("ix_imported_line_lead_id", table_name="imported_line")
    op.drop_table("imported_line")
    op.drop_table("case_lead")
    op.drop_index("ix_unit_task_unit_id", table_name="unit_task")
    op.drop_index("ix_unit_task_done_at", table_name="unit_task")
    op.drop_table("unit_task")
    op.drop_index("ix_training_session_held_at", table_name="training_session")
    op.drop_table("training_session")
    op.drop_table("import_source")
    op.drop_index("ix_case_file_filed_at", table_name="case_file")
    op.drop_table("case_file")
    op.drop_table("unit")
