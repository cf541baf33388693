"""A campaign's areas as a map of tiles: a row a street, a tile a community, its colour, sign and
number how many of its groups were reached. Where the houses stand is not known here."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby

from bot.storage.area_ledger import AreaFigures


class Reach(StrEnum):
    """How far a notice got in a community; the name of the tile's class."""

    ALL = "all"
    SOME = "some"
    WAITING = "waiting"
    FAILED = "failed"
    NONE = "none"


SIGNS = {
    Reach.ALL: ("✓", "都收到"),
    Reach.SOME: ("◐", "收到一部分"),
    Reach.WAITING: ("…", "在等"),
    Reach.FAILED: ("!", "有没送到的"),
    Reach.NONE: ("–", "还没有收到"),
}


@dataclass(frozen=True, slots=True)
class Tile:
    """A community; `words` is what somebody hears who does not see the colour."""

    name: str
    reach: Reach
    sign: str
    words: str
    reached: int
    groups: int


@dataclass(frozen=True, slots=True)
class Street:
    """A row of the map."""

    name: str
    tiles: tuple[Tile, ...]


@dataclass(frozen=True, slots=True)
class AreaMap:
    """The streets, and what the signs mean that stand on it."""

    streets: tuple[Street, ...]
    legend: tuple[tuple[Reach, str, str], ...]


def map_of(areas: Sequence[AreaFigures]) -> AreaMap | None:
    """The map; None where fewer than two communities would stand on it."""
    placed = [one for one in areas if one.street and one.groups]
    placed.sort(key=lambda one: (one.street, one.community))
    if len(placed) < 2:
        return None
    streets = tuple(
        Street(name, tuple(_tile(one) for one in inside))
        for name, inside in groupby(placed, key=lambda one: one.street)
    )
    shown = {tile.reach for street in streets for tile in street.tiles}
    return AreaMap(streets, tuple((reach, *SIGNS[reach]) for reach in Reach if reach in shown))


def reached_in(area: AreaFigures) -> int:
    """Groups that a robot reached, and those whose keeper confirmed, at most what is left: who
    forwards again and again confirms each time."""
    return area.reached + min(area.confirmed, area.groups - area.reached)


def reach_of(area: AreaFigures) -> Reach:
    """How far it got."""
    if area.failed:
        return Reach.FAILED
    if 0 < area.groups <= reached_in(area) and area.confirmed >= area.asked:
        return Reach.ALL
    if reached_in(area):
        return Reach.SOME
    return Reach.WAITING if area.waiting or area.asked else Reach.NONE


def _tile(area: AreaFigures) -> Tile:
    reach = reach_of(area)
    name = area.community or "整个街道"
    return Tile(name, reach, *SIGNS[reach], reached_in(area), area.groups)
