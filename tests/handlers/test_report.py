"""A resident reports: every answer is saved at once and nothing is lost or left over."""

import pytest
from sqlalchemy import func, select

from bot.matching.library import Library
from bot.services.leads import check_digit
from bot.storage.database import Database, vault_of
from bot.storage.dialogues import Dialogue
from bot.storage.leads import (
    DESCRIPTION,
    IDENTIFIER,
    Lead,
    LeadEvent,
    Risk,
    SuspectIdentifier,
)
from tests.talk import Talk

ANSWERS = (
    "已经转账",
    "有人说我中奖了，让我先交税，我转了钱，身份证 11010519491231002X 也发了",
    "微信",
    "微信号 wx_prize888，电话 13912345678",
    "1.2万",
    "13800138000",
    "和平街道",
)


async def answered(talk: Talk, count: int) -> str:
    """A report with the first `count` questions answered."""
    words = await talk.says("/report")
    for answer in ANSWERS[:count]:
        pressed = answer in talk.labels
        words = await (talk.presses(answer) if pressed else talk.says(answer))
    return words


async def leads(database: Database) -> int:
    async with database.reading() as session:
        return await session.scalar(select(func.count()).select_from(Lead)) or 0


async def test_a_report_ends_in_a_lead_number(database: Database, library: Library) -> None:
    talk = Talk(database, library)
    preview = await answered(talk, len(ANSWERS))
    assert "请核对" in preview
    assert "12,000.00" in preview
    assert await leads(database) == 0
    words = await talk.presses("确认提交")
    async with database.reading() as session:
        lead = (await session.scalars(select(Lead))).one()
        vault = vault_of(session)
        assert lead.number in words
        day, serial, digit = lead.number[2:].split("-")
        assert check_digit(day + serial) == digit
        assert (lead.risk, lead.happened, lead.amount_fen) == (Risk.URGENT, "paid", 1_200_000)
        assert (lead.due_at - lead.received_at).total_seconds() == 180
        description = vault.open(lead.description_sealed, DESCRIPTION)
        assert "中奖" in description
        assert "11010519491231002X" not in description
        named = (await session.scalars(select(SuspectIdentifier))).all()
        values = {vault.open(one.value_sealed, IDENTIFIER) for one in named}
        assert {"wx_prize888", "13912345678"} <= values
        assert "13800138000" not in values
        assert (await session.scalars(select(LeadEvent))).one().event == "file"
        assert (await session.scalars(select(Dialogue))).all() == []
    assert "110" in words
    assert "不等于报案" in words


async def test_the_notice_of_what_is_kept_stands_above_the_first_question(
    sqlite_database: Database, library: Library
) -> None:
    words = await Talk(sqlite_database, library).says("/report")
    assert words.index("加密保存") < words.index("现在到哪一步了")


@pytest.mark.parametrize("count", range(len(ANSWERS) + 1))
async def test_cancel_at_every_step_leaves_nothing(
    sqlite_database: Database, library: Library, count: int
) -> None:
    talk = Talk(sqlite_database, library)
    await answered(talk, count)
    words = await talk.presses("取消")
    assert "没有提交" in words
    assert await leads(sqlite_database) == 0
    async with sqlite_database.reading() as session:
        assert (await session.scalars(select(Dialogue))).all() == []


@pytest.mark.parametrize("count", range(1, len(ANSWERS) + 1))
async def test_back_at_every_step_asks_the_question_before(
    sqlite_database: Database, library: Library, count: int
) -> None:
    talk = Talk(sqlite_database, library)
    before = await answered(talk, count - 1)
    last = ANSWERS[count - 1]
    await (talk.presses(last) if last in talk.labels else talk.says(last))
    again = await talk.presses("返回")
    assert again.split("\n")[-1] == before.split("\n")[-1]


async def test_back_at_the_first_step_is_not_offered(
    sqlite_database: Database, library: Library
) -> None:
    talk = Talk(sqlite_database, library)
    await talk.says("/report")
    assert "返回" not in talk.labels
    assert "取消" in talk.labels


async def test_a_report_survives_a_restart(database: Database, library: Library) -> None:
    talk = Talk(database, library, secret="the same person with the same cookie")
    await answered(talk, 3)
    restarted = Database(database.url.render_as_string(hide_password=False), database.vault)
    again = Talk(restarted, library, secret="the same person with the same cookie")
    assert "转走了多少钱" in await again.says(ANSWERS[3])
    await restarted.close()


