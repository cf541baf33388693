"""ledger_stays: the database keeps the lines of the books as they are; their hashes are keyed"""

import hmac
import json
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from itertools import groupby
from typing import Any

import sqlalchemy as sa
from alembic import context, op

from bot.storage.vault import UnreadableError, Vault

revision: str = "ledger_stays"
down_revision: str | None = "append_only"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

TABLE = "ledger_entry"
MOMENTS = ("happened_at", "recorded_at", "until")
KEPT = (
    *("id", "ledger", "position", "kind", "happened_at", "recorded_at", "staff_id", "unit_id"),
    *("lead_id", "case_id", "entry_id", "corrects_id", "count", "amount_fen", "until"),
    *("subject_hash", "hash"),
)
"""What of a line never changes; its words are sealed anew when the key changes."""
HASHED = (
    *("ledger", "position", "kind", "happened_at", "recorded_at", "staff_id", "unit_id", "lead_id"),
    *("case_id", "entry_id", "corrects_id", "count", "amount_fen", "until", "subject_hash"),
)
REFUSED = "audit rows stay as they were written"
BATCH = 1000
MOMENT = sa.DateTime(timezone=True)
LINES = sa.table(
    TABLE,
    *(sa.column(name) for name in KEPT if name not in MOMENTS),
    *(sa.column(name, MOMENT) for name in MOMENTS),
    sa.column("words_sealed", sa.LargeBinary()),
)
Digest = Callable[[bytes], Any]


def upgrade() -> None:
    vault: Vault = context.config.attributes["vault"]
    _rewrite(sha256, _keyed(vault), vault)
    for statement in _triggers(sqlite=op.get_bind().dialect.name == "sqlite"):
        op.execute(statement)


def downgrade() -> None:
    vault: Vault = context.config.attributes["vault"]
    sqlite = op.get_bind().dialect.name == "sqlite"
    for what in ("changed", "deleted", *(() if sqlite else ("emptied",))):
        op.execute(f"DROP TRIGGER {TABLE}_not_{what}" + ("" if sqlite else f" ON {TABLE}"))
    _rewrite(_keyed(vault), sha256, vault)


def _triggers(*, sqlite: bool) -> Iterator[str]:
    unlike = "IS NOT" if sqlite else "IS DISTINCT FROM"
    different = [f'OLD."{name}" {unlike} NEW."{name}"' for name in KEPT]
    different.append(f'(OLD."words_sealed" IS NULL) {unlike} (NEW."words_sealed" IS NULL)')
    when = " OR ".join(different)
    if sqlite:
        refuse = f"BEGIN SELECT RAISE(ABORT, '{REFUSED}'); END"
        yield f"CREATE TRIGGER {TABLE}_not_changed BEFORE UPDATE ON {TABLE} WHEN {when} {refuse}"
        yield f"CREATE TRIGGER {TABLE}_not_deleted BEFORE DELETE ON {TABLE} {refuse}"
        return
    refuse, each = "EXECUTE FUNCTION audit_rows_stay()", "FOR EACH ROW"
    yield (
        f"CREATE TRIGGER {TABLE}_not_changed BEFORE UPDATE ON {TABLE} {each} WHEN ({when}) {refuse}"
    )
    yield f"CREATE TRIGGER {TABLE}_not_deleted BEFORE DELETE ON {TABLE} {each} {refuse}"
    yield f"CREATE TRIGGER {TABLE}_not_emptied BEFORE TRUNCATE ON {TABLE} {refuse}"


def _keyed(vault: Vault) -> Digest:
    key = vault.derive("ledger_entry.hash")
    return lambda message: hmac.new(key, message, sha256)


def _rewrite(old: Digest, new: Digest, vault: Vault) -> None:
    """Hash every book anew; from what did not fit before on it is left, so that it still shows."""
    change = sa.update(LINES).where(LINES.c.id == sa.bindparam("k"))
    batch: list[dict[str, object]] = []
    for _, book in groupby(_lines(), key=lambda line: line.ledger):
        before, fresh = "", ""
        for place, line in enumerate(book, 1):
            if line.position != place or line.hash != _line_hash(line, before, old, vault):
                break
            before, fresh = line.hash, _line_hash(line, fresh, new, vault)
            batch.append({"k": line.id, "v": fresh})
            if len(batch) == BATCH:
                op.get_bind().execute(change.values(hash=sa.bindparam("v")), batch)
                batch = []
    if batch:
        op.get_bind().execute(change.values(hash=sa.bindparam("v")), batch)


def _lines() -> Iterator[Any]:
    """Every line, book by book, some at a time."""
    query = sa.select(LINES).order_by(LINES.c.ledger, LINES.c.position).limit(BATCH)
    book, position = "", 0
    while True:
        after = (LINES.c.ledger > book) | ((LINES.c.ledger == book) & (LINES.c.position > position))
        found = op.get_bind().execute(query.where(after)).all()
        yield from found
        if not found:
            return
        book, position = found[-1].ledger, found[-1].position


def _line_hash(line: Any, before: str, digest: Digest, vault: Vault) -> str:
    try:
        sealed = bytes(line.words_sealed or b"")
        words = vault.open(sealed, "ledger_entry.words") if sealed else ""
    except UnreadableError:
        return ""
    said = [_plain(getattr(line, name)) for name in HASHED]
    return str(digest((before + json.dumps([*said, words])).encode()).hexdigest())


def _plain(value: Any) -> Any:
    if not isinstance(value, datetime):
        return value
    aware = value if value.tzinfo else value.replace(tzinfo=UTC)
    return aware.astimezone(UTC).isoformat()
