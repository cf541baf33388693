"""lead: queue indexes that answer a filter by state and risk without reading the rows"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "queue_filters"
down_revision: str | None = "publicity"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

INDEXES = {
    "ix_lead_queue_state": ("state", ["risk"]),
    "ix_lead_queue_risk": ("risk", ["state"]),
    "ix_lead_queue_assignee": ("assignee_id", ["state", "risk"]),
    "ix_lead_queue_station": ("station", ["state", "risk"]),
}
STILL_OPEN = sa.text(
    "state IN ('new', 'signed', 'calling', 'unreachable', 'refused', 'dispatched', 'met', "
    "'stopped', 'defrauded', 'followup')"
)


def upgrade() -> None:
    for name, (column, filtered) in INDEXES.items():
        _replace(name, [column, "step_due_at", "id", *filtered])


def downgrade() -> None:
    for name, (column, _) in INDEXES.items():
        _replace(name, [column, "step_due_at", "id"])


def _replace(name: str, columns: list[str]) -> None:
    op.drop_index(name, table_name="lead")
    op.create_index(name, "lead", columns, sqlite_where=STILL_OPEN, postgresql_where=STILL_OPEN)
