"""A resident reports: every answer is saved at once and nothing is lost or left over."""

from dataclasses import replace

import pytest
from sqlalchemy import func, select

from bot.matching.library import Library
from bot.matching.result import ActionCode
from bot.services.leads import check_digit
from bot.services.reports import Draft, action_of
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
    "给了验证码或卡号",
    "我自己",
    "有人说我中奖了，让我先交税，我报了验证码，身份证 11010519491231002X 也发了",
    "微信",
    "微信号 wx_prize888，电话 13912345678",
    "1.2万",
    "13800138000",
    "和平街道",
)
NUMBERS = "我的卡号是6222021234567890123，打我电话13800138000，对方账号6228480402564890018"


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


async def the_lead(database: Database) -> Lead:
    async with database.reading() as session:
        return (await session.scalars(select(Lead))).one()


async def opened(database: Database) -> tuple[str, set[str]]:
    """The story and the identifiers of the only lead, in the clear."""
    async with database.reading() as session:
        lead = (await session.scalars(select(Lead))).one()
        vault = vault_of(session)
        named = (await session.scalars(select(SuspectIdentifier))).all()
        values = {vault.open(one.value_sealed, IDENTIFIER) for one in named}
        return vault.open(lead.description_sealed, DESCRIPTION), values


async def test_a_report_ends_in_a_lead_number(database: Database, library: Library) -> None:
    talk = Talk(database, library)
    preview = await answered(talk, len(ANSWERS))
    assert "请核对" in preview
    assert "12,000.00" in preview
    assert await leads(database) == 0
    words = await talk.presses("确认提交")
    lead = await the_lead(database)
    assert lead.number in words
    day, serial, digit = lead.number[2:].split("-")
    assert check_digit(day + serial) == digit
    assert (lead.risk, lead.happened, lead.amount_fen) == (Risk.HIGH, "gave_code", 1_200_000)
    assert (lead.due_at - lead.received_at).total_seconds() == 600
    description, values = await opened(database)
    assert "中奖" in description
    assert "11010519491231002X" not in description
    assert {"wx_prize888", "13912345678"} <= values
    assert "13800138000" not in values
    async with database.reading() as session:
        assert (await session.scalars(select(LeadEvent))).one().event == "file"
        assert (await session.scalars(select(Dialogue))).all() == []
    assert "110" in words
    assert "不等于报案" in words
    assert "已经出发" in words


async def test_the_notice_of_what_is_kept_stands_above_the_first_question(
    sqlite_database: Database, library: Library
) -> None:
    words = await Talk(sqlite_database, library).says("/report")
    assert words.index("加密保存") < words.index("现在到哪一步了")


@pytest.mark.parametrize(
    ("choice", "first"),
    [
        ("还没转账", "先停下"),
        ("已转账", "立即拨打 110"),
        ("正在通话或共享屏幕", "马上关掉手机网络"),
        ("给了验证码或卡号", "马上打银行客服电话"),
        ("被敲诈", "不要给钱"),
        ("交出现金黄金", "立即拨打 110"),
        ("孩子遇到", "先安抚孩子"),
    ],
)
async def test_each_choice_leads_with_its_action_before_any_question(
    sqlite_database: Database, library: Library, choice: str, first: str
) -> None:
    talk = Talk(sqlite_database, library)
    await talk.says("/report")
    assert choice in talk.labels
    await talk.presses(choice)
    head = talk.shown[0]
    assert head.text.split("\n")[0].startswith(f"▶ {first}")
    assert head.bold[0][0] == 0
    assert not head.rows
    assert talk.shown[1].rows


def test_who_lent_an_account_hears_that_first() -> None:
    lent = Draft(happened="not_paid", action="A5")
    assert action_of(lent) is ActionCode.ACCOUNT_LENT
    assert action_of(replace(lent, happened="paid")) is ActionCode.PAID


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
    await answered(talk, 4)
    restarted = Database(database.url.render_as_string(hide_password=False), database.vault)
    again = Talk(restarted, library, secret="the same person with the same cookie")
    assert "转走了多少钱" in await again.says(ANSWERS[4])
    await restarted.close()


async def test_what_is_unwritten_is_sealed(database: Database, library: Library) -> None:
    talk = Talk(database, library)
    await answered(talk, 3)
    async with database.reading() as session:
        dialogue = (await session.scalars(select(Dialogue))).one()
    assert "中奖".encode() not in dialogue.data_sealed


