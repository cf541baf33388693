"""The worker as the bot starts it, and what it finds on real pictures that others do not show."""

import io
import sys

import pytest
import zxingcpp
from PIL import Image

from bench.screens import WIDTH, Said, chat, height_of
from bot.matching.library import Library
from bot.services.pictures import Given, Judged, check_pictures
from bot.vision.layout import OVERLAP, TILE
from bot.vision.reader import PictureReader
from tests.vision.doubles import ROOT

SAYS_ITS_SETTINGS = """
import os, sys; sys.path.insert(0, {root!r})
from bot.vision import wire
from bot.vision.layout import Line
answers = sys.stdout.buffer
def say(words):
    answers.write(wire.pack(words)); answers.flush()
say({{"ready": True}})
while len(head := sys.stdin.buffer.read(wire.LENGTHS)) == wire.LENGTHS:
    for size in wire.lengths(head):
        sys.stdin.buffer.read(size)
    box = ((0, 0), (9, 0), (9, 9), (0, 9))
    lines = [wire.line_as_words(Line(name, box)) for name in os.environ]
    say({{"width": 9, "height": 9, "turns": 0, "lines": lines}})
"""
TALK = (Said("请把验证码发给我，马上到账"), Said("真的吗", mine=True), Said("转到安全账户就行"))


async def test_the_worker_knows_neither_settings_nor_secrets(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("FANZHA_KEYS", "AWS_SECRET_ACCESS_KEY", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "secret")
    reader = PictureReader((sys.executable, "-c", SAYS_ITS_SETTINGS.format(root=str(ROOT))))
    async with reader.turn() as turn:
        known = {line.text for line in (await turn.open(b"")).lines}
    await reader.close()
    assert "OMP_NUM_THREADS" in known
    assert known.isdisjoint({"FANZHA_KEYS", "AWS_SECRET_ACCESS_KEY", "HTTPS_PROXY"})


def code_saying(text: str, side: int) -> Image.Image:
    """A QR code of that many pixels a side, its margin included."""
    made = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode)
    drawn = Image.fromarray(zxingcpp.write_barcode_to_image(made, scale=4)).convert("RGB")
    return drawn.resize((side, side), Image.Resampling.NEAREST)


def png(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


async def test_codes_are_found_also_where_a_tile_ends_and_several_in_a_picture() -> None:
    """Both stand across the end of the first tile; neither is whole in a tile."""
    capture = Image.effect_noise((WIDTH, 5000), 20).convert("RGB")
    for left, text in ((60, "wxp://f2f0abcdefg"), (580, "http://gov-cn.icu/login")):
        capture.paste(code_saying(text, 440), (left, TILE - OVERLAP // 2 - 220))
    reader = PictureReader()
    async with reader.turn() as turn:
        await turn.open(png(capture))
        found = [code for tile in range(2) for code in (await turn.read(tile)).codes]
    await reader.close()
    assert set(found) == {"wxp://f2f0abcdefg", "http://gov-cn.icu/login"}


async def test_a_picture_on_its_side_or_head_is_read_like_an_upright_one(library: Library) -> None:
    screen = chat(TALK, height=height_of(TALK) + 60)
    reader = PictureReader()
    for way in (
        Image.Transpose.ROTATE_90,
        Image.Transpose.ROTATE_180,
        Image.Transpose.ROTATE_270,
    ):
        shown = png(screen.transpose(way))
        told = [part async for part in check_pictures(reader, Given([shown]), library)]
        (judged,) = [one for one in told if isinstance(one, Judged)]
        for said in TALK:
            assert said.text in judged.text.replace("\n", ""), way
    await reader.close()
