"""The composer: a campaign written with its audience counted and its looks beside it."""

import asyncio
import secrets
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.datastructures import FormData

from bot.errors import ConflictError, InvalidInputError, NotFoundError
from bot.services.broadcasts import send_test
from bot.services.campaign_draft import Draft, examine
from bot.services.campaign_looks import NO_NUMBER
from bot.services.campaigns import PLACES
from bot.services.filling import Signature, link_to_bot
from bot.services.grid import AUDIENCES, area_name, areas_within
from bot.services.groups import CHANNEL_NAMES
from bot.services.kept_drafts import DRAFTS_KEPT, KeptDraft, open_draft, submit
from bot.services.notice_templates import (
    NoticeTemplate,
    find_notice_template,
    load_notice_templates,
)
from bot.services.outgoing import PosterOrder
from bot.services.permissions import Action
from bot.services.poster import PosterSize, read_poster, small_poster
from bot.services.reach import own_among
from bot.services.runtime_settings import in_force, rules_in_force
from bot.services.sending_rules import load_calendar, rules_of
from bot.services.sketches import Sketch, sketch_like
from bot.settings import Settings
from bot.storage.broadcasts import Broadcast
from bot.storage.groups import GroupChannel
from bot.storage.staff import Staff
from bot.times import SHANGHAI
from console.campaign_form import form_of, key_in, many, numbers_in, read_plan, ref_in, text, values
from console.pages import View, go, page
from console.parts import ConsoleParts, Parts
from console.visitor import Officer, district_of, needs

router = APIRouter()

Sender = Annotated[Officer, Depends(needs(Action.SEND_NOTICE))]
Reader = Annotated[Officer, Depends(needs(Action.SEE_PUBLICITY))]
Word = Annotated[str, Query(max_length=600)]
DAY_LONG = {"Cache-Control": "private, max-age=86400"}


@dataclass(frozen=True, slots=True)
class Composer(View):
    """The form as it was left, and what would come of it; `kept` is the draft it was opened from,
    `named` are the groups that it names one by one."""

    templates: tuple[NoticeTemplate, ...]
    fitting: tuple[NoticeTemplate, ...]
    template: NoticeTemplate | None
    by_place: frozenset[str]
    areas: list[tuple[int, str]]
    named: list[tuple[int, str]]
    audiences: tuple[str, ...]
    channels: Mapping[GroupChannel, str]
    typed: Mapping[str, str]
    values: Mapping[str, str]
    chosen: Mapping[str, set[str]]
    once: str
    draft: Draft | None
    kept: KeptDraft | None
    days_kept: int
    problem: str = ""
    told: str = ""


@router.get("/campaigns/new")
async def new(
    request: Request,
    parts: Parts,
    officer: Sender,
    template: Word = "",
    words: Word = "",
    like: Annotated[int, Query(ge=0, le=10**15)] = 0,
) -> Response:
    """An empty form, or one begun with a template or a text, or with all of a campaign that is
    `like` it but its time and haste."""
    if like:
        async with parts.database.reading() as session:
            cast = await session.get(Broadcast, like)
            if cast is None:
                raise NotFoundError("没有这条通知，请从通知列表进入。")
            sketch = await sketch_like(session, cast, parts.now())
        begun = form_of(Sketch(replace(sketch.plan, emergency=False)))
        return await composing(request, parts, officer, begun, look=True)
    begun = FormData([("template", template), ("words", words)])
    return await composing(request, parts, officer, begun, look=bool(template or words))


@router.post("/campaigns/preview")
async def preview(request: Request, parts: Parts, officer: Sender) -> Response:
    """The campaign as it would go out, with everything that is wrong with it; nothing is kept."""
    return await composing(request, parts, officer, await request.form(), look=True)


@router.post("/campaigns/test")
async def test(request: Request, parts: Parts, officer: Sender) -> Response:
    """The texts and the poster to oneself only."""
    form = await request.form()
    draft = await _draft(parts, officer, form)
    try:
        async with parts.database.writing() as session:
            order = _order(await in_force(session, parts.settings), draft)
            told = await send_test(session, officer.staff, draft.tests, parts.now(), order=order)
    except InvalidInputError as error:
        return await composing(request, parts, officer, form, look=True, problem=error.words)
    words = f"已发到您绑定的 {told} 个聊天，只有您能看到。"
    return await composing(request, parts, officer, form, look=True, told=words)


