"""Mutated pictures and files, and workers that are killed: what is left working.

For `bench.vision`.
"""

import asyncio
import os
import random
import signal
import time
from collections import defaultdict
from collections.abc import Callable, Sequence

import psutil
from rich.console import Console
from rich.progress import track

from bench.goals import Goal
from bench.screens import Said, chat, height_of
from bench.vision_material import SEED, as_talk, encoded, texts_of_our_own
from bench.vision_reading import answer_to
from bot.errors import ExpectedError
from bot.matching.library import Library
from bot.services.evidence import kind_of
from bot.services.files import FileSeen, judge_file
from bot.vision.reader import PictureReader

READ_EACH = 50
"""Of so many pictures that can be opened one is read, which takes a thousand times as long."""
NAMES = ("银行助手.apk", "通知.pdf", "照片.jpg .exe", "报表.xlsm", "a.tar.gz", "会议\u202egpj.scr")


async def hostile(library: Library, count: int, screen: Console) -> list[Goal]:
    """Mutated pictures to the worker, as many files to what looks at them from outside."""
    reader, chance, seeds = PictureReader(), random.Random(SEED), _seeds()
    outcomes: dict[str, int] = defaultdict(int)
    largest, slowest, workers = 0.0, 0.0, set[int]()
    for number in track(range(count), "mutated pictures", console=screen):
        content = mutated(chance, seeds)
        begun = time.perf_counter()
        try:
            async with reader.turn() as turn:
                await turn.open(content)
                if number % READ_EACH == 0:
                    await turn.read(0)
            outcomes["read"] += 1
        except ExpectedError as refused:
            outcomes[refused.words[:12]] += 1
        slowest = max(slowest, time.perf_counter() - begun)
        if reader.pid is not None:
            workers.add(reader.pid)
            if number % 20 == 0:
                largest = max(largest, psutil.Process(reader.pid).memory_info().rss / 1024**2)
    files = sum(
        _is_judged(chance, library, seeds)
        for _ in track(range(count), "mutated files", console=screen)
    )
    good = await answer_to(reader, _shot(), library)
    await reader.close()
    screen.print(f"{dict(outcomes)}, slowest {slowest:.1f} s, {len(workers)} workers")
    return [
        Goal("mutated pictures that got an answer", count, sum(outcomes.values()), least=True),
        Goal("mutated files that got an answer", count, files, least=True),
        Goal("workers that ended, each replaced", count / 100, len(workers) - 1),
        Goal("the next picture is read", 1, float(bool(good.text)), least=True),
        Goal("memory of the worker, MB", 1000, largest),
    ]


def _is_judged(chance: random.Random, library: Library, seeds: Sequence[bytes]) -> bool:
    """Whether a file with a mutated name, size and content is told what it is."""
    content = mutated(chance, seeds)
    name = mutated(chance, [one.encode() for one in NAMES]).decode("utf-8", "replace")
    digest = chance.choice(("", "0" * 64, content[:32].hex(), name))
    try:
        kind_of(content)
    except ExpectedError as refused:
        if not refused.words:
            return False
    verdict = judge_file(
        FileSeen(name, chance.choice((0, -1, 2**40, len(content))), digest), library
    )
    return bool(verdict.level)


def _shot() -> bytes:
    talk = as_talk(texts_of_our_own()[0], 0)
    return encoded(chat(talk, height=height_of(talk) + 60))


def _seeds() -> list[bytes]:
    import pillow_heif

    pillow_heif.register_heif_opener()
    shot = chat((Said("您好，请转账到安全账户"),), height=900).resize((270, 225))
    kinds = ("PNG", "JPEG", "WEBP", "GIF", "HEIF", "BMP")
    large = encoded(shot.resize((2200, 2000)), "PNG")  # above the size that is unpacked by rows
    return [encoded(shot, kind) for kind in kinds] + [large, b"%PDF-1.4 nothing", b"PK\x03\x04zip"]


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


async def killing(library: Library, times: int, hung: int, screen: Console) -> list[Goal]:
    """End the worker, or stop it without an end, at a moment of its work; what is said, how soon,
    and whether the next picture is read."""
    reader, shot, chance = PictureReader(), _shot(), random.Random(SEED)
    ways: list[Callable[[int], None]] = [_kill] * times + [_stop] * hung
    verdicts, apologies, next_ones, slowest = 0, 0, 0, 0.0
    for way in track(ways, "killing", console=screen):
        await answer_to(reader, shot, library)
        begun = time.perf_counter()
        task = asyncio.create_task(answer_to(reader, shot, library))
        await asyncio.sleep(chance.uniform(0.05, 1.0))
        if reader.pid is not None and not task.done():
            way(reader.pid)
        try:
            verdicts += bool((await task).text)
        except ExpectedError as sorry:
            apologies += bool(sorry.words)
        slowest = max(slowest, time.perf_counter() - begun)
        next_ones += bool((await answer_to(reader, shot, library)).text)
    await reader.close()
    screen.print(f"{verdicts} verdicts, {apologies} apologies")
    return [
        Goal("seconds to an answer or apology, the worker killed", 30, slowest),
        Goal("answers and apologies", len(ways), verdicts + apologies, least=True),
        Goal("verdicts though the worker was killed", times, verdicts, least=True),
        Goal("next pictures read", len(ways), next_ones, least=True),
    ]


def _kill(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)


def _stop(pid: int) -> None:
    os.kill(pid, signal.SIGSTOP)
