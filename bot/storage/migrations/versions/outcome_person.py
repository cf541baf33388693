"""outcome: age band and occupation of the person, for the weekly report"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "outcome_person"
down_revision: str | None = "resident_reports"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("lead_outcome", sa.Column("age_band", sa.String(length=8), nullable=True))
    op.add_column("lead_outcome", sa.Column("occupation", sa.String(length=12), nullable=True))


def downgrade() -> None:
    op.drop_column("lead_outcome", "occupation")
    op.drop_column("lead_outcome", "age_band")
