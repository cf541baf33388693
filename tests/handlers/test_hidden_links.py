"""Addresses that Telegram shows nobody: behind words and behind buttons."""

import pytest
from aiogram.types import Message

from bot.handlers.hidden_links import LONGEST, MOST_HIDDEN, words_to_judge
from bot.matching.library import Library
from bot.storage.database import Database
from tests.channels.test_guard import Community
from tests.channels.test_telegram import Telegram, polling, telegram

__all__ = ["telegram"]

FAKE = "http://icbc-vip.top/lq"
BEHIND = [{"type": "text_link", "offset": 0, "length": 3, "url": FAKE}]
BUTTON = {
    "inline_keyboard": [[{"text": "领取", "url": FAKE}, {"text": "好", "callback_data": "x"}]]
}


def message(**fields: object) -> Message:
    body = {"message_id": 1, "date": 1, "chat": {"id": 5, "type": "private"}}
    return Message.model_validate({**body, **fields})


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"text": "点这里", "entities": BEHIND}, f"点这里\n{FAKE}"),
        ({"caption": "点这里", "caption_entities": BEHIND}, f"点这里\n{FAKE}"),
        ({"text": "点这里", "reply_markup": BUTTON}, f"点这里\n{FAKE}"),
        ({"text": "点这里", "entities": BEHIND, "reply_markup": BUTTON}, f"点这里\n{FAKE}"),
        ({"text": f"看 {FAKE}", "entities": BEHIND}, f"看 {FAKE}"),
        ({"text": "点这里"}, "点这里"),
        ({}, ""),
    ],
)
def test_a_hidden_address_stands_below_the_words_once(fields: dict, words: str) -> None:
    assert words_to_judge(message(**fields)) == words


def test_what_is_hidden_has_an_end() -> None:
    rows = [[{"text": "领", "url": f"http://a{n}.top/{'x' * 600}"}] for n in range(30)]
    lines = words_to_judge(message(text="点", reply_markup={"inline_keyboard": rows})).split("\n")
    assert len(lines) == 1 + MOST_HIDDEN
    assert {len(one) for one in lines[1:]} == {LONGEST}


async def test_a_resident_is_told_of_an_address_behind_words_or_a_button(
    telegram: Telegram, sqlite_database: Database, library: Library
) -> None:
    async with polling(telegram.api, sqlite_database, library):
        telegram.sends(text="点这里领积分", entities=BEHIND)
        words = (await telegram.hears()).text
        telegram.sends(text="/privacy")
        await telegram.hears(after=1)
        telegram.sends(text="积分要过期了", forward="某某", reply_markup=BUTTON)
        passed_on = (await telegram.hears(after=2)).text
    for told in (words, passed_on):
        assert "中国工商银行" in told
        assert "icbc-vip[.]top" in told
        assert "icbc-vip.top" not in told


async def test_in_a_group_a_hidden_address_is_judged_when_asked_about(
    telegram: Telegram, sqlite_database: Database, library: Library
) -> None:
    group = Community(telegram)
    async with polling(telegram.api, sqlite_database, library):
        await group.register(sqlite_database)
        group.says("点这里领积分", entities=BEHIND)
        asked = telegram.api.history(group.chat)[-1]
        before = len(telegram.api.messages(telegram.chat))
        await group.answer("/check", by=telegram.user, reply_to=asked)
        assert "高危" in (await telegram.hears(after=before)).text
