"""Whoever left a dialogue finds its open question again, whichever dialogue it was."""

from datetime import timedelta

import pytest
from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State, StatesGroup
from aiogram.fsm.storage.base import StorageKey
from aiogram.methods import SendMessage

from bot.handlers.fsm import DialogueStorage
from bot.handlers.resume import question_of
from bot.services.staff import bind_chat, invite
from bot.storage.database import Database
from bot.storage.dialogues import write_dialogue
from bot.storage.residents import find_or_add_resident
from bot.storage.staff import Role
from tests.services.broadcasting import NOON

WEB, PERSON = 1, 4711
MINUTE = timedelta(minutes=1)
DATA: dict[str, dict[str, object]] = {
    "Reporting:asking": {},
    "Stopping:asking": {},
    "Stopping:nameless": {},
    "Asking:words": {},
    "Subscribing:place": {"chosen": "1"},
    "Adding:words": {"number": "FZ261124-0001-1"},
    "Reviewing:text": {"reference": "x", "ends": NOON.isoformat()},
    "Noticing:asking": {"nonce": "abcd1234"},
    "Telling:why": {"number": 1},
    "Telling:correction": {"number": 1},
    "Telling:size": {"group": 1},
    "Telling:members": {"number": 1},
    "Telling:activity": {"kind": "talk"},
    "Telling:picture": {"deed": "activity", "number": 1, "until": (NOON + MINUTE).isoformat()},
}
"""What each dialogue keeps at its beginning."""


def all_states() -> list[State]:
    return [
        state
        for group in StatesGroup.__subclasses__()
        if group.__module__.startswith("bot.handlers")
        for state in group.__states__
    ]


async def leave(database: Database, state: State, *, staff: bool) -> None:
    """Bring a person into the middle of a dialogue."""
    async with database.writing() as session:
        resident = await find_or_add_resident(session, "web", PERSON, NOON)
        if staff:
            _, code = await invite(session, None, "zhao", "赵", Role.GRID, NOON)
            await bind_chat(session, resident, code, NOON)
        key = StorageKey(bot_id=WEB, chat_id=PERSON, user_id=PERSON)
        dialogues = DialogueStorage(session)
        context = FSMContext(dialogues, key)
        await context.set_state(state)
        await context.set_data(DATA[state.state or ""])
        for name, (kept, data) in dialogues.changed.items():
            await write_dialogue(session, name, kept, data, NOON)


def test_every_dialogue_is_known_here() -> None:
    assert {state.state for state in all_states()} == DATA.keys()


@pytest.mark.parametrize("state", all_states(), ids=str)
async def test_the_open_question_is_found_and_looking_changes_nothing(
    database: Database, state: State
) -> None:
    await leave(database, state, staff=True)
    found = []
    for _ in range(2):
        async with database.reading() as session:
            found.append(await question_of(session, "web", WEB, PERSON, NOON))
    assert isinstance(found[0], SendMessage)
    assert found[0] == found[1]


async def test_a_notice_of_somebody_no_longer_in_service_is_not_shown(database: Database) -> None:
    (noticing,) = [state for state in all_states() if state.state == "Noticing:asking"]
    await leave(database, noticing, staff=False)
    async with database.reading() as session:
        assert await question_of(session, "web", WEB, PERSON, NOON) is None


async def test_nobody_has_no_question(database: Database) -> None:
    async with database.reading() as session:
        assert await question_of(session, "web", WEB, PERSON, NOON) is None
