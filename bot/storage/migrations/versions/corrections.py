"""corrections: approved activities and results of requests are put right by new entries"""

from collections.abc import Iterator, Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "corrections"
down_revision: str | None = "unit_term"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
KEY, ONCE = "fk_activity_corrects_id_activity", "uq_activity_corrects_id"
TABLE = "request_answer"
KEPT = ("id", "request_id", "at", "staff_id", "result")
"""What of a result never changes; its words may be sealed anew or deleted, its receipt the former.
"""
REFUSED = "audit rows stay as they were written"
COLUMNS = "request_id, at, staff_id, result, answer_sealed, receipt_sealed"
GIVEN = "id, answered_at, answered_by, result, answer_sealed, receipt_sealed"


def upgrade() -> None:
    with op.batch_alter_table("activity") as table:
        table.add_column(sa.Column("corrects_id", ID, nullable=True))
        table.add_column(sa.Column("why_sealed", sa.LargeBinary(), nullable=True))
        table.create_foreign_key(KEY, "activity", ["corrects_id"], ["id"])
        table.create_unique_constraint(ONCE, ["corrects_id"])
    op.create_table(
        TABLE,
        sa.Column("id", ID, nullable=False),
        sa.Column("request_id", ID, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("staff_id", ID, nullable=False),
        sa.Column("result", sa.String(length=12), nullable=True),
        sa.Column("answer_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("receipt_sealed", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_request_answer"),
        *(
            sa.ForeignKeyConstraint([name], [of], name=f"fk_request_answer_{name}_{of[:-3]}")
            for name, of in (("request_id", "partner_request.id"), ("staff_id", "staff.id"))
        ),
    )
    op.create_index("ix_request_answer_request_id", TABLE, ["request_id"])
    op.execute(
        f"INSERT INTO {TABLE} ({COLUMNS}) SELECT {GIVEN} FROM partner_request "  # noqa: S608
        "WHERE answered_at IS NOT NULL ORDER BY answered_at, id"
    )
    for statement in _triggers(sqlite=op.get_bind().dialect.name == "sqlite"):
        op.execute(statement)


def downgrade() -> None:
    op.drop_table(TABLE)
    with op.batch_alter_table("activity") as table:
        table.drop_constraint(ONCE, type_="unique")
        table.drop_constraint(KEY, type_="foreignkey")
        for name in ("why_sealed", "corrects_id"):
            table.drop_column(name)


def _triggers(*, sqlite: bool) -> Iterator[str]:
    unlike = "IS NOT" if sqlite else "IS DISTINCT FROM"
    different = [f'OLD."{name}" {unlike} NEW."{name}"' for name in KEPT]
    different.append('(OLD."answer_sealed" IS NULL AND NEW."answer_sealed" IS NOT NULL)')
    different.append(f'(OLD."receipt_sealed" IS NULL) {unlike} (NEW."receipt_sealed" IS NULL)')
    when = " OR ".join(different)
    if sqlite:
        refuse = f"BEGIN SELECT RAISE(ABORT, '{REFUSED}'); END"
        yield f"CREATE TRIGGER {TABLE}_not_changed BEFORE UPDATE ON {TABLE} WHEN {when} {refuse}"
        yield f"CREATE TRIGGER {TABLE}_not_deleted BEFORE DELETE ON {TABLE} {refuse}"
        return
    refuse, each = "EXECUTE FUNCTION audit_rows_stay()", "FOR EACH ROW"
    yield (
        f"CREATE TRIGGER {TABLE}_not_changed BEFORE UPDATE ON {TABLE} {each} WHEN ({when}) {refuse}"
    )
    yield f"CREATE TRIGGER {TABLE}_not_deleted BEFORE DELETE ON {TABLE} {each} {refuse}"
    yield f"CREATE TRIGGER {TABLE}_not_emptied BEFORE TRUNCATE ON {TABLE} {refuse}"