@router.post("/campaigns")
async def plan(request: Request, parts: Parts, officer: Sender) -> Response:
    """Keep the campaign, of which there is no draft any more; the same form sent twice is one."""
    form = await request.form()
    wanted, wrong = read_plan(form, parts.now())
    try:
        if wrong:
            raise InvalidInputError(wrong[0])
        async with parts.database.writing() as session:
            made = await submit(
                session,
                officer.staff,
                ref_in(form),
                wanted,
                now=parts.now(),
                dedupe=key_in(form),
                rules=await rules_in_force(session, parts.settings),
                district=district_of(request),
                bot_name=parts.settings.telegram_name,
            )
    except (InvalidInputError, ConflictError) as error:
        return await composing(request, parts, officer, form, look=True, problem=error.words)
    return go(request, f"/campaigns/{made.id}")


@router.get("/campaigns/poster/{size}")
async def poster(
    request: Request, parts: Parts, officer: Reader, size: str, words: Word = ""
) -> Response:
    """A poster that is being written, as it will be drawn, made smaller for the screen."""
    sizes = {one.name.lower(): one for one in PosterSize}
    if size not in sizes:
        raise NotFoundError("没有这种大小的海报。")
    link = link_to_bot(parts.settings.telegram_name, NO_NUMBER)
    given = (read_poster(words), sizes[size], link, district_of(request))
    picture = await asyncio.to_thread(small_poster, *given)
    return Response(picture, media_type="image/png", headers=DAY_LONG)


def _order(settings: Settings, draft: Draft) -> PosterOrder | None:
    if draft.poster is None:
        return None
    link = link_to_bot(settings.telegram_name, NO_NUMBER)
    return PosterOrder(draft.poster.to_json(), link, settings.district)


async def _draft(parts: ConsoleParts, officer: Officer, form: FormData) -> Draft:
    wanted, wrong = read_plan(form, parts.now())
    async with parts.database.reading() as session:
        settings = await in_force(session, parts.settings)
        return await examine(
            session,
            officer.staff,
            wanted,
            now=parts.now(),
            rules=rules_of(settings),
            signed=Signature(settings.district, settings.telegram_name),
            wrong=wrong,
        )


async def composing(
    request: Request,
    parts: ConsoleParts,
    officer: Officer,
    typed: FormData,
    *,
    look: bool,
    problem: str = "",
    told: str = "",
) -> Response:
    """The form with what was typed, and with `look` what would come of it."""
    draft = await _draft(parts, officer, typed) if look else None
    name = text(typed, "template")
    template = find_notice_template(name) if name else None
    async with parts.database.reading() as session:
        areas = [(one.id, area_name(one)) for one in await areas_within(session, officer.staff)]
        kept = await _kept(session, officer.staff, typed)
        ids = numbers_in(typed, "group")
        named = await own_among(session, officer.staff, ids) if ids else []
    templates = load_notice_templates()
    today = parts.now().astimezone(SHANGHAI).date()
    season = {one for part in load_calendar().seasons if part.holds(today) for one in part.notices}
    view = Composer(
        templates=templates,
        fitting=tuple(one for one in templates if one.id in season),
        template=template,
        by_place=frozenset(PLACES),
        areas=areas,
        named=[(group.id, group.title) for group in named],
        audiences=AUDIENCES,
        channels=CHANNEL_NAMES,
        typed={one: text(typed, one) for one in typed},
        values=values(typed),
        chosen={one: set(many(typed, one)) for one in ("area", "audience", "channel")},
        once=text(typed, "once") or secrets.token_urlsafe(12),
        draft=draft,
        kept=kept,
        days_kept=DRAFTS_KEPT.days,
        problem=problem,
        told=told,
    )
    status = 400 if problem else 200
    return page(request, "composer.html", officer.visitor, status=status, view=view)


async def _kept(session: AsyncSession, staff: Staff, typed: FormData) -> KeptDraft | None:
    """The draft that a form was opened from, while there is one."""
    if (ref := ref_in(typed)) is None:
        return None
    with suppress(NotFoundError):
        return await open_draft(session, staff, ref.id)
    return None
