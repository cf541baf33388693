"""What residents did upon a notice: the area it was seen in"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "response_area"
down_revision: str | None = "import_content"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("broadcast_response", sa.Column("area_id", sa.BigInteger(), nullable=True))


def downgrade() -> None:
    op.drop_column("broadcast_response", "area_id")
