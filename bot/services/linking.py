"""Linking (串并): leads that share an identifier, a phone, a site or a story, with what it is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from bot.services.leads import QueueLine, find_lead, in_scope, lines_of, open_value
from bot.services.masking import mask_middle
from bot.services.traces import LEAST_BANDS, traces_of_lead
from bot.storage import linking as rows
from bot.storage.leads import IDENTIFIER, PHONE, Lead
from bot.storage.staff import Role, Staff
from bot.storage.traces import TraceKind, leads_with_traces, traces_of

REPORTER_PHONE = "reporter_phone"
SHARED_NAMES: Mapping[str, str] = {
    "link": "网址",
    "phone": "电话",
    "bank_card": "银行卡",
    "wechat": "微信号",
    "qq": "QQ",
    "group": "群",
    "app": "软件",
    "reporter_phone": "回电号码相同",
    "script": "说法几乎一样",
    "domain": "同一网站",
    "other": "其他",
}
LEAST_SHARED = {TraceKind.SCRIPT: LEAST_BANDS, TraceKind.DOMAIN: 1}
MOST_SHARED = 500


@dataclass(frozen=True, slots=True)
class Shared:
    """Something two leads have in common; the value is masked."""

    kind: str
    value: str


@dataclass(frozen=True, slots=True)
class LinkedLead:
    """Another lead, and why it belongs here."""

    line: QueueLine
    shared: tuple[Shared, ...]


async def linked(
    session: AsyncSession, staff: Staff, number: str, limit: int = 50
) -> list[LinkedLead]:
    """Other leads that share something with this one, the most in common first; of a station's
    own and its area's."""
    return await links_of(session, staff, await find_lead(session, staff, number), limit)


async def links_of(
    session: AsyncSession,
    staff: Staff,
    lead: Lead,
    limit: int,
    merged: Sequence[Lead] | None = None,
) -> list[LinkedLead]:
    """The same for a lead at hand; what was `merged` into it (None: look) counts as its own."""
    if merged is None:
        merged = await rows.merged_into(session, lead.id)
    own = {lead.id, *(other.id for other in merged)}
    found: dict[int, list[Shared]] = {}
    for lead_id, identifier in await rows.shared_identifiers(session, own, MOST_SHARED):
        value = mask_middle(open_value(session, identifier.value_sealed, IDENTIFIER))
        _add(found, lead_id, Shared(identifier.kind, value))
    if lead.phone_hash is not None:
        phone = Shared(REPORTER_PHONE, mask_middle(open_value(session, lead.phone_sealed, PHONE)))
        for lead_id in await rows.leads_with_phone(session, lead.phone_hash, own, limit):
            _add(found, lead_id, phone)
    for kind, lead_ids in (await _traced(session, lead, own, limit)).items():
        for lead_id in lead_ids:
            _add(found, lead_id, Shared(kind, ""))
    ordered = sorted(found, key=lambda lead_id: (-len(found[lead_id]), -lead_id))
    if staff.role != Role.STATION:
        ordered = ordered[:limit]
    leads = await rows.leads_by_ids(session, ordered)
    chosen = [lead_id for lead_id in ordered if in_scope(staff, leads[lead_id])][:limit]
    lines = await lines_of(session, [leads[lead_id] for lead_id in chosen])
    return [
        LinkedLead(line, tuple(found[lead_id])) for lead_id, line in zip(chosen, lines, strict=True)
    ]


async def _traced(
    session: AsyncSession, lead: Lead, own: set[int], limit: int
) -> dict[TraceKind, list[int]]:
    """Other leads by kind of fingerprint that they share."""
    traces = set(await traces_of(session, own)) or await traces_of_lead(session, lead)
    return {
        kind: list(
            await leads_with_traces(
                session, [one for of, one in traces if of is kind], own, least=least, most=limit
            )
        )
        for kind, least in LEAST_SHARED.items()
    }


def _add(found: dict[int, list[Shared]], lead_id: int, shared: Shared) -> None:
    named = found.setdefault(lead_id, [])
    if shared not in named:
        named.append(shared)
