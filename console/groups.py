"""Groups in the browser: listed and found, added, imported, described, taken out."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Form, Query, Request, Response, UploadFile

from bot.errors import InvalidInputError
from bot.services.grid import AUDIENCES, area_name, areas_within, describe_group, read_members
from bot.services.group_table import COLUMNS, import_groups, read_group_file
from bot.services.groups import (
    GroupLine,
    add_robot,
    add_wechat_group,
    list_groups,
    remove_group,
)
from bot.services.paging import Leaf, turn_to
from bot.services.permissions import Action
from console.pages import View, go, page
from console.parts import ConsoleParts, Parts
from console.visitor import Officer, needs

router = APIRouter()

GROUPS_SHOWN = 50
MOST_FILE = 900_000
ROBOT, WECHAT = "robot", "wechat"
"""The forms of which something may be wrong, besides that of a group itself."""

GroupViewer = Annotated[Officer, Depends(needs(Action.SEE_GROUPS))]
GroupAdder = Annotated[Officer, Depends(needs(Action.ADD_GROUP))]
Line = Annotated[str, Form(max_length=300)]
Number = Annotated[int, Form(ge=1, le=10**6)]
Words = Annotated[str, Form(max_length=60)]


@dataclass(frozen=True, slots=True)
class Wrong:
    """What was wrong with which form, a group's by its number, and what was typed there.

    The link and the secret of a robot are typed anew: they are shown nowhere.
    """

    form: str | int = ""
    words: str = ""
    typed: str = ""


@dataclass(frozen=True, slots=True)
class GroupsView(View):
    """Where notices can go, a page of those found; after an import how many came, or what was
    wrong line by line.
    """

    lines: Sequence[GroupLine]
    areas: Sequence[tuple[int, str]]
    leaf: Leaf
    find: str = ""
    imported: int = 0
    problems: Sequence[str] = ()
    wrong: Wrong = field(default_factory=Wrong)
    audiences: Sequence[str] = AUDIENCES
    columns: Sequence[str] = COLUMNS


@router.get("/groups")
async def groups(
    request: Request,
    parts: Parts,
    officer: GroupViewer,
    number: Annotated[int, Query(alias="page", ge=1, le=10**6)] = 1,
    find: Annotated[str, Query(max_length=60)] = "",
) -> Response:
    """Where notices can go; by words of a name or a place."""
    return await _groups(request, parts, officer, number=number, find=find.strip())


@router.post("/groups/import")
async def import_many(
    request: Request, parts: Parts, officer: GroupAdder, table: UploadFile
) -> Response:
    """Groups from a table: all of them, or what is wrong with each line."""
    content = await table.read(MOST_FILE + 1)
    if len(content) > MOST_FILE:
        raise InvalidInputError("文件太大，请分成几个再导入。")
    try:
        read = await asyncio.to_thread(read_group_file, content)
        async with parts.database.writing() as session:
            count = await import_groups(session, officer.staff, read, parts.now())
    except InvalidInputError as error:
        return await _groups(request, parts, officer, problems=error.words.split("\n"))
    return await _groups(request, parts, officer, imported=count)


@router.post("/groups")
async def add_group(
    request: Request,
    parts: Parts,
    officer: GroupAdder,
    title: Annotated[str, Form(max_length=200)] = "",
    webhook: Annotated[str, Form(max_length=500)] = "",
    secret: Annotated[str, Form(max_length=200)] = "",
) -> Response:
    """Add a group robot."""
    try:
        async with parts.database.writing() as session:
            await add_robot(session, officer.staff, title, webhook, parts.now(), secret=secret)
    except InvalidInputError as error:
        wrong = Wrong(ROBOT, error.words, title)
        return await _groups(request, parts, officer, wrong=wrong)
    return go(request, "/groups")


@router.post("/groups/wechat")
async def add_by_hand(
    request: Request,
    parts: Parts,
    officer: GroupAdder,
    title: Annotated[str, Form(max_length=200)] = "",
) -> Response:
    """Register a WeChat group that the speaker forwards to."""
    try:
        async with parts.database.writing() as session:
            await add_wechat_group(session, officer.staff, title, parts.now())
    except InvalidInputError as error:
        wrong = Wrong(WECHAT, error.words, title)
        return await _groups(request, parts, officer, wrong=wrong)
    return go(request, "/groups")


@router.post("/groups/{group_id}/describe")
async def describe(
    request: Request,
    parts: Parts,
    officer: GroupAdder,
    group_id: int,
    area: Line = "",
    members: Line = "",
    audience: Annotated[list[str] | None, Form()] = None,
    number: Number = 1,
    find: Words = "",
) -> Response:
    """A group's area, audiences and size; back to where in the list it stands."""
    try:
        async with parts.database.writing() as session:
            await describe_group(
                session,
                officer.staff,
                group_id,
                area_id=int(area) if area.isdecimal() else None,
                audiences=audience or [],
                members=read_members(members),
            )
    except InvalidInputError as error:
        wrong = Wrong(group_id, error.words, members)
        return await _groups(request, parts, officer, number=number, find=find, wrong=wrong)
    return go(request, f"/groups?{urlencode({'find': find, 'page': number})}")


@router.post("/groups/{group_id}/remove")
async def drop_group(
    request: Request,
    parts: Parts,
    officer: GroupAdder,
    group_id: int,
    number: Number = 1,
    find: Words = "",
) -> Response:
    """Send nothing more there."""
    async with parts.database.writing() as session:
        await remove_group(session, officer.staff, group_id, parts.now())
    return go(request, f"/groups?{urlencode({'find': find, 'page': number})}")


async def _groups(
    request: Request,
    parts: ConsoleParts,
    officer: Officer,
    *,
    number: int = 1,
    find: str = "",
    imported: int = 0,
    problems: Sequence[str] = (),
    wrong: Wrong | None = None,
) -> Response:
    async with parts.database.reading() as session:
        lines = await list_groups(session, officer.staff, inactive=True)
        areas = [(one.id, area_name(one)) for one in await areas_within(session, officer.staff)]
    found = [line for line in lines if find in line.title or find in line.area]
    leaf = turn_to(number, len(found), GROUPS_SHOWN)
    shown = found[leaf.offset : leaf.offset + leaf.size]
    view = GroupsView(shown, areas, leaf, find, imported, problems, wrong or Wrong())
    status = 400 if problems or wrong else 200
    return page(request, "groups.html", officer.visitor, status=status, view=view)
