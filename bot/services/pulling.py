"""Leads for other systems: page by page in a stable order, and acknowledged."""

import asyncio
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import InvalidInputError, NotFoundError
from bot.services.api_tokens import Scope, System
from bot.services.leads import add_event, log_look, read_lead_number
from bot.services.masking import mask_area, mask_middle, mask_numbers
from bot.storage import pulling as rows
from bot.storage.api_tokens import ack_of, add_ack
from bot.storage.database import Database, vault_of
from bot.storage.lead_changes import lock_lead
from bot.storage.leads import AREA, DESCRIPTION, IDENTIFIER, PHONE, lead_by_number
from bot.storage.pulling import PulledRow
from bot.storage.vault import Vault

MOST_LEADS = 2000
AT_ONCE = 250
"""Leads that are opened before others get their turn."""
POSITIONS_AT_ONCE = 2000
MOST_GIVEN = 10_000
TOLD = (
    "number",
    "kind",
    "risk",
    "state",
    "source",
    "category",
    "family",
    "happened",
    "contact_channel",
    "transferred",
    "amount_fen",
    "received_at",
    "due_at",
    "signed_at",
    "station",
)
"""What is told as it stands, in the order of the columns that are read."""
BEYOND = (
    "游标比最新的线索还靠后：可能恢复过备份或换了数据库。请改用更早的游标，或从头调取；"
    "已有的按编号更新即可。"
)
CURSOR = re.compile(r"p([0-9]{1,12})")


@dataclass(frozen=True, slots=True)
class PulledPage:
    """Leads in pulling order; `next` is the cursor after them."""

    leads: list[dict[str, Any]]
    next: str
    more: bool


def read_cursor(typed: str) -> int:
    """The position of a cursor; an empty one is the beginning. Raises InvalidInputError."""
    if not typed:
        return 0
    found = CURSOR.fullmatch(typed)
    if found is None:
        raise InvalidInputError("游标不对，请原样使用上一页返回的 next。")
    return int(found[1])


async def make_pullable(database: Database, most: int = MOST_GIVEN) -> None:
    """Give positions to leads that were committed since the last pull, `most` at a time.

    After a long time without a pull the rest waits for the next one.
    """
    for _ in range(-(-most // POSITIONS_AT_ONCE)):
        async with database.reading() as session:
            if not await rows.leads_await_positions(session):
                return
        async with database.writing() as session:
            if await rows.give_positions(session, POSITIONS_AT_ONCE) < POSITIONS_AT_ONCE:
                return


async def pull_page(session: AsyncSession, system: System, after: str, limit: int) -> PulledPage:
    """The leads after a cursor; in the clear with the scope for it, else masked.

    Raises InvalidInputError for a cursor beyond the newest lead: it belongs to another database, or
    to this one before a backup was restored, and whoever went on with it would miss leads.
    """
    system.needs(Scope.READ)
    position = read_cursor(after)
    limit = min(max(limit, 1), MOST_LEADS)
    found = await rows.leads_after(session, position, limit + 1)
    if not found and position > await rows.last_position(session):
        raise InvalidInputError(BEYOND)
    more = len(found) > limit
    kept = found[:limit]
    leads = await shown(session, kept, full=Scope.FULL in system.scopes)
    last = kept[-1].pull_position if kept else position
    return PulledPage(leads, f"p{last}", more)


async def note_pull(session: AsyncSession, system: System, page: PulledPage, now: datetime) -> None:
    """Note that another system took full data: from which lead to which."""
    if page.leads and Scope.FULL in system.scopes:
        subject = f"{page.leads[0]['number']}..{page.leads[-1]['number']}"
        await log_look(session, system.actor, subject, "pull", now)


async def pull_one(
    session: AsyncSession, system: System, number: str, now: datetime
) -> dict[str, Any]:
    """One lead as it now stands."""
    system.needs(Scope.READ)
    row = await rows.pulled_lead(session, read_lead_number(number))
    if row is None:
        raise NotFoundError("没有这个编号的线索。")
    full = Scope.FULL in system.scopes
    if full:
        await log_look(session, system.actor, row.number, "pull", now)
    return (await shown(session, [row], full=full))[0]


async def acknowledge(
    session: AsyncSession, system: System, number: str, now: datetime
) -> tuple[str, datetime]:
    """Note that a system has taken a lead; however often it says so, the first time counts."""
    system.needs(Scope.ACK)
    lead = await lead_by_number(session, read_lead_number(number))
    if lead is None:
        raise NotFoundError("没有这个编号的线索。")
    await lock_lead(session, lead.id)
    if await add_ack(session, lead.id, system.token_id, now):
        await add_event(session, lead.id, actor=system.actor, event="ack", now=now)
        return lead.number, now
    ack = await ack_of(session, lead.id, system.token_id)
    if ack is None:
        raise LookupError("an acknowledgement that was there is gone")
    return lead.number, ack.at


async def shown(
    session: AsyncSession, found: Sequence[PulledRow], *, full: bool
) -> list[dict[str, Any]]:
    """Leads as other systems get them, in the clear only with `full`."""
    named = await rows.identifiers_by_lead(session, [row[0] for row in found])
    show = _shower(vault_of(session), full=full)
    leads: list[dict[str, Any]] = []
    for start in range(0, len(found), AT_ONCE):
        leads += [show(row, named.get(row[0], ())) for row in found[start : start + AT_ONCE]]
        await asyncio.sleep(0)
    return leads


def _shower(
    vault: Vault, *, full: bool
) -> Callable[[PulledRow, Sequence[tuple[str, bytes]]], dict[str, Any]]:
    """How to show a row with its identifiers; many are shown, so what can be is done once."""
    open_story, open_phone = vault.opener(DESCRIPTION), vault.opener(PHONE)
    open_area, open_named = vault.opener(AREA), vault.opener(IDENTIFIER)

    def show(row: PulledRow, named: Sequence[tuple[str, bytes]]) -> dict[str, Any]:
        _, *told, _, story, call, place = row
        lead: dict[str, Any] = dict(zip(TOLD, told, strict=True))
        description = open_story(story) if story else ""
        phone = open_phone(call) if call else None
        area = open_area(place) if place else None
        suspects = [{"kind": kind, "value": open_named(value)} for kind, value in named]
        if not full:
            description = mask_numbers(description)
            phone, area = phone and mask_middle(phone), area and mask_area(area)
            suspects = [one | {"value": mask_middle(one["value"])} for one in suspects]
        lead["phone"] = phone or None
        lead["area"] = area or None
        lead["description"] = description
        lead["suspects"] = suspects
        lead["masked"] = not full
        return lead

    return show
