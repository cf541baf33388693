"""Text and codes of one decoded picture; imported by the worker only.

Lines are found on a small copy, which is quick, and read on the picture itself, which is exact.
"""

import cv2
import numpy as np
import zxingcpp
from numpy.typing import NDArray
from rapidocr import RapidOCR
from rapidocr.main import RapidOCRError

from bot.vision.layout import Line

Pixels = NDArray[np.uint8]
"""Rows of blue, green and red, as OpenCV has them, or of grey."""
Corners = NDArray[np.float32]
"""Four corners a line, clockwise from the top left, as (line, corner, x and y)."""

LOOK_AT = 620_000
"""Pixels of the small copy: a phone's screen at half its size, where letters of 46 are 24."""
LOOK_CLOSELY = 2_000_000
SMALL_LETTERS = 17
"""Height in pixels of lines on the copy below which it is looked at again, larger."""
MOST_LINES = 400
MOST_CODES = 8
LONGEST_CODE = 2000


class Eyes:
    """The models, loaded once; about 400 MB with what they need to work."""

    def __init__(self) -> None:
        self._ocr = RapidOCR(
            params={
                "Global.log_level": "critical",
                "EngineConfig.onnxruntime.intra_op_num_threads": 1,
                "EngineConfig.onnxruntime.inter_op_num_threads": 1,
                "Det.limit_type": "max",
                "Det.limit_side_len": 4000,
            }
        )

    def lines(self, pixels: Pixels) -> tuple[Line, ...]:
        """The lines of text, in no particular order."""
        if pixels.ndim == 2:
            pixels = cv2.cvtColor(pixels, cv2.COLOR_GRAY2BGR).astype(np.uint8, copy=False)
        corners = self._find(pixels, LOOK_AT)
        if corners is not None and _height(corners) * _ratio(pixels, LOOK_AT) < SMALL_LETTERS:
            corners = self._find(pixels, LOOK_CLOSELY)
        if corners is None:
            return ()
        corners = corners[:MOST_LINES]
        try:
            read = self._ocr.recognize_txt(self._ocr.crop_text_regions(pixels, corners))
        except RapidOCRError:  # it says so where it finds nothing
            return ()
        return tuple(
            _line(text, quad, float(score))
            for text, quad, score in zip(read.txts, corners, read.scores, strict=True)
            if text.strip()
        )

    def _find(self, pixels: Pixels, area: int) -> Corners | None:
        ratio = _ratio(pixels, area)
        copy = cv2.resize(pixels, None, fx=ratio, fy=ratio, interpolation=cv2.INTER_AREA)
        try:
            _, found = self._ocr.detect_and_crop(copy, {})
        except RapidOCRError:
            return None
        corners = np.asarray(found.boxes, dtype=np.float32)
        height, width = pixels.shape[:2]
        within: Corners = np.clip(corners / ratio, 0, (width - 1, height - 1)).astype(np.float32)
        return within


def codes(pixels: Pixels) -> tuple[str, ...]:
    """The contents of the two-dimensional codes of a picture, each once."""
    found = zxingcpp.read_barcodes(
        pixels,
        formats=zxingcpp.BarcodeFormat.QRCode | zxingcpp.BarcodeFormat.DataMatrix,
    )
    texts = [one.text[:LONGEST_CODE] for one in found if one.valid and one.text.strip()]
    return tuple(dict.fromkeys(texts))[:MOST_CODES]


def _ratio(pixels: Pixels, area: int) -> float:
    height, width = pixels.shape[:2]
    return float(min(1.0, (area / (width * height)) ** 0.5))


def _height(corners: Corners) -> float:
    tall = np.linalg.norm(corners[:, 0] - corners[:, 3], axis=1)
    return float(np.median(tall))


def _line(text: str, quad: NDArray[np.float32], score: float) -> Line:
    first, second, third, fourth = ((float(x), float(y)) for x, y in quad)
    return Line(text, (first, second, third, fourth), score)
