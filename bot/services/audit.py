"""Audit trails: sealed together day by day, and verified line by line."""

import hmac
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from hashlib import sha256

from sqlalchemy.ext.asyncio import AsyncSession

from bot.services.leads import hash_of, trail_key
from bot.storage import seals as rows
from bot.storage.database import vault_of
from bot.storage.seals import AuditSeal
from bot.storage.vault import Vault
from bot.times import SHANGHAI, on_screen

BATCH = 1000
SETTLED = timedelta(minutes=5)
"""A day is sealed no sooner: a line written at its end may still be on its way."""


@dataclass(frozen=True, slots=True)
class AuditReport:
    """What verifying found; `broken` names the first line or seal that is not as written."""

    trails: int
    lines: int
    seals: int
    broken: str = ""


async def seal_days(session: AsyncSession, now: datetime) -> int:
    """Seal every local day that is over and not sealed yet; returns how many."""
    last = await rows.last_seal(session)
    first = last.ends_at if last else await rows.first_event_at(session)
    if first is None:
        return 0
    day = first.astimezone(SHANGHAI).date()
    key = seal_key(vault_of(session))
    until = (now - SETTLED).astimezone(SHANGHAI).date()
    made = 0
    while day < until:
        starts_at = datetime.combine(day, time(), SHANGHAI).astimezone(UTC)
        ends_at = datetime.combine(day + timedelta(days=1), time(), SHANGHAI).astimezone(UTC)
        lines = await rows.hashes_between(session, starts_at, ends_at)
        last = AuditSeal(
            day=day.isoformat(),
            starts_at=starts_at,
            ends_at=ends_at,
            lines=len(lines),
            hash=seal_hash(last.hash if last else "", day.isoformat(), lines, key),
            made_at=now,
        )
        session.add(last)
        await session.flush()
        day += timedelta(days=1)
        made += 1
    return made


def seal_key(vault: Vault) -> bytes:
    """The key of the daily seals."""
    return vault.derive("audit_seal.hash")


def seal_hash(before: str, day: str, lines: Iterable[tuple[int, int, str]], key: bytes) -> str:
    """The hash over a day's lines and the seal of the day before."""
    digest = hmac.new(key, json.dumps([before, day]).encode(), sha256)
    for lead_id, position, line in lines:
        digest.update(f"\n{lead_id}:{position}:{line}".encode())
    return digest.hexdigest()


async def verify(session: AsyncSession) -> AuditReport:
    """Walk every trail and every seal; stops at the first that is not as it was written."""
    report = await _verify_trails(session)
    return report if report.broken else await _verify_seals(session, report)


async def _verify_trails(session: AsyncSession) -> AuditReport:
    trails = lines = 0
    key = trail_key(vault_of(session))
    lead_id, position, before = 0, 0, ""
    while batch := await rows.events_after(session, lead_id, position, BATCH):
        for event, number in batch:
            if event.lead_id != lead_id:
                lead_id, position, before = event.lead_id, 0, ""
                trails += 1
            lines += 1
            if event.position != position + 1:
                where = f"线索 {number} 的第 {position + 1} 行不见了"
                return AuditReport(trails, lines, 0, where)
            if event.hash != hash_of(event, before, key):
                where = f"线索 {number} 的第 {event.position} 行({on_screen(event.at)})被改动过"
                return AuditReport(trails, lines, 0, where)
            position, before = event.position, event.hash
        session.expunge_all()
    if missing := await rows.lead_without_trail(session):
        return AuditReport(trails, lines, 0, f"线索 {missing} 的记录不见了")
    return AuditReport(trails, lines, 0)


async def _verify_seals(session: AsyncSession, report: AuditReport) -> AuditReport:
    before, key = "", seal_key(vault_of(session))
    checked = 0
    for seal in await rows.all_seals(session):
        lines = await rows.hashes_between(session, seal.starts_at, seal.ends_at)
        if len(lines) != seal.lines or seal_hash(before, seal.day, lines, key) != seal.hash:
            where = f"{seal.day} 的封存对不上：封存时 {seal.lines} 行，现在 {len(lines)} 行"
            return AuditReport(report.trails, report.lines, checked, where)
        before = seal.hash
        checked += 1
    return AuditReport(report.trails, report.lines, checked)
