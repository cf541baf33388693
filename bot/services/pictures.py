"""Checking pictures: read them, put their words in order, judge them as one case, mark what tells.

Nothing of a picture is kept: it is in memory while it is read, and its words while they are judged.
"""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from bot.errors import ExpectedError, InvalidInputError
from bot.matching.library import Library
from bot.matching.lookup.codes import Code, asks_for_care, code_of, is_to_be_judged
from bot.matching.result import Level, Span, Verdict
from bot.services.checks import judge_text
from bot.vision.layout import Box, Seen, put_together, tile_tops
from bot.vision.reader import PictureReader
from bot.vision.talk import Transcript, transcribe

MOST_BYTES = 20 * 1024 * 1024
MOST_IN_CASE = 10
"""Pictures of one case: as many as an album of Telegram holds."""
PARTIAL_FROM = 3
"""A case of this many tiles gets a first answer after the first tile."""
NO_TEXT = "图里没有读到文字或二维码。请发清楚一点的截图，或把图里的话打出来；拿不准就打 96110。"
TOO_LARGE = "这张图超过 20 MB，请只截可疑的那一段再发。"
HALF_READ = "这张长图只看完前面一段。请把后面的另截几张再发。"
UNSEEN_QUESTION = "没看成的那部分里写了什么？有没有让您转账、点链接或给验证码？"
_ORDER = list(Level)
CODE_QUESTION = "这个码是谁发来的？让您付款、登录，还是进群？"


@dataclass(frozen=True, slots=True)
class Judged:
    """What pictures say and the verdict on it. `partial`: more of them is still being read."""

    text: str
    verdict: Verdict
    transcripts: tuple[Transcript, ...]
    codes: tuple[Code, ...]
    partial: bool = False
    troubles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Marked:
    """A picture with the telling phrases framed, as JPEG."""

    content: bytes


class Sent(Protocol):
    """Pictures that are one case; more of them may come while the first are read."""

    @property
    def size(self) -> int:
        """How many there are, as far as is known."""

    @property
    def caption(self) -> str:
        """The words that came with them."""

    @property
    def troubles(self) -> list[str]:
        """Why some of them did not arrive."""

    def pictures(self) -> AsyncIterator[bytes]:
        """Each one, once it is there."""


@dataclass
class Given:
    """Pictures that are all there."""

    contents: Sequence[bytes]
    caption: str = ""
    troubles: list[str] = field(default_factory=list)

    @property
    def size(self) -> int:
        """How many there are."""
        return len(self.contents)

    async def pictures(self) -> AsyncIterator[bytes]:
        """Each one."""
        for content in self.contents:
            yield content


async def check_pictures(
    reader: PictureReader, sent: Sent, library: Library
) -> AsyncIterator[Judged | Marked]:
    """The verdict on pictures that are one case: where it takes long a partial one first, then the
    whole, then the first picture that says something telling, marked.

    Raises ExpectedError with what to tell where nothing could be read.
    """
    seen: list[Seen] = []
    read: list[bytes] = []
    troubles: list[str] = []
    async for content in sent.pictures():
        try:
            async for part in _read(reader, content):
                if part.whole:
                    seen.append(part.seen)
                    read.append(content)
                    troubles += part.troubles
                elif not seen and max(part.tiles, sent.size) >= PARTIAL_FROM:
                    judged = await judge_seen([part.seen], sent.caption, library)
                    if judged is not None:
                        yield replace(judged, partial=True)
        except ExpectedError as refused:
            troubles.append(refused.words)
    troubles += sent.troubles
    judged = await judge_seen(seen, sent.caption, library)
    if judged is None:
        raise InvalidInputError(troubles[0] if troubles else NO_TEXT)
    told = await _with_words(judged, sent.caption, library)
    yield replace(
        told,
        verdict=_as_far_as_seen(told.verdict) if troubles else told.verdict,
        troubles=tuple(dict.fromkeys(troubles)),
    )
    marked = await _marked(reader, seen, read, judged)
    if marked is not None:
        yield marked


