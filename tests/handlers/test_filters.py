"""What arrives is filtered in the event loop; aiogram runs whatever is synchronous in a thread."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from aiogram import F, Router
from aiogram.dispatcher.event.handler import CallableObject
from aiogram.types import Chat, Message

from bot.handlers.dispatcher import make_dispatcher
from bot.handlers.filters import ANSWER, PRIVATE, When
from bot.handlers.middlewares import AnswerParts
from bot.settings import Settings
from bot.storage.database import Database


def message(text: str | None, kind: str = "private") -> Message:
    chat = Chat(id=1, type=kind)
    return Message(message_id=1, date=datetime.now(UTC), chat=chat, text=text)


def callables(router: Router) -> Iterator[tuple[str, CallableObject]]:
    for name, observer in router.observers.items():
        for found in observer._handler.filters or ():
            yield f"{router.name} {name}", found
        for handler in observer.handlers:
            where = f"{router.name} {name} {getattr(handler.callback, '__name__', '')}"
            yield where, handler
            for found in handler.filters or ():
                yield where, found
    for inner in router.sub_routers:
        yield from callables(inner)


def test_no_handler_and_no_filter_runs_in_a_thread(sqlite_database: Database) -> None:
    parts = AnswerParts(sqlite_database, lambda: None, lambda: None, 9)  # type: ignore[arg-type, return-value]
    found = list(callables(make_dispatcher(parts, Settings(_env_file=None))))
    assert len(found) > 100
    assert [where for where, one in found if not one.awaitable] == []  # write When(F…), not F…


@pytest.mark.parametrize(
    ("text", "answers"),
    [("和平路三号", True), ("/my", False), ("取消", False), (None, False), ("", False)],
)
async def test_an_answer_is_neither_a_command_nor_the_word_for_stopping(
    text: str | None, answers: bool
) -> None:
    assert await ANSWER(message(text)) is answers


async def test_every_rule_must_hold() -> None:
    rule = When(F.text, F.chat.type == "private")
    asked: list[Any] = [await rule(message("a")), await rule(message("a", "group"))]
    assert asked == [True, False]
    assert await PRIVATE(message(None))
