"""Reading aloud through a plug-in; none comes with the product.

A plug-in is a package with an entry point in the group `fanzha.speech` that names a class without
arguments; see `Speech`. No engine for Chinese that works offline could be had as a plain package.
"""

from functools import cache
from importlib.metadata import entry_points
from typing import Protocol

GROUP = "fanzha.speech"
NOT_INSTALLED = (
    "这台服务器没有装朗读插件，现在不能读出来。可以用手机自带的“朗读屏幕”，或请家人读给您听。"
)
NUMBERS = {"96110": "九六幺幺零", "110": "幺幺零"}


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
    """How the numbers of a text are read aloud; empty where it names none."""
    rest, read = text, []
    for number, words in NUMBERS.items():
        if number in rest:
            read.append(f"{number} 读作 {words}")
            rest = rest.replace(number, " ")
    return "；".join(read)
