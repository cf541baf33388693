"""Requests to and from partners: clock, receipt, result, and who sees which."""

from datetime import timedelta

import pytest

from bot.errors import ConflictError, InvalidInputError, NotAllowedError, NotFoundError
from bot.services.audit import verify
from bot.services.partner_requests import (
    acknowledge,
    answer,
    ask_partner,
    leaf_of_requests,
    list_requests,
    open_request,
    report_withdrawal,
)
from bot.services.quick_response import ask_all
from bot.services.request_corrections import TAKEN_BACK, answers_of_request, correct_answer
from bot.storage.database import Database
from bot.storage.partner_requests import RequestKind, RequestResult
from bot.storage.residents import find_or_add_resident
from bot.storage.staff import Role, bind_resident
from bot.storage.units import UnitKind
from tests.services.casework import NOON, filed, officer, pushed, trail
from tests.services.chain import partner, unit

CARD = "请核实 6222021234567890128 今天的取款"
LATER = NOON + timedelta(minutes=5)


async def test_a_request_is_asked_acknowledged_answered_and_the_trail_says_so(
    database: Database,
) -> None:
    async with database.writing() as session:
        bank = await unit(session)
        teller, li = await partner(session, "wang", bank), await officer(session)
        chat = await find_or_add_resident(session, "telegram", 77, NOON)
        await bind_resident(session, chat.id, teller.id, NOON)
        number = await filed(session)
        kind = RequestKind.VERIFY
        request = await ask_partner(session, li, kind, bank.id, CARD, NOON, lead=number)
        assert request.number == "XZ261124-0001-4"
        key, told = (await pushed(session))[-1]
        assert key.startswith("request:XZ261124-0001")
        assert "6222" not in told
        assert (await acknowledge(session, teller, request.number, LATER)).acknowledged_by
        with pytest.raises(ConflictError):
            await acknowledge(session, teller, request.number, LATER)
        done = RequestResult.DONE
        await answer(session, teller, request.number, done, "已劝止", LATER, receipt="A1")
        with pytest.raises(ConflictError, match="没有重复"):
            await answer(session, teller, request.number, done, "再次", LATER)
        events = [line.event for line in await trail(session, number)]
        assert events == ["file", "partner", "partner_back"]
        assert not (await verify(session)).broken
        [line] = await list_requests(session, li, LATER)
        assert (line.result, line.receipt, line.late) == ("已办理", "A1", False)
        assert "6222021234567890128" not in line.words
        assert "6222021234567890128" in (await open_request(session, li, line.number, NOON)).words


async def test_a_wrong_result_is_put_right_by_another_and_the_first_stays(
    database: Database,
) -> None:
    async with database.writing() as session:
        bank = await unit(session)
        teller, li = await partner(session, "wang", bank), await officer(session, chat=5)
        number = await filed(session)
        kind = RequestKind.CARD_FREEZE
        request = await ask_partner(session, li, kind, bank.id, CARD, NOON, lead=number)
        with pytest.raises(ConflictError, match="还没有结果"):
            await correct_answer(session, teller, request.number, None, "误点", LATER)
        done, none = RequestResult.DONE, RequestResult.NOT_FOUND
        await answer(session, teller, request.number, done, "已限制", LATER, receipt="A1")
        for words, why in (("", "原因"), ("已限制", "没有要更正的")):
            with pytest.raises(InvalidInputError, match=why):
                await correct_answer(session, teller, request.number, done, words, LATER)
        with pytest.raises(NotAllowedError):
            await correct_answer(session, li, request.number, none, "查无此卡", LATER)
        put_right = NOON + timedelta(minutes=40)
        await correct_answer(session, teller, request.number, none, "查无此卡", put_right)
        key, told = (await pushed(session))[-1]
        assert key.startswith(f"request:{request.number}:")
        assert "原结果“已办理”，更正为“查无”" in told
        assert not {"6222", "查无此卡"} & {told[place : place + 4] for place in range(len(told))}
        [line] = await list_requests(session, li, put_right)
        assert (line.result, line.receipt, line.answered_at, line.late) == (
            "查无",
            "A1",
            LATER,
            False,
        )
        await correct_answer(session, teller, request.number, None, "登记到别家的卡了", put_right)
        [line] = await list_requests(session, li, put_right)
        assert (line.result, line.receipt, line.answered_at, line.late) == ("", "", None, True)
        await answer(session, teller, request.number, done, "已限制", put_right, receipt="A2")
        given = await answers_of_request(session, li, request.number)
        assert [(one.result, one.words, one.receipt) for one in given] == [
            ("已办理", "已限制", "A1"),
            ("查无", "查无此卡", "A1"),
            (TAKEN_BACK, "登记到别家的卡了", ""),
            ("已办理", "已限制", "A2"),
        ]
        events = [one.event for one in await trail(session, number)]
        assert events == ["file", "partner", *4 * ["partner_back"]]
        assert not (await verify(session)).broken


