"""unit_term: since when and until when a unit is a member or under two-card care"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "unit_term"
down_revision: str | None = "warning_day"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "unit_term",
        sa.Column("id", ID, nullable=False),
        sa.Column("unit_id", ID, nullable=False),
        sa.Column("role", sa.String(length=12), nullable=False),
        sa.Column("begins_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("begun_by", ID, nullable=True),
        sa.Column("ended_by", ID, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_unit_term"),
        *(
            sa.ForeignKeyConstraint([name], [of], name=f"fk_unit_term_{name}_{of[:-3]}")
            for name, of in (
                ("unit_id", "unit.id"),
                ("begun_by", "staff.id"),
                ("ended_by", "staff.id"),
            )
        ),
    )
    op.create_index("ix_unit_term_unit_id", "unit_term", ["unit_id"])
    for role in ("member", "two_card"):
        columns = f"SELECT id, '{role}', joined_at, left_at FROM unit WHERE {role}"  # noqa: S608
        op.execute(f"INSERT INTO unit_term (unit_id, role, begins_at, ends_at) {columns}")


def downgrade() -> None:
    op.drop_table("unit_term")
