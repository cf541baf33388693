"""A HEIC of tiles is the same picture, and none is unpacked that takes more than its room."""

import io
import struct

import numpy as np
import pillow_heif
import pytest
from PIL import Image

from bench.heic import heic_of_tiles
from bench.vision_material import encoded
from bot.vision import heic_rows, sources
from bot.vision.decoding import RefusedPictureError, decode
from bot.vision.heic_boxes import NoGridError, grid_of
from bot.vision.heic_rows import HeicRows
from bot.vision.sources import upright

SIDE, COLUMNS, SIZE = 64, 3, (180, 120)


@pytest.fixture(scope="module")
def tiles() -> list[bytes]:
    """Each of another colour."""
    pillow_heif.register_heif_opener()
    colours = ("red", "lime", "blue", "white", "black", "yellow")
    return [encoded(Image.new("RGB", (SIDE, SIDE), colour), "HEIF") for colour in colours]


@pytest.fixture
def however_small(monkeypatch: pytest.MonkeyPatch) -> None:
    """What holds for large pictures holds for all."""
    monkeypatch.setattr(sources, "BY_ROWS", 0)
    monkeypatch.setattr(sources, "MOST_WHOLE_HEIC", 5000)


@pytest.mark.parametrize("turns", range(4))
def test_a_heic_by_tiles_is_the_same_picture(tiles: list[bytes], turns: int) -> None:
    content = heic_of_tiles(tiles, COLUMNS, SIZE, turns=turns)
    grid = grid_of(content)
    source = HeicRows(grid)
    rows = [np.asarray(source.rows(*some)) for some in ((0, 50), (50, 70), (70, 120))]
    whole = np.asarray(Image.open(io.BytesIO(content)))
    assert np.array_equal(upright(np.vstack(rows), grid.way), whole)


@pytest.mark.usefixtures("however_small")
@pytest.mark.parametrize("turns", range(4))
def test_a_photo_in_tiles_is_never_unpacked_as_a_whole(
    tiles: list[bytes], turns: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = heic_of_tiles(tiles, COLUMNS, SIZE, turns=turns)
    whole = np.asarray(Image.open(io.BytesIO(content)))[:, :, ::-1]
    unpacked: list[tuple[int, ...]] = []
    pixels = heic_rows._pixels

    def seen(tile: bytes) -> np.ndarray:
        unpacked.append(pixels(tile).shape)
        return pixels(tile)

    monkeypatch.setattr(heic_rows, "_pixels", seen)
    assert np.array_equal(decode(content), whole)
    assert unpacked == [(SIDE, SIDE, 3)] * len(tiles)


@pytest.mark.usefixtures("however_small")
def test_what_is_too_large_to_be_unpacked_as_a_whole_is_refused(tiles: list[bytes]) -> None:
    assert decode(tiles[0]).shape == (SIDE, SIDE, 3)
    with pytest.raises(RefusedPictureError) as refused:
        decode(encoded(Image.new("RGB", (100, 60), "white"), "HEIF"))
    assert refused.value.why == "heavy"


@pytest.mark.usefixtures("however_small")
def test_a_tile_of_another_size_than_said_is_refused(tiles: list[bytes]) -> None:
    larger = encoded(Image.new("RGB", (4 * SIDE, SIDE), "white"), "HEIF")
    said = larger.replace(struct.pack(">II", 4 * SIDE, SIDE), struct.pack(">II", SIDE, SIDE))
    assert said != larger
    with pytest.raises(RefusedPictureError) as refused:
        decode(heic_of_tiles([said] * 6, COLUMNS, SIZE))
    assert refused.value.why == "broken"


def test_what_is_no_plain_grid_says_so(tiles: list[bytes]) -> None:
    grid = heic_of_tiles(tiles, COLUMNS, SIZE)
    wrong = [grid.replace(b"irot", name) for name in (b"clap", b"imir")]
    wrong += [grid.replace(b"\0grid\0", b"\0iovl\0"), grid.replace(b"pitm", b"free"), tiles[0], b""]
    wrong += [grid[:at] for at in range(0, 600, 7)]
    for content in wrong:
        with pytest.raises(NoGridError):
            grid_of(content).tile(0)
