"""blocklist: sites and files that officers block, with expiry"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "blocklist"
down_revision: str | None = "board_case"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "blocklist_entry",
        sa.Column("id", ID, nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("value", sa.String(length=255), nullable=False),
        sa.Column("reason", sa.String(length=60), nullable=False),
        sa.Column("source", sa.String(length=60), nullable=False),
        sa.Column("added_by", ID, nullable=False),
        sa.Column("added_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("removed_by", ID, nullable=True),
        sa.Column("removed_at", MOMENT, nullable=True),
        sa.Column("change", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["added_by"], ["staff.id"], name="fk_blocklist_entry_added_by_staff"
        ),
        sa.ForeignKeyConstraint(
            ["removed_by"], ["staff.id"], name="fk_blocklist_entry_removed_by_staff"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_blocklist_entry"),
        sa.UniqueConstraint("kind", "value", name="uq_blocklist_entry_kind_value"),
    )
    op.create_index("ix_blocklist_entry_change", "blocklist_entry", ["change"])


def downgrade() -> None:
    op.drop_table("blocklist_entry")
