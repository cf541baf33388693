"""Replies are stored and read again as they are, whatever words are in them."""

import json

from aiogram.methods import SendMessage
from aiogram.utils.formatting import Bold, Text

from bot.handlers.keyboards import button, rows
from bot.handlers.replies import (
    NO_PREVIEW,
    Drawing,
    Spoken,
    acknowledge,
    dump_replies,
    load_replies,
    say,
    say_instead,
)
from bot.services.certificate import Certificate

HOSTILE = '他说"点\\这里"\n\t</b>{"draft": 1}👮\x00\u2028'


def test_stored_replies_are_read_again_as_they_were() -> None:
    keyboard = rows([button(HOSTILE, "check:paid:1"), button("取消", "x")])
    replies = [
        acknowledge("5", HOSTILE),
        say(7, Text(Bold("先别转账"), HOSTILE), keyboard),
        say_instead(7, 3, HOSTILE),
        Drawing(7, HOSTILE, Certificate("结业", "李", "5/5", "今天", "新城")),
        Spoken(7, HOSTILE),
    ]
    stored = dump_replies(replies)
    assert [name for name, _ in json.loads(stored)] == [
        "answerCallbackQuery",
        "sendMessage",
        "editMessageText",
        "drawing",
        "spoken",
    ]
    assert load_replies(stored) == replies
    assert "先别转账" in stored
    assert load_replies(dump_replies([])) == []


def test_only_what_was_said_is_stored_and_that_no_marks_are_read_is() -> None:
    ((_, fields),) = json.loads(dump_replies([say(7, "好")]))
    assert fields == {
        "chat_id": 7,
        "text": "好",
        "entities": [],
        "parse_mode": None,
        "link_preview_options": NO_PREVIEW.model_dump(exclude_unset=True),
    }
    (again,) = load_replies(dump_replies([say(7, "好")]))
    assert isinstance(again, SendMessage)
    assert again.model_fields_set == say(7, "好").model_fields_set
