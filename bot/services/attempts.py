"""Tries in a row: five, then a pause of a quarter of an hour.

A try is counted before it is judged, in the same transaction as what it asks for, and forgotten
when it succeeds. So a refused try must still be committed: who calls returns a `Refusal`, a value,
instead of raising, and the caller's transaction ends as usual.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from bot.storage.database import vault_of
from bot.storage.sign_ins import count_attempt, drop_attempts

TRIES = 5
PAUSE = timedelta(minutes=15)
PAUSE_WORDS = "输错次数过多，请 15 分钟后再试。"


@dataclass(frozen=True, slots=True)
class Refusal:
    """A try that came to nothing; `words` for the person, `paused` once a pause is on."""

    words: str
    paused: bool = False


async def begin_try(
    session: AsyncSession, subject: str, now: datetime, limit: int = TRIES
) -> Refusal | None:
    """Count a try by `subject`; a Refusal while it has to wait."""
    number = await count_attempt(
        session, _hash(session, subject), limit=limit, paused_since=now - PAUSE, now=now
    )
    return Refusal(PAUSE_WORDS, paused=True) if number > limit else None


async def forget_tries(session: AsyncSession, subject: str) -> None:
    """Begin again at nought, after a success."""
    await drop_attempts(session, _hash(session, subject))


def _hash(session: AsyncSession, subject: str) -> str:
    return vault_of(session).fingerprint(subject, "attempts.subject")
