"""receipt numbers of banks and partners can be searched for"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import context, op

from bot.storage.receipts import receipt_print
from bot.storage.vault import Vault

revision: str = "receipt_search"
down_revision: str | None = "bundles"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

TABLES = ("stop_payment", "partner_request")
BATCH = 1000


def upgrade() -> None:
    for table in TABLES:
        op.add_column(table, sa.Column("receipt_hash", sa.String(32), nullable=True))
        _fill(table)
        op.create_index(f"ix_{table}_receipt_hash", table, ["receipt_hash"])


def downgrade() -> None:
    for table in TABLES:
        op.drop_index(f"ix_{table}_receipt_hash", table)
        op.drop_column(table, "receipt_hash")


def _fill(table: str) -> None:
    vault: Vault = context.config.attributes["vault"]
    rows = sa.table(
        table, sa.column("id"), sa.column("receipt_sealed"), sa.column("receipt_hash", sa.String)
    )
    write = sa.update(rows).where(rows.c.id == sa.bindparam("k"))
    write = write.values(receipt_hash=sa.bindparam("v"))
    query = sa.select(rows.c.id, rows.c.receipt_sealed).where(rows.c.receipt_sealed.is_not(None))
    query, last = query.order_by(rows.c.id).limit(BATCH), 0
    while batch := op.get_bind().execute(query.where(rows.c.id > last)).all():
        found = [
            {"k": key, "v": receipt_print(vault, vault.open(bytes(sealed), f"{table}.receipt"))}
            for key, sealed in batch
        ]
        op.get_bind().execute(write, found)
        last = batch[-1][0]
