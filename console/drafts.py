"""Drafts of notices: kept from the composer, opened there again, thrown away."""

from fastapi import APIRouter, Request, Response

from bot.errors import InvalidInputError
from bot.services.kept_drafts import draft_of_refused, drop_draft, keep_draft, open_draft
from console.campaign_form import form_of, key_in, ref_in, sketch_in
from console.composer import Sender, composing
from console.pages import go
from console.parts import Parts

router = APIRouter()

KEPT = "草稿存好了，还没有提交，不会发出。"
KEPT_APART = "这份草稿别处也改过，您写的另存成了一份，两份都在“通知”里。"


@router.post("/notices/drafts")
async def keep(request: Request, parts: Parts, officer: Sender) -> Response:
    """Keep the form as it stands, whole or not; nothing of it goes out."""
    form, now = await request.form(), parts.now()
    before = ref_in(form)
    try:
        async with parts.database.writing() as session:
            ref = await keep_draft(
                session, officer.staff, sketch_in(form, now), key=key_in(form), now=now, ref=before
            )
    except InvalidInputError as error:
        return await composing(request, parts, officer, form, look=True, problem=error.words)
    apart = before is not None and before.id != ref.id
    return go(request, f"/notices/drafts/{ref.id}?{'apart' if apart else 'kept'}=1")


@router.get("/notices/drafts/{draft_id}")
async def opened(
    request: Request,
    parts: Parts,
    officer: Sender,
    draft_id: int,
    kept: bool = False,
    apart: bool = False,
) -> Response:
    """The composer with all that was kept, and what is wrong with it."""
    async with parts.database.reading() as session:
        draft = await open_draft(session, officer.staff, draft_id)
    form = form_of(draft.sketch, draft.ref)
    told = KEPT_APART if apart else KEPT if kept else ""
    return await composing(request, parts, officer, form, look=True, told=told)


@router.post("/notices/drafts/{draft_id}/drop")
async def drop(request: Request, parts: Parts, officer: Sender, draft_id: int) -> Response:
    """Throw a draft away."""
    async with parts.database.writing() as session:
        await drop_draft(session, officer.staff, draft_id, parts.now())
    return go(request, "/notices")


@router.post("/campaigns/{broadcast_id}/draft")
async def take_up(request: Request, parts: Parts, officer: Sender, broadcast_id: int) -> Response:
    """What was not approved, as a draft again."""
    async with parts.database.writing() as session:
        number = await draft_of_refused(session, officer.staff, broadcast_id, parts.now())
    return go(request, f"/notices/drafts/{number}")
