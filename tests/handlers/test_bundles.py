"""Messages that belong together are one case with one answer."""

import time
from datetime import timedelta

import pytest
from aiogram.types import Message, Update
from sqlalchemy import select

from bot.handlers.bundles import KEPT_SECONDS, MOST_MESSAGES, Bundle, Bundles
from bot.handlers.origins import origin_of
from bot.matching.library import Library
from bot.matching.result import Level, Verdict
from bot.storage.checks import Check
from bot.storage.database import Database
from tests.talk import Talk

PARTS = ("您好我是微信支付客服", "您的百万保障今晚到期", "下载会议软件打开共享屏幕，我教您取消扣费")
GENUINE = "晚饭我买菜回去"


@pytest.fixture
def talk(sqlite_database: Database, library: Library) -> Talk:
    talk = Talk(sqlite_database, library)
    talk.pause = timedelta(seconds=1)
    return talk


async def checks(database: Database) -> list[Check]:
    async with database.reading() as session:
        return list(await session.scalars(select(Check)))


async def test_what_comes_within_two_seconds_edits_the_one_answer(
    talk: Talk, sqlite_database: Database
) -> None:
    await talk.says(PARTS[0])
    (first,) = talk.shown
    assert not first.edits
    for part in PARTS[1:]:
        await talk.says(part)
        (answer,) = talk.shown
        assert answer.edits
        assert answer.id == first.id
    assert answer.text.startswith("🔴 高危")
    assert "这 3 条消息放在一起看" in answer.text
    (check,) = await checks(sqlite_database)
    assert check.level == "high"
    assert "到哪一步了" in await talk.presses("举报")


async def test_what_comes_later_or_after_a_command_is_a_case_of_its_own(talk: Talk) -> None:
    await talk.says(PARTS[0])
    talk.pause = timedelta(seconds=3)
    await talk.says(PARTS[1])
    assert not talk.shown[0].edits
    talk.pause = timedelta(seconds=1)
    await talk.says("/privacy")
    await talk.says(PARTS[2])
    assert not talk.shown[0].edits


async def test_talk_beside_a_scam_does_not_take_the_alarm_back(talk: Talk) -> None:
    assert "高危" in await talk.says("".join(PARTS))
    for _ in range(3):
        assert "🔴 高危" in await talk.says(GENUINE)


async def test_who_has_paid_is_helped_first_whatever_came_before(talk: Talk) -> None:
    await talk.says(PARTS[0])
    await talk.says("卡里的钱刚被转走")
    assert "110" in talk.shown[0].text.split("\n")[0]
    assert not talk.shown[0].edits
    assert talk.shown[1].edits


async def test_a_repeated_update_says_the_same_again(talk: Talk, sqlite_database: Database) -> None:
    await talk.says(PARTS[0])
    once = await talk.says(PARTS[1], "part-two")
    assert once == await talk.says(PARTS[1], "part-two")
    assert "这 2 条" in once
    assert len(await checks(sqlite_database)) == 1


async def test_an_answer_to_a_question_of_the_bot_is_no_part_of_a_bundle(talk: Talk) -> None:
    await talk.says("/report")
    for words in ("还没转账", "我自己"):
        await talk.says(words)
        assert not any(one.edits for one in talk.shown)


def message(seconds: int, **more: object) -> Message:
    body = {"message_id": 1, "date": 1_000_000 + seconds, "chat": {"id": 5, "type": "private"}}
    return Message.model_validate({**body, "text": "在吗", **more})


PERSON = {"id": 9, "is_bot": False, "first_name": "张三", "last_name": "http://x.top"}
CHANNEL = {"id": -100, "type": "channel", "title": "内部消息"}
ORIGINS = {
    "hidden": ({"type": "hidden_user", "date": 1, "sender_user_name": "李四"}, "隐藏了账号"),
    "user": ({"type": "user", "date": 1, "sender_user": PERSON}, "“张三 http[:]//x[.]top”"),
    "bot": ({"type": "user", "date": 1, "sender_user": PERSON | {"is_bot": True}}, "机器人“张三"),
    "channel": ({"type": "channel", "date": 1, "chat": CHANNEL, "message_id": 3}, "频道“内部消息”"),
    "chat": ({"type": "chat", "date": 1, "sender_chat": CHANNEL}, "群“内部消息”"),
}


@pytest.mark.parametrize(("origin", "words"), ORIGINS.values(), ids=ORIGINS.keys())
def test_where_a_message_comes_from_is_told_without_a_link(origin: dict, words: str) -> None:
    told = origin_of(message(0, forward_origin=origin))
    assert told.startswith("转发自")
    assert words in told


def test_the_bot_that_a_message_came_through_is_told() -> None:
    via = {"id": 7, "is_bot": True, "first_name": "助手", "username": "helper_bot"}
    assert "经机器人“helper_bot”发出" in origin_of(message(0, via_bot=via))
    assert origin_of(message(0)) == ""


@pytest.mark.parametrize(
    ("seconds", "first", "second", "together"),
    [
        (2, False, False, True),
        (3, False, False, False),
        (40, True, True, True),
        (40, False, True, False),
        (61, True, True, False),
    ],
)
def test_what_is_passed_on_one_after_another_has_a_minute(
    seconds: int, first: bool, second: bool, together: bool
) -> None:
    hidden = ORIGINS["hidden"][0]
    bundles = Bundles()
    for number, (at, passed_on) in enumerate(((0, first), (seconds, second))):
        came = message(at, **({"forward_origin": hidden} if passed_on else {}))
        bundle = bundles.of(5, Update(update_id=number, message=came))
        assert bundle is not None
        bundle.stands(number, 77, ())
    assert (len(bundle.texts) > 1) is together


def test_a_bundle_has_an_end(talk: Talk) -> None:
    bundles = Bundles()
    sizes = []
    for number in range(MOST_MESSAGES + 2):
        bundle = bundles.of(5, Update(update_id=number, message=message(number)))
        assert bundle is not None
        bundle.stands(number, 77, ())
        sizes.append(len(bundle.texts))
    assert max(sizes) == MOST_MESSAGES
    assert sizes[-1] == 2


def test_texts_are_forgotten_once_nothing_can_be_joined() -> None:
    bundles = Bundles()
    for person in range(3):
        bundles.of(person, Update(update_id=person, message=message(0)))
    bundles.forget(time.monotonic() + KEPT_SECONDS - 1)
    assert len(bundles._open) == 3
    bundles.forget(time.monotonic() + KEPT_SECONDS + 1)
    assert not bundles._open


def test_what_is_said_beside_a_scam_does_not_take_the_alarm_back() -> None:
    high, unclear, none = (
        Verdict(level, 0.5, "1") for level in (Level.HIGH, Level.UNCLEAR, Level.NONE)
    )
    bundle = Bundle()
    assert bundle.judged(none, unclear) is unclear
    assert bundle.judged(none, high) is high
    assert bundle.judged(none) is high
