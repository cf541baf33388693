"""A plain word alone, such as 答题, does what the command of that name does."""

from collections.abc import Callable, Mapping
from typing import Any

from aiogram import Router
from aiogram.filters import CommandObject, Filter
from aiogram.types import Message

from bot.handlers import ask, case, drill, elder, family, learn, mine, quiz, report, start, tip
from bot.handlers.filters import PRIVATE, SPOKEN

MEANT: Mapping[str, Callable[..., Any]] = {
    "report": report.start_report,
    "my": mine.show_mine,
    "quiz": quiz.begin,
    "drill": drill.list_drills,
    "learn": learn.choose_how,
    "ask": ask.begin,
    "case": case.tell,
    "tip": tip.tell,
    "elder": elder.choose,
    "family": family.show,
    "help": start.greet,
}


class Spoken(Filter):
    """Holds where somebody writes the plain word for a command, and nothing else."""

    async def __call__(self, message: Message) -> dict[str, CommandObject] | bool:
        name = SPOKEN.get((message.text or "").strip())
        return {"command": CommandObject(command=name)} if name else False


class Called(Filter):
    """Holds for the plain word for one command."""

    def __init__(self, name: str) -> None:
        self.name = name

    async def __call__(self, _: Message, command: CommandObject) -> bool:
        return command.command == self.name


def make_router() -> Router:
    """Which update goes to which handler; asked after every dialogue, which may await the word."""
    router = Router(name="plain_words")
    router.message.filter(Spoken(), PRIVATE)
    for name, handler in MEANT.items():
        router.message.register(handler, Called(name))
    return router
