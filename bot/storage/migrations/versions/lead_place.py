"""lead: where in the three-level grid its place lies"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "lead_place"
down_revision: str | None = "sealed_words"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

INDEX = "ix_lead_queue_area_station"
STILL_OPEN = sa.text(
    "state IN ('new', 'signed', 'calling', 'unreachable', 'refused', 'dispatched', 'met', "
    "'stopped', 'defrauded', 'followup')"
)


def upgrade() -> None:
    op.add_column("lead", sa.Column("area_station", sa.String(60), nullable=True))
    op.add_column("lead", sa.Column("street", sa.String(40), nullable=True))
    columns = ["area_station", "step_due_at", "id", "state", "risk"]
    op.create_index(INDEX, "lead", columns, sqlite_where=STILL_OPEN, postgresql_where=STILL_OPEN)
    # the clock's next rounds look the places up
    op.execute("UPDATE lead SET traced = false WHERE area_sealed IS NOT NULL")


def downgrade() -> None:
    op.drop_index(INDEX, table_name="lead")
    op.drop_column("lead", "street")
    op.drop_column("lead", "area_station")
