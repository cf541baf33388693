"""A HEIC of tiles from top to bottom, so that no more than two rows of tiles are ever unpacked.

Imported by the worker only.
"""

import io

import numpy as np
import pillow_heif
from numpy.typing import NDArray
from PIL import Image

from bot.vision.heic_boxes import Grid


class HeicRows:
    """The rows of a HEIC as it lies in the file; raises ValueError where it is broken."""

    def __init__(self, grid: Grid) -> None:
        self.grid = grid
        self.width, self.height = grid.width, grid.height
        self._unpacked: dict[int, NDArray[np.uint8]] = {}

    def rows(self, begin: int, end: int) -> Image.Image:
        """Some of its rows. Tiles above them are forgotten."""
        high = self.grid.tile_height
        wanted = range(begin // high, -(-end // high))
        self._unpacked = {at: tiles for at, tiles in self._unpacked.items() if at in wanted}
        for at in wanted:
            if at not in self._unpacked:
                self._unpacked[at] = self._beside(at)
        parts = [self._unpacked[at][max(0, begin - at * high) : end - at * high] for at in wanted]
        return Image.fromarray(np.concatenate(parts))

    def _beside(self, row: int) -> NDArray[np.uint8]:
        """A row of tiles."""
        grid = self.grid
        paper = np.empty((grid.tile_height, grid.columns * grid.tile_width, 3), np.uint8)
        for column in range(grid.columns):
            left = column * grid.tile_width
            tile = _pixels(grid.tile(row * grid.columns + column))
            if tile.shape != (grid.tile_height, grid.tile_width, 3):
                raise ValueError("another size than said")
            paper[:, left : left + grid.tile_width] = tile
        return paper[:, : grid.width]


def _pixels(tile: bytes) -> NDArray[np.uint8]:
    opened = pillow_heif.open_heif(io.BytesIO(tile))
    return np.asarray(opened)[:, : opened.size[0]]
