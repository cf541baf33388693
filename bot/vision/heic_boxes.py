"""A HEIC as phones make it, a grid of tiles: each can be had as a small HEIC of its own. Pure."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from bot.vision.payload import boxes

WAYS = (1, 8, 3, 6)
"""EXIF's number for a picture that is to be turned so many quarters to the left."""
CHANGED = frozenset((b"clap", b"imir", b"iscl"))
"""Properties of a picture that is cut, mirrored or scaled: it is no plain grid."""
BRAND = struct.pack(">I4s4sI8s", 24, b"ftyp", b"heic", 0, b"mif1heic")
Property = tuple[int, bytes, bytes]
"""Whether it must be understood (128) or not (0), its name, its content."""
Extents = tuple[int, tuple[tuple[int, int], ...]]
"""0: in the file, 1: beside the descriptions; then where each part begins, and its bytes."""


class NoGridError(Exception):
    """A HEIC that is no plain grid of tiles, or not as it should be."""


@dataclass(frozen=True, slots=True)
class Grid:
    """The tiles of a HEIC's main picture; sizes in pixels, before it is turned."""

    width: int
    height: int
    tile_width: int
    tile_height: int
    columns: int
    way: int
    """How it was held, as EXIF counts."""
    items: tuple[int, ...]
    """The tiles' numbers in the file, from left to right, then down."""
    file: "HeicFile"

    def tile(self, number: int) -> bytes:
        """A tile as a HEIC. Raises NoGridError."""
        item = self.items[number]
        try:
            return _alone(self.file.properties_of(item), self.file.bytes_of(item))
        except (KeyError, IndexError, ValueError, struct.error) as error:
            raise NoGridError from error


def grid_of(content: bytes) -> Grid:
    """How a HEIC's main picture is put together. Raises NoGridError."""
    try:
        return _grid(HeicFile(content))
    except (KeyError, IndexError, ValueError, struct.error) as error:
        raise NoGridError from error


def _grid(file: "HeicFile") -> Grid:
    main = file.main()
    turned = {name: part for _, name, part in file.properties_of(main)}
    said, items = file.bytes_of(main), file.tiles_of(main)
    rows, columns = said[2] + 1, said[3] + 1
    width, height = struct.unpack_from(">II" if said[1] & 1 else ">HH", said, 4)
    of_tile = {name: part for _, name, part in file.properties_of(items[0])}
    tile_width, tile_height = struct.unpack_from(">II", of_tile[b"ispe"], 4)
    whole = rows * columns == len(items) and b"hvcC" in of_tile
    covered = columns * tile_width >= width and rows * tile_height >= height
    if file.kind_of(main) != b"grid" or CHANGED & turned.keys() or not (whole and covered):
        raise NoGridError
    way = WAYS[turned.get(b"irot", b"\0")[0] & 3]
    return Grid(width, height, tile_width, tile_height, columns, way, items, file)


class HeicFile:
    """The descriptions in a HEIC. What is missing raises KeyError, what is cut short ValueError."""

    def __init__(self, content: bytes) -> None:
        self.content = content
        about = dict(boxes(memoryview(content)))[b"meta"]
        self._parts = dict(boxes(about[4:]))
        described = dict(boxes(self._parts[b"iprp"]))
        self._properties = [(name, bytes(part)) for name, part in boxes(described[b"ipco"])]
        self._chosen = dict(_choices(_Numbers(described[b"ipma"])))
        self._places = dict(_places(_Numbers(self._parts[b"iloc"])))

    def main(self) -> int:
        """The number of the main picture."""
        numbers = _Numbers(self._parts[b"pitm"])
        return numbers.next(4 if numbers.next(4) >> 24 else 2)

    def kind_of(self, item: int) -> bytes:
        """What a picture is: grid, hvc1 and others."""
        listed = self._parts[b"iinf"]
        for name, part in boxes(listed[8 if listed[0] else 6 :]):
            size = 4 if part[0] == 3 else 2
            if name == b"infe" and int.from_bytes(part[4 : 4 + size], "big") == item:
                return bytes(part[6 + size : 10 + size])
        raise KeyError(item)

    def tiles_of(self, item: int) -> tuple[int, ...]:
        """The numbers of the pictures that one is made of."""
        told = self._parts[b"iref"]
        size = 4 if told[0] else 2
        for name, part in boxes(told[4:]):
            numbers = _Numbers(part)
            if name == b"dimg" and numbers.next(size) == item:
                return tuple(numbers.next(size) for _ in range(numbers.next(2)))
        raise KeyError(item)

    def properties_of(self, item: int) -> list[Property]:
        """What is said of a picture."""
        return [(needed, *self._properties[at - 1]) for needed, at in self._chosen[item] if at]

    def bytes_of(self, item: int) -> bytes:
        """The content of a picture."""
        beside, extents = self._places[item]
        source = self._parts[b"idat"] if beside else memoryview(self.content)
        if sum(size for _, size in extents) > len(source):
            raise ValueError("more than there is")
        return b"".join(source[at : at + size] for at, size in extents)


