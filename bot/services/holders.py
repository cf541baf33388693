"""Whoever has a lead in hand hears of it: the officer, and the station that it was handed to."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.services.leads import RISK_NAMES
from bot.services.notifications import alert_roles, alert_staff, alert_station
from bot.services.outgoing import Button, Outgoing
from bot.services.transitions import HELD_BY_STATION
from bot.services.triage import HAPPENED_NAMES, Happened
from bot.storage.leads import Lead, LeadState, Risk
from bot.storage.linking import survivor_of
from bot.storage.staff import Role, Staff, staff_by_login
from bot.times import on_screen


def station_in_hand(lead: Lead) -> str:
    """The station that works the lead now; empty where none does."""
    return (lead.station or "") if lead.state in HELD_BY_STATION else ""


async def tell_holders(
    session: AsyncSession, lead: Lead, words: str, *, key: str, now: datetime
) -> None:
    """Tell the officer who signed for a lead, if anybody has, and the station that works it.

    Of one that was merged those hear who have the lead in which it goes on.
    """
    lead, name = await _gone_on(session, lead)
    message = Outgoing(f"线索 {name} {words}", _show(lead))
    if lead.assignee_id is not None:
        await alert_staff(session, [lead.assignee_id], message, key=key, now=now)
    if station := station_in_hand(lead):
        await alert_station(session, station, message, key=key, now=now)


async def _gone_on(session: AsyncSession, lead: Lead) -> tuple[Lead, str]:
    """The lead that is worked on, and how to name it and the merged one that it holds."""
    survivor = await survivor_of(session, lead.id) if lead.state == LeadState.MERGED else None
    if survivor is None:
        return lead, lead.number
    return survivor, f"{survivor.number}（并入的 {lead.number}）"


async def tell_desk(session: AsyncSession, lead: Lead, news: str, what: str, now: datetime) -> None:
    """Tell who has a lead in hand what cannot wait, or everybody on duty while nobody has.

    Once for each `what` of a lead.
    """
    key = f"alert:{lead.number}:{what}"
    at, name = await _gone_on(session, lead)
    if at.assignee_id is not None:
        await tell_holders(session, lead, f"有补充\n{news}", key=key, now=now)
    else:
        message = Outgoing(f"线索 {name} 有补充\n{news}")
        await alert_roles(session, (Role.DUTY, Role.CHIEF), message, key=key, now=now)


async def tell_station(session: AsyncSession, staff: Staff, lead: Lead, now: datetime) -> None:
    """The masked alert for the station that a lead has just been handed to.

    Where none of its officers has a bound chat, who handed it over is told to telephone.
    """
    lines = [f"转来线索 {lead.number}({RISK_NAMES[Risk(lead.risk)]})，请上门见面。"]
    if lead.happened in set(Happened):
        lines.append(f"情况：{HAPPENED_NAMES[Happened(lead.happened)]}")
    if lead.amount_fen:
        lines.append(f"金额：{lead.amount_fen / 100:,.2f} 元")
    if lead.step_due_at is not None:
        lines.append(f"请在 {on_screen(lead.step_due_at, '%m-%d %H:%M')} 前登记结果。")
    message, key = Outgoing("\n".join(lines), _show(lead)), f"dispatched:{lead.number}"
    key, station = f"{key}:{lead.version}", lead.station or ""
    if not await alert_station(session, station, message, key=key, now=now):
        missed = Outgoing(
            f"线索 {lead.number}：{station}没有绑定聊天，收不到提醒，请打电话告诉他们。"
        )
        await alert_staff(session, [staff.id], missed, key=key, now=now)


async def tell_left(session: AsyncSession, lead: Lead, station: str, now: datetime) -> None:
    """Tell a station that a lead has gone to another one."""
    message = Outgoing(f"线索 {lead.number} 已改派给{lead.station}，您所里不用再办理。")
    key = f"left:{lead.number}:{lead.version}"
    await alert_station(session, station, message, key=key, now=now)


async def tell_taken(
    session: AsyncSession, lead: Lead, staff: Staff, before: int | None, now: datetime
) -> None:
    """Tell who held a lead that a colleague goes on with it."""
    message = Outgoing(f"线索 {lead.number} 已由{staff.name}接手。", _show(lead))
    key = f"taken:{lead.number}:{lead.version}"
    await alert_staff(session, [before] if before is not None else [], message, key=key, now=now)


async def tell_handed(
    session: AsyncSession, lead: Lead, staff: Staff, to: int, now: datetime
) -> None:
    """Tell a colleague that a lead is in his hands now."""
    risk = RISK_NAMES[Risk(lead.risk)]
    message = Outgoing(f"{staff.name}把线索 {lead.number}({risk})移交给您办理。", _show(lead))
    key = f"handed:{lead.number}:{lead.version}"
    await alert_staff(session, [to], message, key=key, now=now)


async def tell_many_handed(
    session: AsyncSession, staff: Staff, login: str, count: int, now: datetime
) -> None:
    """Tell a colleague in one message that many leads are in his hands now."""
    colleague = await staff_by_login(session, login.strip().lower())
    message = Outgoing(f"{staff.name}把 {count} 条线索移交给您办理，发 /queue 查看。")
    key = f"handed:{staff.login}:{now.timestamp():.0f}"
    await alert_staff(session, [colleague.id] if colleague else [], message, key=key, now=now)


def _show(lead: Lead) -> tuple[tuple[Button, ...], ...]:
    return ((Button("查看", f"lead:show:{lead.number}"),),)
