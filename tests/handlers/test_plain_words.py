"""Who knows no commands writes a plain word; within a dialogue it is an answer like any other."""

import pytest

from bot.handlers import ask, drill, elder, learn_views
from bot.handlers.filters import SPOKEN
from bot.handlers.plain_words import MEANT
from bot.matching.library import Library
from bot.storage.checks import Check
from bot.storage.database import Database
from tests.talk import Talk


@pytest.mark.parametrize(
    ("word", "words"),
    [
        ("举报", "现在到哪一步了"),
        ("进度", "没有"),
        ("答题", "第 1 题"),
        ("演练", drill.CHOOSE),
        (" 学习 ", learn_views.CHOOSE_HOW),
        ("提问", ask.WHAT),
        ("案例", "本地案例"),
        ("提醒", "今天一条"),
        ("大字", elder.ON),
        ("亲友圈", "想请谁"),
        ("帮助", "反诈机器人"),
    ],
)
async def test_a_word_alone_does_what_its_command_does(
    sqlite_database: Database, library: Library, word: str, words: str
) -> None:
    talk = Talk(sqlite_database, library)
    assert words in await talk.says(word)
    async with sqlite_database.reading() as session:
        assert await session.get(Check, 1) is None, "it is no message to judge"


def test_every_word_means_something() -> None:
    assert set(SPOKEN.values()) == set(MEANT)


async def test_with_more_words_it_is_judged(sqlite_database: Database, library: Library) -> None:
    talk = Talk(sqlite_database, library)
    assert "第 1 题" not in await talk.says("答题领奖，先交押金")


async def test_within_a_report_it_is_an_answer(sqlite_database: Database, library: Library) -> None:
    talk = Talk(sqlite_database, library)
    await talk.says("/report")
    await talk.presses("还没转账")
    assert "第 1 题" not in await talk.says("答题")
    await talk.says("/start")
    assert "第 1 题" not in talk.text


async def test_from_learning_everything_is_one_tap_away(
    sqlite_database: Database, library: Library
) -> None:
    talk = Talk(sqlite_database, library)
    for label, words in (
        ("模拟演练", drill.CHOOSE),
        ("今天的案例", "本地案例"),
        ("问一个问题", ask.WHAT),
    ):
        await talk.says("/cancel")
        await talk.says("/start")
        await talk.presses("了解骗局")
        assert words in await talk.presses(label)
    assert "来源：" in await talk.says("申请止付要准备什么材料")
    await talk.says("/start")
    assert elder.ON in await talk.presses("简明模式")
