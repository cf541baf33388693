"""Areas and their stations: which station a lead of some place belongs to."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import ConflictError, InvalidInputError, NotFoundError
from bot.services.campaigns import read_selector
from bot.services.lead_files import read_table
from bot.services.leads import open_value
from bot.services.permissions import Action, require
from bot.storage import areas as rows
from bot.storage.areas import Area
from bot.storage.broadcasts import planned_by_selector
from bot.storage.leads import AREA, Lead
from bot.storage.staff import Staff

NAME_LENGTH, STATION_LENGTH = 40, 60
MOST_LINES = 5000
PROBLEMS_SHOWN = 20
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
    if wrong := _wrong_names(street, community, estate, station):
        raise InvalidInputError(wrong)
    await rows.keep_area(session, street, community, estate, station)


def _wrong_names(street: str, community: str, estate: str, station: str) -> str:
    if not street or not station or (estate and not community):
        return "请写明街道和派出所；写小区时也要写社区。"
    if max(map(len, (street, community, estate))) > NAME_LENGTH or len(station) > STATION_LENGTH:
        return "名称太长，请缩短。"
    return ""


async def remove_area(session: AsyncSession, staff: Staff, area_id: int) -> None:
    """Forget an area. Raises ConflictError while a campaign that is still to come names it."""
    require(staff.role, Action.EDIT_AREAS)
    if planned := await _campaigns_for(session, area_id):
        numbers = "、".join(map(str, planned[:5])) + (" 等" if len(planned) > 5 else "")
        raise ConflictError(
            f"还有 {len(planned)} 条要发的通知选了这个地区（编号 {numbers}），请先取消它们再删。"
        )
    if not await rows.drop_area(session, area_id):
        raise NotFoundError("没有这个地区，可能已被删除。")
    await rows.place_anew(session)


async def _campaigns_for(session: AsyncSession, area_id: int) -> list[int]:
    """The campaigns still to come that were written for an area by name."""
    coming = await planned_by_selector(session)
    return [number for number, stored in coming if area_id in read_selector(stored)[0].areas]


@dataclass(frozen=True, slots=True)
class AreaTable:
    """A table of areas as it was read: what can be kept, and what is wrong, by line."""

    lines: tuple[tuple[str, str, str, str], ...]
    problems: tuple[str, ...]

    def to_csv(self) -> str:
        """The good lines in the form that import_areas takes."""
        out = io.StringIO()
        csv.writer(out).writerows([COLUMNS, *self.lines])
        return out.getvalue()


def read_area_file(content: bytes) -> AreaTable:
    """A CSV or XLSX file with the columns 街道,社区,小区,派出所. Raises InvalidInputError."""
    return read_area_lines([_filled(line) for line in islice(read_table(content), MOST_LINES + 2)])


def read_area_table(table: str) -> AreaTable:
    """The same from text that was typed or pasted."""
    return read_area_file(table.encode())


def read_area_lines(lines: Sequence[Sequence[str]]) -> AreaTable:
    """Every line is looked at, so that all that is wrong is said at once."""
    if not lines or tuple(cell.strip() for cell in lines[0][: len(COLUMNS)]) != COLUMNS:
        return AreaTable((), (f"第 1 行要写列名：{','.join(COLUMNS)}。",))
    kept: dict[tuple[str, str, str], tuple[str, str, str, str]] = {}
    problems = []
    for number, line in enumerate(lines[1:], 2):
        cells = [" ".join(cell.split()) for cell in line]
        if not any(cells):
            continue
        if len(cells) != len(COLUMNS):
            problems.append(f"第 {number} 行应有 {len(COLUMNS)} 列，这里有 {len(cells)} 列。")
            continue
        street, community, estate, station = cells
        if wrong := _wrong_names(street, community, estate, station):
            problems.append(f"第 {number} 行：{wrong}")
        elif (street, community, estate) in kept:
            problems.append(f"第 {number} 行：这个地区前面写过了。")
        else:
            kept[street, community, estate] = (street, community, estate, station)
    if any(cell.strip() for line in lines[MOST_LINES + 1 :] for cell in line):
        problems.append(f"这个表超过 {MOST_LINES} 行，请分成几个文件。")
    if len(lines) == 1:
        problems.append("只有列名，没有地区。")
    return AreaTable(tuple(kept.values()), tuple(problems))


def _filled(cells: list[str]) -> list[str]:
    """A row of a sheet is as wide as the sheet; an empty further column is none."""
    return cells if any(cells[len(COLUMNS) :]) else cells[: len(COLUMNS)]


async def import_areas(session: AsyncSession, staff: Staff, table: str) -> int:
    """Add areas from a table with the columns 街道,社区,小区,派出所; returns how many.

    Raises InvalidInputError that names every wrong line; nothing is then kept.
    """
    require(staff.role, Action.EDIT_AREAS)
    read = read_area_table(table)
    if read.problems:
        more = len(read.problems) - PROBLEMS_SHOWN
        shown = "\n".join(read.problems[:PROBLEMS_SHOWN])
        raise InvalidInputError(shown + (f"\n还有 {more} 处。" if more > 0 else ""))
    for line in read.lines:
        await rows.keep_area(session, *line)
    await rows.place_anew(session)
    return len(read.lines)


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
