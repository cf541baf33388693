"""The verdict on a case as a message: said anew, or in the place of the one on what came before."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from aiogram.types import Message
from aiogram.utils.formatting import Text
from sqlalchemy.ext.asyncio import AsyncSession

from bot.handlers import elder_views, keyboards, views
from bot.handlers.bundles import Bundle
from bot.handlers.origins import origin_of, with_origins
from bot.handlers.replies import Reply, say, say_instead
from bot.matching.library import Library
from bot.matching.result import Verdict
from bot.services.checks import judge_text, keep_check, renew_check
from bot.services.reported import with_reports
from bot.storage.residents import Resident

MOST_NOTES = 6


@dataclass(frozen=True, slots=True)
class Found:
    """What one message came to: the words that were judged or stand for it, its verdict, and what
    is told of it besides."""

    text: str
    verdict: Verdict
    note: str = ""


async def judge_together(bundle: Bundle | None, verdict: Verdict, library: Library) -> Verdict:
    """The verdict on a message and on all that came with it, whichever is graver."""
    if bundle is None:
        return verdict
    judged = [verdict]
    if bundle.joined and bundle.text:
        judged.insert(0, await judge_text(bundle.text, library))
    return bundle.judged(*judged)


async def found_together(
    session: AsyncSession, found: Found, bundle: Bundle | None, update_id: int, library: Library
) -> Found:
    """What a card, a file or a voice note came to, with what came before it."""
    verdict, text = found.verdict, found.text
    if bundle is not None:
        bundle.bring(update_id, found.text, found.note)
        verdict = await judge_together(bundle, verdict, library)
        text = bundle.text if bundle.joined else text
    return Found(text, await with_reports(session, text, verdict, library), found.note)


async def answer(
    message: Message,
    chat: int,
    session: AsyncSession,
    resident: Resident,
    found: Found,
    now: datetime,
    bundle: Bundle | None,
) -> tuple[Reply, str]:
    """The verdict as a message to a chat, and the reference of its check."""
    verdict, before = found.verdict, bundle.answer if bundle is not None else None
    words = elder_views.verdict_for_elders(verdict) if resident.elder else views.verdict(verdict)
    if bundle is None or before is None or not bundle.joined:
        reference = await keep_check(session, resident, found.text, verdict, now)
        told = with_origins(with_notes(words, [found.note]), [origin_of(message)])
        return say(chat, told, keyboards.under_verdict(verdict, reference)), reference
    reference = await renew_check(session, resident, before.reference, bundle.text, verdict, now)
    told = with_origins(with_notes(words, bundle.notes), bundle.origins, len(bundle.texts))
    keyboard = keyboards.under_verdict(verdict, reference)
    return say_instead(chat, before.message_id, told, keyboard), reference


def with_notes(words: Text | str, notes: Sequence[str]) -> Text:
    """An answer with what is told of cards, files and voice notes."""
    known = [note for note in notes if note]
    lines = known[:MOST_NOTES]
    if len(known) > MOST_NOTES:
        lines.append(f"还有 {len(known) - MOST_NOTES} 条没有一一列出。")
    return Text(words, "\n\n" + "\n".join(lines)) if lines else Text(words)
