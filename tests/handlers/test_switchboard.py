"""Which handlers are asked for an update: none is left out that could answer."""

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from aiogram import F, Router
from aiogram.dispatcher.event.handler import HandlerObject
from aiogram.filters import Command, StateFilter
from aiogram.filters.callback_data import CallbackQueryFilter
from aiogram.fsm.state import State
from aiogram.types import CallbackQuery, Chat, Message, User

from bot.handlers.dispatcher import make_dispatcher
from bot.handlers.filters import When
from bot.handlers.middlewares import AnswerParts
from bot.handlers.states import Reporting
from bot.handlers.switchboard import Switchboard
from bot.settings import Settings
from bot.storage.database import Database

PERSON = User(id=1, is_bot=False, first_name="居民")


def message(text: str) -> Message:
    chat = Chat(id=1, type="private")
    return Message(message_id=1, date=datetime.now(UTC), chat=chat, text=text, from_user=PERSON)


def press(data: str) -> CallbackQuery:
    return CallbackQuery(id="1", from_user=PERSON, chat_instance="1", data=data)


def asked(
    switchboard: Switchboard, event: Message | CallbackQuery, state: object
) -> list[HandlerObject]:
    kind = "message" if isinstance(event, Message) else "callback_query"
    return [handler for _, some in switchboard._asked(kind, event, state) for handler in some]


def named(switchboard: Switchboard, event: Message | CallbackQuery, state: object) -> list[str]:
    kind = "message" if isinstance(event, Message) else "callback_query"
    return [str(observer.router.name) for observer, _ in switchboard._asked(kind, event, state)]


async def test_no_router_is_left_out_that_hears_the_button_or_the_dialogue(
    sqlite_database: Database,
) -> None:
    parts = AnswerParts(sqlite_database, lambda: None, lambda: None, 9)  # type: ignore[arg-type, return-value]
    (board,) = make_dispatcher(parts, Settings(_env_file=None)).sub_routers
    assert isinstance(board, Switchboard)
    buttons, dialogues = 0, 0
    for router in board.sub_routers:
        for handler in router.callback_query.handlers:
            for rule in handler.filters or ():
                if isinstance(rule.callback, CallbackQueryFilter):
                    data = f"{rule.callback.callback_data.__prefix__}:x"
                    assert handler in asked(board, press(data), None)
                    buttons += 1
        for handler in router.message.handlers:
            for rule in handler.filters or ():
                if isinstance(rule.callback, StateFilter):
                    for state in rule.callback.states:
                        standing = state.state if isinstance(state, State) else state
                        assert handler in asked(board, message("x"), standing)
                        dialogues += 1
                if isinstance(rule.callback, Command):
                    for name in rule.callback.commands:
                        assert handler in asked(board, message(f"/{name}@some_bot now"), "any")
                        assert handler not in asked(board, message("/x"), "any")
    assert buttons > 50
    assert dialogues > 10
    few = named(board, message("和平路"), Reporting.asking.state)
    assert {"given", "report", "check"} <= set(few)
    assert len(asked(board, message("/report"), None)) < 30
    assert not {"duty", "partner", "urgent", "mine"} & set(few)


async def test_the_first_that_answers_ends_it_and_conditions_of_other_kinds_are_asked() -> None:
    first, second, third = (Router(name=name) for name in ("first", "second", "third"))

    async def say_second(_: Message) -> str:
        return "second"

    async def say_third(_: Message) -> str:
        return "third"

    first.message.register(say_third, Command("x"))
    second.message.register(say_second, When(F.text == "好"))
    third.message.register(say_third)
    board = Switchboard(first, second, third)
    assert named(board, message("好"), None) == ["second", "third"]
    for words, answer in (("好", "second"), ("不", "third")):
        found = await board.propagate_event("message", message(words), raw_state=None)
        assert found == answer


async def test_commands_of_patterns_are_always_asked_and_unknown_names_are_not_kept() -> None:
    router = Router(name="patterns")

    async def say(_: Message) -> str:
        return "heard"

    router.message.register(say, Command(re.compile(r"lead_\d+")))
    router.message.register(say, Command("Loud", ignore_case=True))
    board = Switchboard(router)
    for number in range(50):
        assert len(asked(board, message(f"/lead_{number}"), None)) == 2
        assert not named(board, press(f"unknown{number}:x"), None)
    assert len(board._found) == 2


async def test_a_router_with_middlewares_or_routers_of_its_own_is_refused() -> None:
    inner, outer, above = Router(), Router(), Router()

    async def pass_on(handler: Any, event: Any, data: Any) -> Any:
        return await handler(event, data)

    inner.message.middleware(pass_on)
    outer.callback_query.outer_middleware(pass_on)
    above.include_router(Router())
    for router in (inner, outer, above):
        with pytest.raises(ValueError, match="of its own"):
            Switchboard(router)
