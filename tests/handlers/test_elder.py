"""Elder mode: short, one button a row, numbers spelled, honest about reading aloud."""

from pathlib import Path

import pytest

from bot.handlers import replies
from bot.matching.library import Library
from bot.services.speech import NOT_INSTALLED, spelled
from bot.storage.database import Database
from tests.botapi import png
from tests.handlers.test_check import SCAM
from tests.talk import Talk
from tests.vision.doubles import quick_reader


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


def test_numbers_are_read_digit_by_digit() -> None:
    assert spelled("拨 110，再拨 96110。") == "96110 读作 九六幺幺零；110 读作 幺幺零"
    assert spelled("只有 96110") == "96110 读作 九六幺幺零"
    assert spelled("没有号码") == ""
