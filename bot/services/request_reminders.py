"""Requests without a result in time: the side that was asked is reminded, then the squad.

How far it has gone stands in the request's row, so a clock that was down goes on where it was.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from bot.services.escalation import CLOCK
from bot.services.leads import add_event
from bot.services.notifications import alert_roles, alert_staff
from bot.services.outgoing import Button, Outgoing
from bot.services.partner_requests import ANSWER_WITHIN, KIND_NAMES
from bot.storage import partner_requests as rows
from bot.storage.lead_changes import lock_lead
from bot.storage.partner_requests import PartnerRequest, RequestKind
from bot.storage.staff import Role, staff_of_unit
from bot.storage.units import names_of_units

ASKED_SIDE, ABOVE = 1, 2
LEAST_AFTER = timedelta(minutes=5)
AT_ONCE = 200
NAMED = 10
LEVEL_NAMES = {ASKED_SIDE: "已催对方", ABOVE: "已报值班"}
"""How far a request without a result was brought up, as lists show it."""


async def remind_of_requests(session: AsyncSession, now: datetime) -> int:
    """Send the reminders that are due, each once; returns how many requests were brought up.

    Those of one tap go up in one message. Who cannot be reached is passed over at once.
    """
    late = await rows.requests_to_remind_of(session, now, AT_ONCE)
    names = await names_of_units(session)
    above = defaultdict[str, list[PartnerRequest]](list)
    for request in late:
        if request.reminded >= ASKED_SIDE or not await _tell_asked(session, request, names, now):
            above[request.wave or request.number].append(request)
            request.reminded, request.remind_at = ABOVE, None
        else:
            within = ANSWER_WITHIN[RequestKind(request.kind)]
            request.reminded = ASKED_SIDE
            request.remind_at = request.due_at + max(LEAST_AFTER, within / 2)
    for of_one_tap in above.values():
        await _tell_above(session, of_one_tap, names, now)
    await session.flush()
    return len(late)


async def _tell_asked(
    session: AsyncSession, request: PartnerRequest, names: dict[int, str], now: datetime
) -> int:
    """Remind the side that was asked; to how many chats."""
    key, words = _key(request, ASKED_SIDE, now), _words(request, now)
    if request.from_partner:
        unit = names.get(request.unit_id, "")
        told = Outgoing(f"{words}\n单位：{unit}", _buttons(request))
        return await alert_roles(session, (Role.DUTY,), told, key=key, now=now)
    people = [one.id for one in await staff_of_unit(session, request.unit_id)]
    return await alert_staff(session, people, Outgoing(words, _buttons(request)), key=key, now=now)


async def _tell_above(
    session: AsyncSession, late: Sequence[PartnerRequest], names: dict[int, str], now: datetime
) -> None:
    first = late[0]
    units = [names.get(one.unit_id, "") for one in late]
    named = "、".join(units[:NAMED]) + (f"等 {len(units)} 家" if len(units) > NAMED else "")
    where = f"（{first.wave}）" if first.wave and first.lead_id else ""
    kind = KIND_NAMES[RequestKind(first.kind)]
    words = f"{_words(first, now)}{where}\n还没反馈：{named}。请打电话催办。"
    if len(late) > 1:
        name = "快速协作" if len({one.kind for one in late}) > 1 or first.lead_id else kind
        words = f"{name}{where}有 {len(late)} 家超时没有反馈：{named}。请打电话催办。"
    roles = (Role.CHIEF,) if first.from_partner else (Role.DUTY, Role.CHIEF)
    key = _key(first, ABOVE, now)
    await alert_roles(session, roles, Outgoing(words, _buttons(first)), key=key, now=now)
    for lead_id in sorted({one.lead_id for one in late if one.lead_id is not None}):
        await lock_lead(session, lead_id)
        why = f"协作事项超时没有反馈：{named}"[:200]
        await add_event(session, lead_id, actor=CLOCK, event="escalate", why=why, now=now)


def _key(request: PartnerRequest, level: int, now: datetime) -> str:
    """Another key each time: a request whose result was taken back is brought up again."""
    return f"late:{request.number}:{level}:{now:%y%m%d%H%M}"


def _words(request: PartnerRequest, now: datetime) -> str:
    minutes = max(0, int((now - request.due_at).total_seconds() // 60))
    late = f"已超时 {minutes} 分钟" if minutes else "刚到时限"
    kind = KIND_NAMES[RequestKind(request.kind)]
    still = "还没反馈结果" if request.acknowledged_at else "还没签收"
    return f"{kind} {request.number} {late}，{still}。"


def _buttons(request: PartnerRequest) -> tuple[tuple[Button, ...], ...]:
    return ((Button("看情况", f"request:show:{request.number}:"),),)
