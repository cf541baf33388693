"""A scroll capture 30,000 pixels tall, read by the real worker: a first answer after one tile."""

import io

import pytest
from PIL import Image

from bench.screens import WIDTH, Said, chat, height_of
from bot.matching.library import Library
from bot.matching.result import Level
from bot.services.pictures import Given, Judged, Marked, check_pictures
from bot.vision import wire
from bot.vision.layout import tile_tops
from bot.vision.reader import PictureReader

TALL = 30_000
SCAM = "您的京东金条账户违规，请点击https://jd-kefu.vip-login.top/a办理注销，客服电话13812345678"
LAST = "最后一句：请把钱转到安全账户，验证码发给我"


class Watched(PictureReader):
    """Notes which tiles were asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.tiles: list[int] = []

    async def ask(
        self, words: wire.Words, content: bytes = b"", by: float | None = None
    ) -> tuple[wire.Words, bytes]:
        if words["do"] == "read":
            self.tiles.append(int(str(words["tile"])))
        return await super().ask(words, content, by)


def capture() -> bytes:
    """A scam at the top, its demand at the bottom, an empty page between."""
    top, bottom = [chat([Said(one)], height=height_of([Said(one)])) for one in (SCAM, LAST)]
    whole = Image.new("RGB", (WIDTH, TALL), top.getpixel((0, top.height // 2)))
    whole.paste(top, (0, 0))
    whole.paste(bottom, (0, TALL - bottom.height))
    out = io.BytesIO()
    whole.save(out, "PNG")
    return out.getvalue()


@pytest.mark.slow
async def test_the_first_screen_is_answered_before_the_others_are_read(library: Library) -> None:
    tiles = len(tile_tops(WIDTH, TALL))
    assert tiles > 10
    reader = Watched()
    told, read_then = [], []
    async for part in check_pictures(reader, Given([capture()]), library):
        told.append(part)
        read_then.append(list(reader.tiles))
    await reader.close()
    first, whole, marked = told
    assert isinstance(first, Judged)
    assert isinstance(whole, Judged)
    assert isinstance(marked, Marked)
    assert read_then[0] == [0]
    assert read_then[1] == list(range(tiles))
    assert (first.partial, first.verdict.level) == (True, Level.HIGH)
    assert "13812345678" in first.text
    assert "安全账户" not in first.text
    assert (whole.partial, whole.verdict.level) == (False, Level.HIGH)
    assert "安全账户" in whole.text
    assert whole.text.index("13812345678") < whole.text.index("安全账户")
