"""drill offer: a drill that a family circle or a class is invited to, who is invited, its runs"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "drill_offer"
down_revision: str | None = "response_area"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "drill_offer",
        sa.Column("id", ID, nullable=False),
        sa.Column("class_id", ID, nullable=True),
        sa.Column("resident_id", ID, nullable=True),
        sa.Column("staff_id", ID, nullable=True),
        sa.Column("drill", sa.String(length=24), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("ends_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        _to("drill_offer", "class_id", "study_class", "CASCADE"),
        _to("drill_offer", "resident_id", "resident", "CASCADE"),
        _to("drill_offer", "staff_id", "staff", None),
        sa.PrimaryKeyConstraint("id", name="pk_drill_offer"),
    )
    for name in ("class_id", "resident_id"):
        op.create_index(f"ix_drill_offer_{name}", "drill_offer", [name])
    op.create_table(
        "drill_invitation",
        sa.Column("offer_id", ID, nullable=False),
        sa.Column("resident_id", ID, nullable=False),
        sa.Column("told_at", MOMENT, nullable=True),
        _to("drill_invitation", "offer_id", "drill_offer", "CASCADE"),
        _to("drill_invitation", "resident_id", "resident", "CASCADE"),
        sa.PrimaryKeyConstraint("offer_id", "resident_id", name="pk_drill_invitation"),
    )
    op.create_index("ix_drill_invitation_resident_id", "drill_invitation", ["resident_id"])
    op.add_column("drill_run", sa.Column("offer_id", sa.BigInteger(), nullable=True))
    op.create_index("ix_drill_run_offer_id", "drill_run", ["offer_id"])


def _to(table: str, column: str, other: str, ondelete: str | None) -> sa.ForeignKeyConstraint:
    name = f"fk_{table}_{column}_{other}"
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=name, ondelete=ondelete)


def downgrade() -> None:
    op.drop_index("ix_drill_run_offer_id", "drill_run")
    op.drop_column("drill_run", "offer_id")
    op.drop_table("drill_invitation")
    op.drop_table("drill_offer")
