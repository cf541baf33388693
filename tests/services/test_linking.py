"""Linking, merging, pranks and appeals."""

from datetime import timedelta
from functools import partial

import pytest

from bot.errors import ConflictError, InvalidInputError, NotAllowedError
from bot.services.desk import masked_lead
from bot.services.handling import appeal, mark_prank, risk_after_prank
from bot.services.leads import sign_for
from bot.services.linking import linked
from bot.services.merging import merge, same_person
from bot.services.own_leads import own_leads
from bot.services.progress import WORDS
from bot.services.transitions import move
from bot.storage.database import Database
from bot.storage.leads import Appeal, LeadState, Risk
from bot.storage.linking import SenderBefore, sender_before, survivor_of
from bot.storage.residents import find_or_add_resident
from bot.storage.staff import Role
from tests.services.casework import NOON, brought_to, filed, lead_of, officer, told, trail

SUSPECT = "13912345678"


async def test_leads_that_share_something_are_listed_with_it(database: Database) -> None:
    async with database.writing() as session:
        staff = await officer(session)
        words = f"{SUSPECT} 微信 wx_refund_2026"
        one = await filed(session, suspects=words, phone="13800000001")
        both = await filed(session, account=2, suspects=words, phone="13800000001")
        other = await filed(session, account=3, suspects=SUSPECT, phone="13800000003")
        await filed(session, account=4, suspects="15000000000", phone="13800000004")
        links = await linked(session, staff, one)
        assert [link.line.number for link in links] == [both, other]
        assert {(one.kind, one.value) for one in links[0].shared} == {
            ("phone", "139****5678"),
            ("wechat", "wx_****2026"),
            ("reporter_phone", "138****0001"),
        }
        assert [(one.kind, one.value) for one in links[1].shared] == [("phone", "139****5678")]


async def test_a_lead_without_anything_in_common_stands_alone(database: Database) -> None:
    async with database.writing() as session:
        staff = await officer(session)
        number = await filed(session, suspects="", phone="")
        await filed(session, account=2, suspects=SUSPECT, phone="")
        assert await linked(session, staff, number) == []


async def test_the_same_phone_or_account_suggests_a_merge(database: Database) -> None:
    async with database.writing() as session:
        number = await filed(session)
        phone = await filed(session, account=2)
        account = await filed(session, phone="13800000009")
        await filed(session, account=3, phone="13800000008")
        lines = await same_person(session, await lead_of(session, number))
        assert [line.number for line in lines] == [account, phone]


async def test_a_merged_lead_points_to_its_survivor_which_is_more_pressing(
    database: Database,
) -> None:
    async with database.writing() as session:
        staff = await officer(session)
        first = await filed(session, happened="not_paid", level="high")
        again = await filed(session, account=2, happened="gave_code", now=NOON)
        third = await filed(session, account=3, now=NOON)
        assert (await lead_of(session, first)).risk == Risk.MEDIUM
        survivor = await merge(session, staff, again, first, "同一人再次受骗", NOON)
        assert survivor.number == first
        assert survivor.risk == Risk.URGENT
        assert survivor.due_at == NOON + timedelta(minutes=3)
        assert survivor.step_due_at == NOON + timedelta(minutes=3)
        gone = await lead_of(session, again)
        assert (gone.state, gone.step_due_at, gone.remind_at) == ("merged", None, None)
        assert (await survivor_of(session, gone.id)) == survivor
        assert (await trail(session, again))[-1].why == f"{first}；同一人再次受骗"
        why = (await trail(session, first))[-1].why
        assert why == f"{again}；风险 中→紧急；同一人再次受骗"
        await merge(session, staff, first, third, "", NOON)
        assert (await survivor_of(session, gone.id)).number == third  # type: ignore[union-attr]
    assert "合在一起" in (await told(database, 2))[-1]


