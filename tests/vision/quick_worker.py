"""A worker that reads nothing: it says at once what the test told it to have read.

`python quick_worker.py LINES CODES TROUBLE FOLDER`: lines and codes are JSON lists; the trouble is
"", "dies once", "dies", "dies later" (a long picture, after its first tile), "hangs" or "babbles",
and happens while a picture is read.
"""

import io
import json
import sys
import time
from pathlib import Path

from PIL import Image

from bot.vision import wire
from bot.vision.layout import Line

LINES, CODES = json.loads(sys.argv[1]), json.loads(sys.argv[2])
TROUBLE, FOLDER = sys.argv[3], Path(sys.argv[4])


def read(tile: int) -> dict:
    if TROUBLE == "dies later" and tile:
        sys.exit(9)
    if TROUBLE == "dies" or (TROUBLE == "dies once" and not (FOLDER / "died").exists()):
        (FOLDER / "died").touch()
        sys.exit(9)
    if TROUBLE == "hangs":
        time.sleep(60)
    lines = [
        wire.line_as_words(Line(text, ((60, y), (900, y), (900, y + 50), (60, y + 50))))
        for y, text in zip(range(600, 9000, 60), LINES, strict=False)
    ]
    return SIZE | {"lines": lines, "codes": CODES}


SIZE = {"width": 1080, "height": 9000 if TROUBLE == "dies later" else 2340, "turns": 0}
answers = sys.stdout.buffer
answers.write(wire.pack({"ready": True}))
answers.flush()
while len(head := sys.stdin.buffer.read(wire.LENGTHS)) == wire.LENGTHS:
    words, content = wire.lengths(head)
    asked = json.loads(sys.stdin.buffer.read(words))
    sys.stdin.buffer.read(content)
    doing = asked["do"]
    if TROUBLE == "babbles" and doing == "read":
        answers.write(b"\xff" * 100)
    elif doing == "mark":
        made = io.BytesIO()
        Image.new("RGB", (40, 20)).save(made, "JPEG")
        answers.write(wire.pack({}, made.getvalue()))
    else:
        answers.write(wire.pack(read(asked["tile"]) if doing == "read" else SIZE))
    answers.flush()
