"""Elder mode: short, one button a row, numbers spelled, honest about reading aloud."""

from pathlib import Path

import pytest

from bot.handlers import aloud, replies
from bot.handlers.elder_views import verdict_for_elders
from bot.handlers.views import UNSURE
from bot.matching.library import Library
from bot.matching.result import Level, Reason, Verdict
from bot.services.drill_files import Result
from bot.services.education import education
from bot.services.speech import NOT_HERE, NOT_INSTALLED, for_reading, spelled
from bot.storage.database import Database
from tests.botapi import png
from tests.channels.test_telegram import Telegram, telegram
from tests.handlers.test_check import SCAM
from tests.handlers.test_drill import begins, way_to
from tests.handlers.test_things import polling
from tests.talk import Talk
from tests.vision.doubles import quick_reader

__all__ = ["telegram"]


async def test_a_verdict_is_short_and_has_one_button_a_row(
    sqlite_database: Database, library: Library
) -> None:
    talk = Talk(sqlite_database, library)
    whole = await talk.says(SCAM)
    assert "已打开简明模式" in await talk.says("/elder")
    words = await talk.says(SCAM)
    assert "高危" in words
    assert len(words) < len(whole) / 2
    assert "96110 读作 九六幺幺零" in words
    assert all(len(row) == 1 for one in talk.shown for row in one.rows)
    await talk.says("/elder")
    assert "已关闭" in await talk.presses("关闭简明模式")
    assert await talk.says(SCAM) == whole


async def test_a_picture_is_answered_as_shortly(
    sqlite_database: Database, library: Library, tmp_path: Path
) -> None:
    reader = quick_reader(tmp_path, SCAM)
    talk = Talk(sqlite_database, library, reader=reader)
    whole = await talk.sends(png())
    await talk.says("/elder")
    words = await talk.sends(png())
    await reader.close()
    assert "高危" in words
    assert "图里读到" in whole
    assert "图里读到" not in words
    assert len(words) < len(whole) / 2
    assert "96110 读作 九六幺幺零" in words
    assert all(len(row) == 1 for one in talk.shown for row in one.rows)


async def test_without_a_plug_in_reading_aloud_is_declined_in_words(
    sqlite_database: Database, library: Library
) -> None:
    talk = Talk(sqlite_database, library)
    await talk.says("/elder")
    assert NOT_INSTALLED in await talk.presses("读给我听")


async def test_a_plug_in_reads_what_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    class Engine:
        def voice(self, text: str) -> bytes:
            return text.encode()

    monkeypatch.setattr(replies, "installed_speech", Engine)
    (spoken,) = replies.load_replies(replies.dump_replies([replies.Spoken(7, "停一停")]))
    assert isinstance(spoken, replies.Spoken)
    sent = await spoken.drawn()
    assert (sent.chat_id, sent.voice.data) == (7, "停一停".encode())


async def test_a_verdict_a_question_and_a_step_are_read_aloud_on_telegram(
    telegram: Telegram,
    sqlite_database: Database,
    library: Library,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Engine:
        def voice(self, text: str) -> bytes:
            return text.encode()

    async def voiced(after: int) -> str:
        note = await telegram.hears(after=after)
        assert note.kind == "voice"
        return note.file.content.decode()

    async with polling(telegram, sqlite_database, library):
        telegram.sends(text="/elder")
        await telegram.hears()
        telegram.sends(text=SCAM)
        verdict = await telegram.hears(after=1)
        telegram.presses(verdict, "读给我听")
        assert (await telegram.hears(after=2)).text.startswith(NOT_INSTALLED[:10])
        for module in (replies, aloud):
            monkeypatch.setattr(module, "installed_speech", Engine)
        telegram.presses(verdict, "读给我听")
        read = await voiced(after=3)
        assert "九六幺幺零" in read
        assert "🔴" not in read
        telegram.sends(text="/quiz")
        telegram.presses(await telegram.hears(after=4), "读给我听")
        assert (await voiced(after=5)).startswith("第 1 题。")
        telegram.sends(text="/drill")
        chosen = await telegram.hears(after=6)
        telegram.presses(chosen, chosen.buttons[0])
        telegram.presses(await telegram.hears(after=7), "我已成年，开始")
        telegram.presses(await telegram.hears(after=8), "读给我听")
        assert (await voiced(after=9)).startswith("这是模拟演练。")


async def test_the_page_says_that_it_plays_no_voice(
    sqlite_database: Database, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(aloud, "installed_speech", lambda: object())
    talk = Talk(sqlite_database, library)
    await talk.says("/elder")
    await talk.says(SCAM)
    assert NOT_HERE in await talk.presses("读给我听")


def test_where_it_cannot_be_told_an_elder_hears_one_action_and_one_question() -> None:
    reason = Reason("verification_code", "要验证码")
    verdict = Verdict(Level.UNCLEAR, 0.5, "1", reasons=(reason,), question="钱转了吗？")
    words = verdict_for_elders(verdict).as_html()
    assert UNSURE in words
    assert "钱转了吗？" in words
    assert reason.text not in words


async def test_a_drill_ends_with_one_thing_and_its_marks_one_tap_away(
    sqlite_database: Database, library: Library
) -> None:
    talk, drill = Talk(sqlite_database, library), next(iter(education().drills.values()))
    await talk.says("/elder")
    words = await begins(talk, drill)
    for answer in way_to(drill, Result.DANGER):
        words = await talk.presses(answer)
    assert drill.closing in words
    assert talk.labels == ["看看怎么识破"]
    marks = await talk.presses("看看怎么识破")
    assert "刚才可以留意的地方" in marks
    assert "看看这一招" in talk.labels


def test_numbers_are_read_digit_by_digit() -> None:
    assert spelled("拨 110，再拨 96110。") == "96110 读作 九六幺幺零；110 读作 幺幺零"
    assert spelled("医保打 12393") == "12393 读作 幺二三九三"
    assert spelled("尾号 1101，验证码 961100") == ""
    assert for_reading("🔴 高危。拨 110，尾号 1101。") == " 高危。拨 幺幺零，尾号 1101。"
    assert spelled("只有 96110") == "96110 读作 九六幺幺零"
    assert spelled("没有号码") == ""
