"""free text of officers is sealed: reasons in trails, banks, receipts, bases, case numbers"""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

import sqlalchemy as sa
from alembic import context, op

from bot.storage.vault import Vault

revision: str = "sealed_words"
down_revision: str | None = "queue_filters"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

WORDS = (
    ("lead_event", "id", "why", 200),
    ("stop_payment", "id", "bank", 60),
    ("stop_payment", "id", "receipt", 60),
    ("lead_outcome", "lead_id", "basis", 100),
    ("lead_outcome", "lead_id", "case_no", 40),
)
BATCH = 1000


def upgrade() -> None:
    for table, key, name, _ in WORDS:
        op.add_column(table, sa.Column(f"{name}_sealed", sa.LargeBinary(), nullable=True))
        _rewrite(table, key, name, f"{name}_sealed", partial(_seal, purpose=f"{table}.{name}"))
        op.drop_column(table, name)


def downgrade() -> None:
    for table, key, name, length in WORDS:
        column = sa.Column(name, sa.String(length), nullable=False, server_default="")
        op.add_column(table, column)
        _rewrite(table, key, f"{name}_sealed", name, partial(_open, purpose=f"{table}.{name}"))
        op.drop_column(table, f"{name}_sealed")


def _seal(words: str, *, purpose: str) -> bytes:
    vault: Vault = context.config.attributes["vault"]
    return vault.seal(words, purpose)


def _open(sealed: bytes, *, purpose: str) -> str:
    vault: Vault = context.config.attributes["vault"]
    return vault.open(sealed, purpose)


def _rewrite(table: str, key: str, old: str, new: str, change: Callable[[Any], Any]) -> None:
    rows = sa.table(table, sa.column(key), sa.column(old), sa.column(new))
    write = sa.update(rows).where(rows.c[key] == sa.bindparam("k")).values({new: sa.bindparam("v")})
    for batch in _batches(rows, rows.c[key], rows.c[old]):
        found = [{"k": row_id, "v": change(value)} for row_id, value in batch if value]
        if found:
            op.get_bind().execute(write, found)


def _batches(rows: Any, key: Any, old: Any) -> Iterator[Sequence[Any]]:
    query = sa.select(key, old).select_from(rows).order_by(key).limit(BATCH)
    last = 0
    while batch := op.get_bind().execute(query.where(key > last)).all():
        yield batch
        last = batch[-1][0]
