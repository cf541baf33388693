"""Pictures that say what we know: of our own cases and genuine messages, of every kind.

For `bench.vision`; `screens.py` draws them, `photographed.py` does to them what phones do.
"""

import io
import itertools
import random
import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from PIL import Image
from rapidfuzz.distance import LCSseq

from bench.photographed import photographed, squeezed, turned
from bench.screens import Said, chat, font, page
from bot.services.library import PATTERNS_ROOT
from bot.services.patterns import read_patterns
from bot.vision.talk import Side, Transcript

LONGEST = 220
OWN_WORDS = ("真的吗", "我没办过这个", "好的", "怎么弄？", "你是哪位", "我问问家里人")
SEED = 9
_READ_OFF = re.compile(r"^(?:<.*|(?:今天|昨天|前天|上午|下午|星期.)? ?\d{1,2}:\d\d)$", re.M)
"""A line of texts that were read off a screen themselves: its title or a time, which are the
phone's own and no words of anybody."""
PHOTOS = frozenset(("photographed", "photographed sideways", "photographed on its head"))
"""Kinds of which less is asked."""

Screen = tuple[Image.Image, tuple[Said, ...]]


@dataclass(frozen=True, slots=True)
class Drawn:
    """A picture with what it says."""

    kind: str
    image: Image.Image
    said: tuple[Said, ...]

    @property
    def text(self) -> str:
        """All that is said, a line each."""
        return "\n".join(one.text for one in self.said)

    @property
    def is_chat(self) -> bool:
        """Whether somebody speaks on it."""
        return any(one.mine for one in self.said)

    def file(self) -> bytes:
        """As it is sent: a photo as JPEG, a screenshot as PNG."""
        return encoded(self.image, "JPEG" if self.kind in PHOTOS else "PNG")


def encoded(image: Image.Image, kind: str = "PNG", **more: object) -> bytes:
    """A picture as a file of that kind."""
    out = io.BytesIO()
    image.save(out, kind, **more)
    return out.getvalue()


@cache
def texts_of_our_own() -> list[str]:
    """Cases and genuine messages of the library that need no blank filled and that the font has."""
    patterns = read_patterns(PATTERNS_ROOT)
    cases = [one.text for found in patterns.cases.values() for one in found.match]
    genuine = [
        one.text for found in patterns.genuine for some in found.messages.values() for one in some
    ]
    chosen = random.Random(SEED)
    chosen.shuffle(cases)
    chosen.shuffle(genuine)
    mixed = (text for pair in zip(cases, genuine, strict=False) for text in pair)
    return [
        text
        for text in mixed
        if "{" not in text
        and len(text) <= LONGEST
        and not _READ_OFF.search(text)
        and all(map(_is_drawable, text))
    ]


@cache
def _is_drawable(sign: str) -> bool:
    """Whether the font has a sign: what it lacks it draws like what no font has."""
    if sign in "\n ":
        return True
    known = sign < "\U00010000" and unicodedata.category(sign)[0] in "LNPS"
    return known and bytes(font(46).getmask(sign)) != bytes(font(46).getmask("\ue000"))


def as_talk(text: str, number: int) -> tuple[Said, ...]:
    """A text as a chat: cut at a sentence, with a word of one's own between."""
    at = next((text.index(sign) + 1 for sign in "。！？；，" if sign in text[:-8]), 0)
    if at < 6:
        return (Said(text), Said(OWN_WORDS[number % len(OWN_WORDS)], mine=True))
    own = Said(OWN_WORDS[number % len(OWN_WORDS)], mine=True)
    return (Said(text[:at]), own, Said(text[at:]))


def draw(texts: Sequence[str], each: int) -> Iterator[Drawn]:
    """`each` pictures of every kind."""
    given = itertools.cycle(texts)
    for kind, made in KINDS.items():
        for number in range(each):
            yield Drawn(kind, *made(next(given), number))


def _chat(text: str, number: int, app: str, **more: object) -> Screen:
    talk = as_talk(text, number)
    return chat(talk, app, **more), talk


def _message(text: str, *, dark: bool) -> Screen:
    said = (Said(text),)
    return chat(said, "sms", dark=dark, title="10690000", time="今天 14:02"), said


def _page(text: str, *, dark: bool) -> Screen:
    return page("通知", text, dark=dark), (Said("通知"), Said(text))


def _through(way: Callable[[Image.Image], Image.Image], drawn: Screen) -> Screen:
    return way(drawn[0]), drawn[1]


def _photo(text: str, number: int, held: Image.Transpose | None = None) -> Screen:
    taken = _through(
        lambda screen: photographed(screen, number),
        _chat(text, number, "wechat", dark=number % 3 == 0),
    )
    return taken if held is None else _through(lambda image: image.transpose(held), taken)


_HELD = (Image.Transpose.ROTATE_90, Image.Transpose.ROTATE_270)
KINDS: dict[str, Callable[[str, int], Screen]] = {
    "wechat": lambda text, n: _chat(text, n, "wechat"),
    "wechat dark": lambda text, n: _chat(text, n, "wechat", dark=True),
    "qq with names": lambda text, n: _chat(text, n, "qq", name="客服小李"),
    "qq dark": lambda text, n: _chat(text, n, "qq", dark=True),
    "short message": lambda text, n: _message(text, dark=False),
    "short message dark": lambda text, n: _message(text, dark=True),
    "page": lambda text, n: _page(text, dark=False),
    "page dark": lambda text, n: _page(text, dark=True),
    "turned by 3°": lambda text, n: _through(turned, _chat(text, n, "wechat")),
    "JPEG 40": lambda text, n: _through(squeezed, _chat(text, n, "wechat")),
    "photographed": _photo,
    "photographed sideways": lambda text, n: _photo(text, n, _HELD[n % 2]),
    "photographed on its head": lambda text, n: _photo(text, n, Image.Transpose.ROTATE_180),
}


def recall(said: str, read: str) -> float:
    """The share of signs, blanks aside, that were read in their order."""
    wanted, found = "".join(said.split()), "".join(read.split())
    return LCSseq.similarity(wanted, found) / len(wanted)


def in_order(said: Sequence[Said], read: Transcript) -> bool:
    """Whether the bubbles are those that were drawn, one by one, each with its speaker.

    On a page nobody speaks: there the words as a whole must be in order.
    """
    if not any(one.mine for one in said):
        whole = "".join(one.text for one in said)
        return recall(whole, read.text) > 0.9 and all(
            bubble.side is Side.NONE for bubble in read.bubbles
        )
    if len(said) != len(read.bubbles):
        return False
    return all(
        recall(one.text, bubble.text) > 0.7 and (bubble.side is Side.MINE) == one.mine
        for one, bubble in zip(said, read.bubbles, strict=True)
    )
