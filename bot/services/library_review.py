"""Texts that may be kept to make the library better: with consent, masked, for ninety days."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import ConflictError, InvalidInputError, NotFoundError
from bot.matching.masking import mask
from bot.services.checks import own_check
from bot.services.library_replay import Replayed, visible_text
from bot.services.library_work import accept
from bot.services.permissions import Action, require
from bot.storage import library as rows
from bot.storage.database import vault_of
from bot.storage.library import Decision, LibraryChange, ReviewText
from bot.storage.residents import Resident
from bot.storage.staff import Staff

LONGEST_READ = 4000
LONGEST_KEPT = 2000
SHORTEST_KEPT = 4
TEXT = "library_review.text"


class Source(StrEnum):
    """Where a text in the queue comes from."""

    DISPUTE = "dispute"
    REPORT = "report"


@dataclass(frozen=True, slots=True)
class Given:
    """The verdict that was given on a text, and by which library."""

    level: str
    score: float
    family: str | None
    library_version: str


@dataclass(frozen=True, slots=True)
class ReviewLine:
    """A text in the queue as an officer reads it."""

    id: int
    source: Source
    text: str
    given: Given
    kept_at: datetime


async def keep_text(
    session: AsyncSession, source: Source, text: str, given: Given, now: datetime
) -> None:
    """Keep a text, masked and sealed; the same one twice is kept once.

    Its sender must have agreed. Raises InvalidInputError where nothing is left to keep.
    """
    masked = mask(visible_text(text[:LONGEST_READ]))[:LONGEST_KEPT]
    if len(masked) < SHORTEST_KEPT:
        raise InvalidInputError("这条太短，没有保存。")
    vault = vault_of(session)
    await rows.keep_review(
        session,
        {
            "source": source,
            "text_sealed": vault.seal(masked, TEXT),
            "text_hash": vault.fingerprint(masked, TEXT),
            "level": given.level,
            "score": given.score,
            "family": given.family,
            "library_version": given.library_version,
            "kept_at": now,
        },
    )


async def keep_disputed(
    session: AsyncSession, resident: Resident, reference: str, text: str, now: datetime
) -> bool:
    """Keep the text of a check its resident disputes; False, and nothing kept, for another text.

    Consent was given for one message: only that very message, known by its hash, is taken.
    """
    check = await own_check(session, resident, reference)
    if check.text_hash != vault_of(session).fingerprint(text, "check.text"):
        return False
    given = Given(check.level, check.score, check.family, check.library_version)
    await keep_text(session, Source.DISPUTE, text, given, now)
    return True


async def review_queue(session: AsyncSession, staff: Staff, limit: int = 50) -> list[ReviewLine]:
    """Texts nobody has decided on, oldest first."""
    require(staff.role, Action.REVIEW_LIBRARY)
    return [_line(session, row) for row in await rows.waiting_reviews(session, limit)]


async def reviewed_text(session: AsyncSession, staff: Staff, review_id: int) -> ReviewLine:
    """One text of the queue. Raises NotFoundError where it is no longer there to decide on."""
    require(staff.role, Action.REVIEW_LIBRARY)
    row = await session.get(ReviewText, review_id)
    if row is None or row.decided_at is not None:
        raise NotFoundError("没有这条待审的文字，可能已经处理或到期删除。")
    return _line(session, row)


async def dismiss(session: AsyncSession, staff: Staff, review_id: int, now: datetime) -> None:
    """Take a text off the queue without adding it."""
    require(staff.role, Action.REVIEW_LIBRARY)
    await _decide(session, staff, review_id, Decision.DISMISSED, now)


async def accept_reviewed(
    session: AsyncSession,
    staff: Staff,
    review_id: int,
    replayed: Replayed,
    why: str,
    now: datetime,
) -> Sequence[LibraryChange]:
    """Put what was made of a text into the library and take the text off the queue."""
    require(staff.role, Action.REVIEW_LIBRARY)
    changes = await accept(session, staff, replayed, why, now)
    await _decide(session, staff, review_id, Decision.ADDED, now)
    return changes


async def _decide(
    session: AsyncSession, staff: Staff, review_id: int, decision: Decision, now: datetime
) -> None:
    if not await rows.decide_review(session, review_id, decision, staff.id, now):
        raise ConflictError("这条已有同事处理，或已到期删除。")


def _line(session: AsyncSession, row: ReviewText) -> ReviewLine:
    return ReviewLine(
        row.id,
        Source(row.source),
        vault_of(session).open(row.text_sealed, TEXT),
        Given(row.level, row.score, row.family, row.library_version),
        row.kept_at,
    )
