"""Money is gone: two taps from a verdict, 110 first, filed with the first answer."""

import pytest
from sqlalchemy import select

from bot.matching.library import Library
from bot.services.leads import open_value
from bot.storage.database import Database, vault_of
from bot.storage.leads import (
    AREA,
    DESCRIPTION,
    IDENTIFIER,
    PHONE,
    LeadKind,
    Risk,
    SuspectIdentifier,
    events_of,
)
from bot.storage.transfers import read_elements
from tests.handlers.test_report import leads, the_lead
from tests.services.casework import officer, pushed
from tests.talk import Talk

SCAM = "您好我是微信支付客服，您的百万保障今晚到期，下载会议软件打开共享屏幕，我教您取消扣费"
ANSWERS = (
    "13800138000",
    "和平路菜场门口",
    "我自己",
    "10分钟前",
    "5万",
    "王小明",
    "工商银行",
    "张三 6228480402564890018 农业银行",
    "银行卡转账",
    "20261126220014567890123456",
    "否",
)
GOODS = (
    "13800138000",
    "和平路",
    "家人",
    "半小时前",
    "3万",
    "小区东门",
    "沪A12345 司机 13912345678",
    "JD123456789",
    "否",
)


async def begun(talk: Talk) -> str:
    await talk.says(SCAM)
    await talk.presses("我已转账")
    return await talk.presses("告诉反诈专班")


async def answers(talk: Talk, *given: str) -> str:
    words = talk.text
    for one in given:
        words = await (talk.presses(one) if one in talk.labels else talk.says(one))
    return words


async def test_two_taps_from_a_verdict_and_110_comes_first(
    sqlite_database: Database, library: Library
) -> None:
    talk = Talk(sqlite_database, library)
    await talk.says(SCAM)
    first = (await talk.presses("我已转账")).split("\n")[0]
    assert "110" in first.replace("96110", "")
    assert "96110" in first
    words = await talk.presses("告诉反诈专班")
    assert words.index("96110") < words.index("加密保存") < words.index("民警打哪个电话找您")
    assert await leads(sqlite_database) == 0


async def test_a_number_in_where_one_is_is_hidden_and_the_person_is_told(
    sqlite_database: Database, library: Library
) -> None:
    talk = Talk(sqlite_database, library)
    await begun(talk)
    await answers(talk, "13800138000")
    assert "身份证号已经遮住" in await answers(talk, "和平路，身份证110105194912310021")
    lead = await the_lead(sqlite_database)
    async with sqlite_database.reading() as session:
        assert "110105194912310021" not in open_value(session, lead.area_sealed, AREA)


async def test_the_first_answer_is_an_urgent_lead_even_if_nothing_follows(
    database: Database, library: Library
) -> None:
    async with database.writing() as session:
        await officer(session, chat=77)
    talk = Talk(database, library)
    await begun(talk)
    words = await talk.says("13800138000")
    lead = await the_lead(database)
    assert lead.number in words
    assert words.split("\n")[0].startswith("☎ 已提交。马上打 110")
    assert "不等于报案" in words
    assert "不代表民警已经出发" in words
    assert (lead.risk, lead.transferred, lead.happened) == (Risk.URGENT, True, "paid")
    assert lead.category == "fake_customer_service"
    async with database.reading() as session:
        assert open_value(session, lead.phone_sealed, PHONE) == "13800138000"
        ((_, alert),) = await pushed(session)
    assert lead.number in alert
    assert "13800138000" not in alert


async def test_further_answers_complete_the_same_lead(database: Database, library: Library) -> None:
    async with database.writing() as session:
        await officer(session, chat=77)
    talk = Talk(database, library)
    await begun(talk)
    words = await answers(talk, *ANSWERS)
    lead = await the_lead(database)
    assert words.startswith("☎ 还没打 110")
    assert lead.number in words
    assert lead.amount_fen == 5_000_000
    async with database.reading() as session:
        vault = vault_of(session)
        assert open_value(session, lead.area_sealed, AREA) == "和平路菜场门口"
        assert await read_elements(session, lead.id) == {
            "when": "10分钟前",
            "payer": "王小明",
            "payer_bank": "工商银行",
            "payee": "张三 6228480402564890018 农业银行",
            "channel": "银行卡转账",
            "serial": "20261126220014567890123456",
            "still": "否",
        }
        named = (await session.scalars(select(SuspectIdentifier))).all()
        assert "6228480402564890018" in {vault.open(one.value_sealed, IDENTIFIER) for one in named}
        trail = [(one.event, one.why) for one in await events_of(session, lead.id)]
        keys = [key for key, _ in await pushed(session)]
    assert trail[0] == ("file", "风险紧急：已转账")
    assert trail[1:4] == [("complete", one) for one in ("地点", "谁遇到", "转出时间")]
    assert len(trail) == len(ANSWERS)
    assert len(keys) == 2
    assert any("amount" in key for key in keys)


