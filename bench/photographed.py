"""What happens to a screen on its way to us: turned, squeezed by an app, photographed."""

import io

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

TURNED_BY = 3.0
"""Degrees."""
SQUEEZED_TO = 40
"""JPEG quality."""


def turned(screen: Image.Image) -> Image.Image:
    """Turned by three degrees, the corners filled."""
    return screen.rotate(TURNED_BY, Image.Resampling.BICUBIC, expand=True, fillcolor="#808080")


def squeezed(screen: Image.Image) -> Image.Image:
    """As a messenger sends it on."""
    out = io.BytesIO()
    screen.save(out, "JPEG", quality=SQUEEZED_TO)
    return Image.open(io.BytesIO(out.getvalue())).convert("RGB")


def photographed(screen: Image.Image, seed: int = 0) -> Image.Image:
    """Taken with another phone: from a side, with moiré, uneven light, a soft lens and noise."""
    chance = np.random.default_rng(seed)
    pixels = np.asarray(screen, dtype=np.float32)
    pixels = _moire(pixels, chance)
    taken = _from_a_side(pixels, chance)
    taken = cv2.GaussianBlur(taken, (0, 0), 0.9)
    light = np.linspace(0.78, 1.04, taken.shape[1], dtype=np.float32)[None, :, None]
    taken = taken * light + chance.normal(0, 5, taken.shape).astype(np.float32)
    image = Image.fromarray(np.clip(taken, 0, 255).astype(np.uint8))
    out = io.BytesIO()
    image.save(out, "JPEG", quality=80)
    return Image.open(io.BytesIO(out.getvalue())).convert("RGB")


def _moire(pixels: NDArray[np.float32], chance: np.random.Generator) -> NDArray[np.float32]:
    """Two gratings, of screen and sensor, beat against each other, in each colour otherwise."""
    rows, columns = np.mgrid[0 : pixels.shape[0], 0 : pixels.shape[1]].astype(np.float32)
    waves = []
    for _ in range(3):
        angle, period = chance.uniform(0, np.pi), chance.uniform(5, 14)
        across = rows * np.sin(angle) + columns * np.cos(angle)
        waves.append(np.sin(2 * np.pi * across / period + np.sin(rows / 90) * 2))
    return pixels + 11 * np.stack(waves, axis=2)


def _from_a_side(pixels: NDArray[np.float32], chance: np.random.Generator) -> NDArray[np.float32]:
    height, width = pixels.shape[:2]
    room = 90
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], dtype=np.float32)
    seen = corners + room + chance.uniform(-0.03, 0.03, (4, 2)).astype(np.float32) * width
    way = cv2.getPerspectiveTransform(corners, seen.astype(np.float32))
    size = (width + 2 * room, height + 2 * room)
    return cv2.warpPerspective(pixels, way, size, borderValue=(52, 48, 45), flags=cv2.INTER_AREA)
