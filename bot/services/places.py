"""Where a resident lives, chosen from the grid: few places at a time, or by a typed name. Pure."""

import unicodedata
from collections import Counter
from collections.abc import Sequence

from bot.services.grid import area_name, name_of, right_inside
from bot.storage.areas import Area

MOST_SHOWN = 60
"""Of the hundred buttons that a Telegram message takes, with room for the others."""
MOST_FOUND = 12
LONGEST_NAME = 20
ENDINGS = ("社区", "小区", "街道", "村")


def first_places(areas: Sequence[Area]) -> Sequence[Area]:
    """What is offered first: communities where they fit, else streets; nothing where even these
    are too many to show."""
    communities = [area for area in areas if area.community and not area.estate]
    held = {area.street for area in communities}
    alone = [area for area in areas if not area.community and area.street not in held]
    for offered in ([*communities, *alone] if communities else [], right_inside(areas, 0)):
        if 0 < len(offered) <= MOST_SHOWN:
            return offered
    return []


def places_inside(areas: Sequence[Area], top: int) -> Sequence[Area]:
    """What lies right inside one; nothing where that is too much to show."""
    inside = right_inside(areas, top)
    return inside if len(inside) <= MOST_SHOWN else []


def places_named(areas: Sequence[Area], typed: str) -> Sequence[Area]:
    """The places whose own name holds what was typed, the nearest first."""
    wanted = _plain(typed)
    if not wanted:
        return []
    found = [(_plain(name_of(area)), area) for area in areas]
    near = [(name != wanted, len(name), area) for name, area in found if wanted in name]
    near.sort(key=lambda one: one[:2])
    return [area for *_, area in near[:MOST_FOUND]]


def shown_names(areas: Sequence[Area]) -> list[tuple[int, str]]:
    """The ids of places with their names, in full where two are called the same."""
    count = Counter(name_of(area) for area in areas)
    return [
        (area.id, name_of(area) if count[name_of(area)] == 1 else area_name(area)) for area in areas
    ]


def _plain(name: str) -> str:
    plain = "".join(unicodedata.normalize("NFKC", name).casefold().split())
    for ending in ENDINGS:
        if len(plain) > len(ending):
            plain = plain.removesuffix(ending)
    return plain