async def test_what_was_merged_in_links_as_the_survivors_own(database: Database) -> None:
    async with database.writing() as session:
        staff = await officer(session)
        survivor = await filed(session, phone="13800000001")
        again = await filed(session, account=2, suspects=SUSPECT, phone="13800000002")
        other = await filed(session, account=3, suspects=SUSPECT, phone="13800000003")
        await merge(session, staff, again, survivor, "", NOON)
        links = await linked(session, staff, survivor)
        assert [link.line.number for link in links] == [other]


async def test_whose_report_went_on_in_another_hears_when_that_is_closed(
    database: Database,
) -> None:
    async with database.writing() as session:
        staff = await officer(session)
        survivor = await filed(session)
        others = [await filed(session, account=account) for account in (1, 2)]
        for number in others:
            await merge(session, staff, number, survivor, "", NOON)
        wife = await find_or_add_resident(session, "web", 2, NOON)
        await brought_to(session, staff, survivor, LeadState.FALSE_ALARM)
        (shown,) = await own_leads(session, wife)
        assert shown.state is LeadState.MERGED
        await move(session, staff, survivor, LeadState.CLOSED, "", NOON)
        (shown,) = await own_leads(session, wife)
        assert (shown.state, shown.can_add, shown.can_withdraw) == ("closed", False, False)
    closed = WORDS[LeadState.CLOSED]
    assert (await told(database, 2))[-2:] == [
        WORDS[LeadState.MERGED].format(number=others[1]),
        closed.format(number=others[1]),
    ]
    heard = await told(database, 1)
    assert [words for words in heard if "已办结" in words] == [closed.format(number=survivor)]


@pytest.mark.parametrize("state", [LeadState.CALLING, LeadState.MET, LeadState.CLOSED])
async def test_a_lead_that_is_being_worked_is_not_merged_away(
    sqlite_database: Database, state: LeadState
) -> None:
    async with sqlite_database.writing() as session:
        staff = await officer(session)
        number, other = await filed(session), await filed(session, account=2)
        await brought_to(session, staff, number, state)
        with pytest.raises(ConflictError, match="已合并"):
            await merge(session, staff, number, other, "", NOON)


async def test_nothing_is_merged_into_itself_or_into_what_has_ended(
    sqlite_database: Database,
) -> None:
    async with sqlite_database.writing() as session:
        staff = await officer(session)
        number, other = await filed(session), await filed(session, account=2)
        await brought_to(session, staff, other, LeadState.CLOSED)
        with pytest.raises(InvalidInputError, match="自己"):
            await merge(session, staff, number, number, "", NOON)
        with pytest.raises(InvalidInputError, match="重新打开"):
            await merge(session, staff, number, other, "", NOON)
        assert (await lead_of(session, number)).state == LeadState.NEW


async def test_a_refused_dissuasion_is_not_a_dissuasion(sqlite_database: Database) -> None:
    async with sqlite_database.writing() as session:
        staff = await officer(session)
        number = await filed(session)
        await brought_to(session, staff, number, LeadState.REFUSED)
        with pytest.raises(ConflictError):
            await move(session, staff, number, LeadState.STOPPED, "", NOON)


@pytest.mark.parametrize(
    ("risk", "money_moved", "lowered"),
    [
        (Risk.URGENT, True, Risk.HIGH),
        (Risk.HIGH, True, Risk.MEDIUM),
        (Risk.MEDIUM, True, Risk.MEDIUM),
        (Risk.MEDIUM, False, Risk.LOW),
        (Risk.LOW, False, Risk.LOW),
    ],
)
def test_a_prank_lowers_what_its_sender_files_next_by_one(
    risk: Risk, money_moved: bool, lowered: Risk
) -> None:
    assert risk_after_prank(risk, money_moved=money_moved) is lowered


