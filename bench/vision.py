"""Is a picture read right, in time, and come what may: `python -m bench.vision [SET…] [--small]`.

`reading` draws chats, short messages and pages from the cases of our own library, as they are and
dark, turned, squeezed and photographed, reads them in this process and compares words, order of
bubbles and verdict with what was drawn. `latency` asks the whole bot about texts while ten pictures
wait (`vision_latency.py`). `hostile` gives the worker mutated pictures and files. `bombs` asks what
one costs that would be large. `killing` ends it at work.
"""

import argparse
import asyncio
import io
import itertools
import os
import random
import signal
import sys
import time
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from statistics import median

import numpy as np
from PIL import Image
from rapidfuzz.distance import LCSseq
from rich.console import Console

from bench.goals import Goal
from bench.goals import report as report_goals
from bench.photographed import photographed, squeezed, turned
from bench.screens import Said, chat, font, page
from bench.vision_latency import Sizes, latency
from bot.errors import ExpectedError
from bot.matching.library import Library
from bot.matching.verdict import judge
from bot.services.library import PATTERNS_ROOT, load_library
from bot.services.patterns import read_patterns
from bot.services.pictures import Given, Judged, check_pictures
from bot.vision.layout import Seen
from bot.vision.reader import PictureReader
from bot.vision.talk import Side, Transcript, transcribe

