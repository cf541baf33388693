"""staff: a second factor, recovery codes, and which browser a session belongs to"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "second_factor"
down_revision: str | None = "chain"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "second_factor",
        sa.Column("staff_id", ID, autoincrement=False, nullable=False),
        sa.Column("secret_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("last_step", sa.BigInteger(), nullable=False),
        sa.Column("enrolled_at", sa.DateTime(timezone=True), nullable=False),
        _belongs_to_staff("second_factor"),
        sa.PrimaryKeyConstraint("staff_id", name="pk_second_factor"),
    )
    op.create_table(
        "recovery_code",
        sa.Column("id", ID, nullable=False),
        sa.Column("staff_id", ID, nullable=False),
        sa.Column("code_hash", sa.String(length=32), nullable=False),
        _belongs_to_staff("recovery_code"),
        sa.PrimaryKeyConstraint("id", name="pk_recovery_code"),
        sa.UniqueConstraint("code_hash", name="uq_recovery_code_code_hash"),
    )
    op.create_index("ix_recovery_code_staff_id", "recovery_code", ["staff_id"])
    op.add_column("console_session", sa.Column("client_sealed", sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    op.drop_column("console_session", "client_sealed")
    op.drop_table("recovery_code")
    op.drop_table("second_factor")


def _belongs_to_staff(table: str) -> sa.ForeignKeyConstraint:
    name = f"fk_{table}_staff_id_staff"
    return sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=name, ondelete="CASCADE")