async def test_what_leads_of_a_sender_say_of_him(database: Database) -> None:
    async with database.writing() as session:
        staff = await officer(session)
        prank, warned = await filed(session), await filed(session, phone="13800000009")
        lead = await lead_of(session, prank)
        assert lead.resident_id is not None
        before = partial(sender_before, session, lead.resident_id)
        assert await before(None, nameless=False) == SenderBefore(prank=False, warned_in=None)
        await brought_to(session, staff, warned, LeadState.REFUSED)
        await sign_for(session, staff, prank, NOON)
        await mark_prank(session, staff, prank, "承认是开玩笑", NOON)
        assert await before(None, nameless=False) == SenderBefore(prank=True, warned_in=warned)
        assert await before(None, nameless=True) == SenderBefore(prank=True, warned_in=None)
        phone = (await lead_of(session, warned)).phone_hash
        assert await before(phone, nameless=True) == SenderBefore(prank=True, warned_in=warned)
        by_phone = await sender_before(session, 0, lead.phone_hash, nameless=True)
        assert by_phone == SenderBefore(prank=True, warned_in=None)
        assert (await masked_lead(session, staff, prank)).line.state is LeadState.SIGNED
        await mark_prank(session, staff, prank, "核实有误", NOON, prank=False)
        assert not (await before(None, nameless=False)).prank
        await mark_prank(session, staff, warned, "恶作剧", NOON)
        assert await before(None, nameless=False) == SenderBefore(prank=True, warned_in=None)


async def test_a_mark_needs_a_reason_and_changes_something(sqlite_database: Database) -> None:
    async with sqlite_database.writing() as session:
        staff = await officer(session)
        number = await filed(session)
        with pytest.raises(InvalidInputError, match="原因"):
            await mark_prank(session, staff, number, "", NOON)
        with pytest.raises(ConflictError, match="没有变化"):
            await mark_prank(session, staff, number, "x", NOON, prank=False)


async def test_an_appeal_is_asked_examined_and_decided_by_the_chief(database: Database) -> None:
    async with database.writing() as session:
        staff = await officer(session)
        chief = await officer(session, "boss", Role.CHIEF)
        number = await filed(session)
        with pytest.raises(ConflictError, match="可以改为：已申诉"):
            await appeal(session, chief, number, Appeal.LIFTED, "x", NOON)
        await appeal(session, staff, number, Appeal.ASKED, "群众认为账号被误封", NOON)
        with pytest.raises(NotAllowedError):
            await appeal(session, staff, number, Appeal.EXAMINED, "x", NOON)
        with pytest.raises(InvalidInputError):
            await appeal(session, chief, number, Appeal.EXAMINED, "", NOON)
        await appeal(session, chief, number, Appeal.EXAMINED, "调取流水", NOON)
        lead = await appeal(session, chief, number, Appeal.LIFTED, "与案件无关", NOON)
        assert (lead.state, lead.appeal) == ("new", Appeal.LIFTED)
        events = [line.event for line in await trail(session, number)]
        assert events == ["file", "appeal_asked", "appeal_examined", "appeal_lifted"]


async def test_refused_twice_and_back_after_three_weeks_is_more_pressing(
    sqlite_database: Database,
) -> None:
    later = NOON + timedelta(weeks=3)
    async with sqlite_database.writing() as session:
        staff = await officer(session)
        first = await filed(session)
        await brought_to(session, staff, first, LeadState.REFUSED)
        await move(session, staff, first, LeadState.CALLING, "再次联系", NOON)
        await move(session, staff, first, LeadState.REFUSED, "", NOON)
        again = await filed(session, account=2, happened="gave_code", now=later)
        assert (await lead_of(session, again)).risk == Risk.URGENT
        why = (await trail(session, again))[0].why
        assert why.endswith(f"；曾在线索 {first} 被劝阻，风险 高→紧急")
        hidden = {"who": "anonymous", "phone": "", "happened": "gave_code"}
        unnamed = await filed(session, now=later, **hidden)
        assert (await lead_of(session, unnamed)).risk == Risk.HIGH
        await mark_prank(session, staff, first, "恶作剧", later)
        other = await filed(session, account=3, happened="gave_code", now=later)
        assert (await lead_of(session, other)).risk == Risk.MEDIUM
