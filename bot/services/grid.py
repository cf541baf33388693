"""The grid: in which areas a worker acts, and which tags a group carries."""

import unicodedata
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import InvalidInputError, NotFoundError
from bot.services.permissions import Action, require
from bot.storage import areas as rows
from bot.storage.areas import Area
from bot.storage.groups import CommunityGroup, Within
from bot.storage.staff import Role, Staff, all_staff, staff_by_login

AUDIENCES = ("老人", "家长", "财务", "商户", "学生", "车主", "求职者")
ELDERS = "老人"
MOST_MEMBERS = 200_000
NO_SIZE = f"群人数要写 1 到 {MOST_MEMBERS:,} 的整数，例如 320。"
UNCHANGED = -1
"""Neither an area nor a size: what was there stays."""


def area_name(area: Area) -> str:
    """An area in one line, the coarse level first."""
    return " ".join(part for part in (area.street, area.community, area.estate) if part)


def with_inside(areas: Iterable[Area], chosen: Collection[int]) -> frozenset[int]:
    """The ids of the chosen areas and of everything that lies in them."""
    known = list(areas)
    tops = [area for area in known if area.id in chosen]
    return frozenset(area.id for area in known if any(_lies_in(area, top) for top in tops))


def right_inside(areas: Iterable[Area], top: int) -> list[Area]:
    """The areas next below one, in their order; for 0 those that lie in none of the others."""
    known = list(areas)
    by_name = {(area.street, area.community, area.estate): area.id for area in known}

    def above(area: Area) -> int:
        wider = ((area.street, area.community, ""), (area.street, "", ""))
        found = (by_name.get(name, area.id) for name in wider)
        return next((number for number in found if number != area.id), 0)

    return [area for area in known if above(area) == top]


def in_street(areas: Iterable[Area], street: str) -> list[int]:
    """The id of a street, or where it is no area of its own, of all that lies in it."""
    inside = [area for area in areas if street and area.street == street]
    whole = [area.id for area in inside if not area.community]
    return whole or [area.id for area in inside]


def _lies_in(area: Area, top: Area) -> bool:
    return (
        area.street == top.street
        and (not top.community or area.community == top.community)
        and (not top.estate or area.estate == top.estate)
    )


async def scope_of(session: AsyncSession, staff: Staff) -> frozenset[int] | None:
    """The areas somebody acts in; None: everywhere."""
    if staff.role != Role.GRID:
        return None
    own = await rows.areas_of_staff(session, staff.id)
    return with_inside(await rows.all_areas(session), own)


async def seen_in(session: AsyncSession, staff: Staff) -> Within | None:
    """Where somebody sees what came of notices and activities; None: everywhere.

    A station sees its areas; a grid worker his, and of no area what he registered.
    """
    if staff.role == Role.STATION:
        known = await rows.all_areas(session)
        return Within(frozenset(area.id for area in known if area.station == staff.station))
    scope = await scope_of(session, staff)
    return None if scope is None else Within(scope, staff.id)


def area_named(areas: Sequence[Area], place: str) -> int | None:
    """The area that a place names, the finest first; None where none does or two do."""
    for level in ("estate", "community", "street"):
        named = {area.id for area in areas if name_of(area) == getattr(area, level) in place}
        if named:
            return named.pop() if len(named) == 1 else None
    return None


def name_of(area: Area) -> str:
    """The name of an area without what it lies in."""
    return area.estate or area.community or area.street


async def areas_within(session: AsyncSession, staff: Staff) -> Sequence[Area]:
    """The areas somebody acts in."""
    scope = await scope_of(session, staff)
    return [area for area in await rows.all_areas(session) if scope is None or area.id in scope]


def may_use(group: CommunityGroup, staff: Staff, scope: frozenset[int] | None) -> bool:
    """Whether somebody with that scope acts on a group; of no area, only who registered it."""
    if scope is None:
        return True
    if group.area_id is None:
        return staff.id in (group.added_by, group.keeper_id)
    return group.area_id in scope


