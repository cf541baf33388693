"""Conditions on what arrives, asked in the event loop: aiogram asks a bare F in a thread.

Seven threads an answer cost more than the answer (`make bench-reports`).
"""

import re

from aiogram import F
from aiogram.filters import Filter
from aiogram.types import TelegramObject
from magic_filter import MagicFilter

COMMAND = re.compile(r"/[A-Za-z_]+")


class When(Filter):
    """Holds where every rule gives something true."""

    def __init__(self, *rules: MagicFilter) -> None:
        self.rules = rules

    async def __call__(self, event: TelegramObject) -> bool:
        return all(rule.resolve(event) for rule in self.rules)


PRIVATE = When(F.chat.type == "private")
ANSWER = When(F.text, ~F.text.regexp(COMMAND), F.text != "取消")
"""Words that answer an open question: neither a command nor 取消."""
WORDS = When(F.text | F.caption)
