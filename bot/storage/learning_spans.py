"""What learning came to in weeks, months and years that are over, without anybody's identity."""

from collections.abc import Collection
from datetime import date, datetime

from sqlalchemy import Text, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from bot.storage.base import Base
from bot.storage.checks import Check
from bot.storage.dialects import count_changed, insert
from bot.storage.drills import DrillRun
from bot.storage.group_quizzes import GroupQuiz
from bot.storage.quizzes import QuizAttempt
from bot.storage.subscriptions import Subscription

Days = tuple[date, date]
"""The first day and the first one after."""


class LearningSpan(Base):
    """The figures of the local days from `first` up to and without `until`, as a JSON object."""

    __tablename__ = "learning_span"

    first: Mapped[date] = mapped_column(primary_key=True)
    until: Mapped[date] = mapped_column(primary_key=True)
    figures: Mapped[str] = mapped_column(Text)


async def kept_span(session: AsyncSession, days: Days) -> str | None:
    """The figures that were kept of these days."""
    found = await session.get(LearningSpan, days)
    return found.figures if found else None


async def kept_of(session: AsyncSession, spans: Collection[Days]) -> set[Days]:
    """Those of these spans whose figures are kept."""
    earliest = min((first for first, _ in spans), default=date.max)
    query = select(LearningSpan.first, LearningSpan.until).where(LearningSpan.first >= earliest)
    return {(first, until) for first, until in await session.execute(query)} & set(spans)


async def keep_span(session: AsyncSession, days: Days, figures: str) -> bool:
    """Keep the figures of these days; False where they are kept already."""
    first, until = days
    added = insert(session, LearningSpan).values(first=first, until=until, figures=figures)
    return bool(await count_changed(session, added.on_conflict_do_nothing()))


async def learning_began(session: AsyncSession) -> datetime | None:
    """The first thing that figures of learning count; None where nothing was."""
    moments = (
        QuizAttempt.started_at,
        DrillRun.started_at,
        GroupQuiz.started_at,
        Subscription.since,
        Check.created_at,
    )
    asked = [select(func.min(moment)).scalar_subquery() for moment in moments]
    found = (await session.execute(select(*asked))).one()
    return min((one for one in found if one is not None), default=None)
