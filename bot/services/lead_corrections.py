"""What an upstream system says anew: of a line that is in, or of a person who has an open lead.

Nothing is lost by it: the trail names what changed, words are added to the story, a risk is never
lowered by a file.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import InvalidInputError
from bot.services.areas import station_at, street_of
from bot.services.lead_batches import LeadRow
from bot.services.leads import RISK_NAMES, actor_name, add_event, open_value
from bot.services.limits import Limits
from bot.services.merging import joined, pressed
from bot.services.own_leads import LONGEST_STORY
from bot.services.risk_rules import PRESSING, stepped
from bot.services.transitions import write_change
from bot.storage.areas import Area
from bot.storage.database import vault_of
from bot.storage.lead_batches import hold_leads
from bot.storage.leads import AREA, DESCRIPTION, PHONE, Lead, LeadKind, LeadState, Risk
from bot.storage.linking import survivor_of
from bot.storage.staff import Staff
from bot.times import on_screen


@dataclass(frozen=True, slots=True)
class Rules:
    """What is in force while a file is taken in: the grid and the time limits."""

    areas: Sequence[Area]
    limits: Mapping[Risk, Limits]


async def correct_line(
    session: AsyncSession, staff: Staff, lead_id: int, row: LeadRow, rules: Rules, now: datetime
) -> None:
    """Write what a line says otherwise into its lead, or the one that it went on in.

    Raises InvalidInputError, with what to do, for another phone: that may be another person.
    """
    lead = (await hold_leads(session, [lead_id]))[lead_id]
    if lead.state == LeadState.MERGED and (survivor := await survivor_of(session, lead_id)):
        lead = (await hold_leads(session, [survivor.id]))[survivor.id]
    hashed = vault_of(session).fingerprint(row.phone, PHONE) if row.phone else None
    if hashed and lead.phone_hash and hashed != lead.phone_hash:
        raise InvalidInputError(
            f"这个编号以前收过（线索 {lead.number}），这次电话不同，没有改动。"
            "号码写错的请写进那条线索的联系记录；是另一个人的，请换一个编号再导入。"
        )
    values: dict[str, object] = {}
    told = [*_money(lead, row, values), *_pressing(lead, row, values, rules, now)]
    if lead.description_sealed:
        told += _personal(session, lead, row, values, rules, now)
    await write_change(session, lead, **values)
    why = joined("上级平台更正", *told)
    await add_event(session, lead.id, actor=actor_name(staff), event="corrected", why=why, now=now)


async def repeat_person(
    session: AsyncSession, staff: Staff, lead: Lead, row: LeadRow, rules: Rules, now: datetime
) -> None:
    """Write another line about the same person into the open lead, which is held and becomes one
    step more pressing; a warning about money makes a contact lead a fund lead.

    Raises InvalidInputError, before anything is written, where the story is too long for more.
    """
    raised = stepped(min(row.risk, Risk(lead.risk), key=PRESSING.index), 1)
    values = pressed(lead, raised, now, rules.limits)
    told = [f"预警时间 {on_screen(row.received_at)}"]
    fund = row.kind is LeadKind.FUND
    if fund and lead.kind == LeadKind.CONTACT:
        values |= {"kind": LeadKind.FUND, "happened": "paid", "transferred": True}
    if row.amount_fen is not None:
        told.append(f"这次金额 {row.amount_fen / 100:,.2f} 元")
        if lead.amount_fen is None:
            values["amount_fen"] = row.amount_fen
    if lead.description_sealed:
        _add_words(session, lead, row, values, rules, now)
    await write_change(session, lead, **values)
    why = joined("上级平台再次下发，同一人", "资金预警" if fund else "", *told)
    await add_event(session, lead.id, actor=actor_name(staff), event="merged_in", why=why, now=now)


def _add_words(
    session: AsyncSession,
    lead: Lead,
    row: LeadRow,
    values: dict[str, object],
    rules: Rules,
    now: datetime,
) -> None:
    """The place where the lead has none, else a place that differs and the words to the story."""
    place, words = open_value(session, lead.area_sealed, AREA), [row.description]
    if row.area and not place:
        _place(session, lead, row, values, rules)
    elif row.area and row.area != place:
        words.insert(0, f"地址 {row.area}")
    story = open_value(session, lead.description_sealed, DESCRIPTION)
    if fresh := "；".join(one for one in words if one and one not in story):
        values |= _longer(session, lead, f"{story}\n[上级再次下发 {_minute(now)}] {fresh}")


def _money(lead: Lead, row: LeadRow, values: dict[str, object]) -> list[str]:
    if row.amount_fen is None or row.amount_fen == lead.amount_fen:
        return []
    values["amount_fen"] = row.amount_fen
    before = f"{lead.amount_fen / 100:,.2f}→" if lead.amount_fen is not None else ""
    return [f"金额 {before}{row.amount_fen / 100:,.2f} 元"]


def _pressing(
    lead: Lead, row: LeadRow, values: dict[str, object], rules: Rules, now: datetime
) -> list[str]:
    told = []
    if row.kind is LeadKind.FUND and lead.kind == LeadKind.CONTACT:
        values |= {"kind": LeadKind.FUND, "happened": "paid", "transferred": True}
        told.append("改为资金预警")
    if row.kind is LeadKind.CONTACT and lead.kind == LeadKind.FUND:
        told.append("写作触网预警，类别没有改")
    risk = Risk(lead.risk)
    if PRESSING.index(row.risk) < PRESSING.index(risk):
        values |= pressed(lead, row.risk, now, rules.limits)
        told.append(f"风险 {RISK_NAMES[risk]}→{RISK_NAMES[row.risk]}")
    if row.received_at != lead.received_at:
        told.append(f"预警时间写作 {on_screen(row.received_at)}")
    return told


def _personal(
    session: AsyncSession,
    lead: Lead,
    row: LeadRow,
    values: dict[str, object],
    rules: Rules,
    now: datetime,
) -> list[str]:
    vault, told = vault_of(session), []
    if row.phone and not lead.phone_hash:
        values["phone_sealed"] = vault.seal(row.phone, PHONE)
        values["phone_hash"] = vault.fingerprint(row.phone, PHONE)
        told.append("补上电话")
    if row.area and row.area != open_value(session, lead.area_sealed, AREA):
        _place(session, lead, row, values, rules)
        told.append("地址更正")
    story = open_value(session, lead.description_sealed, DESCRIPTION)
    if row.description and row.description not in story:
        values |= _longer(session, lead, f"{story}\n[上级更正 {_minute(now)}] {row.description}")
        told.append("内容更正")
    return told


def _place(
    session: AsyncSession, lead: Lead, row: LeadRow, values: dict[str, object], rules: Rules
) -> None:
    values["area_sealed"] = vault_of(session).seal(row.area, AREA)
    values["street"] = street_of(rules.areas, row.area) or lead.street
    values["area_station"] = station_at(rules.areas, row.area) or lead.area_station


def _longer(session: AsyncSession, lead: Lead, story: str) -> dict[str, object]:
    """The columns of a longer story. Raises InvalidInputError where it is too long."""
    if len(story) > LONGEST_STORY:
        raise InvalidInputError(
            f"线索 {lead.number} 的内容已经很长，这一行没有写入；请在那条线索的联系记录里写明。"
        )
    sealed = vault_of(session).seal(story.strip(), DESCRIPTION)
    return {"description_sealed": sealed, "traced": False}


def _minute(now: datetime) -> str:
    return on_screen(now, "%m-%d %H:%M")
