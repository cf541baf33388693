"""The dialogue under a double that somebody else wrote (teremok, in process)."""

import pytest
from teremok import MockBot, MockCallbackQuery, MockMessagePhoto, MockMessageText, MockUser

from bot.handlers.dispatcher import make_dispatcher
from bot.handlers.middlewares import AnswerParts
from bot.matching.library import Library
from bot.settings import Settings
from bot.storage.database import Database
from bot.times import now

SCAM = "您好我是微信支付客服，百万保障今晚到期，下载会议软件打开共享屏幕，我教您取消扣费"


@pytest.fixture
def bot(sqlite_database: Database, library: Library) -> MockBot:
    parts = AnswerParts(sqlite_database, lambda: library, now, 1000)
    return MockBot(make_dispatcher(parts, Settings(_env_file=None)))


def last(bot: MockBot):
    return bot.requests.send_message[-1]


def data(bot: MockBot, label: str) -> str:
    keyboard = last(bot).reply_markup.inline_keyboard
    return next(one.callback_data for row in keyboard for one in row if one.text == label)


async def test_check_report_and_receipt(bot: MockBot) -> None:
    await bot.dispatch(MockMessageText("/start"))
    assert "反诈机器人" in last(bot).text
    await bot.dispatch(MockMessageText(SCAM))
    assert "高危" in last(bot).text
    await bot.dispatch(MockCallbackQuery(data(bot, "我已转账")))
    assert "110" in last(bot).text
    await bot.dispatch(MockCallbackQuery(data(bot, "告诉反诈专班")))
    await bot.dispatch(MockMessageText("13800138000"))
    await bot.dispatch(MockCallbackQuery(data(bot, "先到这里")))
    assert "线索编号" in last(bot).text
    await bot.dispatch(MockMessageText("/report"))
    await bot.dispatch(MockCallbackQuery(data(bot, "还没转账")))
    await bot.dispatch(MockCallbackQuery(data(bot, "我自己")))
    await bot.dispatch(MockMessageText("对方让我共享屏幕，我没有转"))
    await bot.dispatch(MockCallbackQuery(data(bot, "先到这里，去核对")))
    await bot.dispatch(MockCallbackQuery(data(bot, "确认提交")))
    assert "线索编号" in last(bot).text


ODD_TEXTS = ["<b>&amp;", "*_[x](y)", "😀" * 500, "转账" * 1000, "\u202e安全账户"]


@pytest.mark.parametrize("text", ODD_TEXTS)
async def test_odd_texts_break_no_rule_of_the_bot_api(bot: MockBot, text: str) -> None:
    result = await bot.dispatch(MockMessageText(text))
    assert len(bot.requests.send_message) == 1
    assert last(bot).parse_mode is None
    assert result is not None


async def test_a_picture_is_answered(bot: MockBot) -> None:
    await bot.dispatch(MockMessagePhoto(file_id="photo_1"))
    assert "只能看文字" in last(bot).text


async def test_two_users_do_not_share_a_dialogue(bot: MockBot) -> None:
    await bot.dispatch(MockMessageText("/report"))
    other = MockUser(user_id=777)
    await bot.dispatch(MockMessageText("有人让我转账到安全账户", user=other))
    assert "现在到哪一步" not in last(bot).text