@dataclass(frozen=True, slots=True)
class GridWorker:
    """A grid worker with an account, and the ids of the areas assigned to him."""

    login: str
    name: str
    areas: tuple[int, ...]


async def list_grid_workers(session: AsyncSession, staff: Staff) -> list[GridWorker]:
    """Who walks which areas, by login; who has left is not listed."""
    require(staff.role, Action.EDIT_AREAS)
    assigned = await rows.assigned_areas(session)
    return [
        GridWorker(one.login, one.name, tuple(sorted(assigned.get(one.id, ()))))
        for one in await all_staff(session)
        if one.active and one.role == Role.GRID
    ]


async def assign_areas(
    session: AsyncSession, staff: Staff, login: str, area_ids: Collection[int]
) -> None:
    """Say in which areas a grid worker acts from now on."""
    require(staff.role, Action.EDIT_AREAS)
    worker = await staff_by_login(session, login)
    if worker is None or worker.role != Role.GRID:
        raise NotFoundError("没有这个网格员，请先邀请。")
    known = {area.id for area in await rows.all_areas(session)}
    if not set(area_ids) <= known:
        raise NotFoundError("有的地区已被删除，请刷新后重选。")
    await rows.set_areas_of_staff(session, worker.id, sorted(set(area_ids)))


async def describe_group(
    session: AsyncSession,
    staff: Staff,
    group_id: int,
    *,
    area_id: int | None,
    audiences: Sequence[str],
    members: int | None,
) -> CommunityGroup:
    """Give a group its area, its audiences and its size."""
    require(staff.role, Action.ADD_GROUP)
    scope = await scope_of(session, staff)
    group = await session.get(CommunityGroup, group_id)
    if group is None or not may_use(group, staff, scope):
        raise NotFoundError("没有这个群，或不在您的网格里。")
    if area_id is not None:
        known = {area.id for area in await rows.all_areas(session)}
        if area_id not in known or (scope is not None and area_id not in scope):
            raise InvalidInputError("这个地区不在您的网格里，请重选。")
    if members is not None and not 0 < members <= MOST_MEMBERS:
        raise InvalidInputError(NO_SIZE)
    group.area_id = area_id
    group.audiences = pack_audiences(audiences)
    group.members = members
    await session.flush()
    return group


async def amend_group(
    session: AsyncSession,
    staff: Staff,
    group_id: int,
    *,
    area_id: int | None = UNCHANGED,
    audiences: Sequence[str] | None = None,
    members: int | None = UNCHANGED,
) -> CommunityGroup:
    """Change one thing of a group and leave the others."""
    group = await session.get(CommunityGroup, group_id)
    if group is None:
        raise NotFoundError("没有这个群，或不在您的网格里。")
    return await describe_group(
        session,
        staff,
        group_id,
        area_id=group.area_id if area_id == UNCHANGED else area_id,
        audiences=audiences_of(group) if audiences is None else audiences,
        members=group.members if members == UNCHANGED else members,
    )


def pack_audiences(tags: Sequence[str]) -> str:
    """Tags as they are stored. Raises InvalidInputError for an unknown one."""
    for tag in tags:
        if tag not in AUDIENCES:
            raise InvalidInputError(f"没有“{tag}”这类人群，可选：{'、'.join(AUDIENCES)}。")
    kept = [tag for tag in AUDIENCES if tag in tags]
    return f"|{'|'.join(kept)}|" if kept else ""


def audiences_of(group: CommunityGroup) -> tuple[str, ...]:
    """The tags of a group."""
    return tuple(tag for tag in group.audiences.split("|") if tag)


def read_members(text: str) -> int | None:
    """A group's size as people write it; None for an empty line."""
    typed = unicodedata.normalize("NFKC", text).strip().removesuffix("人").strip()
    if not typed:
        return None
    if not typed.isdecimal() or not 0 < int(typed) <= MOST_MEMBERS:
        raise InvalidInputError(NO_SIZE)
    return int(typed)
