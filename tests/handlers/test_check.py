"""A resident checks a message."""

import pytest
from sqlalchemy import func, select

from bot.handlers import views
from bot.matching.library import Library
from bot.matching.result import Level, Verdict
from bot.storage.checks import Check
from bot.storage.database import Database
from tests.talk import Talk

SCAM = "您好我是微信支付客服，您的百万保障今晚到期，下载会议软件打开共享屏幕，我教您取消扣费"
GENUINE = "妈，晚饭我买菜回去，你把米饭先煮上"
HEADS = ("高危", "可疑", "拿不准", "未见异常")

ASK = "拿不准就打反诈专线 96110。"

BAD_TEXTS = {
    "one character": "好",
    "5,000 characters": "转账到安全账户" * 714 + "转账",
    "100,000 characters": "今天天气不错，" * 14_285 + "好了好了好",
    "only emoji": "😀😀🎉🎉❤️",
    "control characters": "\x01\x02\x07转账\x1b[31m红\x7f",
    "lone surrogates": "转账\ud800\udfff到安全账户",
    "right-to-left marks": "\u202e转账\u202c到\u200f安全账户\u2066",
    "nul": "转账\0到安全账户",
    "html": "<b>转账</b><script>alert(1)</script>到安全账户 <a href='http://x.top'>点我</a>",
    "markdown": "*转账* _到_ [安全账户](http://x.top) `code` ||spoiler||",
    "only spaces": "   \n\t  ",
}


async def test_a_scam_gets_a_verdict_one_action_first(database: Database, library: Library) -> None:
    talk = Talk(database, library)
    words = await talk.says(SCAM)
    head, action, *rest = words.split("\n")
    assert head.endswith("高危")
    assert action
    assert "为什么：" in rest
    assert "“" in words
    assert "110" in words
    assert "96110" in words
    assert talk.labels == ["我已转账", "举报", "了解这类骗局", "判断错了"]


@pytest.mark.parametrize(
    ("advice", "steps"),
    [
        (("先告诉家人。", "推脱就断开。"), ["1. 推脱就断开。", f"2. {ASK}"]),
        (("先告诉家人。", "一。", "二。", "三。"), ["1. 一。", "2. 二。", "3. 三。"]),
        ((), ["1. 到官方 App 里查，或打官方电话核实。", f"2. {ASK}"]),
    ],
    ids=["few", "enough", "none"],
)
def test_steps_are_those_of_the_trick_and_end_with_whom_to_ask(
    advice: tuple[str, ...], steps: list[str]
) -> None:
    judged = Verdict(Level.HIGH, 0.9, "v", advice=advice, genuine="没见过面就谈钱的是骗局。")
    lines = views.verdict(judged).render()[0].split("\n")
    assert lines[lines.index("现在怎么做：") + 1 :][: len(steps)] == steps
    assert "怎么分真假：没见过面就谈钱的是骗局。" in lines


async def test_an_ordinary_message_is_never_called_safe(
    database: Database, library: Library
) -> None:
    words = await Talk(database, library).says(GENUINE)
    assert "未见异常" in words
    assert "不等于没有风险" in words
    assert "安全" not in words


async def test_the_text_is_not_kept(database: Database, library: Library) -> None:
    await Talk(database, library).says(SCAM)
    async with database.reading() as session:
        check = (await session.scalars(select(Check))).one()
    kept = " ".join(str(getattr(check, column.key)) for column in Check.__table__.columns)
    assert "百万保障" not in kept
    assert check.library_version == library.version


@pytest.mark.parametrize("text", BAD_TEXTS.values(), ids=BAD_TEXTS.keys())
async def test_any_text_gets_a_verdict(
    sqlite_database: Database, library: Library, text: str
) -> None:
    talk = Talk(sqlite_database, library)
    words = await talk.says(text)
    assert any(words.split("\n")[0].endswith(head) for head in HEADS)
    assert len(words.encode("utf-16-le")) // 2 <= 4096
    assert not any(sign in words for sign in "\0\x01\x1b\u202e\u200f")


async def test_links_of_the_message_cannot_be_tapped_in_the_answer(
    sqlite_database: Database, library: Library
) -> None:
    words = await Talk(sqlite_database, library).says(
        "【ETC】您的ETC已失效，点击 http://etc-cn.icu/x 立即认证，逾期停用"
    )
    assert "http://" not in words
    assert "etc-cn.icu" not in words


async def test_money_sent_leads_with_110_and_96110(database: Database, library: Library) -> None:
    talk = Talk(database, library)
    await talk.says(SCAM)
    words = await talk.presses("我已转账")
    first = words.split("\n")[0]
    assert "110" in first.replace("96110", "")
    assert "96110" in first
    assert "告诉反诈专班" in talk.labels


async def test_the_trick_can_be_read_about(database: Database, library: Library) -> None:
    talk = Talk(database, library)
    await talk.says(SCAM)
    words = await talk.presses("了解这类骗局")
    assert "真的是什么样" in words


async def test_wrong_verdicts_are_noted_without_the_text(
    database: Database, library: Library
) -> None:
    talk = Talk(database, library)
    await talk.says(SCAM)
    words = await talk.presses("判断错了")
    assert "没有保存您的原文" in words
    async with database.reading() as session:
        assert (await session.scalars(select(Check))).one().disputed_at is not None


async def test_buttons_of_somebody_elses_check_are_refused(
    database: Database, library: Library
) -> None:
    one, other = Talk(database, library), Talk(database, library)
    await one.says(SCAM)
    for label in ("举报", "了解这类骗局", "判断错了"):
        words = await other.sends_data(one.data(label))
        assert "不是您的" in words
    async with database.reading() as session:
        assert (await session.scalars(select(Check))).one().disputed_at is None


@pytest.mark.parametrize("data", ["check:paid", "check:report:xxxx:y", "nonsense", "lead:sign:1"])
async def test_data_that_no_button_carries_changes_nothing(
    sqlite_database: Database, library: Library, data: str
) -> None:
    words = await Talk(sqlite_database, library).sends_data(data)
    assert words
    async with sqlite_database.reading() as session:
        assert await session.scalar(select(func.count()).select_from(Check)) == 0


async def test_the_greeting_says_what_is_kept(sqlite_database: Database, library: Library) -> None:
    talk = Talk(sqlite_database, library)
    words = await talk.says("/start")
    assert "不保存您发来的原文" in words
    assert "不等于报案" in words
    assert "30 天后删除" in await talk.presses("存了什么")


async def test_an_unknown_command_is_said_to_be_one(
    sqlite_database: Database, library: Library
) -> None:
    assert "没有这个命令" in await Talk(sqlite_database, library).says("/nonsense")
