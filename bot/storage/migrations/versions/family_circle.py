"""family circle: whom a resident trusts"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "family_circle"
down_revision: str | None = "guard"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "trusted_person",
        sa.Column("id", ID, nullable=False),
        sa.Column("elder_id", ID, nullable=False),
        sa.Column("person_id", ID, nullable=True),
        sa.Column("relation", sa.String(length=8), nullable=False),
        sa.Column("code_hash", sa.String(length=32), nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("willing_at", MOMENT, nullable=True),
        sa.Column("agreed_at", MOMENT, nullable=True),
        sa.Column("ended_at", MOMENT, nullable=True),
        *[
            sa.ForeignKeyConstraint(
                [f"{side}_id"],
                ["resident.id"],
                name=f"fk_trusted_person_{side}_id_resident",
                ondelete="CASCADE",
            )
            for side in ("elder", "person")
        ],
        sa.PrimaryKeyConstraint("id", name="pk_trusted_person"),
        sa.UniqueConstraint("code_hash", name="uq_trusted_person_code_hash"),
    )
    for side in ("elder", "person"):
        op.create_index(f"ix_trusted_person_{side}_id", "trusted_person", [f"{side}_id"])


def downgrade() -> None:
    op.drop_table("trusted_person")
