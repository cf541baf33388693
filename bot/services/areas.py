"""Areas and their stations: which station a lead of some place belongs to."""

import csv
import io
from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import InvalidInputError, NotFoundError
from bot.services.leads import open_value
from bot.services.permissions import Action, require
from bot.storage import areas as rows
from bot.storage.areas import Area
from bot.storage.leads import AREA, Lead
from bot.storage.staff import Staff

NAME_LENGTH, STATION_LENGTH = 40, 60
COLUMNS = ("街道", "社区", "小区", "派出所")


async def list_areas(session: AsyncSession, staff: Staff) -> Sequence[Area]:
    """Every area."""
    require(staff.role, Action.SEE_AREAS)
    return await rows.all_areas(session)


async def add_area(
    session: AsyncSession, staff: Staff, street: str, community: str, estate: str, station: str
) -> None:
    """Add an area or change its station. Raises InvalidInputError on a missing or long name."""
    require(staff.role, Action.EDIT_AREAS)
    await _add(session, street, community, estate, station)
    await rows.place_anew(session)


async def _add(
    session: AsyncSession, street: str, community: str, estate: str, station: str
) -> None:
    street, community, estate, station = (
        " ".join(part.split()) for part in (street, community, estate, station)
    )
    if not street or not station or (estate and not community):
        raise InvalidInputError("请写明街道和派出所；写小区时也要写社区。")
    if max(map(len, (street, community, estate))) > NAME_LENGTH or len(station) > STATION_LENGTH:
        raise InvalidInputError("名称太长，请缩短。")
    await rows.keep_area(session, street, community, estate, station)


async def remove_area(session: AsyncSession, staff: Staff, area_id: int) -> None:
    """Forget an area."""
    require(staff.role, Action.EDIT_AREAS)
    if not await rows.drop_area(session, area_id):
        raise NotFoundError("没有这个地区，可能已被删除。")
    await rows.place_anew(session)


async def import_areas(session: AsyncSession, staff: Staff, table: str) -> int:
    """Add areas from CSV with the columns 街道,社区,小区,派出所; returns how many.

    Raises InvalidInputError that names the first wrong line; nothing is then kept.
    """
    require(staff.role, Action.EDIT_AREAS)
    lines = list(csv.reader(io.StringIO(table.lstrip("\ufeff"))))
    if not lines or tuple(cell.strip() for cell in lines[0]) != COLUMNS:
        raise InvalidInputError(f"第 1 行要写列名：{','.join(COLUMNS)}。")
    for number, line in enumerate(lines[1:], 2):
        if len(line) != len(COLUMNS):
            raise InvalidInputError(f"第 {number} 行应有 {len(COLUMNS)} 列。")
        try:
            await _add(session, *line)
        except InvalidInputError as wrong:
            raise InvalidInputError(f"第 {number} 行：{wrong.words}") from None
    await rows.place_anew(session)
    return len(lines) - 1


async def known_stations(session: AsyncSession) -> Sequence[str]:
    """The names of all stations."""
    return await rows.stations(session)


async def suggest_station(session: AsyncSession, place: str) -> str:
    """The station for what a resident wrote about the place; empty where nothing fits or two do.

    The finest level that is named decides: an estate before its community before its street.
    """
    return station_at(await rows.all_areas(session), place) if place.strip() else ""


async def place_lead(
    session: AsyncSession, lead: Lead, areas: Sequence[Area] | None = None
) -> None:
    """Note in which street a lead's place lies and which station's it is.

    A lead without a place keeps what is noted: statistics outlive what was deleted.
    """
    place = open_value(session, lead.area_sealed, AREA)
    if place:
        grid = areas if areas is not None else await rows.all_areas(session)
        await rows.keep_place(session, lead.id, street_of(grid, place), station_at(grid, place))


def station_at(areas: Sequence[Area], place: str) -> str:
    """The station of a place, by the finest level that is named; empty where two would do."""
    for level in ("estate", "community", "street"):
        named = {
            area.station
            for area in areas
            if _level(area) == level and getattr(area, level) in place
        }
        if named:
            return named.pop() if len(named) == 1 else ""
    return ""


def street_of(areas: Sequence[Area], place: str) -> str:
    """The street of what a resident wrote about the place; empty where none is named."""
    for area in areas:
        if any(name and name in place for name in (area.street, area.community, area.estate)):
            return area.street
    return ""


def _level(area: Area) -> str:
    if area.estate:
        return "estate"
    return "community" if area.community else "street"
