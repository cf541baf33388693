"""A bank's clerk in the bot: asked, received, answered; the desk does the same with a report."""

from sqlalchemy import select

from bot.handlers.partner import HOW_TO_REPORT, NONE_OPEN
from bot.matching.library import Library
from bot.services.partner_requests import ask_partner
from bot.services.units import set_partner
from bot.storage.database import Database
from bot.storage.partner_requests import PartnerRequest, RequestKind
from bot.storage.staff import Role
from bot.storage.units import Unit
from bot.times import now
from tests.handlers.test_duty import officer
from tests.services.casework import officer as member
from tests.services.chain import unit
from tests.talk import Talk

CARD = "6222021234567890128"


async def teller(database: Database, library: Library) -> Talk:
    talk = await officer(database, library, Role.PARTNER, "wang")
    async with database.writing() as session:
        bank = await unit(session)
        await set_partner(session, await member(session, "boss", Role.CHIEF), "wang", bank.id)
    return talk


async def asked_of_tellers_bank(database: Database) -> PartnerRequest:
    async with database.writing() as session:
        li, bank = await member(session), (await session.scalars(select(Unit))).one()
        kind = RequestKind.CARD_FREEZE
        return await ask_partner(session, li, kind, bank.id, f"请处置 {CARD}", now())


async def kept(database: Database) -> PartnerRequest:
    async with database.reading() as session:
        return (await session.scalars(select(PartnerRequest))).one()


async def test_a_request_is_received_and_answered_by_buttons(
    sqlite_database: Database, library: Library
) -> None:
    talk = await teller(sqlite_database, library)
    assert await talk.says("/requests") == NONE_OPEN
    request = await asked_of_tellers_bank(sqlite_database)
    assert "待反馈 1 件" in await talk.says("/requests")
    shown = await talk.presses(f"银行卡紧急处置 {request.number}")
    assert "未签收" in shown
    assert CARD not in shown
    assert "已签收。" in await talk.presses("签收")
    assert talk.labels == ["反馈结果"]
    await talk.presses("反馈结果")
    old = talk.data("查无")
    assert "已登记：已办理" in await talk.presses("已办理")
    assert talk.labels == ["更正结果"]
    assert "没有重复登记" in await talk.sends_data(old)
    assert (await kept(sqlite_database)).result == "done"
    assert await talk.says("/requests") == NONE_OPEN


async def test_a_slip_of_the_finger_is_put_right_or_taken_back_by_buttons(
    sqlite_database: Database, library: Library
) -> None:
    talk = await teller(sqlite_database, library)
    request = await asked_of_tellers_bank(sqlite_database)
    await talk.sends_data(f"request:answer:{request.number}:done")
    shown = await talk.presses("更正结果")
    assert "现在登记的是“已办理”" in shown
    assert talk.labels == ["部分办理", "查无", "不能办理", "撤回，重新办理", "返回"]
    assert "已更正。" in await talk.presses("查无")
    assert (await kept(sqlite_database)).result == "not_found"
    assert "按钮" in await talk.sends_data(f"request:correct:{request.number}:nonsense")
    await talk.sends_data(f"request:correct:{request.number}:open")
    assert talk.labels == ["反馈结果"]
    assert "待反馈 1 件" in await talk.says("/requests")


async def test_the_alert_of_a_report_is_answered_at_the_desk_by_the_same_buttons(
    sqlite_database: Database, library: Library
) -> None:
    talk = await teller(sqlite_database, library)
    desk = await officer(sqlite_database, library, Role.DUTY, "li")
    assert await talk.says("/suspicious") == HOW_TO_REPORT
    assert "已报给反诈专班" in await talk.says(f"/suspicious 老人要取 5 万，卡 {CARD}")
    request = await kept(sqlite_database)
    assert request.words == f"老人要取 5 万，卡 {CARD}"
    assert "您只能查看" in await talk.sends_data(f"request:ack:{request.number}:")
    assert "已签收。" in await desk.sends_data(f"request:ack:{request.number}:")
    assert "按钮" in await desk.sends_data(f"request:answer:{request.number}:nonsense")
    assert "部分办理" in await desk.sends_data(f"request:answer:{request.number}:part")


async def test_another_banks_request_is_not_there(
    sqlite_database: Database, library: Library
) -> None:
    talk = await teller(sqlite_database, library)
    async with sqlite_database.writing() as session:
        li, other = await member(session), await unit(session, "中国银行坊子支行")
        request = await ask_partner(session, li, RequestKind.NOTICE, other.id, "注意", now())
    for act in ("show", "ack", "results", "answer", "correct"):
        words = await talk.sends_data(f"request:{act}:{request.number}:done")
        assert "没有这个编号" in words, act