CACHE = Path("build/library")
LONGEST = 220
OWN_WORDS = ("真的吗", "我没办过这个", "好的", "怎么弄？", "你是哪位", "我问问家里人")
SEED = 9
CLEAN, PHOTOGRAPHED = 0.98, 0.93
"""The least mean recall of a kind that is not photographed, and of what is."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """A picture with what it says."""

    kind: str
    image: Image.Image
    said: tuple[Said, ...]

    @property
    def text(self) -> str:
        return "\n".join(one.text for one in self.said)


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
        if "{" not in text and len(text) <= LONGEST and all(map(_is_drawable, text))
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
    kinds: dict[str, Callable[[str, int], tuple[Image.Image, tuple[Said, ...]]]] = {
        "wechat": lambda text, n: _chat(text, n, "wechat"),
        "wechat dark": lambda text, n: _chat(text, n, "wechat", dark=True),
        "qq with names": lambda text, n: _chat(text, n, "qq", name="客服小李"),
        "short message": lambda text, n: _message(text),
        "page": lambda text, n: (page("通知", text), (Said("通知"), Said(text))),
        "turned": lambda text, n: _through(turned, _chat(text, n, "wechat")),
        "squeezed": lambda text, n: _through(squeezed, _chat(text, n, "wechat")),
        "photographed": lambda text, n: _through(
            lambda screen: photographed(screen, n), _chat(text, n, "wechat", dark=n % 3 == 0)
        ),
    }
    for kind, made in kinds.items():
        for number in range(each):
            yield Drawn(kind, *made(next(given), number))


def _chat(text: str, number: int, app: str, **more: object) -> tuple[Image.Image, tuple[Said, ...]]:
    talk = as_talk(text, number)
    return chat(talk, app, **more), talk


def _message(text: str) -> tuple[Image.Image, tuple[Said, ...]]:
    said = (Said(text),)
    return chat(said, "sms", title="10690000", time="今天 14:02"), said


def _through(
    way: Callable[[Image.Image], Image.Image], drawn: tuple[Image.Image, tuple[Said, ...]]
) -> tuple[Image.Image, tuple[Said, ...]]:
    return way(drawn[0]), drawn[1]


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


def reading(library: Library, each: int, screen: Console) -> list[Goal]:
    """Draw, read, compare."""
    from bot.vision.eyes import Eyes

    eyes = Eyes()
    recalls: dict[str, list[float]] = defaultdict(list)
    ordered: list[bool] = []
    same: list[bool] = []
    seconds: list[float] = []
    for drawn in draw(texts_of_our_own(), each):
        pixels = np.ascontiguousarray(np.asarray(drawn.image)[:, :, ::-1])
        begun = time.process_time()
        lines = eyes.lines(pixels)
        seconds.append(time.process_time() - begun)
        read = transcribe(Seen(drawn.image.width, drawn.image.height, lines))
        recalls[drawn.kind].append(recall(drawn.text, read.text))
        wanted, found = judge(drawn.text, library).level, judge(read.text, library).level
        right = in_order(drawn.said, read)
        if any(one.mine for one in drawn.said):
            ordered.append(right)
        same.append(wanted == found)
        if not right or not same[-1] or recalls[drawn.kind][-1] < PHOTOGRAPHED:
            screen.print(f"{drawn.kind}: {wanted} → {found}\n  {drawn.said}\n  {read.bubbles}")
    return [
        *goals_of_recall(recalls, screen),
        Goal("chats with every bubble in order", 0.95, float(np.mean(ordered)), True),
        Goal("same verdict as the text", 0.97, float(np.mean(same)), least=True),
        Goal("p50 on one core, processor seconds", 2.5, median(seconds)),
    ]


def goals_of_recall(recalls: Mapping[str, Sequence[float]], screen: Console) -> list[Goal]:
    """One goal a kind, so that none hides behind the others."""
    for kind, found in recalls.items():
        screen.print(f"{kind}: recall {np.mean(found):.4f}, least {min(found):.4f}")
    return [
        Goal(
            f"character recall, {kind}",
            PHOTOGRAPHED if kind == "photographed" else CLEAN,
            float(np.mean(found)),
            least=True,
        )
        for kind, found in recalls.items()
    ]


async def _read_all(reader: PictureReader, shots: Sequence[bytes], library: Library) -> None:
    await asyncio.gather(*(_read(reader, shot, library) for shot in shots))


async def _read(reader: PictureReader, shot: bytes, library: Library) -> str:
    async for part in check_pictures(reader, Given([shot]), library):
        if isinstance(part, Judged) and not part.partial:
            return part.verdict.level
    return ""


def _encoded(image: Image.Image, kind: str = "PNG", **more: object) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **more)
    return out.getvalue()


async def hostile(library: Library, count: int, screen: Console) -> list[Goal]:
    """Mutated pictures and files: the worker may die, not the bot, and the next picture works."""
    import psutil

    reader = PictureReader()
    chance = random.Random(SEED)
    seeds = _seeds()
    outcomes: dict[str, int] = defaultdict(int)
    largest, slowest = 0.0, 0.0
    workers: set[int] = set()
    for number in range(count):
        content = mutated(chance, seeds)
        begun = time.perf_counter()
        try:
            async with reader.turn() as turn:
                await turn.open(content)
                if number % 50 == 0:
                    await turn.read(0)
            outcomes["read"] += 1
        except ExpectedError as refused:
            outcomes[refused.words[:12]] += 1
        slowest = max(slowest, time.perf_counter() - begun)
        if reader.pid is not None:
            workers.add(reader.pid)
            if number % 20 == 0:
                memory = psutil.Process(reader.pid).memory_info().rss / 1024**2
                largest = max(largest, memory)
    good = await _read(reader, _encoded(chat(as_talk(texts_of_our_own()[0], 0))), library)
    await reader.close()
    screen.print(f"{dict(outcomes)}, workers {len(workers)}, slowest {slowest:.1f} s")
    return [
        Goal("mutated pictures and files", count, sum(outcomes.values()), least=True),
        Goal("the next picture is read", 1, float(bool(good)), least=True),
        Goal("memory of the worker, MB", 1000, largest),
    ]


def _seeds() -> list[bytes]:
    import pillow_heif

    pillow_heif.register_heif_opener()
    shot = chat((Said("您好，请转账到安全账户"),), height=900).resize((270, 225))
    kinds = ("PNG", "JPEG", "WEBP", "GIF", "HEIF", "BMP")
    return [_encoded(shot, kind) for kind in kinds] + [b"%PDF-1.4 nothing", b"PK\x03\x04zip"]


def mutated(chance: random.Random, seeds: Sequence[bytes]) -> bytes:
    """A picture with bytes flipped, cut out, doubled, or of another picture; or noise."""
    content = bytearray(chance.choice(seeds))
    for _ in range(chance.choice((1, 2, 8, 40))):
        at = (
            chance.randrange(len(content))
            if chance.random() < 0.5
            else chance.randrange(min(64, len(content)))
        )
        match chance.randrange(6):
            case 0:
                content[at] ^= 1 << chance.randrange(8)
            case 1:
                content[at] = chance.choice((0, 1, 0x7F, 0x80, 0xFF))
            case 2:
                del content[at : at + chance.randrange(1, 64)]
            case 3:
                content[at:at] = chance.randbytes(chance.randrange(1, 64))
            case 4:
                other = chance.choice(seeds)
                content[at:] = other[chance.randrange(len(other)) :]
            case _:
                content[at : at + 4] = chance.choice((b"\xff" * 4, b"\0" * 4, b"\x7f\xff\xff\xff"))
        if not content:
            content = bytearray(chance.randbytes(64))
    return bytes(content)


async def bombs() -> list[Goal]:
    """How much larger the worker's largest size becomes by pictures that would be huge."""
    reader = PictureReader()
    await _open(reader, _encoded(Image.new("RGB", (400, 400), "white")))
    before, refused = _largest(reader), 0
    huge = [Image.new(mode, (7000, 7000)) for mode in ("1", "L")]
    for content in [_encoded(image) for image in huge]:
        try:
            await _open(reader, content)
        except ExpectedError:
            refused += 1
    grown = _largest(reader) - before
    await reader.close()
    return [
        Goal("bombs of 49 megapixels refused", len(huge), refused, least=True),
        Goal("a bomb costs the worker, MB", 100, grown),
    ]


