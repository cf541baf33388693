"""Notices: those approved beforehand, what has been sent, and the drafts."""

import secrets
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response
from starlette.datastructures import FormData

from bot.errors import InvalidInputError
from bot.services.broadcast_course import cancel_broadcast
from bot.services.broadcast_lines import BroadcastLine, list_broadcasts
from bot.services.broadcasts import schedule_notice
from bot.services.groups import GroupLine, list_groups
from bot.services.kept_drafts import KeptDraft, list_drafts
from bot.services.notice_templates import (
    NoticeTemplate,
    fill,
    find_notice_template,
    load_notice_templates,
)
from bot.services.permissions import Action, may
from bot.services.runtime_settings import rules_in_force
from bot.services.send_times import parse_send_time
from console.pages import View, go, page
from console.parts import ConsoleParts, Parts
from console.visitor import Officer, needs

router = APIRouter()

BROADCASTS_SHOWN = 30
DRAFTS_SHOWN = 30
NAMED_ONE_BY_ONE = 100
"""So many groups are ticked one by one; more are chosen by area and audience in the composer."""

Sender = Annotated[Officer, Depends(needs(Action.SEND_NOTICE))]
Reader = Annotated[Officer, Depends(needs(Action.SEE_PUBLICITY))]


@dataclass(frozen=True, slots=True)
class NoticesView(View):
    """The approved notices, what has been sent, the drafts, and the titles of notices by id."""

    templates: Sequence[NoticeTemplate]
    sent: Sequence[BroadcastLine]
    drafts: Sequence[KeptDraft]
    more_drafts: bool
    titles: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class NoticeForm(View):
    """A notice to be filled in, with the groups to tick; `more` are not listed, `once` marks this
    one form."""

    template: NoticeTemplate
    groups: Sequence[GroupLine]
    more: int
    values: Mapping[str, str]
    chosen: Set[int]
    when: str
    once: str
    problem: str


@dataclass(frozen=True, slots=True)
class NoticePreview(View):
    """A notice as the groups will read it; no `moment` is at once, `once` marks this one form."""

    template: NoticeTemplate
    values: Mapping[str, str]
    text: str
    when: str
    moment: datetime | None
    groups: Sequence[GroupLine]
    once: str


@router.get("/notices")
async def notices(request: Request, parts: Parts, officer: Reader) -> Response:
    """What has been sent; for who may send, the approved notices and the drafts."""
    staff = officer.staff
    async with parts.database.reading() as session:
        sent = await list_broadcasts(session, staff, parts.now(), BROADCASTS_SHOWN)
        drafts = await list_drafts(session, staff, DRAFTS_SHOWN + 1)
    templates = load_notice_templates()
    view = NoticesView(
        templates if may(staff.role, Action.SEND_NOTICE) else (),
        sent,
        drafts[:DRAFTS_SHOWN],
        len(drafts) > DRAFTS_SHOWN,
        {template.id: template.title for template in templates},
    )
    return page(request, "notices.html", officer.visitor, view=view)


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
    view = NoticePreview(
        template,
        values,
        text,
        when,
        None if when == "现在" else moment,
        [line for line in lines if line.id in chosen],
        secrets.token_urlsafe(12),
    )
    return page(request, "notice_preview.html", officer.visitor, view=view)


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
    view = NoticeForm(
        template,
        groups[:NAMED_ONE_BY_ONE],
        max(len(groups) - NAMED_ONE_BY_ONE, 0),
        _values(typed, template) if typed else {},
        _group_ids(typed) if typed else frozenset(),
        _text(typed, "when") if typed else "",
        secrets.token_urlsafe(12),
        problem,
    )
    status = 400 if problem else 200
    return page(request, "notice_form.html", officer.visitor, status=status, view=view)


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
