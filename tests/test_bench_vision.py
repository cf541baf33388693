"""The picture benchmark in small: hard screens are read right, hostile files survived."""

import io
from collections.abc import Callable

import pytest
from PIL import Image
from rich.console import Console

from bench.photographed import photographed, squeezed, turned
from bench.screens import Said, chat, height_of
from bench.vision_bombs import bombing
from bench.vision_hostile import hostile
from bench.vision_latency import Sizes, latency
from bench.vision_material import as_talk, in_order, recall, texts_of_our_own
from bench.vision_reading import goals_of_recall
from bot.matching.library import Library
from bot.matching.verdict import judge
from bot.vision.reader import PictureReader
from bot.vision.talk import transcribe

pytestmark = pytest.mark.slow

QUIET = Console(quiet=True)
SCAM = "您的京东金条账户违规，请点击https://jd-kefu.vip-login.top/a办理注销，客服电话13812345678"


def test_a_missed_sign_and_a_wrong_order_are_seen() -> None:
    assert recall("转到安全账户", "转到安全户") == pytest.approx(5 / 6)
    assert recall("转到安全账户", "转到安全账户") == 1.0
    said = (Said("你好呀"), Said("哪位", mine=True))
    assert in_order(said, transcribe_of(said))
    assert not in_order(said[::-1], transcribe_of(said))
    assert len(texts_of_our_own()) > 200


def transcribe_of(said: tuple[Said, ...]):
    from bot.vision.talk import Bubble, Side, Transcript

    bubbles = [Bubble(one.text, Side.MINE if one.mine else Side.THEIRS) for one in said]
    return Transcript(tuple(bubbles), "\n".join(one.text for one in said), ())


async def test_screens_are_read_dark_turned_squeezed_and_photographed(library: Library) -> None:
    """One worker for all four, since each start costs seconds."""
    talk = as_talk(SCAM, 0)
    screen = chat(talk, height=height_of(talk) + 60)
    dark = chat(talk, "qq", dark=True, name="客服小李", height=height_of(talk) + 200)
    ways: list[tuple[Callable[[Image.Image], Image.Image], Image.Image, float]] = [
        (lambda image: image, dark, 0.98),
        (turned, screen, 0.98),
        (squeezed, screen, 0.98),
        (photographed, screen, 0.93),
    ]
    wanted = "\n".join(one.text for one in talk)
    reader = PictureReader()
    for way, drawn, least in ways:
        out = io.BytesIO()
        way(drawn).save(out, "PNG")
        async with reader.turn() as turn:
            await turn.open(out.getvalue())
            said = transcribe(await turn.read(0))
        assert recall(wanted, said.text) >= least
        assert in_order(talk, said)
        assert "https://jd-kefu.vip-login.top/a" in said.text
        assert "13812345678" in said.text
        assert judge(said.text, library).level == judge(wanted, library).level
    await reader.close()


def test_no_kind_of_picture_hides_behind_the_others() -> None:
    found = goals_of_recall(
        {"wechat": [1.0, 1.0], "qq with names": [0.97], "photographed": [0.94]},
        QUIET,
    )
    assert [(goal.goal, goal.met) for goal in found] == [(0.98, True), (0.98, False), (0.93, True)]


BOMBS = ("PNG, junk among its pixels", "JPEG", "WebP, lossless, filled")
"""Those that come nearest to the goal of those that are soon made; the benchmark has them all."""


async def test_a_bomb_costs_the_worker_less_than_its_share() -> None:
    goals = await bombing(QUIET, frozenset(BOMBS))
    assert len(goals) == len(BOMBS) + 1
    assert [goal for goal in goals if not goal.met] == []


async def test_the_whole_bot_answers_texts_while_pictures_wait(library: Library) -> None:
    """How fast is for an idle machine; here that all are answered, the texts while they wait."""
    found = await latency(
        library, [SCAM, "您好，请问几点开门"], Sizes(texts=2, pictures=2, least=2), QUIET
    )
    assert [goal.measure for goal in found[:2] if not goal.met] == []


async def test_mutated_pictures_end_neither_worker_nor_bot(library: Library) -> None:
    for goal in await hostile(library, 150, QUIET):
        assert goal.met, goal
