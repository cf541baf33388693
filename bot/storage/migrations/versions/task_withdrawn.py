"""task_withdrawn: a task that was entered by mistake is withdrawn with a reason"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "task_withdrawn"
down_revision: str | None = "ledger_stays"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
KEY = "fk_unit_task_withdrawn_by_staff"


def upgrade() -> None:
    with op.batch_alter_table("unit_task") as table:
        table.add_column(sa.Column("withdrawn_by", ID, nullable=True))
        table.add_column(sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True))
        table.add_column(sa.Column("why_sealed", sa.LargeBinary(), nullable=True))
        table.create_foreign_key(KEY, "staff", ["withdrawn_by"], ["id"])


def downgrade() -> None:
    with op.batch_alter_table("unit_task") as table:
        table.drop_constraint(KEY, type_="foreignkey")
        for name in ("why_sealed", "withdrawn_at", "withdrawn_by"):
            table.drop_column(name)
