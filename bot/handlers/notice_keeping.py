"""A notice of /notice is stored as a draft while it is prepared; it stays one or goes."""

from contextlib import suppress
from dataclasses import replace

from bot.errors import NotAllowedError, NotFoundError
from bot.handlers import keyboards
from bot.handlers import notice_views as words
from bot.handlers.keyboards import DraftButton
from bot.handlers.notice_answers import Speaker
from bot.handlers.notice_draft import NoticeDraft
from bot.handlers.replies import Reply, say
from bot.services.kept_drafts import NEW, Origin, drop_draft, keep_draft
from bot.services.sketches import sketch_of

CANCEL, KEEP = "cancel", "keep"


async def leave_notice(speaker: Speaker, draft: NoticeDraft, way: str) -> Reply:
    """Out of the dialogue: what was begun just now is thrown away or kept, a draft stays one."""
    if way == KEEP and not draft.kept:
        draft = await stored(speaker, draft)
    await speaker.state.clear()
    if way == CANCEL and not draft.opened:
        if draft.kept:
            with suppress(NotFoundError, NotAllowedError):
                await drop_draft(speaker.session, speaker.staff, draft.kept, speaker.now)
        return say(speaker.chat, words.NOTICE_CANCELLED)
    drop = keyboards.button("删掉草稿", DraftButton(act="drop", number=draft.kept))
    return say(speaker.chat, words.NOTICE_KEPT, keyboards.rows([drop]))


async def stored(speaker: Speaker, draft: NoticeDraft, origin: Origin = NEW) -> NoticeDraft:
    """The same, stored as it stands, so that it is there whatever the speaker does next."""
    ref = await keep_draft(
        speaker.session,
        speaker.staff,
        sketch_of(draft.plan(), ""),
        key=f"chat:{draft.nonce}",
        now=speaker.now,
        ref=draft.ref,
        origin=origin,
    )
    return replace(draft, kept=ref.id, version=ref.version)
