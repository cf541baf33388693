"""What is forgotten besides the lead itself: what requests say, late notes, unfetched messages."""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.services.contacts import record_contact
from bot.services.leads import sign_for
from bot.services.own_leads import REQUEST_ERASED, erase
from bot.services.partner_requests import answer, ask_partner, list_requests, report_withdrawal
from bot.services.quick_response import ask_all
from bot.services.retention import PurgedAll, purge_all
from bot.services.transitions import move
from bot.storage.contacts import Contact, ContactResult, ContactWay
from bot.storage.database import Database
from bot.storage.inbox import put_in_inbox, read_inbox
from bot.storage.leads import LeadState
from bot.storage.partner_requests import PartnerRequest, RequestKind, RequestResult
from bot.storage.residents import find_or_add_resident
from tests.services.casework import NOON, PHONE, filed, lead_of, officer
from tests.services.chain import partner, unit

DAY = timedelta(days=1)
LEAD_DAYS = 365


async def said(session: AsyncSession) -> dict[str, tuple[str, str]]:
    query = select(PartnerRequest).execution_options(populate_existing=True)
    return {one.number: (one.words, one.answer) for one in await session.scalars(query)}


async def purged(session: AsyncSession, days: int) -> PurgedAll:
    return await purge_all(session, 30, LEAD_DAYS, NOON + days * DAY)


async def test_who_has_his_data_deleted_stands_in_no_request_either(database: Database) -> None:
    async with database.writing() as session:
        bank = await unit(session)
        teller, li = await partner(session, "wang", bank), await officer(session)
        number, other = await filed(session), await filed(session, account=2)
        open_one, kept = (await ask_all(session, li, number, "", NOON))[0], NOON
        answered = await ask_partner(
            session, li, RequestKind.VERIFY, bank.id, f"核实 {PHONE}", kept, lead=number
        )
        done = RequestResult.DONE
        await answer(session, teller, answered.number, done, "户主是王桂英", NOON)
        elses = await ask_partner(
            session, li, RequestKind.VERIFY, bank.id, "核实另一人", kept, lead=other
        )
        assert PHONE in (await said(session))[open_one.number][0]
        resident = await find_or_add_resident(session, "web", 1, NOON)
        await erase(session, resident, number, NOON)
        assert await said(session) == {
            open_one.number: (REQUEST_ERASED, ""),
            answered.number: ("", ""),
            elses.number: ("核实另一人", ""),
        }
        lines = await list_requests(session, teller, NOON)
        assert {one.number: one.result for one in lines}[answered.number] == "已办理"


async def test_what_was_said_in_a_request_goes_with_its_lead(database: Database) -> None:
    async with database.writing() as session:
        bank = await unit(session)
        teller, li = await partner(session, "wang", bank), await officer(session)
        number, still_open = await filed(session), await filed(session, account=2)
        asked = [
            await ask_partner(session, li, RequestKind.VERIFY, bank.id, PHONE, NOON, lead=one)
            for one in (number, still_open)
        ]
        alone = await report_withdrawal(session, teller, "老人王桂英取 20 万元", NOON)
        young = await report_withdrawal(session, teller, "今天的", NOON + LEAD_DAYS * DAY)
        await move(session, li, number, LeadState.WITHDRAWN, "群众要求撤回", NOON)
        assert (await purged(session, LEAD_DAYS - 1)).requests == 0
        found = await purged(session, LEAD_DAYS + 1)
        assert (found.leads, found.requests) == (1, 2)
        assert await said(session) == {
            asked[0].number: ("", ""),
            asked[1].number: (PHONE, ""),
            alone.number: ("", ""),
            young.number: ("今天的", ""),
        }
        assert (await purged(session, LEAD_DAYS + 1)).requests == 0


async def test_a_note_after_the_deletion_goes_with_its_lead(database: Database) -> None:
    async with database.writing() as session:
        li, number = await officer(session), await filed(session)
        await sign_for(session, li, number, NOON)
        await move(session, li, number, LeadState.CALLING, "", NOON)
        resident = await find_or_add_resident(session, "web", 1, NOON)
        await erase(session, resident, number, NOON)
        way, result = ContactWay.FAMILY, ContactResult.REACHED
        await record_contact(session, li, number, way, result, NOON, note="他女儿接的")
        await move(session, li, number, LeadState.FALSE_ALARM, "重复提交", NOON)
        assert (await lead_of(session, number)).description_sealed == b""
        assert (await purged(session, LEAD_DAYS + 1)).leads == 1
        assert list(await session.scalars(select(Contact.note_sealed))) == [None]


async def test_messages_that_nobody_fetches_go_after_thirty_days(database: Database) -> None:
    async with database.writing() as session:
        resident = await find_or_add_resident(session, "web", 1, NOON)
        for age in (31, 29):
            await put_in_inbox(session, resident.id, f"{age} 天前", NOON - age * DAY)
        assert (await purged(session, 0)).inbox == 1
        assert [words for _, words in await read_inbox(session, resident.id, 0)] == ["29 天前"]
