"""Groups and the notices that go to them."""

import asyncio
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query, Request, Response, UploadFile
from starlette.datastructures import FormData

from bot.errors import InvalidInputError
from bot.services.broadcast_course import cancel_broadcast
from bot.services.broadcast_lines import list_broadcasts
from bot.services.broadcasts import schedule_notice
from bot.services.grid import AUDIENCES, area_name, areas_within
from bot.services.group_table import COLUMNS, import_groups, read_group_file
from bot.services.groups import (
    GroupLine,
    add_robot,
    add_wechat_group,
    list_groups,
    remove_group,
)
from bot.services.notice_templates import (
    NoticeTemplate,
    fill,
    find_notice_template,
    load_notice_templates,
)
from bot.services.paging import Leaf, turn_to
from bot.services.permissions import Action
from bot.services.runtime_settings import rules_in_force
from bot.services.send_times import parse_send_time
from console.pages import go, page
from console.parts import ConsoleParts, Parts
from console.visitor import Officer, needs

router = APIRouter()

BROADCASTS_SHOWN = 30
GROUPS_SHOWN = 50
NAMED_ONE_BY_ONE = 100
"""So many groups are ticked one by one; more are chosen by area and audience in the composer."""
MOST_FILE = 900_000

GroupViewer = Annotated[Officer, Depends(needs(Action.SEE_GROUPS))]
GroupAdder = Annotated[Officer, Depends(needs(Action.ADD_GROUP))]
Sender = Annotated[Officer, Depends(needs(Action.SEND_NOTICE))]


@dataclass(frozen=True, slots=True)
class GroupsView:
    """Where notices can go, a page of those found; after an import how many came, or what was
    wrong line by line.
    """

    lines: Sequence[GroupLine]
    areas: Sequence[tuple[int, str]]
    audiences: Sequence[str]
    columns: Sequence[str]
    leaf: Leaf
    find: str = ""
    imported: int = 0
    problems: Sequence[str] = ()


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
    async with parts.database.writing() as session:
        await add_robot(session, officer.staff, title, webhook, parts.now(), secret=secret)
    return go(request, "/groups")


@router.post("/groups/wechat")
async def add_by_hand(
    request: Request,
    parts: Parts,
    officer: GroupAdder,
    title: Annotated[str, Form(max_length=200)] = "",
) -> Response:
    """Register a WeChat group that the speaker forwards to."""
    async with parts.database.writing() as session:
        await add_wechat_group(session, officer.staff, title, parts.now())
    return go(request, "/groups")


@router.post("/groups/{group_id}/remove")
async def drop_group(
    request: Request, parts: Parts, officer: GroupAdder, group_id: int
) -> Response:
    """Send nothing more there."""
    async with parts.database.writing() as session:
        await remove_group(session, officer.staff, group_id, parts.now())
    return go(request, "/groups")


@router.get("/notices")
async def notices(request: Request, parts: Parts, officer: Sender) -> Response:
    """The approved notices, and what has been sent."""
    async with parts.database.reading() as session:
        sent = await list_broadcasts(session, officer.staff, parts.now(), BROADCASTS_SHOWN)
    templates = load_notice_templates()
    titles = {template.id: template.title for template in templates}
    return page(
        request, "notices.html", officer.visitor, templates=templates, sent=sent, titles=titles
    )


@router.get("/notices/new")
async def new_notice(
    request: Request,
    parts: Parts,
    officer: Sender,
    template: Annotated[str, Query(max_length=60)] = "",
) -> Response:
    """Fill in a notice and choose its groups."""
    return await _form(request, parts, officer, find_notice_template(template))


