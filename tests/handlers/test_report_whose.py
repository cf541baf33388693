"""Whose report it is: one's own numbers, no name, a family member's, a child's, a test's."""

import pytest
from sqlalchemy import select

from bot.matching.library import Library
from bot.storage.database import Database
from bot.storage.dialogues import Dialogue
from bot.storage.leads import LeadEvent, Reporter, Risk
from bot.storage.residents import Resident
from tests.handlers.test_report import ANSWERS, NUMBERS, answered, leads, opened, the_lead
from tests.talk import Talk


async def test_ones_own_numbers_are_hidden_and_the_suspects_are_kept(
    database: Database, library: Library
) -> None:
    talk = Talk(database, library)
    await answered(talk, 2)
    words = await talk.says(NUMBERS)
    assert "银行卡号已经遮住" in words
    await talk.presses("微信")
    told = await talk.says(
        "账号6228480402564890018，他要我的身份证 110105194912310021 和密码是 abc12345"
    )
    assert "身份证号、密码已经遮住" in told
    preview = await talk.presses("先到这里，去核对")
    assert "6222021234567890123" not in preview
    assert "110105194912310021" not in preview
    await talk.presses("确认提交")
    story, values = await opened(database)
    kept = story + " ".join(values)
    assert "6228480402564890018" in values
    for own in ("6222021234567890123", "13800138000", "110105194912310021", "abc12345"):
        assert own not in kept


async def test_a_number_in_the_place_is_hidden_and_the_person_is_told(
    sqlite_database: Database, library: Library
) -> None:
    talk = Talk(sqlite_database, library)
    await answered(talk, 7)
    words = await talk.says("和平路3号，身份证110105194912310021")
    assert "身份证号已经遮住" in words
    assert "和平路3号" in words
    assert "110105194912310021" not in words


async def test_where_masking_fails_nothing_is_stored(
    database: Database, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    talk = Talk(database, library)
    await answered(talk, 2)

    def broken(_: str) -> str:
        raise ZeroDivisionError

    async def kept() -> bytes:
        async with database.reading() as session:
            return (await session.scalars(select(Dialogue))).one().data_sealed

    before = await kept()
    monkeypatch.setattr("bot.services.report_answers.mask", broken)
    assert "系统出了点问题" in await talk.says(NUMBERS)
    assert await kept() == before


async def test_an_anonymous_report_names_nobody(database: Database, library: Library) -> None:
    talk = Talk(database, library)
    await talk.says("/report")
    await talk.presses("还没转账")
    await talk.presses("不留名")
    await talk.says("楼下有人收银行卡")
    while "跳过" in talk.labels:
        assert "打电话给您" not in talk.text
        words = await talk.presses("跳过")
    assert "查不到进度" in words
    await talk.presses("确认提交")
    assert talk.labels == []
    lead = await the_lead(database)
    assert (lead.resident_id, lead.phone_sealed) == (None, None)
    assert lead.reporter == Reporter.ANONYMOUS
    assert "还没有报送过" in await talk.says("/my")


async def test_a_family_member_is_asked_about_as_one(
    sqlite_database: Database, library: Library
) -> None:
    talk = Talk(sqlite_database, library)
    await talk.says("/report")
    await talk.presses("还没转账")
    await talk.presses("家人")
    assert "这位家人" in await talk.says("我妈妈要去银行汇钱给网友")
    await talk.presses("先到这里，去核对")
    await talk.presses("确认提交")
    assert (await the_lead(sqlite_database)).reporter == Reporter.FAMILY


async def test_a_childs_report_needs_a_guardian(database: Database, library: Library) -> None:
    talk = Talk(database, library)
    await talk.says("/report")
    assert "监护人" in await talk.presses("孩子遇到")
    assert "手机交给爸爸妈妈" in await talk.presses("我就是孩子")
    assert "是谁遇到的" in await talk.presses("我是监护人，同意")
    await talk.presses("家人")
    await talk.says("孩子领皮肤扫了码，转走两千")
    await talk.presses("先到这里，去核对")
    await talk.presses("确认提交")
    async with database.reading() as session:
        assert (
            await session.scalars(select(LeadEvent))
        ).one().why == "监护人同意；风险高：孩子遇到"


async def test_a_story_that_tells_of_a_child_asks_for_a_guardian(
    sqlite_database: Database, library: Library
) -> None:
    talk = Talk(sqlite_database, library)
    await talk.says("/report")
    await talk.presses("还没转账")
    await talk.presses("我自己")
    assert "监护人" in await talk.says("我今年11岁，有人说免费送皮肤要我扫码")
    assert "监护人" in await talk.sends_data(talk.data("我就是孩子"))
    assert await leads(sqlite_database) == 0
    assert "对方是怎么找到您的" in await talk.presses("我是监护人，同意")


async def test_only_trying_files_nothing_and_the_next_report_ranks_lower(
    database: Database, library: Library
) -> None:
    talk = Talk(database, library)
    await talk.says("/report")
    assert "没有提交" in await talk.presses("只是测试、玩一下")
    assert await leads(database) == 0
    await answered(talk, len(ANSWERS))
    await talk.presses("确认提交")
    assert (await the_lead(database)).risk == Risk.MEDIUM
    async with database.reading() as session:
        assert (await session.scalars(select(Resident))).one().tested_at is None
