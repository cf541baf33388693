"""Leads of made-up people, in the states in which an officer meets them."""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.services.contacts import record_contact
from bot.services.handling import appeal
from bot.services.leads import sign_for
from bot.services.merging import merge
from bot.services.outcomes import record_outcome
from bot.services.stop_payment import answer_stop_payment, ask_stop_payment
from bot.services.transitions import move
from bot.storage.contacts import ContactResult, ContactWay
from bot.storage.leads import Appeal, Lead, LeadState
from bot.storage.staff import Staff, staff_by_login
from bot.storage.stop_payments import StopResult
from bot.times import now
from tests.console.desk import Desk
from tests.console.furnished_words import ORDINARY, Words, stories


async def furnish_leads(desk: Desk, words: Words = ORDINARY) -> dict[str, str]:
    """Leads that were filed since the morning; those to be shown, by what is special of each."""
    answers = stories(words)
    desk.clock.move(hours=-6)
    numbers = []
    for account, story in enumerate(answers):
        numbers.append(await desk.report(account=account, **story))
        desk.clock.move(minutes=375 / len(answers))
    desk.clock.at = now()
    async with desk.database.writing() as session:
        li = await staff_by_login(session, "li")
        assert li is not None
        for number in numbers[:6]:
            await sign_for(session, li, number, desk.clock())
        for number in numbers[:3]:
            note = words.of("本人已停止转账，家属在旁", 500)
            await _reach(session, li, number, note, desk)
            await move(session, li, number, LeadState.STOPPED, "", desk.clock())
    return {
        "number": numbers[5] if words.hard else numbers[0],
        "new": numbers[-1],
        "late": numbers[3],
        "month": f"{desk.clock():%Y-%m}",
        "year": f"{desk.clock():%Y}",
    }


async def furnish_states(desk: Desk, words: Words = ORDINARY) -> dict[str, str]:
    """Further leads are worked, merged, closed, objected to; returns which is which."""
    async with desk.database.writing() as session:
        li = await staff_by_login(session, "li")
        assert li is not None
        numbers = list(await session.scalars(select(Lead.number).order_by(Lead.id).limit(10)))
        return await _in_states(session, li, numbers, words, desk)


async def _in_states(
    session: AsyncSession, li: Staff, numbers: list[str], words: Words, desk: Desk
) -> dict[str, str]:
    at = desk.clock() + timedelta(seconds=1)
    stops, merged, survivor, closed, appealed = numbers[5:10]
    for number in (merged, survivor, closed, appealed):
        await sign_for(session, li, number, at)
    await _reach(session, li, stops, words.of("已联系开户行", 500, 2), desk)
    banks = {words.of("坊子农商银行", 60): "8000", words.of("微信支付", 60, 2): "4500"}
    for bank, fen in banks.items():
        asked = await ask_stop_payment(session, li, stops, bank, fen, at, receipt="ZF2026001")
    await answer_stop_payment(session, li, stops, asked.id, StopResult.STOPPED, "3200.50", at)
    await record_outcome(
        session,
        li,
        stops,
        at,
        loss="123456789" if words.hard else "9299.50",
        avoided="123456789" if words.hard else "3200.50",
        basis=words.of("银行止付回执", 100),
        case_no=words.of("坊公（刑）立字〔2026〕1234号", 40),
        family_notified=True,
        age_band="60以上",
        occupation="退休",
    )
    await merge(session, li, merged, survivor, "同一个人又来报", at)
    await move(session, li, closed, LeadState.FALSE_ALARM, "核实为误报", at)
    await move(session, li, closed, LeadState.CLOSED, "", at)
    await _reach(session, li, appealed, "", desk)
    await move(session, li, appealed, LeadState.REFUSED, words.of("当事人不相信", 200), at)
    await appeal(session, li, appealed, Appeal.ASKED, words.of("账户被误冻", 200, 1), at)
    return {
        "stops": stops,
        "merged": merged,
        "survivor": survivor,
        "closed": closed,
        "appeal": appealed,
        "evidence": numbers[4],
    }


async def _reach(session: AsyncSession, li: Staff, number: str, note: str, desk: Desk) -> None:
    way, result = ContactWay.PHONE, ContactResult.REACHED
    await record_contact(session, li, number, way, result, desk.clock(), note=note)