@router.post("/notices/preview")
async def preview(request: Request, parts: Parts, officer: Sender) -> Response:
    """The notice as the groups will read it; nothing is sent yet."""
    form = await request.form()
    template = find_notice_template(_text(form, "template"))
    if _text(form, "edit"):
        return await _form(request, parts, officer, template, form)
    values = _values(form, template)
    try:
        text = fill(template, values)
        when = _text(form, "when").strip() or "现在"
        moment = parse_send_time(when, parts.now())
        chosen = _group_ids(form)
        if not chosen:
            raise InvalidInputError("请至少选择一个群。")
    except InvalidInputError as error:
        return await _form(request, parts, officer, template, form, error.words)
    async with parts.database.reading() as session:
        lines = await list_groups(session, officer.staff)
    return page(
        request,
        "notice_preview.html",
        officer.visitor,
        template=template,
        values=values,
        text=text,
        when=when,
        moment=None if when == "现在" else moment,
        groups=[line for line in lines if line.id in chosen],
        once=secrets.token_urlsafe(12),
    )


@router.post("/notices")
async def send_notice(request: Request, parts: Parts, officer: Sender) -> Response:
    """Send or schedule it; the same form sent twice is one notice."""
    form = await request.form()
    template = find_notice_template(_text(form, "template"))
    now = parts.now()
    async with parts.database.writing() as session:
        await schedule_notice(
            session,
            officer.staff,
            template.id,
            _values(form, template),
            _group_ids(form),
            parse_send_time(_text(form, "when").strip() or "现在", now),
            now=now,
            dedupe=f"console:{_text(form, 'once')[:40] or secrets.token_urlsafe(12)}",
            rules=await rules_in_force(session, parts.settings),
            bot_name=parts.settings.telegram_name,
        )
    return go(request, "/notices")


@router.post("/notices/{broadcast_id}/cancel")
async def cancel_notice(
    request: Request, parts: Parts, officer: Sender, broadcast_id: int
) -> Response:
    """Stop what has not gone out yet."""
    async with parts.database.writing() as session:
        await cancel_broadcast(session, officer.staff, broadcast_id, parts.now())
    return go(request, f"/campaigns/{broadcast_id}")


async def _groups(
    request: Request,
    parts: ConsoleParts,
    officer: Officer,
    *,
    number: int = 1,
    find: str = "",
    imported: int = 0,
    problems: Sequence[str] = (),
) -> Response:
    async with parts.database.reading() as session:
        lines = await list_groups(session, officer.staff, inactive=True)
        areas = [(one.id, area_name(one)) for one in await areas_within(session, officer.staff)]
    found = [line for line in lines if find in line.title or find in line.area]
    leaf = turn_to(number, len(found), GROUPS_SHOWN)
    shown = found[leaf.offset : leaf.offset + leaf.size]
    view = GroupsView(shown, areas, AUDIENCES, COLUMNS, leaf, find, imported, problems)
    status = 400 if problems else 200
    return page(request, "groups.html", officer.visitor, status=status, view=view)


async def _form(
    request: Request,
    parts: ConsoleParts,
    officer: Officer,
    template: NoticeTemplate,
    typed: FormData | None = None,
    problem: str = "",
) -> Response:
    async with parts.database.reading() as session:
        groups = await list_groups(session, officer.staff)
    return page(
        request,
        "notice_form.html",
        officer.visitor,
        status=400 if problem else 200,
        template=template,
        groups=groups[:NAMED_ONE_BY_ONE],
        more=max(len(groups) - NAMED_ONE_BY_ONE, 0),
        values=_values(typed, template) if typed else {},
        chosen=_group_ids(typed) if typed else set(),
        when=_text(typed, "when") if typed else "",
        problem=problem,
    )


def _values(form: FormData, template: NoticeTemplate) -> Mapping[str, str]:
    return {one.name: _text(form, f"value_{one.name}") for one in template.variables}


def _group_ids(form: FormData) -> set[int]:
    typed = [value for value in form.getlist("group") if isinstance(value, str)]
    return {
        int(value) for value in typed if value.isascii() and value.isdigit() and len(value) < 18
    }


def _text(form: FormData, name: str) -> str:
    value = form.get(name, "")
    return value if isinstance(value, str) else ""
