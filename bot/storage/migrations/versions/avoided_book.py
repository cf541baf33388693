"""avoided losses in a book of their own; those written down before are its first lines

The hash of a line is reckoned as the product did when this was written.
"""

import json
from collections.abc import Sequence
from datetime import UTC
from hashlib import sha256

import sqlalchemy as sa
from alembic import context, op

from bot.storage.base import UtcDateTime
from bot.storage.vault import Vault

revision: str = "avoided_book"
down_revision: str | None = "case_family"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

BOOK = "avoided"
OUTCOME = sa.table(
    "lead_outcome",
    sa.column("lead_id"),
    sa.column("avoided_fen"),
    sa.column("basis_sealed", sa.LargeBinary),
    sa.column("staff_id"),
    sa.column("at", UtcDateTime),
)
NAMES = (
    *("ledger", "position", "kind", "staff_id", "lead_id", "count", "amount_fen", "hash"),
    *("unit_id", "case_id", "entry_id", "corrects_id", "until", "subject_hash"),
)
ENTRY = sa.table(
    "ledger_entry",
    *(sa.column(name) for name in NAMES),
    sa.column("happened_at", UtcDateTime),
    sa.column("recorded_at", UtcDateTime),
    sa.column("words_sealed", sa.LargeBinary),
)
COUNTER = sa.table("counter", sa.column("name"), sa.column("value"))


def upgrade() -> None:
    connection, vault = op.get_bind(), _vault()
    query = sa.select(OUTCOME).where(OUTCOME.c.avoided_fen > 0)
    before, position = "", 0
    for one in connection.execute(query.order_by(OUTCOME.c.at, OUTCOME.c.lead_id)).all():
        basis = bytes(one.basis_sealed or b"")
        words = vault.open(basis, "lead_outcome.basis") if basis else ""
        at, position = one.at.astimezone(UTC).isoformat(), position + 1
        said = [BOOK, position, BOOK, at, at, one.staff_id, None, one.lead_id]
        said += [None, None, None, 1, one.avoided_fen, None, None, words]
        before = sha256((before + json.dumps(said)).encode()).hexdigest()
        values = dict.fromkeys(NAMES) | {
            "ledger": BOOK,
            "position": position,
            "kind": BOOK,
            "happened_at": one.at,
            "recorded_at": one.at,
            "staff_id": one.staff_id,
            "lead_id": one.lead_id,
            "count": 1,
            "amount_fen": one.avoided_fen,
            "words_sealed": vault.seal(words, "ledger_entry.words") if words else None,
            "hash": before,
        }
        connection.execute(sa.insert(ENTRY).values(values))
    if position:
        connection.execute(sa.insert(COUNTER).values(name=f"ledger:{BOOK}", value=position))


def downgrade() -> None:
    op.execute(sa.delete(ENTRY).where(ENTRY.c.ledger == BOOK))
    op.execute(sa.delete(COUNTER).where(COUNTER.c.name == f"ledger:{BOOK}"))


def _vault() -> Vault:
    vault: Vault = context.config.attributes["vault"]
    return vault
