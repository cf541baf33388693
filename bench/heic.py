"""HEIC files as phones make them, put together from tiles. For bombs and tests."""

import struct
from collections.abc import Sequence

from bot.vision.heic_boxes import BRAND, HeicFile, box, full_box


def heic_of_tiles(
    tiles: Sequence[bytes], columns: int, size: tuple[int, int], *, turns: int = 0
) -> bytes:
    """A HEIC of that size in pixels out of others of one size and making, row after row, to be
    turned so many quarters to the left."""
    files = [HeicFile(tile) for tile in tiles]
    properties = files[0].properties_of(files[0].main())
    contents = [file.bytes_of(file.main()) for file in files]
    numbers = range(2, len(tiles) + 2)
    rows = len(tiles) // columns
    grid = struct.pack(">BBBBII", 0, 1, rows - 1, columns - 1, *size)
    described = [box(name, part) for _, name, part in properties]
    described += [full_box(b"ispe", struct.pack(">II", *size)), box(b"irot", bytes([turns]))]
    of_grid = bytes([len(properties) + 1, 128 | len(properties) + 2])
    of_tile = bytes(needed | at for at, (needed, _, _) in enumerate(properties, 1))
    chosen = [_choice(1, of_grid), *(_choice(number, of_tile) for number in numbers)]
    listed = [_item(1, b"grid"), *(_item(number, b"hvc1") for number in numbers)]
    made_of = struct.pack(f">HH{len(tiles)}H", 1, len(tiles), *numbers)
    about = (
        full_box(b"hdlr", struct.pack(">I4s13x", 0, b"pict")),
        full_box(b"pitm", struct.pack(">H", 1)),
        full_box(b"iinf", struct.pack(">H", len(listed)), *listed),
        full_box(b"iref", box(b"dimg", made_of)),
        box(b"iprp", box(b"ipco", *described), full_box(b"ipma", _count(chosen), *chosen)),
        box(b"idat", grid),
    )
    begins = len(BRAND) + 12 + sum(map(len, about)) + 16 + 16 * len(listed) + 8
    places = [struct.pack(">HHHHII", 1, 1, 0, 1, 0, len(grid))]
    for number, content in zip(numbers, contents, strict=True):
        places.append(struct.pack(">HHHHII", number, 0, 0, 1, begins, len(content)))
        begins += len(content)
    where = struct.pack(">HH", 0x4400, len(places)) + b"".join(places)
    placed = box(b"iloc", b"\1\0\0\0", where)
    return BRAND + full_box(b"meta", *about, placed) + box(b"mdat", *contents)


def _item(number: int, kind: bytes) -> bytes:
    return box(b"infe", struct.pack(">IHH4sx", 2 << 24, number, 0, kind))


def _choice(number: int, properties: bytes) -> bytes:
    return struct.pack(">HB", number, len(properties)) + properties


def _count(entries: Sequence[bytes]) -> bytes:
    return struct.pack(">I", len(entries))