async def _open(reader: PictureReader, content: bytes) -> None:
    async with reader.turn() as turn:
        await turn.open(content)


def _largest(reader: PictureReader) -> float:
    """The most memory that the worker ever had, in MB."""
    status = Path(f"/proc/{reader.pid}/status").read_text()
    (line,) = [one for one in status.splitlines() if one.startswith("VmHWM:")]
    return int(line.split()[1]) / 1024


async def killing(library: Library, times: int) -> list[Goal]:
    """Kill the worker at a time of its work; the slowest answer, and how many were verdicts."""
    reader = PictureReader()
    shot = _encoded(chat(as_talk(texts_of_our_own()[0], 0)))
    chance = random.Random(SEED)
    answered, slowest = 0, 0.0
    for _ in range(times):
        await _read(reader, shot, library)
        begun = time.perf_counter()
        task = asyncio.create_task(_read(reader, shot, library))
        await asyncio.sleep(chance.uniform(0.05, 1.5))
        if reader.pid is not None and not task.done():
            os.kill(reader.pid, signal.SIGKILL)
        with suppress(ExpectedError):
            answered += bool(await task)
        slowest = max(slowest, time.perf_counter() - begun)
    after = await _read(reader, shot, library)
    await reader.close()
    return [
        Goal("seconds to an answer though the worker was killed", 30, slowest),
        Goal("verdicts though the worker was killed", times, answered, least=True),
        Goal("the next picture works", 1, float(bool(after)), least=True),
    ]


SETS = ("reading", "latency", "hostile", "bombs", "killing")


def main() -> int:
    """Measure the sets asked for; 1 where a goal is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sets", nargs="*", choices=[*SETS, []], default=SETS)
    parser.add_argument("--small", action="store_true")
    parser.add_argument("--each", type=int, default=13, help="pictures of every kind")
    parser.add_argument("--count", type=int, default=20_000, help="mutated pictures and files")
    given = parser.parse_args()
    library = load_library(PATTERNS_ROOT, CACHE)
    judge("有人让我扫码领补贴", library)
    screen, goals = Console(width=160), []
    if "reading" in given.sets:
        goals += reading(library, 2 if given.small else given.each, screen)
    if "latency" in given.sets:
        sizes = Sizes(texts=40, pictures=3) if given.small else Sizes()
        goals += asyncio.run(latency(library, texts_of_our_own(), sizes))
    if "hostile" in given.sets:
        goals += asyncio.run(hostile(library, 300 if given.small else given.count, screen))
    if "bombs" in given.sets:
        goals += asyncio.run(bombs())
    if "killing" in given.sets:
        goals += asyncio.run(killing(library, 2 if given.small else 8))
    return report_goals(goals, screen)


if __name__ == "__main__":
    sys.exit(main())
