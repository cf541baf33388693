"""counted days also hold what the reports count: every day is counted anew"""

from collections.abc import Sequence

from alembic import op

revision: str = "day_facts"
down_revision: str | None = "inbox_places"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.execute("DELETE FROM rolled_day")


def downgrade() -> None:
    op.execute("DELETE FROM day_figure WHERE dimension IN ('fact', 'occupation')")
