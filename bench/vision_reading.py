"""Are pictures read right, and how soon: from the bytes of a file to the verdict, by the worker.

For `bench.vision`.
"""

import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import mean, median

import psutil
from rich.console import Console
from rich.progress import track

from bench.goals import Goal
from bench.vision_material import PHOTOS, Drawn, draw, in_order, recall, texts_of_our_own
from bot.matching.library import Library
from bot.matching.verdict import judge
from bot.services.pictures import Given, Judged, check_pictures
from bot.vision.reader import PictureReader
from bot.vision.talk import Transcript

CLEAN, PHOTOGRAPHED = 0.98, 0.93
"""The least mean recall of a kind that is not photographed, and of what is."""
SCREENS = ("wechat", "wechat dark", "qq with names", "short message", "page")
"""Kinds of 1,080 × 2,340 pixels."""


async def answer_to(reader: PictureReader, file: bytes, library: Library) -> Judged:
    """The verdict on one file, as a resident gets it. Raises ExpectedError with why not."""
    async for part in check_pictures(reader, Given([file]), library):
        if isinstance(part, Judged) and not part.partial:
            return part
    raise LookupError("neither an answer nor why not")


async def reading(library: Library, each: int, screen: Console) -> list[Goal]:
    """Draw, read, compare."""
    reader = PictureReader()
    recalls: dict[str, list[float]] = defaultdict(list)
    ordered: list[bool] = []
    same: list[bool] = []
    drawn = list(draw(texts_of_our_own(), each))
    for one in track(drawn, "reading", console=screen):
        judged = await answer_to(reader, one.file(), library)
        (read,) = judged.transcripts or (Transcript((), "", ()),)
        recalls[one.kind].append(recall(one.text, read.text))
        wanted, right = judge(one.text, library).level, in_order(one.said, read)
        if one.is_chat:
            ordered.append(right)
        same.append(wanted == judged.verdict.level)
        if not right or not same[-1] or recalls[one.kind][-1] < PHOTOGRAPHED:
            screen.print(f"{one.kind}: {wanted} → {judged.verdict.level}\n  {one.said}")
            screen.print(f"  {read.bubbles}")
    await reader.close()
    return [
        *goals_of_recall(recalls, screen),
        Goal("chats with every bubble in order", 0.95, mean(ordered), least=True),
        Goal("same verdict as the text", 0.97, mean(same), least=True),
    ]


def goals_of_recall(recalls: Mapping[str, Sequence[float]], screen: Console) -> list[Goal]:
    """One goal a kind, so that none hides behind the others."""
    for kind, found in recalls.items():
        screen.print(f"{kind}: recall {mean(found):.4f}, least {min(found):.4f}")
    return [
        Goal(
            f"character recall, {kind}",
            PHOTOGRAPHED if kind in PHOTOS else CLEAN,
            mean(found),
            least=True,
        )
        for kind, found in recalls.items()
    ]


@dataclass(frozen=True, slots=True)
class Took:
    """Seconds from a file to its answer: on the clock, and of the processor in both processes."""

    clock: float
    processor: float


async def timing(library: Library, count: int, screen: Console) -> list[Goal]:
    """How long a screenshot of 1,080 × 2,340 takes, from its bytes to the verdict."""
    reader = PictureReader()
    kinds = [one for one in draw(texts_of_our_own(), -(-count // len(SCREENS))) if _fits(one)]
    await answer_to(reader, kinds[0].file(), library)
    taken = [
        await _timed(reader, one.file(), library)
        for one in track(kinds[:count], "timing", console=screen)
    ]
    await reader.close()
    clock = [one.clock for one in taken]
    screen.print(f"clock: median {median(clock):.2f} s, slowest {max(clock):.2f} s")
    return [
        Goal("p50 from bytes to answer, seconds", 2.5, median(clock)),
        Goal("the same in seconds of one core", 2.5, median(one.processor for one in taken)),
    ]


def _fits(one: Drawn) -> bool:
    return one.kind in SCREENS


async def _timed(reader: PictureReader, file: bytes, library: Library) -> Took:
    before, begun = _processor(reader), time.perf_counter()
    await answer_to(reader, file, library)
    return Took(time.perf_counter() - begun, _processor(reader) - before)


def _processor(reader: PictureReader) -> float:
    """Seconds that the worker and this process have had so far."""
    if reader.pid is None:
        raise LookupError("there is no worker")
    used = psutil.Process(reader.pid).cpu_times()
    return float(used.user + used.system) + time.process_time()