def _as_far_as_seen(verdict: Verdict) -> Verdict:
    """What was not read may be what matters: then nothing is called unremarkable."""
    if verdict.level is not Level.NONE:
        return verdict
    return replace(verdict, level=Level.UNCLEAR, question=UNSEEN_QUESTION)


async def _with_words(judged: Judged, words: str, library: Library) -> Judged:
    """What is written beside pictures counts also by itself: they do not make it less grave."""
    alone = await judge_text(words, library) if words else judged.verdict
    if _ORDER.index(alone.level) < _ORDER.index(judged.verdict.level):
        return replace(judged, verdict=alone)
    return judged


@dataclass(frozen=True, slots=True)
class _Part:
    """What was read so far of a picture of so many tiles."""

    seen: Seen
    tiles: int
    whole: bool
    troubles: tuple[str, ...] = ()


async def _read(reader: PictureReader, content: bytes) -> AsyncIterator[_Part]:
    """The first tile of a picture, then the whole, or as much of it as could be read."""
    troubles: tuple[str, ...] = ()
    if len(content) > MOST_BYTES:
        raise InvalidInputError(TOO_LARGE)
    async with reader.turn() as turn:
        size = await turn.open(content)
        tiles = tile_tops(size.width, size.height)
        read = [(*tiles[0], await turn.read(0))]
        first = read[0][2]
        yield _Part(first, len(tiles), whole=False)
        try:
            for place, tile in enumerate(tiles[1:], 1):
                read.append((*tile, await turn.read(place)))
        except ExpectedError:
            troubles = (HALF_READ,)
    whole = put_together(read, first.width, first.height) if len(tiles) > 1 else first
    yield _Part(whole, len(tiles), whole=True, troubles=troubles)


async def judge_seen(seen: Sequence[Seen], caption: str, library: Library) -> Judged | None:
    """The verdict on what was seen; None where that is neither text nor code."""
    transcripts = tuple(transcribe(one) for one in seen)
    codes = tuple(code_of(content) for content in dict.fromkeys(_codes(seen)))
    text = words_to_judge(transcripts, codes, caption)
    if not text and not codes:
        return None
    verdict = await judge_text(text, library)
    if verdict.level is Level.NONE and any(map(asks_for_care, codes)):
        verdict = replace(verdict, level=Level.UNCLEAR, question=CODE_QUESTION)
    return Judged(text, verdict, transcripts, codes)


def words_to_judge(
    transcripts: Sequence[Transcript], codes: Sequence[Code], caption: str = ""
) -> str:
    """The words of all pictures below each other, then the caption and what codes say."""
    said = [one.text for one in transcripts]
    said += [caption, *(code.content for code in codes if is_to_be_judged(code))]
    return "\n".join(part for part in said if part)


def boxes_of(transcripts: Sequence[Transcript], spans: Sequence[Span]) -> list[list[Box]]:
    """For each picture the boxes around the spans of `words_to_judge` that stand on it."""
    begun, boxes = 0, []
    for one in transcripts:
        found = [one.boxes(span.start - begun, span.end - begun) for span in spans]
        boxes.append([box for part in found for box in part])
        if one.text:
            begun += len(one.text) + 1
    return boxes


def _codes(seen: Sequence[Seen]) -> list[str]:
    return [code for one in seen for code in one.codes]


async def _marked(
    reader: PictureReader, seen: Sequence[Seen], contents: Sequence[bytes], judged: Judged
) -> Marked | None:
    """The first picture with something to mark; None where there is none, or it went wrong: the
    verdict has been given by then."""
    if judged.verdict.level not in (Level.HIGH, Level.SUSPICIOUS):
        return None
    boxes = boxes_of(judged.transcripts, judged.verdict.spans)
    first = next((place for place, found in enumerate(boxes) if found), None)
    if first is None:
        return None
    try:
        async with reader.turn() as turn:
            return Marked(await turn.mark(contents[first], boxes[first], seen[first].turns))
    except ExpectedError:
        return None