async def test_a_button_of_an_earlier_question_repeats_the_present_one(
    sqlite_database: Database, library: Library
) -> None:
    talk = Talk(sqlite_database, library)
    await talk.says("/report")
    old = talk.data("还没转账")
    await talk.presses("被敲诈")
    words = await talk.sends_data(old)
    assert "是谁遇到的" in words


async def test_a_button_of_somebody_elses_report_changes_nothing(
    sqlite_database: Database, library: Library
) -> None:
    one, other = Talk(sqlite_database, library), Talk(sqlite_database, library)
    await answered(one, len(ANSWERS))
    await answered(other, 2)
    words = await other.sends_data(one.data("确认提交"))
    assert "已经过期" in words
    assert await leads(sqlite_database) == 0
    assert "对方是怎么找到您的" in await other.says("有人打电话说我欠费")


async def test_an_old_button_says_so_in_the_midst_of_another_dialogue(
    sqlite_database: Database, library: Library
) -> None:
    talk = Talk(sqlite_database, library)
    await talk.says("/report")
    of_report = talk.data("还没转账")
    await talk.presses("已转账")
    of_money_gone = talk.data("跳过")
    assert "已经过期" in await talk.sends_data(of_report)
    await talk.says("/cancel")
    await talk.says("/report")
    assert "已经过期" in await talk.sends_data(of_money_gone)


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
        (1, "不知道", "请点下面的按钮"),
        (5, "很多", "没看懂金额"),
        (6, "12345", "电话号码好像不对"),
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


async def test_all_in_one_go_is_read_from_the_story(database: Database, library: Library) -> None:
    talk = Talk(database, library)
    await answered(talk, 2)
    await talk.says("抖音上认识的人要我刷单，我给了卡号，被扣了3500元，他的QQ号 234567890")
    preview = await talk.presses("先到这里，去核对")
    assert "3,500.00" in preview
    assert "短视频、直播" in preview
    await talk.presses("确认提交")
    assert "234567890" in (await opened(database))[1]


@pytest.mark.parametrize("count", [2, 3, 4, 5, 6, 7])
async def test_an_answer_is_edited_from_the_preview(
    sqlite_database: Database, library: Library, count: int
) -> None:
    names = ("情况", "谁遇到", "经过", "联系方式", "对方信息", "金额", "回电", "地点")
    fresh = ("", "", "后来才发现被骗", "QQ", "骗子QQ 555666777", "88元", "13700137000", "新村")
    talk = Talk(sqlite_database, library)
    await answered(talk, len(ANSWERS))
    question = await talk.presses(f"改：{names[count]}")
    assert "请核对" not in question
    answer = fresh[count]
    preview = await (talk.presses(answer) if answer in talk.labels else talk.says(answer))
    assert "请核对" in preview
    assert answer.removesuffix("元") in preview
    await talk.presses(f"改：{names[count]}")
    assert "请核对" in await talk.presses("返回")


async def test_after_a_look_at_the_start_the_report_goes_on(
    sqlite_database: Database, library: Library
) -> None:
    talk = Talk(sqlite_database, library)
    await answered(talk, 3)
    assert "对方是怎么找到您的" in await talk.says("/start")
    assert await talk.presses("微信")


async def test_the_story_itself_is_judged(database: Database, library: Library) -> None:
    talk = Talk(database, library)
    await answered(talk, 0)
    await talk.presses("还没转账")
    await talk.presses("我自己")
    await talk.says("有人打电话说是微信客服，百万保障到期要扣钱，让我下载会议软件共享屏幕取消")
    await talk.presses("先到这里，去核对")
    await talk.presses("确认提交")
    lead = await the_lead(database)
    assert (lead.category, lead.risk) == ("fake_customer_service", Risk.MEDIUM)


async def test_a_story_of_money_gone_is_urgent_whatever_was_tapped(
    sqlite_database: Database, library: Library
) -> None:
    talk = Talk(sqlite_database, library)
    await answered(talk, 0)
    await talk.presses("还没转账")
    await talk.presses("我自己")
    words = await talk.says("我转了三万元给客服，现在联系不上了")
    assert words.startswith("▶ 立即拨打 110")
    assert "点下面" not in words
    await talk.presses("先到这里，去核对")
    await talk.presses("确认提交")
    assert (await the_lead(sqlite_database)).risk == Risk.URGENT
