"""What is forgotten besides the lead itself: what requests say, late notes, unfetched messages."""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.services.broadcasts import plan_campaign
from bot.services.campaigns import Plan
from bot.services.contacts import record_contact
from bot.services.leads import sign_for
from bot.services.own_leads import REQUEST_ERASED, erase
from bot.services.partner_requests import answer, ask_partner, list_requests, report_withdrawal
from bot.services.quick_response import ask_all
from bot.services.request_corrections import answers_of_request
from bot.services.retention import RESIDENTS_KEPT, PurgedAll, purge_all
from bot.services.subscriptions import note_click
from bot.services.transitions import move
from bot.storage.contacts import Contact, ContactResult, ContactWay
from bot.storage.database import Database
from bot.storage.inbox import put_in_inbox, read_inbox
from bot.storage.leads import LeadState
from bot.storage.partner_requests import PartnerRequest, RequestKind, RequestResult
from bot.storage.residents import Resident, find_or_add_resident
from bot.storage.staff import Role, bind_resident
from bot.storage.subscriptions import BroadcastResponse, Subscription
from bot.storage.trusted import TrustedPerson
from tests.services.broadcasting import add_groups, add_staff
from tests.services.casework import NOON, PHONE, brought_to, filed, lead_of, officer
from tests.services.chain import partner, unit

DAY = timedelta(days=1)
LEAD_DAYS = 365


async def said(session: AsyncSession) -> dict[str, tuple[str, str]]:
    query = select(PartnerRequest).execution_options(populate_existing=True)
    return {one.number: (one.words, one.answer) for one in await session.scalars(query)}


async def cast_of(session: AsyncSession) -> int:
    """The number of a broadcast."""
    chief = await add_staff(session, Role.CHIEF, "zhang")
    (group,) = await add_groups(session, chief, -1)
    plan = Plan(words="陌生来电先挂断。", group_ids=frozenset([group.id]))
    return (await plan_campaign(session, chief, plan, now=NOON, dedupe="x")).id


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
        [given] = await answers_of_request(session, teller, answered.number)
        assert (given.result, given.words) == ("已办理", "")


async def test_what_was_said_in_a_request_goes_with_its_lead(database: Database) -> None:
    async with database.writing() as session:
        bank = await unit(session)
        teller, li = await partner(session, "wang", bank), await officer(session)
        number, still_open = await filed(session), await filed(session, account=2)
        await sign_for(session, li, still_open, NOON + 2 * DAY)
        asked = [
            await ask_partner(session, li, RequestKind.VERIFY, bank.id, PHONE, NOON, lead=one)
            for one in (number, still_open)
        ]
        alone = await report_withdrawal(session, teller, "老人王桂英取 20 万元", NOON)
        await answer(session, li, alone.number, RequestResult.DONE, "王桂英的女儿来接", NOON)
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
        [given] = await answers_of_request(session, li, alone.number)
        assert (given.result, given.words) == ("已办理", "")
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


async def test_a_lead_left_with_its_outcome_is_forgotten_once_nothing_happens_any_more(
    database: Database,
) -> None:
    async with database.writing() as session:
        li = await officer(session)
        left, fresh = [await filed(session, account=account) for account in range(2)]
        await brought_to(session, li, left, LeadState.STOPPED)
        await brought_to(session, li, fresh, LeadState.CALLING)
        await move(session, li, fresh, LeadState.DEFRAUDED, "", NOON + 2 * DAY)
        assert (await purged(session, LEAD_DAYS + 1)).leads == 1
        found = {number: await lead_of(session, number) for number in (left, fresh)}
        assert [bool(one.phone_sealed) for one in found.values()] == [False, True]
        assert found[left].state == LeadState.STOPPED
        assert (await purged(session, LEAD_DAYS + 3)).leads == 1


async def test_a_lead_that_never_came_to_an_outcome_is_forgotten_once_nobody_works_on_it(
    database: Database,
) -> None:
    async with database.writing() as session:
        li = await officer(session)
        unseen, calling, worked = [await filed(session, account=account) for account in range(3)]
        await brought_to(session, li, calling, LeadState.CALLING)
        await brought_to(session, li, worked, LeadState.SIGNED)
        await move(session, li, worked, LeadState.CALLING, "", NOON + 2 * DAY)
        assert (await purged(session, LEAD_DAYS - 1)).unsettled == 0
    async with database.reading() as session:
        assert (await purged(session, LEAD_DAYS + 1)).unsettled == 2  # a dry run
    async with database.writing() as session:
        assert (await lead_of(session, unseen)).phone_sealed
        found = await purged(session, LEAD_DAYS + 1)
        assert (found.leads, found.unsettled) == (0, 2)
        kept = [await lead_of(session, number) for number in (unseen, calling, worked)]
        assert [bool(one.phone_sealed) for one in kept] == [False, False, True]
        states = [LeadState.NEW, LeadState.CALLING, LeadState.CALLING]
        assert [one.state for one in kept] == states


async def test_messages_that_nobody_fetches_go_after_thirty_days(database: Database) -> None:
    async with database.writing() as session:
        resident = await find_or_add_resident(session, "web", 1, NOON)
        for age in (31, 29):
            await put_in_inbox(session, resident.id, f"{age} 天前", NOON - age * DAY)
        assert (await purged(session, 0)).inbox == 1
        assert [words for _, words in await read_inbox(session, resident.id, 0)] == ["29 天前"]


async def test_who_has_not_come_for_long_and_left_nothing_belongs_to_nobody(
    database: Database,
) -> None:
    long_ago = NOON - RESIDENTS_KEPT - DAY
    async with database.writing() as session:
        chief = await officer(session, "boss", Role.CHIEF)
        people = {
            name: await find_or_add_resident(session, "telegram", 100 + number, long_ago)
            for number, name in enumerate(("gone", "lead", "staff", "subscribed", "elder", "came"))
        }
        people["came"].seen_at = NOON - RESIDENTS_KEPT + DAY
        await filed(session, account=101, channel="telegram", now=NOON - DAY)
        await bind_resident(session, people["staff"].id, chief.id, NOON)
        session.add(
            Subscription(
                resident_id=people["subscribed"].id, audience="", kinds="tip", since=long_ago
            )
        )
        session.add(
            TrustedPerson(
                elder_id=people["elder"].id, relation="x", code_hash="h", asked_at=long_ago
            )
        )
        await note_click(session, people["gone"], await cast_of(session), NOON, None)
    async with database.writing() as session:
        assert (await purged(session, 0)).residents == 1
        assert (await purged(session, 0)).residents == 0
    async with database.writing() as session:
        rows = {one.id: one for one in await session.scalars(select(Resident))}
        gone = rows[people["gone"].id]
        assert (gone.address_sealed, gone.account_hash) == (b"", f"gone:{gone.id}")
        assert [bool(one.address_sealed) for one in rows.values()].count(False) == 1
        assert len((await session.scalars(select(BroadcastResponse))).all()) == 1
        again = await find_or_add_resident(session, "telegram", 100, NOON)
        assert again.id not in rows