async def test_a_partner_sees_and_answers_its_own_requests_only(database: Database) -> None:
    async with database.writing() as session:
        bank, other = await unit(session), await unit(session, "中国银行坊子支行")
        teller, li = await partner(session, "wang", bank), await officer(session)
        asked = [
            await ask_partner(session, li, RequestKind.NOTICE, one.id, "注意", NOON)
            for one in (bank, other)
        ]
        assert [one.number for one in await list_requests(session, teller, NOON)] == [
            asked[0].number
        ]
        for act in (acknowledge, open_request):
            with pytest.raises(NotFoundError):
                await act(session, teller, asked[1].number, NOON)
        with pytest.raises(NotFoundError):
            await answer(session, teller, asked[1].number, RequestResult.DONE, "", NOON)
        with pytest.raises(NotAllowedError):
            await acknowledge(session, li, asked[0].number, NOON)
        with pytest.raises(NotAllowedError):
            await ask_partner(session, teller, RequestKind.NOTICE, bank.id, "反过来", NOON)


async def test_a_withdrawal_alerts_the_duty_team_which_answers_it(database: Database) -> None:
    async with database.writing() as session:
        teller, li = await partner(session, "wang", await unit(session)), await officer(session)
        await officer(session, "li", chat=5)
        request = await report_withdrawal(session, teller, "老人取 20 万元说投资", NOON)
        assert "可疑取款（坊子农商银行）" in (await pushed(session))[-1][1]
        with pytest.raises(NotAllowedError):
            await acknowledge(session, teller, request.number, NOON)
        await answer(session, li, request.number, RequestResult.DONE, "民警已到场", LATER)
        [line] = await list_requests(session, teller, LATER)
        assert (line.result, line.ours) == ("已办理", False)


async def test_one_tap_asks_every_concerned_partner_once(database: Database) -> None:
    async with database.writing() as session:
        for name, kind in (("甲", "bank"), ("乙", "carrier"), ("丙", "pay"), ("丁", "office")):
            await unit(session, name, UnitKind(kind))
        li, number = await officer(session), await filed(session)
        wave = await ask_all(session, li, number, "受害人卡号见附件", NOON)
        assert sorted(one.kind for one in wave) == ["card_freeze", "card_freeze", "suspend"]
        assert len({one.number for one in wave}) == 3
        assert {one.due_at for one in wave} == {NOON + timedelta(minutes=30)}
        with pytest.raises(ConflictError, match="没有重复发出"):
            await ask_all(session, li, number, "再来", NOON)


async def test_what_was_handed_out_and_not_reported_back_is_listed(
    sqlite_database: Database,
) -> None:
    async with sqlite_database.writing() as session:
        bank, li = await unit(session), await officer(session)
        teller = await partner(session, "wang", bank)
        first, second = [
            await ask_partner(session, li, RequestKind.VERIFY, bank.id, words, NOON)
            for words in ("一", "二")
        ]
        await ask_partner(session, li, RequestKind.NOTICE, bank.id, "三", NOON)
        await answer(session, teller, first.number, RequestResult.NOT_FOUND, "", LATER)
        found = await list_requests(session, li, NOON + timedelta(days=2), unreported=True)
        assert [(one.number, one.late) for one in found] == [(second.number, True)]


async def test_the_longest_waiting_come_first_and_every_request_is_on_a_page(
    sqlite_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.services.partner_requests.REQUESTS_SHOWN", 2)
    async with sqlite_database.writing() as session:
        bank, li = await unit(session), await officer(session)
        teller, kind = await partner(session, "wang", bank), RequestKind.VERIFY
        asked = [
            await ask_partner(session, li, kind, bank.id, "核查", NOON + timedelta(minutes=place))
            for place in range(5)
        ]
        await answer(session, teller, asked[0].number, RequestResult.DONE, "", LATER)
        seen = []
        for page in (1, 2, 3):
            leaf = await leaf_of_requests(session, li, page)
            seen += [
                one.number for one in await list_requests(session, li, LATER, offset=leaf.offset)
            ]
        assert seen == [*(one.number for one in asked[1:]), asked[0].number]
        with pytest.raises(NotFoundError, match="一共 3 页"):
            await leaf_of_requests(session, li, 4)
        assert (await leaf_of_requests(session, li, 1, unreported=True)).count == 4


@pytest.mark.parametrize("words", ["", "   ", "长" * 401])
async def test_a_request_without_sense_is_refused(sqlite_database: Database, words: str) -> None:
    async with sqlite_database.writing() as session:
        bank, li = await unit(session), await officer(session)
        with pytest.raises(InvalidInputError):
            await ask_partner(session, li, RequestKind.NOTICE, bank.id, words, NOON)


@pytest.mark.parametrize(
    "role", [role for role in Role if role not in (Role.DUTY, Role.CHIEF, Role.PARTNER)]
)
async def test_nobody_else_sees_requests(sqlite_database: Database, role: Role) -> None:
    async with sqlite_database.writing() as session:
        somebody = await officer(session, "somebody", role)
        with pytest.raises(NotAllowedError):
            await list_requests(session, somebody, NOON)
