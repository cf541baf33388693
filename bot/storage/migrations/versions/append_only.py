"""append_only: the database keeps audit rows as they are; hashes of trails and seals are keyed"""

import hmac
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from itertools import groupby
from typing import Any

import sqlalchemy as sa
from alembic import context, op

from bot.storage.vault import UnreadableError, Vault

revision: str = "append_only"
down_revision: str | None = "newcomers"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

KEPT: Mapping[str, tuple[str, ...]] = {
    "lead_event": (
        "id",
        "lead_id",
        "position",
        "at",
        "actor",
        "event",
        "from_state",
        "to_state",
        "hash",
    ),
    "audit_seal": ("day", "starts_at", "ends_at", "lines", "hash", "made_at"),
    "look": ("id", "at", "actor", "subject", "way"),
    "setting_change": ("id", "name", "value", "before", "at", "actor"),
}
"""What of a row never changes; a reason is sealed anew when the key changes."""
REFUSED = "audit rows stay as they were written"
FUNCTION = f"""CREATE OR REPLACE FUNCTION audit_rows_stay() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION '{REFUSED}'; END $$"""
BATCH = 1000
MOMENT = sa.DateTime(timezone=True)
LINES = sa.table(
    "lead_event",
    *(sa.column(name) for name in ("id", "lead_id", "position", "actor", "event")),
    *(sa.column(name) for name in ("from_state", "to_state", "hash")),
    sa.column("at", MOMENT),
    sa.column("why_sealed", sa.LargeBinary()),
)
SEALS = sa.table(
    "audit_seal",
    *(sa.column(name) for name in ("day", "lines", "hash")),
    sa.column("starts_at", MOMENT),
    sa.column("ends_at", MOMENT),
)
Digest = Callable[[bytes], Any]


def upgrade() -> None:
    vault: Vault = context.config.attributes["vault"]
    lines, seals = vault.derive("lead_event.hash"), vault.derive("audit_seal.hash")
    _rewrite((sha256, sha256), (_keyed(lines), _keyed(seals)), vault)
    sqlite = op.get_bind().dialect.name == "sqlite"
    if not sqlite:
        op.execute(FUNCTION)
    for table, columns in KEPT.items():
        for statement in _triggers(table, columns, sqlite=sqlite):
            op.execute(statement)


def downgrade() -> None:
    vault: Vault = context.config.attributes["vault"]
    sqlite = op.get_bind().dialect.name == "sqlite"
    for table in KEPT:
        for what in ("changed", "deleted", *(() if sqlite else ("emptied",))):
            op.execute(f"DROP TRIGGER {table}_not_{what}" + ("" if sqlite else f" ON {table}"))
    if not sqlite:
        op.execute("DROP FUNCTION audit_rows_stay()")
    lines, seals = vault.derive("lead_event.hash"), vault.derive("audit_seal.hash")
    _rewrite((_keyed(lines), _keyed(seals)), (sha256, sha256), vault)


def _triggers(table: str, columns: Sequence[str], *, sqlite: bool) -> Iterator[str]:
    unlike = "IS NOT" if sqlite else "IS DISTINCT FROM"
    different = [f'OLD."{name}" {unlike} NEW."{name}"' for name in columns]
    if table == "lead_event":
        different.append(f'(OLD."why_sealed" IS NULL) {unlike} (NEW."why_sealed" IS NULL)')
    when = " OR ".join(different)
    if sqlite:
        refuse = f"BEGIN SELECT RAISE(ABORT, '{REFUSED}'); END"
        yield f"CREATE TRIGGER {table}_not_changed BEFORE UPDATE ON {table} WHEN {when} {refuse}"
        yield f"CREATE TRIGGER {table}_not_deleted BEFORE DELETE ON {table} {refuse}"
        return
    refuse, each = "EXECUTE FUNCTION audit_rows_stay()", "FOR EACH ROW"
    yield (
        f"CREATE TRIGGER {table}_not_changed BEFORE UPDATE ON {table} {each} WHEN ({when}) {refuse}"
    )
    yield f"CREATE TRIGGER {table}_not_deleted BEFORE DELETE ON {table} {each} {refuse}"
    yield f"CREATE TRIGGER {table}_not_emptied BEFORE TRUNCATE ON {table} {refuse}"


def _keyed(key: bytes) -> Digest:
    return lambda message: hmac.new(key, message, sha256)


def _rewrite(old: tuple[Digest, Digest], new: tuple[Digest, Digest], vault: Vault) -> None:
    """Hash everything anew; what did not fit before is left as it is, so that it still shows."""
    sound = _sound_seals(old[1])
    change = sa.update(LINES).where(LINES.c.id == sa.bindparam("k"))
    batch: list[dict[str, object]] = []
    for _, trail in groupby(_lines(), key=lambda line: line.lead_id):
        before, fresh = "", ""
        for place, line in enumerate(trail, 1):
            if line.position != place or line.hash != _line_hash(line, before, old[0], vault):
                break
            before, fresh = line.hash, _line_hash(line, fresh, new[0], vault)
            batch.append({"k": line.id, "v": fresh})
        if len(batch) >= BATCH:
            op.get_bind().execute(change.values(hash=sa.bindparam("v")), batch)
            batch = []
    if batch:
        op.get_bind().execute(change.values(hash=sa.bindparam("v")), batch)
    before = ""
    for seal in _seals():
        if seal.day in sound:
            before = _seal_hash(before, seal, new[1])
            op.get_bind().execute(
                sa.update(SEALS).where(SEALS.c.day == seal.day).values(hash=before)
            )
        else:
            before = seal.hash


def _lines() -> Iterator[Any]:
    """Every line, trail by trail, some at a time."""
    query = sa.select(LINES).order_by(LINES.c.lead_id, LINES.c.position).limit(BATCH)
    lead, position = 0, 0
    while True:
        after = (LINES.c.lead_id > lead) | (
            (LINES.c.lead_id == lead) & (LINES.c.position > position)
        )
        found = op.get_bind().execute(query.where(after)).all()
        yield from found
        if not found:
            return
        lead, position = found[-1].lead_id, found[-1].position


def _seals() -> Sequence[Any]:
    return op.get_bind().execute(sa.select(SEALS).order_by(SEALS.c.day)).all()


def _sound_seals(old: Digest) -> set[str]:
    sound, before = set(), ""
    for seal in _seals():
        if seal.hash == _seal_hash(before, seal, old):
            sound.add(seal.day)
        before = seal.hash
    return sound


def _line_hash(line: Any, before: str, digest: Digest, vault: Vault) -> str:
    try:
        why = vault.open(bytes(line.why_sealed), "lead_event.why") if line.why_sealed else ""
    except UnreadableError:
        return ""
    at: datetime = line.at if line.at.tzinfo else line.at.replace(tzinfo=UTC)
    said = [line.lead_id, line.position, at.astimezone(UTC).isoformat(), line.actor, line.event]
    kept = json.dumps([*said, line.from_state, line.to_state, why])
    return str(digest((before + kept).encode()).hexdigest())


def _seal_hash(before: str, seal: Any, digest: Digest) -> str:
    made = digest(json.dumps([before, seal.day]).encode())
    query = sa.select(LINES.c.lead_id, LINES.c.position, LINES.c.hash)
    query = query.where(LINES.c.at >= seal.starts_at, LINES.c.at < seal.ends_at)
    for one in op.get_bind().execute(query.order_by(LINES.c.lead_id, LINES.c.position)):
        made.update(f"\n{one.lead_id}:{one.position}:{one.hash}".encode())
    return str(made.hexdigest())
