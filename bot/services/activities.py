"""Publicity that is not a message: filed by grid workers in one line, approved by the station."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import ConflictError, InvalidInputError
from bot.services.deed_days import read_day
from bot.services.field_pictures import may_see
from bot.services.grid import area_named, areas_within, seen_in
from bot.services.notifications import tell_resident
from bot.services.outgoing import Button, Outgoing
from bot.services.paging import Leaf, turn_to
from bot.services.permissions import Action, require
from bot.storage import activities as rows
from bot.storage.activities import Activity, ActivityState
from bot.storage.areas import Area, areas_of_staff
from bot.storage.outbox import Priority
from bot.storage.roster import chats_of_station
from bot.storage.staff import Role, Staff, chats_of_roles

KINDS: Mapping[str, str] = {
    "talk": "讲座",
    "visit": "入户",
    "banner": "横幅",
    "leaflet": "资料",
    "booth": "摆摊",
    "app": "App 核验",
    "other": "其他",
}
STATE_NAMES = {
    ActivityState.FILED: "待审核",
    ActivityState.APPROVED: "已通过",
    ActivityState.REFUSED: "未通过",
}
REPLACED = {True: "已更正", False: "已撤回"}
MOST_PEOPLE = 100_000
ACTIVITIES_SHOWN = 50
HOW = (
    "请写地点和人数，中间空一格，例如：幸福里活动室 45\n"
    "以前办的在前面写日期，例如：12月31日 幸福里活动室 45"
)
IN_ONE_LINE = re.compile(r"(?P<place>.*\S)\s+(?P<people>\d{1,6})\s*(?:人|户|份|条)?")


@dataclass(frozen=True, slots=True)
class ActivityLine:
    """An activity as lists show it; `stands` is one that was approved and not corrected since,
    `why` says why one was, `value` is its kind as forms send it."""

    id: int
    kind: str
    place: str
    people: int
    worker: str
    filed_at: datetime
    state: str
    pictured: bool = False
    stands: bool = False
    why: str = ""
    value: str = ""


async def file_activity(
    session: AsyncSession, staff: Staff, kind: str, line: str, now: datetime
) -> Activity:
    """File an activity from its kind and one line with place and people, before them the day where
    that was not today; it counts for that day."""
    at, rest = read_day(line, now)
    return (await file_activities(session, staff, [(kind, rest, at)]))[0]


async def file_activities(
    session: AsyncSession, staff: Staff, filed: Sequence[tuple[str, str, datetime]]
) -> list[Activity]:
    """File a sheet of them: kind, line and time of each; all or none."""
    require(staff.role, Action.FILE_ACTIVITY)
    read = [(kind, *read_line(kind, line), at) for kind, line, at in filed]
    areas, sole = await areas_within(session, staff), await areas_of_staff(session, staff.id)
    activities = [
        Activity(
            kind=kind,
            place=place,
            people=people,
            area_id=next(iter(sole)) if len(sole) == 1 else area_named(areas, place),
            staff_id=staff.id,
            filed_at=at,
            state=ActivityState.FILED,
        )
        for kind, place, people, at in read
    ]
    session.add_all(activities)
    await session.flush()
    return activities


async def tell_station(
    session: AsyncSession, filed: Activity, worker: Staff, now: datetime
) -> None:
    """Show an activity to the officers of its area's station, with one tap to decide; where its
    area is not known, or has no officer with a chat, to the duty team.
    """
    area = await session.get(Area, filed.area_id) if filed.area_id else None
    photo = "照片在值班台“活动”里看。" if filed.picture else ""
    what = f"{KINDS[filed.kind]}，{filed.place}，{filed.people} 人"
    answers = (("通过", "approve"), ("不通过", "refuse"))
    row = tuple(Button(name, f"deed:{act}:{filed.id}") for name, act in answers)
    message = Outgoing(f"【活动待审核】{worker.name}：{what}。{photo}", (row,))
    chats = await chats_of_station(session, area.station) if area else ()
    for chat in chats or await chats_of_roles(session, (Role.DUTY,)):
        key, low = f"activity:{filed.id}", Priority.DIGEST
        await tell_resident(session, chat, message, key=key, priority=low, now=now)


def read_line(kind: str, line: str) -> tuple[str, int]:
    """Place and people. Raises InvalidInputError."""
    if kind not in KINDS:
        raise InvalidInputError("请点下面的按钮选一类。")
    found = IN_ONE_LINE.fullmatch(" ".join(unicodedata.normalize("NFKC", line).split()))
    if not found:
        raise InvalidInputError(HOW)
    place, people = found["place"], int(found["people"])
    if len(place) > 60 or not 0 < people <= MOST_PEOPLE:
        raise InvalidInputError(f"地点最多 60 个字，人数 1 到 {MOST_PEOPLE}。{HOW}")
    return place, people


async def leaf_of_activities(session: AsyncSession, staff: Staff, page: int) -> Leaf:
    """A page of list_activities, from 1. Raises NotFoundError where it is not there."""
    require(staff.role, Action.SEE_PUBLICITY)
    within = await seen_in(session, staff)
    return turn_to(page, await rows.count_listed(session, within=within), ACTIVITIES_SHOWN)


async def list_activities(
    session: AsyncSession, staff: Staff, offset: int = 0
) -> list[ActivityLine]:
    """A page of the activities, as far as somebody sees them: those that wait for a decision
    first, then the newest."""
    require(staff.role, Action.SEE_PUBLICITY)
    within = await seen_in(session, staff)
    return [
        ActivityLine(
            one.id,
            KINDS.get(one.kind, one.kind),
            one.place,
            one.people,
            worker,
            one.filed_at,
            STATE_NAMES[ActivityState(one.state)] if later is None else REPLACED[later.people > 0],
            may_see(staff, one),
            one.state == ActivityState.APPROVED and later is None,
            "" if later is None else later.why,
            one.kind,
        )
        for one, worker, later in await rows.listed_activities(
            session, ACTIVITIES_SHOWN, offset, within=within
        )
    ]


async def decide_activity(
    session: AsyncSession, staff: Staff, activity_id: int, approved: bool, now: datetime
) -> None:
    """Approve or refuse an activity; only what is approved counts."""
    await decide_activities(session, staff, [activity_id], approved, now)


async def decide_activities(
    session: AsyncSession, staff: Staff, ids: Sequence[int], approved: bool, now: datetime
) -> None:
    """The same for a sheet. Raises ConflictError where one of them was decided before."""
    require(staff.role, Action.APPROVE_ACTIVITY)
    state = ActivityState.APPROVED if approved else ActivityState.REFUSED
    within = await seen_in(session, staff)
    if await rows.decide(session, ids, state, staff.id, now, within=within) != len(ids):
        raise ConflictError("没有这项活动，不在您的辖区，或已经审核过了。")


async def totals(
    session: AsyncSession, staff: Staff, since: datetime, until: datetime
) -> dict[str, tuple[int, int]]:
    """Approved activities and the people they reached in a time, by kind, that somebody sees."""
    require(staff.role, Action.SEE_PUBLICITY)
    within = await seen_in(session, staff)
    counted = await rows.count_activities(session, since, until, within=within)
    return {KINDS.get(kind, kind): found for kind, found in counted.items()}
