"""Reading aloud through a plug-in; none comes with the product.

A plug-in is a package with an entry point in the group `fanzha.speech` that names a class without
arguments; see `Speech`. No engine for Chinese that works offline could be had as a plain package.
"""

import re
from functools import cache
from importlib.metadata import entry_points
from typing import Protocol

from bot.services.knowledge import all_numbers

_NUMBER = re.compile(r"(?<!\d)\d+(?!\d)")
GROUP = "fanzha.speech"
NOT_INSTALLED = (
    "这台服务器没有装朗读插件，现在不能读出来。可以用手机自带的“朗读屏幕”，或请家人读给您听。"
)
NOT_HERE = "网页上还不能播放语音。可以用手机自带的“朗读屏幕”，或点右上角的“大字”。"
DIGITS = str.maketrans("0123456789", "零幺二三四五六七八九")
UNREAD = str.maketrans(dict.fromkeys("🔴🟠🟡⚪☎✔✘·【】"))
"""Signs for the eye only."""


class Speech(Protocol):
    """What a plug-in does."""

    def voice(self, text: str) -> bytes:
        """The text as OGG with Opus, as messengers play it; may take seconds."""


@cache
def installed_speech() -> Speech | None:
    """The first plug-in that is installed, if any."""
    for found in entry_points(group=GROUP):
        made: Speech = found.load()()
        return made
    return None


def spelled(text: str) -> str:
    """How the numbers to dial in a text are read aloud; empty where it names none."""
    found = dict.fromkeys(_NUMBER.findall(text))
    told = sorted(found.keys() & all_numbers(), key=lambda one: (-len(one), text.index(one)))
    return "；".join(f"{number} 读作 {number.translate(DIGITS)}" for number in told)


def for_reading(text: str) -> str:
    """A text as it is to be read aloud: numbers to dial digit by digit, no signs for the eye."""

    def read(found: re.Match[str]) -> str:
        return found[0].translate(DIGITS) if found[0] in all_numbers() else found[0]

    return _NUMBER.sub(read, text.translate(UNREAD))
