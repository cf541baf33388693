"""Readers whose worker says at once what a test wants to have been read."""

import json
import sys
from pathlib import Path

from bot.vision.reader import PictureReader

ROOT = Path(__file__).parents[2]
WORKER = Path(__file__).with_name("quick_worker.py")


def quick_reader(
    folder: Path, *lines: str, codes: tuple[str, ...] = (), trouble: str = "", **limits: float
) -> PictureReader:
    """A reader that finds those lines and codes on every picture, or has that trouble."""
    run = f"import sys; sys.path.insert(0, {str(ROOT)!r}); exec(open({str(WORKER)!r}).read())"
    told = (json.dumps(lines), json.dumps(codes), trouble, str(folder))
    return PictureReader((sys.executable, "-c", run, *told), **limits)
