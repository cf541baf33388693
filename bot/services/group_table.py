"""Many groups from a table: robots by their address, WeChat groups without one by who forwards."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import InvalidInputError, NotFoundError
from bot.services.grid import describe_group, pack_audiences, read_members
from bot.services.groups import add_robot, add_wechat_group
from bot.services.lead_files import read_table
from bot.services.permissions import Action, may, require
from bot.storage.areas import all_areas
from bot.storage.staff import Role, Staff, staff_by_login

COLUMNS = ("名称", "地址", "密钥", "街道", "社区", "小区", "人群", "人数", "转发人")
MOST_LINES = 2000
PROBLEMS_SHOWN = 20
SEPARATORS = str.maketrans("，,；;/", "、、、、、")

Place = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class GroupRow:
    """A line of the table; without an address it is a WeChat group, to which `keeper` (a login,
    empty: who imports) forwards."""

    line: int
    title: str
    address: str
    secret: str
    place: Place
    audiences: tuple[str, ...]
    members: int | None
    keeper: str


@dataclass(frozen=True, slots=True)
class GroupTable:
    """What can be kept, and what is wrong, by line."""

    rows: tuple[GroupRow, ...]
    problems: tuple[str, ...]


def read_group_file(content: bytes) -> GroupTable:
    """A CSV or XLSX file with COLUMNS; every line is looked at. Raises InvalidInputError for a file
    that is no table."""
    lines = list(islice(read_table(content), MOST_LINES + 2))
    if not lines or tuple(cell.strip() for cell in lines[0][: len(COLUMNS)]) != COLUMNS:
        return GroupTable((), (f"第 1 行要写列名：{','.join(COLUMNS)}。",))
    rows: list[GroupRow] = []
    problems: list[str] = []
    seen: dict[tuple[str, str], int] = {}
    for number, line in enumerate(lines[1:], 2):
        cells = [" ".join(cell.split()) for cell in line]
        if not any(cells):
            continue
        try:
            row = _row(number, cells)
            _require_new(row, seen)
        except InvalidInputError as error:
            problems.append(f"第 {number} 行：{error.words}")
        else:
            rows.append(row)
    if len(lines) > MOST_LINES + 1:
        problems.append(f"这个表超过 {MOST_LINES} 行，请分成几个文件。")
    if not rows and not problems:
        problems.append("只有列名，没有群。")
    return GroupTable(tuple(rows), tuple(problems))


async def import_groups(
    session: AsyncSession, staff: Staff, table: GroupTable, now: datetime, *, api: str = ""
) -> int:
    """Add the groups of a table, or bring known ones up to date; returns how many.

    Raises InvalidInputError that names every wrong line; nothing is to be kept then. `api` stands
    in for the real servers in tests.
    """
    require(staff.role, Action.ADD_GROUP)
    problems = list(table.problems)
    areas = {(one.street, one.community, one.estate): one.id for one in await all_areas(session)}
    for row in table.rows:
        try:
            await _keep(session, staff, row, areas, now, api)
        except (InvalidInputError, NotFoundError) as error:
            problems.append(f"第 {row.line} 行：{error.words}")
    if problems:
        more = len(problems) - PROBLEMS_SHOWN
        shown = "\n".join(problems[:PROBLEMS_SHOWN])
        raise InvalidInputError(shown + (f"\n还有 {more} 处。" if more > 0 else ""))
    return len(table.rows)


def _row(number: int, cells: Sequence[str]) -> GroupRow:
    if any(cells[len(COLUMNS) :]) or len(cells) < len(COLUMNS) - 1:
        raise InvalidInputError(f"应有 {len(COLUMNS)} 列，这里有 {len(cells)} 列。")
    title, address, secret, street, community, estate, tags, members, keeper = (
        *cells[: len(COLUMNS)],
        *[""] * (len(COLUMNS) - len(cells)),
    )
    if not title:
        raise InvalidInputError("没有写群的名称。")
    if (community and not street) or (estate and not community):
        raise InvalidInputError("写社区要写街道，写小区要写社区。")
    audiences = tuple(one for one in tags.translate(SEPARATORS).split("、") if one.strip())
    pack_audiences(audiences)
    size = read_members(members.removesuffix(".0"))
    place = (street, community, estate)
    return GroupRow(number, title, address, secret, place, audiences, size, keeper)


def _require_new(row: GroupRow, seen: dict[tuple[str, str], int]) -> None:
    key = ("", row.address) if row.address else (row.keeper, row.title)
    if key in seen:
        raise InvalidInputError(f"和第 {seen[key]} 行是同一个群。")
    seen[key] = row.line


async def _keep(
    session: AsyncSession,
    staff: Staff,
    row: GroupRow,
    areas: Mapping[Place, int],
    now: datetime,
    api: str,
) -> None:
    if any(row.place) and row.place not in areas:
        raise InvalidInputError("没有这个地区，请先在“地区”里登记，或照登记的写。")
    if row.address:
        group = await add_robot(
            session, staff, row.title, row.address, now, secret=row.secret, api=api
        )
    else:
        keeper = await _keeper(session, staff, row.keeper)
        group = await add_wechat_group(session, keeper, row.title, now)
    await describe_group(
        session,
        staff,
        group.id,
        area_id=areas.get(row.place),
        audiences=row.audiences,
        members=row.members,
    )


async def _keeper(session: AsyncSession, staff: Staff, login: str) -> Staff:
    if login in ("", staff.login):
        return staff
    if staff.role == Role.GRID:
        raise InvalidInputError("微信群的转发人只能写自己，或不写。")
    keeper = await staff_by_login(session, login)
    if keeper is None or not keeper.active or not may(keeper.role, Action.ADD_GROUP):
        raise InvalidInputError("没有这个转发人，请写一位在用的网格员的登录名。")
    return keeper
