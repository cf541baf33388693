"""publicity: grid, campaigns with approval and recurrence, forwards, subscribers, activities"""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op

revision: str = "publicity"
down_revision: str | None = "outcome_person"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
GROUP_COLUMNS = ("area_id", "audiences", "members", "keeper_id", "closed_why")
BROADCAST_COLUMNS = (
    "emergency",
    "approved_by",
    "approved_at",
    "rule",
    "late",
    "selector",
    "variants",
    "poster",
    "note",
)


def upgrade() -> None:
    group_columns: tuple[sa.Column[Any], ...] = (
        sa.Column("area_id", sa.BigInteger(), nullable=True),
        sa.Column("audiences", sa.String(length=120), server_default="", nullable=False),
        sa.Column("members", sa.Integer(), nullable=True),
        sa.Column("keeper_id", sa.BigInteger(), nullable=True),
        sa.Column("closed_why", sa.String(length=60), nullable=True),
    )
    for column in group_columns:
        op.add_column("community_group", column)
    op.create_index("ix_community_group_area_id", "community_group", ["area_id"])
    broadcast_columns: tuple[sa.Column[Any], ...] = (
        sa.Column("emergency", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("approved_by", sa.BigInteger(), nullable=True),
        sa.Column("approved_at", MOMENT, nullable=True),
        sa.Column("rule", sa.String(length=80), nullable=True),
        sa.Column("late", sa.String(length=8), server_default="once", nullable=False),
        sa.Column("selector", sa.Text(), nullable=True),
        sa.Column("variants", sa.Text(), server_default="{}", nullable=False),
        sa.Column("poster", sa.Text(), nullable=True),
        sa.Column("note", sa.String(length=200), nullable=True),
    )
    for column in broadcast_columns:
        op.add_column("broadcast", column)
    op.add_column(
        "occurrence", sa.Column("filled_to", sa.BigInteger(), server_default="0", nullable=False)
    )
    op.add_column("occurrence", sa.Column("filled_at", MOMENT, nullable=True))
    op.execute("UPDATE occurrence SET filled_at = made_at")
    op.add_column(
        "lease", sa.Column("guarded", sa.Boolean(), server_default=sa.false(), nullable=False)
    )
    op.execute("UPDATE outbox SET priority = priority + 1 WHERE priority > 0")
    _add_grid_tables()
    _add_resident_tables()


def downgrade() -> None:
    for table in ("surge", "activity", "broadcast_response", "subscription", "forward"):
        op.drop_table(table)
    op.drop_table("staff_area")
    op.execute("UPDATE outbox SET priority = priority - 1 WHERE priority > 1")
    op.drop_column("lease", "guarded")
    for name in ("filled_at", "filled_to"):
        op.drop_column("occurrence", name)
    for name in reversed(BROADCAST_COLUMNS):
        op.drop_column("broadcast", name)
    op.drop_index("ix_community_group_area_id", "community_group")
    for name in reversed(GROUP_COLUMNS):
        op.drop_column("community_group", name)


def _add_grid_tables() -> None:
    op.create_table(
        "staff_area",
        sa.Column("staff_id", ID, autoincrement=False, nullable=False),
        sa.Column("area_id", ID, autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name="fk_staff_area_staff_id_staff", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["area_id"], ["area.id"], name="fk_staff_area_area_id_area", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("staff_id", "area_id", name="pk_staff_area"),
    )
    op.create_table(
        "forward",
        sa.Column("id", ID, nullable=False),
        sa.Column("occurrence_id", ID, nullable=False),
        sa.Column("group_id", ID, nullable=False),
        sa.Column("staff_id", ID, nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("reminded_at", MOMENT, nullable=True),
        sa.Column("confirmed_at", MOMENT, nullable=True),
        sa.Column("members", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["occurrence_id"],
            ["occurrence.id"],
            name="fk_forward_occurrence_id_occurrence",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["group_id"], ["community_group.id"], name="fk_forward_group_id_community_group"
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_forward_staff_id_staff"),
        sa.PrimaryKeyConstraint("id", name="pk_forward"),
        sa.UniqueConstraint("occurrence_id", "group_id", name="uq_forward_occurrence_id_group_id"),
    )
    op.create_index("ix_forward_confirmed_at", "forward", ["confirmed_at"])
    op.create_table(
        "activity",
        sa.Column("id", ID, nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("place", sa.String(length=60), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("picture", sa.String(length=64), nullable=True),
        sa.Column("area_id", sa.BigInteger(), nullable=True),
        sa.Column("staff_id", ID, nullable=False),
        sa.Column("filed_at", MOMENT, nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("decided_by", ID, nullable=True),
        sa.Column("decided_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_activity_staff_id_staff"),
        sa.ForeignKeyConstraint(["decided_by"], ["staff.id"], name="fk_activity_decided_by_staff"),
        sa.PrimaryKeyConstraint("id", name="pk_activity"),
    )
    op.create_index("ix_activity_filed_at", "activity", ["filed_at"])
    op.create_table(
        "surge",
        sa.Column("id", ID, nullable=False),
        sa.Column("family", sa.String(length=32), nullable=False),
        sa.Column("street", sa.String(length=40), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("usual", sa.Double(), nullable=False),
        sa.Column("chance", sa.Double(), nullable=False),
        sa.Column("found_at", MOMENT, nullable=False),
        sa.Column("decided_by", ID, nullable=True),
        sa.Column("broadcast_id", ID, nullable=True),
        sa.ForeignKeyConstraint(["decided_by"], ["staff.id"], name="fk_surge_decided_by_staff"),
        sa.ForeignKeyConstraint(
            ["broadcast_id"], ["broadcast.id"], name="fk_surge_broadcast_id_broadcast"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_surge"),
        sa.UniqueConstraint("family", "street", "day", name="uq_surge_family_street_day"),
    )


def _add_resident_tables() -> None:
    op.create_table(
        "subscription",
        sa.Column("resident_id", ID, autoincrement=False, nullable=False),
        sa.Column("area_id", sa.BigInteger(), nullable=True),
        sa.Column("audience", sa.String(length=12), nullable=False),
        sa.Column("kinds", sa.String(length=60), nullable=False),
        sa.Column("hour", sa.SmallInteger(), nullable=True),
        sa.Column("since", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["resident_id"],
            ["resident.id"],
            name="fk_subscription_resident_id_resident",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("resident_id", name="pk_subscription"),
    )
    op.create_table(
        "broadcast_response",
        sa.Column("broadcast_id", ID, autoincrement=False, nullable=False),
        sa.Column("resident_id", ID, autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["broadcast_id"],
            ["broadcast.id"],
            name="fk_broadcast_response_broadcast_id_broadcast",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["resident_id"],
            ["resident.id"],
            name="fk_broadcast_response_resident_id_resident",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "broadcast_id", "resident_id", "kind", name="pk_broadcast_response"
        ),
    )
