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


class Called(Filter):
    """Holds where somebody writes the plain word for a command, and nothing else."""

    def __init__(self, name: str) -> None:
        self.name = name

    async def __call__(self, message: Message) -> dict[str, CommandObject] | bool:
        if SPOKEN.get((message.text or "").strip()) != self.name:
            return False
        return {"command": CommandObject(command=self.name)}


def make_router() -> Router:
    """Which update goes to which handler; asked after every dialogue, which may await the word."""
    router = Router(name="plain_words")
    router.message.filter(PRIVATE)
    for name, handler in MEANT.items():
        router.message.register(handler, Called(name))
    return router
