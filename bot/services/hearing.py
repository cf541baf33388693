"""Putting voice notes into words through a plug-in; none comes with the product.

A plug-in is a package with an entry point in the group `fanzha.hearing` that names a class; it is
made with the path of FANZHA_HEARING_MODEL, a model on this machine, and must open no connection.
No engine for Chinese that works offline could be had as a plain package.
"""

import asyncio
from collections.abc import Callable
from importlib.metadata import entry_points
from pathlib import Path
from typing import Protocol

import structlog

from bot.errors import ExpectedError, InvalidInputError
from bot.logs import where

GROUP = "fanzha.hearing"
MOST_BYTES = 20 * 1024 * 1024
MOST_SECONDS = 300
MOST_WAITING = 10
SLOWEST = 120.0
"""Seconds after which nobody waits for the words of a voice note any more."""

HEARS = "语音转文字，本机识别，不保存"
HOW_TO_HEAR = "没有装语音识别插件，听不了语音；装法见 docs/vision.md"
CANNOT_HEAR = (
    "这里还听不了语音。请长按那条语音选“转文字”，把文字发给我；转不了就打几个字说说对方要什么。\n"
    "对方让您转账、共享屏幕、给验证码的，先停下；拿不准打 96110。"
)
TOO_LONG = "这段语音太长，只听 5 分钟以内、20 MB 以内的。请把要紧的话打出来。"
TOO_MANY = "现在排队听语音的人多，请过几分钟再发，或把话打出来。急事请打 96110。"
NOT_HEARD = "这段语音没能听清。请再发一次，或把话打出来；对方让您转账的，先停下，可以打 96110 问。"
NO_WORDS = "这段语音里没有听到话。请再发一次，或把话打出来；拿不准就打 96110。"

log = structlog.get_logger(__name__)


class Hearing(Protocol):
    """What a plug-in does."""

    def words(self, content: bytes) -> str:
        """What is said in a voice note (OGG with Opus, or another recording); may take seconds."""


def installed_hearing(model: Path | None) -> Hearing | None:
    """The first plug-in that is installed, with its model; None without either.

    One that does not start is logged and left out: voice notes are then declined in words.
    """
    if model is None or not model.exists():
        return None
    for found in entry_points(group=GROUP):
        make: Callable[[Path], Hearing] = found.load()
        try:
            return make(model)
        except Exception as error:  # somebody else's code: the product starts without it
            log.error("hearing plug-in does not start", **where(error))
    return None


class Listener:
    """Gives one voice note at a time to the plug-in, in a thread of its own."""

    def __init__(self, hearing: Hearing, *, slowest: float = SLOWEST) -> None:
        self.hearing = hearing
        self.slowest = slowest
        self.waiting = 0
        self._turn = asyncio.Lock()

    async def words_of(self, content: bytes) -> str:
        """What is said. Raises ExpectedError with what to tell where that cannot be had."""
        if self.waiting >= MOST_WAITING:
            raise ExpectedError(TOO_MANY)
        self.waiting += 1
        try:
            async with self._turn, asyncio.timeout(self.slowest):
                said = await asyncio.to_thread(self.hearing.words, content)
        except TimeoutError:
            raise ExpectedError(NOT_HEARD) from None
        except Exception as error:  # somebody else's code
            log.error("hearing failed", **where(error))
            raise ExpectedError(NOT_HEARD) from None
        finally:
            self.waiting -= 1
        if not (words := said.strip()):
            raise InvalidInputError(NO_WORDS)
        return words
