"""Button by button: what each role may press in the chat is what the table says and no more.

The table below is the rule; it is compared with every kind of button that the bot makes, so one
that is added without a line here fails. A button is pressed by its data, whether shown or not.
"""

import importlib
import pkgutil
from collections.abc import Iterator

import pytest
from aiogram.filters.callback_data import CallbackData

import bot.handlers
from bot.handlers.duty_keyboards import ACTS
from bot.handlers.sent import NAMES
from bot.matching.library import Library
from bot.services.permissions import Action, may
from bot.storage.database import Database
from bot.storage.staff import Role
from tests.handlers.test_duty import filed, officer
from tests.handlers.test_grid import now
from tests.talk import Talk

WORKED = {
    "way": "phone",
    "contact": "phone-reached",
    "move": "withdrawn-0",
    "why": "withdrawn",
    "stations": "",
    "station": "x",
    "take": "",
}
REQUESTS = {"show": "", "ack": "", "results": "", "answer": "done", "correct": "open"}
GROUP_ACTS = ("show", "areas", "area", "tags", "tag", "size", "remove", "removed")
NEEDS: dict[str, set[Action]] = {
    "lead:show:{number}": {Action.SEE_LEAD},
    "lead:sign:{number}": {Action.SIGN_FOR_LEAD},
    **{f"work:{act}:{value}:{{number}}:0": {ACTS[act]} for act, value in WORKED.items()},
    **{f"cast:{act}:1": {Action.APPROVE_NOTICE} for act in ("approve", "refuse")},
    **{f"surge:{act}:1": {Action.APPROVE_NOTICE} for act in ("draft", "drop")},
    **{
        f"season:{act}:2026-01-01:x": {Action.APPROVE_NOTICE, Action.SEND_NOTICE}
        for act in ("use", "drop")
    },
    **{f"draft:{act}:1": {Action.SEND_NOTICE} for act in ("open", "drop", "again")},
    **{f"course:{act}:1": {Action.SEND_NOTICE} for act in NAMES},
    **{f"grp:{act}:1:0": {Action.ADD_GROUP} for act in GROUP_ACTS},
    **{f"offer:{act}:1": {Action.ADD_GROUP} for act in ("add", "drop")},
    "fwd:done:1": {Action.ADD_GROUP},
    "activity:talk": {Action.FILE_ACTIVITY},
    **{f"deed:{act}:1": {Action.APPROVE_ACTIVITY} for act in ("approve", "refuse")},
    "photo:none": {Action.FILE_ACTIVITY},
    **{f"train:{act}:1": {Action.ATTEND_TRAINING} for act in ("test", "certificate")},
    **{f"class:{act}:1": {Action.KEEP_CLASSES} for act in ("close", "contact")},
}
NEEDS_ONE: dict[str, set[Action]] = {
    f"request:{act}:XZ1:{value}": {Action.ANSWER_REQUEST, Action.ASK_PARTNER}
    for act, value in REQUESTS.items()
}
"""Here one of these is enough, above all are needed."""
EVERY = (*NEEDS, *NEEDS_ONE)
OF_EVERYBODY = {
    *("check", "start", "report", "stop", "own", "learn", "quiz", "drill", "call", "circle"),
    *("elder", "sub", "follow", "aloud", "invite", "numbers"),
}
"""Residents' buttons: what they lead to is one's own."""
OF_ADMINISTRATORS = {"guard"}
"""Telegram says who administers a group; tests/channels/test_guard.py presses them."""
OF_A_DIALOGUE = {"notice"}
"""Nothing without its dialogue; tests/handlers/test_staff_table.py presses them in the midst."""


def kinds_of_buttons() -> Iterator[type[CallbackData]]:
    for module in pkgutil.iter_modules(bot.handlers.__path__):
        loaded = importlib.import_module(f"bot.handlers.{module.name}")
        for one in vars(loaded).values():
            if isinstance(one, type) and issubclass(one, CallbackData) and one is not CallbackData:
                yield one


def test_every_kind_of_button_has_a_line_in_the_table() -> None:
    prefixes = {one.__prefix__ for one in kinds_of_buttons()}
    listed = {data.split(":")[0] for data in EVERY}
    assert prefixes == listed | OF_EVERYBODY | OF_ADMINISTRATORS | OF_A_DIALOGUE
    assert set(ACTS) == set(WORKED) | {"show", "sign"}


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.RESIDENT])
async def test_every_role_presses_what_the_table_says_and_nothing_else(
    sqlite_database: Database, library: Library, role: Role
) -> None:
    number = await filed(sqlite_database)
    talk = await officer(sqlite_database, library, role, "somebody", now)
    pressed = set()
    for data in EVERY:
        words = await talk.sends_data(data.format(number=number))
        assert "系统出了点问题" not in words, data
        if "不能使用这个功能" not in words:
            pressed.add(data)
        else:
            assert number not in words
        await talk.says("/cancel")
    for data, needed in NEEDS.items():
        assert (data in pressed) == all(may(role, one) for one in needed), data
    for data, needed in NEEDS_ONE.items():
        assert (data in pressed) == any(may(role, one) for one in needed), data


async def test_a_resident_presses_none_of_them(sqlite_database: Database, library: Library) -> None:
    number = await filed(sqlite_database)
    talk = Talk(sqlite_database, library)
    for data in EVERY:
        words = await talk.sends_data(data.format(number=number))
        assert "只给工作人员" in words, data