class _Numbers:
    """Numbers one after another."""

    def __init__(self, content: memoryview) -> None:
        self._content, self._at = content, 0

    def next(self, size: int) -> int:
        """The next one, of so many bytes."""
        begin, self._at = self._at, self._at + size
        if self._at > len(self._content):
            raise ValueError("cut short")
        return int.from_bytes(self._content[begin : self._at], "big")


def _choices(numbers: _Numbers) -> Iterator[tuple[int, list[tuple[int, int]]]]:
    """Of each picture which properties it has, as they are counted from 1."""
    head = numbers.next(4)
    size = 2 if head & 1 else 1
    for _ in range(numbers.next(4)):
        item = numbers.next(4 if head >> 24 else 2)
        chosen = [numbers.next(size) for _ in range(numbers.next(1))]
        top = 1 << (8 * size - 1)
        yield item, [(128 if one & top else 0, one & (top - 1)) for one in chosen]


def _places(numbers: _Numbers) -> Iterator[tuple[int, Extents]]:
    """Of each picture where its content lies."""
    version, sizes = numbers.next(4) >> 24, numbers.next(2)
    begin, length, base, index = (sizes >> shift & 15 for shift in (12, 8, 4, 0))
    if not begin or not length:
        raise ValueError("no places")
    wide = 4 if version == 2 else 2
    for _ in range(numbers.next(wide)):
        item = numbers.next(wide)
        beside = numbers.next(2) & 15 if version else 0
        numbers.next(2)
        first, extents = numbers.next(base), []
        for _ in range(numbers.next(2)):
            numbers.next(index if version else 0)
            extents.append((first + numbers.next(begin), numbers.next(length)))
        yield item, (beside, tuple(extents))


def _alone(properties: list[Property], content: bytes) -> bytes:
    """A HEIC of one picture."""
    listed = struct.pack(">HH4sx", 1, 0, b"hvc1")
    chosen = bytes(needed | at for at, (needed, _, _) in enumerate(properties, 1))
    described = box(b"ipco", *(box(name, part) for _, name, part in properties))
    described += full_box(b"ipma", struct.pack(">IHB", 1, 1, len(chosen)), chosen)
    about = (
        full_box(b"hdlr", struct.pack(">I4s13x", 0, b"pict")),
        full_box(b"pitm", struct.pack(">H", 1)),
        full_box(b"iinf", struct.pack(">H", 1), box(b"infe", b"\2\0\0\0", listed)),
        box(b"iprp", described),
    )
    place = len(full_box(b"iloc", bytes(18)))
    begins = len(BRAND) + 12 + sum(map(len, about)) + place + 8
    where = struct.pack(">HHHHHII", 0x4400, 1, 1, 0, 1, begins, len(content))
    return BRAND + full_box(b"meta", *about, full_box(b"iloc", where)) + box(b"mdat", content)


def full_box(name: bytes, *parts: bytes) -> bytes:
    """A box of version 0 without flags."""
    return box(name, bytes(4), *parts)


def box(name: bytes, *parts: bytes) -> bytes:
    """A box with what it holds."""
    body = b"".join(parts)
    return struct.pack(">I4s", 8 + len(body), name) + body
