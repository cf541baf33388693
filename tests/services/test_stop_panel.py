"""Leads about money that may still be stopped stand first, with their stop-payments."""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.services.desk import queue_page
from bot.services.lead_batches import LeadRow, Step, Worked, file_many, work_many
from bot.services.leads import sign_for
from bot.services.stop_panel import stop_panel
from bot.services.stop_payment import answer_stop_payment, ask_stop_payment
from bot.storage.database import Database
from bot.storage.leads import Lead, LeadKind, LeadState, Risk
from bot.storage.staff import Role, Staff
from bot.storage.stop_payments import StopResult
from tests.services.casework import NOON, officer

HOUR = timedelta(hours=1)


async def queue(session: AsyncSession, staff: Staff, limit: int, offset: int = 0) -> list[str]:
    found = await queue_page(session, staff, NOON, limit=limit, offset=offset)
    numbers = {one.number for one in found.lines}
    rows = await session.execute(select(Lead.number, Lead.id).where(Lead.number.in_(numbers)))
    ids = {row[0]: row[1] for row in rows}
    return [str(ids[one.number]) for one in found.lines]


async def leads(session: AsyncSession) -> list[int]:
    """Six: of contact due first (1, 2, 3), of money later (4, 5), of money but stopped (6)."""
    li = await officer(session)
    rows = [LeadRow(LeadKind.CONTACT, Risk.MEDIUM, NOON - (9 - place) * HOUR) for place in range(3)]
    rows += [LeadRow(LeadKind.FUND, Risk.URGENT, NOON + place * HOUR) for place in range(3)]
    ids = await file_many(session, rows, "upstream", "import")
    steps = (Step(NOON, LeadState.SIGNED), Step(NOON, LeadState.CALLING))
    await work_many(session, li, [Worked(ids[5], (*steps, Step(NOON, LeadState.STOPPED)))])
    return ids


async def test_money_that_may_be_stopped_comes_first_on_every_page(database: Database) -> None:
    async with database.writing() as session:
        await leads(session)
        li = await officer(session)
        whole = await queue(session, li, 10)
        assert whole[:5] == ["4", "5", "1", "2", "3"]
        assert sorted(whole) == ["1", "2", "3", "4", "5", "6"]
        for size in (1, 2, 3, 4):
            pages = [await queue(session, li, size, place) for place in range(0, 6, size)]
            assert sum(pages, []) == whole


async def test_the_panel_says_what_was_stopped_and_until_when(database: Database) -> None:
    async with database.writing() as session:
        ids = await leads(session)
        li, station = await officer(session), await officer(session, "wu", Role.STATION)
        first = (await session.get_one(Lead, ids[3])).number
        await sign_for(session, li, first, NOON)
        assert [one.said for one in await stop_panel(session, li)] == ["", ""]
        asked = await ask_stop_payment(session, li, first, "工行", "3万", NOON)
        shown = {one.line.number: one for one in await stop_panel(session, li)}
        one = shown[first]
        assert (one.bank, one.said, one.ends_at) == ("工行", "已申请", None)
        stopped = StopResult.STOPPED
        await answer_stop_payment(session, li, first, asked.id, stopped, "", NOON + HOUR)
        panel = await stop_panel(session, li)
        assert panel[-1].line.number == first
        assert panel[-1].ends_at == NOON + 48 * HOUR
        assert await stop_panel(session, station) == []