async def test_what_is_unwritten_is_sealed(database: Database, library: Library) -> None:
    talk = Talk(database, library)
    await answered(talk, 2)
    async with database.reading() as session:
        dialogue = (await session.scalars(select(Dialogue))).one()
    assert "中奖".encode() not in dialogue.data_sealed


async def test_a_button_of_an_earlier_question_repeats_the_present_one(
    sqlite_database: Database, library: Library
) -> None:
    talk = Talk(sqlite_database, library)
    await talk.says("/report")
    old = talk.data("还没转账")
    await talk.presses("已经转账")
    words = await talk.sends_data(old)
    assert "发生了什么" in words


async def test_a_button_of_somebody_elses_report_changes_nothing(
    sqlite_database: Database, library: Library
) -> None:
    one, other = Talk(sqlite_database, library), Talk(sqlite_database, library)
    await answered(one, len(ANSWERS))
    await answered(other, 1)
    words = await other.sends_data(one.data("确认提交"))
    assert "已经过期" in words
    assert await leads(sqlite_database) == 0
    assert "对方是怎么找到您的" in await other.says("有人打电话说我欠费")


async def test_filing_twice_makes_one_lead(database: Database, library: Library) -> None:
    talk = Talk(database, library)
    await answered(talk, len(ANSWERS))
    data = talk.data("确认提交")
    await talk.sends_data(data)
    assert "已经过期" in await talk.sends_data(data)
    assert await leads(database) == 1


@pytest.mark.parametrize(
    ("count", "typed", "words"),
    [
        (0, "随便写", "请点下面的按钮"),
        (2, "不知道", "请点下面的按钮"),
        (4, "很多", "没看懂金额"),
        (5, "12345", "电话号码好像不对"),
        (0, "跳过", "不能跳过"),
    ],
)
async def test_what_cannot_be_used_is_asked_again(
    sqlite_database: Database, library: Library, count: int, typed: str, words: str
) -> None:
    talk = Talk(sqlite_database, library)
    await answered(talk, count)
    assert words in await talk.says(typed)
    assert "取消" in talk.labels


async def test_everything_but_the_story_can_be_skipped(
    sqlite_database: Database, library: Library
) -> None:
    talk = Talk(sqlite_database, library)
    await answered(talk, 3)
    while "跳过" in talk.labels:
        words = await talk.presses("跳过")
    assert "请核对" in words
    await talk.presses("确认提交")
    assert await leads(sqlite_database) == 1


async def test_after_a_look_at_the_start_the_report_goes_on(
    sqlite_database: Database, library: Library
) -> None:
    talk = Talk(sqlite_database, library)
    await answered(talk, 2)
    assert "对方是怎么找到您的" in await talk.says("/start")
    assert await talk.presses("微信")


async def test_a_report_from_a_verdict_knows_the_trick(
    database: Database, library: Library
) -> None:
    talk = Talk(database, library)
    await talk.says("我是微信支付客服，百万保障今晚到期，下载会议软件共享屏幕，我教您取消扣费")
    await talk.presses("我已转账")
    words = await talk.presses("告诉反诈专班")
    assert "发生了什么" in words
    await talk.says("他让我共享屏幕，我转了 3000 元")
    await talk.presses("电话")
    while "跳过" in talk.labels:
        await talk.presses("跳过")
    await talk.presses("确认提交")
    async with database.reading() as session:
        lead = (await session.scalars(select(Lead))).one()
    assert (lead.happened, lead.category) == ("paid", "fake_customer_service")


async def test_the_story_itself_is_judged(database: Database, library: Library) -> None:
    talk = Talk(database, library)
    await talk.says("/report")
    await talk.presses("还没转账")
    await talk.says("有人打电话说是微信客服，百万保障到期要扣钱，让我下载会议软件共享屏幕取消")
    await talk.presses("电话")
    while "跳过" in talk.labels:
        await talk.presses("跳过")
    await talk.presses("确认提交")
    async with database.reading() as session:
        lead = (await session.scalars(select(Lead))).one()
    assert (lead.category, lead.risk) == ("fake_customer_service", Risk.MEDIUM)
