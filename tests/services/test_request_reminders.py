"""A request without a result in time goes up: the partner, then the duty officer; once each."""

from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from bot.services.audit import verify
from bot.services.partner_requests import (
    answer,
    ask_partner,
    list_requests,
    report_withdrawal,
)
from bot.services.quick_response import ask_all, ask_many
from bot.services.request_corrections import correct_answer
from bot.services.request_reminders import remind_of_requests
from bot.storage.database import Database
from bot.storage.partner_requests import RequestKind, RequestResult
from bot.storage.residents import find_or_add_resident
from bot.storage.staff import Role, Staff, bind_resident
from bot.storage.units import UnitKind
from tests.services.casework import NOON, filed, officer, pushed, trail
from tests.services.chain import partner, unit

MINUTE = timedelta(minutes=1)
FREEZE = RequestKind.CARD_FREEZE


async def bound(session: AsyncSession, staff: Staff, chat: int) -> Staff:
    resident = await find_or_add_resident(session, "telegram", chat, NOON)
    await bind_resident(session, resident.id, staff.id, NOON)
    return staff


async def late(session: AsyncSession) -> list[tuple[str, str]]:
    found = [(key, words) for key, words in await pushed(session) if key.startswith("late:")]
    return [(key.split(":")[2], words) for key, words in found]


async def test_the_partner_is_reminded_then_the_duty_officer_each_once(database: Database) -> None:
    async with database.writing() as session:
        bank = await unit(session)
        await bound(session, await partner(session, "wang", bank), 77)
        li, number = await officer(session, chat=5), await filed(session)
        await ask_partner(session, li, FREEZE, bank.id, "请处置", NOON, lead=number)
        assert await remind_of_requests(session, NOON + 29 * MINUTE) == 0
        for minutes in (31, 32, 44, 46, 47, 300):
            await remind_of_requests(session, NOON + minutes * MINUTE)
        (first, to_bank), (second, to_squad) = await late(session)
        assert (first, second) == ("1", "2")
        assert "已超时 1 分钟，还没签收" in to_bank
        assert "还没反馈：坊子农商银行。请打电话催办。" in to_squad
        assert [one.event for one in await trail(session, number)][-1] == "escalate"
        assert not (await verify(session)).broken
        [line] = await list_requests(session, li, NOON + 300 * MINUTE)
        assert (line.reminded, line.late) == (2, True)


async def test_a_request_whose_result_was_taken_back_is_brought_up_again(
    sqlite_database: Database,
) -> None:
    async with sqlite_database.writing() as session:
        bank = await unit(session)
        teller = await bound(session, await partner(session, "wang", bank), 77)
        li = await officer(session, chat=5)
        asked = await ask_partner(session, li, FREEZE, bank.id, "请处置", NOON)
        await remind_of_requests(session, NOON + 31 * MINUTE)
        back = NOON + 40 * MINUTE
        await answer(session, teller, asked.number, RequestResult.DONE, "", back)
        await correct_answer(session, teller, asked.number, None, "登记错了", back)
        for minutes in (69, 71, 120):
            await remind_of_requests(session, NOON + minutes * MINUTE)
        assert [level for level, _ in await late(session)] == ["1", "1", "2"]


async def test_those_of_one_tap_go_up_together_and_an_answer_ends_it(database: Database) -> None:
    async with database.writing() as session:
        bank, carrier = await unit(session), await unit(session, "坊子移动", UnitKind.CARRIER)
        await unit(session, "中国银行坊子支行")
        teller = await bound(session, await partner(session, "wang", bank), 77)
        clerk = await bound(session, await partner(session, "zhao", carrier), 78)
        li, number = await officer(session, chat=5), await filed(session)
        asked = await ask_all(session, li, number, "请处置", NOON)
        of = {one.unit_id: one.number for one in asked}
        done = RequestResult.DONE
        await answer(session, teller, of[bank.id], done, "", NOON + 5 * MINUTE)
        await remind_of_requests(session, NOON + 31 * MINUTE)
        told = await late(session)
        assert [level for level, _ in told] == ["1", "2"]
        assert "中国银行坊子支行" in told[1][1]
        await answer(session, clerk, of[carrier.id], done, "", NOON + 32 * MINUTE)
        assert await remind_of_requests(session, NOON + 300 * MINUTE) == 0


async def test_several_banks_without_an_answer_make_one_message(sqlite_database: Database) -> None:
    async with sqlite_database.writing() as session:
        for name in ("甲银行", "乙银行", "丙银行"):
            await unit(session, name)
        li, number = await officer(session, chat=5), await filed(session)
        await ask_all(session, li, number, "请处置", NOON)
        await remind_of_requests(session, NOON + 31 * MINUTE)
        [(_, words)] = await late(session)
        assert words.startswith(f"快速协作（{number}）有 3 家超时没有反馈：")
        assert all(f"{name}银行" in words for name in "甲乙丙")


async def test_a_notice_to_all_banks_goes_up_as_one_message_too(sqlite_database: Database) -> None:
    async with sqlite_database.writing() as session:
        for name in ("甲银行", "乙银行"):
            await unit(session, name)
        li = await officer(session, chat=5)
        await ask_many(session, li, RequestKind.NOTICE, "banks", "请留意", NOON)
        await remind_of_requests(session, NOON + 121 * MINUTE)
        [(_, words)] = await late(session)
        assert words.startswith("紧急预警有 2 家超时没有反馈：乙银行、甲银行。")


async def test_what_a_partner_reported_goes_to_the_squad_then_the_chief(
    sqlite_database: Database,
) -> None:
    async with sqlite_database.writing() as session:
        bank = await unit(session)
        teller = await partner(session, "wang", bank)
        await officer(session, chat=5)
        await officer(session, "chief", Role.CHIEF, chat=6)
        await report_withdrawal(session, teller, "老人取现 20 万", NOON)
        for minutes in (11, 16):
            await remind_of_requests(session, NOON + minutes * MINUTE)
        told = await late(session)
        assert [level for level, _ in told] == ["1", "2"]
        assert all("20" not in words.split("XZ")[0] for _, words in told)
