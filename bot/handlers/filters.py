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


SPOKEN = {
    "举报": "report", "我要举报": "report",
    "进度": "my", "查进度": "my", "我的举报": "my",
    "答题": "quiz", "做题": "quiz", "答五道题": "quiz",
    "演练": "drill", "模拟演练": "drill",
    "学习": "learn", "了解骗局": "learn", "学反诈": "learn",
    "提问": "ask", "问问题": "ask",
    "案例": "case", "本地案例": "case",
    "今天一条": "tip", "提醒": "tip",
    "简明模式": "elder", "老人模式": "elder", "大字": "elder",
    "亲友圈": "family",
    "帮助": "help", "菜单": "help",
}  # fmt: skip
"""What people write who do not know commands; a word alone is none to judge."""


def is_command(text: str) -> bool:
    """Whether a text asks for something of ours and is not to be judged."""
    return bool(COMMAND.match(text)) or text.strip() in SPOKEN


PRIVATE = When(F.chat.type == "private")
ANSWER = When(F.text, ~F.text.regexp(COMMAND), F.text != "取消")
"""Words that answer an open question: neither a command nor 取消."""
WORDS = When(F.text | F.caption)
