"""What a picture costs the worker that would be huge: bombs of every kind, some filled with junk.

For `bench.vision`. The memory is the largest that the worker had since the bomb was sent, less what
it held before.
"""

import random
import struct
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

from PIL import Image
from rich.console import Console
from rich.progress import track

from bench.goals import Goal
from bench.heic import heic_of_tiles
from bench.vision_material import SEED, encoded
from bot.errors import ExpectedError
from bot.vision.reader import PictureReader

SIDE = 7000
"""Of 49 megapixels."""
MOST_MB = 100
JUNK = 2_500_000
PNG = b"\x89PNG\r\n\x1a\n"


def chunk(kind: bytes, content: bytes) -> bytes:
    """A part of a PNG."""
    check = zlib.crc32(kind + content)
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", check)


def png_bomb(
    width: int,
    height: int,
    *,
    depth: int = 8,
    alpha: bool = False,
    beside: bytes = b"",
    filled: int = 0,
    interlaced: bool = False,
) -> bytes:
    """White pixels, as many as asked, in a few kilobytes of PNG; `beside` comes before them, and
    so many bytes of empty blocks are among them."""
    packer = zlib.compressobj(9)
    row = b"\0" + b"\xff" * (width * (4 if alpha else 3) * depth // 8)
    packed = packer.compress(row) + packer.flush(zlib.Z_FULL_FLUSH)
    packed += b"\0\0\0\xff\xff" * (filled // 5)
    packed += b"".join(packer.compress(row) for _ in range(height - 1 + height * interlaced))
    colours = 6 if alpha else 2
    header = struct.pack(">IIBBBBB", width, height, depth, colours, 0, 0, interlaced)
    parts = chunk(b"IHDR", header), beside, chunk(b"IDAT", packed + packer.flush())
    return PNG + b"".join(parts) + chunk(b"IEND", b"")


def webp_saying(width: int, height: int) -> bytes:
    """A WebP whose header claims that size."""
    small = encoded(Image.effect_noise((16, 16), 60).convert("RGB"), "WEBP")
    size = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    extended = b"VP8X" + (10).to_bytes(4, "little") + b"\0\0\0\0" + size
    return _riff(extended + small[12:])


def webp_filled(image: Image.Image, junk: int, *, lossless: bool) -> bytes:
    """A WebP whose pixels have junk behind them in their own part."""
    plain = encoded(image, "WEBP", lossless=lossless, quality=0, method=0)
    name, size = plain[12:16], int.from_bytes(plain[16:20], "little")
    body = plain[20 : 20 + size] + bytes(junk + (size + junk) % 2)
    return _riff(name + len(body).to_bytes(4, "little") + body)


def _riff(parts: bytes) -> bytes:
    body = b"WEBP" + parts
    return b"RIFF" + len(body).to_bytes(4, "little") + body


def squeezed_bmp(width: int, height: int) -> bytes:
    """White pixels as a BMP in run lengths: 127 of them a byte."""
    full, rest = divmod(width, 255)
    row = bytes((255, 0)) * full + bytes((rest, 0)) * bool(rest) + b"\0\0"
    pixels, colours = row * height + b"\0\1", b"\xff\xff\xff\0" * 256
    begins = 54 + len(colours)
    head = struct.pack("<IHHI", begins + len(pixels), 0, 0, begins)
    about = struct.pack("<IiiHHIIiiII", 40, width, height, 1, 8, 1, len(pixels), 0, 0, 256, 0)
    return b"BM" + head + about + colours + pixels


def jpeg_filled(plain: bytes, junk: int) -> bytes:
    """A JPEG with remarks of junk between its scans."""
    remarks = b"".join(b"\xff\xfe\xff\xff" + bytes(65533) for _ in range(junk // 65535))
    at = (
        plain.index(b"\xff\xda", plain.index(b"\xff\xda") + 2)
        if plain.count(b"\xff\xda") > 1
        else 2
    )
    return plain[:at] + remarks + plain[at:]


def heic_filled(plain: bytes, junk: bytes) -> bytes:
    """A HEIC with another box for pixels behind it, full of junk."""
    return plain + struct.pack(">I", 8 + len(junk)) + b"mdat" + junk


def _white(width: int = SIDE, height: int = SIDE) -> Image.Image:
    return Image.new("RGB", (width, height), "white")


def _chance(size: int) -> bytes:
    return random.Random(SEED).randbytes(size)


def _tile(side: int = 512) -> bytes:
    return encoded(Image.effect_noise((side, side), 40).convert("RGB"), "HEIF", quality=30)


def _tile_saying_less() -> bytes:
    large = encoded(_white(4000, 3500), "HEIF", quality=1)
    return large.replace(struct.pack(">II", 4000, 3500), struct.pack(">II", 512, 512))


def _words(part: bytes) -> bytes:
    return chunk(part, b"a\0\0" + zlib.compress(bytes(200_000_000), 9))


def _film() -> list[Image.Image]:
    return [Image.new("RGB", (3000, 3000), colour) for colour in ("red", "white", "blue")] * 4


def bombs() -> Iterator[tuple[str, Callable[[], bytes]]]:
    """What each is, and how it is made."""
    import pillow_heif

    pillow_heif.register_heif_opener()
    yield "PNG", lambda: png_bomb(SIDE, SIDE)
    yield (
        "PNG of 60,000 a side",
        lambda: png_bomb(
            8, 8, beside=chunk(b"IHDR", struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0))
        ),
    )
    yield "PNG, junk behind it", lambda: png_bomb(SIDE, SIDE) + bytes(JUNK)
    yield (
        "PNG, junk among its parts",
        lambda: png_bomb(SIDE, SIDE, beside=chunk(b"prVt", bytes(JUNK))),
    )
    yield "PNG, junk among its pixels", lambda: png_bomb(SIDE, SIDE, filled=JUNK)
    yield (
        "PNG of 16 bits, clear, filled",
        lambda: png_bomb(SIDE, SIDE, depth=16, alpha=True, filled=JUNK),
    )
    yield "PNG, interlaced, filled", lambda: png_bomb(SIDE, SIDE, filled=JUNK, interlaced=True)
    yield "PNG, long, filled", lambda: png_bomb(1660, 30_000, filled=JUNK)
    yield "PNG with 200 MB of words", lambda: png_bomb(400, 400, beside=_words(b"zTXt"))
    yield "PNG with 200 MB of colours", lambda: png_bomb(400, 400, beside=_words(b"iCCP"))
    yield (
        "PNG as a film",
        lambda: encoded(_film()[0], "PNG", save_all=True, append_images=_film()[1:]),
    )
    yield "GIF, filled", lambda: encoded(_white().convert("P"), "GIF") + bytes(JUNK)
    yield (
        "GIF as a film",
        lambda: encoded(_film()[0], "GIF", save_all=True, append_images=_film()[1:]),
    )
    yield "BMP in run lengths, filled", lambda: squeezed_bmp(SIDE, SIDE) + bytes(2 * JUNK)
    yield "JPEG", lambda: encoded(_white(), "JPEG")
    yield "JPEG, long", lambda: encoded(_white(1660, 30_000), "JPEG")
    yield "JPEG, progressive", lambda: encoded(_white(), "JPEG", progressive=True)
    yield (
        "JPEG, progressive, filled",
        lambda: jpeg_filled(encoded(_white(), "JPEG", progressive=True, subsampling=0), JUNK),
    )
    yield "WebP that says 16,000 a side", lambda: webp_saying(16_000, 16_000)
    yield "WebP of 9 megapixels", lambda: encoded(_white().resize((3000, 3000)), "WEBP", quality=0)
    yield "WebP, filled", lambda: webp_filled(_white(), JUNK, lossless=False)
    yield "WebP, lossless, filled", lambda: webp_filled(_white(), JUNK, lossless=True)
    yield (
        "WebP as a film",
        lambda: encoded(_film()[0], "WEBP", save_all=True, append_images=_film()[1:]),
    )
    yield "HEIC", lambda: encoded(_white(), "HEIF", quality=1)
    yield "HEIC, filled", lambda: heic_filled(encoded(_white(), "HEIF", quality=1), bytes(JUNK))
    yield (
        "HEIC, filled as a photo is",
        lambda: heic_filled(encoded(_white(), "HEIF", quality=1), _chance(JUNK)),
    )
    yield (
        "HEIC of 14 megapixels, filled as a photo is",
        lambda: heic_filled(encoded(_white(4000, 3500), "HEIF", quality=1), _chance(JUNK)),
    )
    yield "HEIC of tiles", lambda: heic_of_tiles([_tile()] * 196, 14, (SIDE, SIDE), turns=3)
    yield (
        "HEIC of tiles larger than they say",
        lambda: heic_filled(
            heic_of_tiles([_tile_saying_less()] * 60, 10, (5000, 3000)), _chance(JUNK)
        ),
    )


async def bombing(screen: Console, names: frozenset[str] = frozenset()) -> list[Goal]:
    """A goal for each bomb, or each of those named, and whether the worker outlives them."""
    chosen = [one for one in bombs() if not names or one[0] in names]
    reader, found, lost = PictureReader(), [], 0
    for name, made in track(chosen, "bombs", console=screen):
        content = made()
        await _open(reader, encoded(Image.new("RGB", (400, 400), "white")))
        worker, before = reader.pid, _from_now_on(reader)
        said = "read"
        try:
            await _open(reader, content)
        except ExpectedError as refused:
            said = refused.words[:12]
        alive = reader.pid == worker
        lost += not alive
        grown = _largest(reader) - before if alive else float("inf")
        screen.print(f"{name}, {len(content) / 1000:,.0f} KB: {said}, {grown:.0f} MB")
        found.append(Goal(f"{name}, MB", MOST_MB, grown))
    await reader.close()
    return [*found, Goal("workers ended by a bomb", 0, lost)]


async def _open(reader: PictureReader, content: bytes) -> None:
    async with reader.turn() as turn:
        await turn.open(content)


def _from_now_on(reader: PictureReader) -> float:
    """Let the kernel begin anew with the largest size of the worker; what it holds, in MB."""
    Path(f"/proc/{reader.pid}/clear_refs").write_text("5", "ascii")
    return _largest(reader)


def _largest(reader: PictureReader) -> float:
    status = Path(f"/proc/{reader.pid}/status").read_text("ascii")
    (line,) = [one for one in status.splitlines() if one.startswith("VmHWM:")]
    return int(line.split()[1]) / 1024
