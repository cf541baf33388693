"""duty work: areas and stations, outcomes, fingerprints of stories, tokens and what they took"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "duty_work"
down_revision: str | None = "0002"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
STILL_OPEN = sa.text(
    "state IN ('new', 'signed', 'calling', 'unreachable', 'refused', 'dispatched', 'met', "
    "'stopped', 'defrauded', 'followup')"
)
QUEUES = ("", "state", "risk", "assignee_id", "station")


def upgrade() -> None:
    _add_tables()
    op.add_column("lead", sa.Column("pull_position", sa.BigInteger(), nullable=True))
    op.add_column(
        "lead", sa.Column("traced", sa.Boolean(), server_default=sa.false(), nullable=False)
    )
    op.add_column("staff", sa.Column("station", sa.String(length=60), nullable=True))
    for column in QUEUES:
        columns = [name for name in (column, "step_due_at", "id") if name]
        _partial(_queue_name(column), columns, STILL_OPEN)
    _partial("ix_lead_unpulled", ["id"], sa.text("pull_position IS NULL"))
    _partial("ix_lead_untraced", ["id"], sa.text("NOT traced"))
    op.create_index("ix_lead_pull_position", "lead", ["pull_position"], unique=True)


def downgrade() -> None:
    for name in ("ix_lead_pull_position", "ix_lead_untraced", "ix_lead_unpulled"):
        op.drop_index(name, "lead")
    for column in QUEUES:
        op.drop_index(_queue_name(column), "lead")
    op.drop_column("staff", "station")
    op.drop_column("lead", "traced")
    op.drop_column("lead", "pull_position")
    for table in ("lead_trace", "lead_outcome", "lead_ack", "api_token", "area"):
        op.drop_table(table)


def _add_tables() -> None:
    op.create_table(
        "area",
        sa.Column("id", ID, nullable=False),
        sa.Column("street", sa.String(length=40), nullable=False),
        sa.Column("community", sa.String(length=40), nullable=False),
        sa.Column("estate", sa.String(length=40), nullable=False),
        sa.Column("station", sa.String(length=60), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_area"),
        sa.UniqueConstraint(
            "street", "community", "estate", name="uq_area_street_community_estate"
        ),
    )
    op.create_table(
        "api_token",
        sa.Column("id", ID, nullable=False),
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("token_hash", sa.String(length=32), nullable=False),
        sa.Column("scopes", sa.String(length=100), nullable=False),
        sa.Column("created_by", ID, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("revoked_at", MOMENT, nullable=True),
        sa.Column("used_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["created_by"], ["staff.id"], name="fk_api_token_created_by_staff"),
        sa.PrimaryKeyConstraint("id", name="pk_api_token"),
        sa.UniqueConstraint("name", name="uq_api_token_name"),
        sa.UniqueConstraint("token_hash", name="uq_api_token_token_hash"),
    )
    op.create_table(
        "lead_ack",
        sa.Column("lead_id", ID, autoincrement=False, nullable=False),
        sa.Column("token_id", ID, autoincrement=False, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["lead_id"], ["lead.id"], name="fk_lead_ack_lead_id_lead", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["token_id"], ["api_token.id"], name="fk_lead_ack_token_id_api_token"
        ),
        sa.PrimaryKeyConstraint("lead_id", "token_id", name="pk_lead_ack"),
    )
    op.create_table(
        "lead_outcome",
        sa.Column("lead_id", ID, autoincrement=False, nullable=False),
        sa.Column("loss_fen", sa.BigInteger(), nullable=True),
        sa.Column("avoided_fen", sa.BigInteger(), nullable=True),
        sa.Column("basis", sa.String(length=100), nullable=False),
        sa.Column("case_no", sa.String(length=40), nullable=False),
        sa.Column("family_notified", sa.Boolean(), nullable=False),
        sa.Column("staff_id", ID, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["lead_id"], ["lead.id"], name="fk_lead_outcome_lead_id_lead", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_lead_outcome_staff_id_staff"),
        sa.PrimaryKeyConstraint("lead_id", name="pk_lead_outcome"),
    )
    op.create_table(
        "lead_trace",
        sa.Column("id", ID, nullable=False),
        sa.Column("lead_id", ID, nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("value_hash", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["lead_id"], ["lead.id"], name="fk_lead_trace_lead_id_lead", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_lead_trace"),
    )
    op.create_index("ix_lead_trace_value_hash", "lead_trace", ["value_hash"])
    op.create_index("ix_lead_trace_lead_id", "lead_trace", ["lead_id"])


def _queue_name(column: str) -> str:
    return f"ix_lead_queue_{column.removesuffix('_id')}".rstrip("_")


def _partial(name: str, columns: list[str], where: sa.TextClause) -> None:
    op.create_index(name, "lead", columns, sqlite_where=where, postgresql_where=where)