async def test_cash_and_gold_have_questions_of_their_own(
    database: Database, library: Library
) -> None:
    talk = Talk(database, library)
    await talk.says("/report")
    words = await talk.presses("交出现金黄金")
    assert "立即拨打 110" in words.split("\n")[0]
    await answers(talk, *GOODS)
    lead = await the_lead(database)
    assert (lead.kind, lead.risk) == (LeadKind.CASH_GOLD, Risk.URGENT)
    async with database.reading() as session:
        elements = await read_elements(session, lead.id)
    assert elements["plate"].startswith("沪A12345")
    assert elements["pickup"] == "小区东门"
    assert elements["order"] == "JD123456789"


async def test_every_question_can_be_skipped_and_without_any_answer_nothing_is_filed(
    sqlite_database: Database, library: Library
) -> None:
    talk = Talk(sqlite_database, library)
    await begun(talk)
    while "跳过" in talk.labels:
        words = await talk.presses("跳过")
    assert "没有提交" in words
    assert "110" in words
    assert await leads(sqlite_database) == 0


async def test_an_answer_after_skipped_ones_is_the_first_one(
    sqlite_database: Database, library: Library
) -> None:
    talk = Talk(sqlite_database, library)
    await begun(talk)
    await talk.presses("跳过")
    await talk.presses("跳过")
    await talk.says("昨天晚上")
    assert await leads(sqlite_database) == 1


async def test_a_story_instead_of_a_phone_is_kept_and_the_phone_asked_again(
    sqlite_database: Database, library: Library
) -> None:
    talk = Talk(sqlite_database, library)
    await begun(talk)
    words = await talk.says("我把五万块钱转给骗子了怎么办啊")
    assert "民警打哪个电话找您" in words
    lead = await the_lead(sqlite_database)
    async with sqlite_database.reading() as session:
        assert "五万块钱" in open_value(session, lead.description_sealed, DESCRIPTION)
    assert "您现在在哪里" in await talk.says("13800138000")


@pytest.mark.parametrize(
    ("step", "typed", "words"),
    [
        (0, "123", "电话号码好像不对"),
        (2, "路人", "请点"),
        (4, "好多", "没看懂金额"),
        (10, "不晓得", "请点"),
    ],
)
async def test_what_cannot_be_used_is_asked_again(
    sqlite_database: Database, library: Library, step: int, typed: str, words: str
) -> None:
    talk = Talk(sqlite_database, library)
    await begun(talk)
    await answers(talk, *ANSWERS[:step])
    assert words in await talk.says(typed)
    assert "跳过" in talk.labels


async def test_going_back_answers_again(sqlite_database: Database, library: Library) -> None:
    talk = Talk(sqlite_database, library)
    await begun(talk)
    await answers(talk, *ANSWERS[:5])
    await talk.presses("返回")
    await talk.says("6万")
    assert (await the_lead(sqlite_database)).amount_fen == 6_000_000


async def test_who_still_talks_to_them_is_told_to_hang_up_and_the_desk_hears(
    database: Database, library: Library
) -> None:
    async with database.writing() as session:
        await officer(session, chat=77)
    talk = Talk(database, library)
    await begun(talk)
    words = await answers(talk, *ANSWERS[:-1], "是")
    assert "停止共享屏幕" in words.split("\n")[0]
    async with database.reading() as session:
        assert "还在通话" in (await pushed(session))[-1][1]


async def test_cancel_says_that_the_lead_stays(sqlite_database: Database, library: Library) -> None:
    talk = Talk(sqlite_database, library)
    await begun(talk)
    await talk.says("13800138000")
    words = await talk.says("取消")
    assert "已经提交" in words
    assert await leads(sqlite_database) == 1
