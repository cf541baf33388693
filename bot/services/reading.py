"""Articles as residents look for them: by who they are, and opened from a verdict."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import InvalidInputError
from bot.services.articles import AUDIENCES, Article
from bot.services.education import Education
from bot.storage.checks import Check
from bot.storage.learners import learner_for
from bot.storage.residents import Resident


def articles_for(education: Education, audience: str, month: int) -> list[Article]:
    """What hits that kind of people: the season's first, then what is theirs alone."""
    found = [one for one in education.articles.values() if one.is_for(audience)]
    return sorted(
        found,
        key=lambda one: (not one.in_season(month), audience not in one.audience, one.title),
    )


async def keep_audience(session: AsyncSession, resident: Resident, audience: str) -> None:
    """Choose questions for that kind of people from now on."""
    if audience not in AUDIENCES:
        raise InvalidInputError("没有这一类，请重新选。")
    learner = await learner_for(session, resident.id)
    learner.audience = audience
    await session.flush()


def note_opened(check: Check, now: datetime) -> None:
    """Note that the article was opened from this verdict; the first time counts."""
    if check.read_at is None:
        check.read_at = now
