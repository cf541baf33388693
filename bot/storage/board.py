"""The public board: local cases as they are shown, and the counts that stand beside them."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Row, String, func, select, union_all, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from bot.storage.base import Base, BigId
from bot.storage.checks import Check
from bot.storage.dialects import count_changed
from bot.storage.figures import received
from bot.storage.leads import Lead
from bot.storage.outcomes import LeadOutcome
from bot.storage.staff import Staff


class CaseState(StrEnum):
    """Where a case for the board stands."""

    WRITTEN = "written"
    SHOWN = "shown"
    REFUSED = "refused"
    TAKEN_DOWN = "taken_down"


class BoardCase(Base):
    """A case in an officer's words, blurred before it was stored; it is never edited.

    `decided_by` approved or refused it, or took it down later.
    """

    __tablename__ = "board_case"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    category: Mapped[str] = mapped_column(String(32))
    family: Mapped[str | None] = mapped_column(String(32))
    title: Mapped[str] = mapped_column(String(30))
    story: Mapped[str] = mapped_column(String(300))
    antidote: Mapped[str] = mapped_column(String(60))
    state: Mapped[CaseState] = mapped_column(String(12))
    author_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    written_at: Mapped[datetime] = mapped_column(index=True)
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    decided_at: Mapped[datetime | None]


async def latest_cases(session: AsyncSession, limit: int) -> Sequence[Row[BoardCase, str]]:
    """Cases in every state with the name of who wrote them, newest first."""
    query = select(BoardCase, Staff.name).join(Staff, Staff.id == BoardCase.author_id)
    return (await session.execute(query.order_by(BoardCase.id.desc()).limit(limit))).all()


async def shown_cases(session: AsyncSession, since: datetime, limit: int) -> Sequence[BoardCase]:
    """Cases on the board that were approved since then, the last approved first."""
    query = select(BoardCase).where(
        BoardCase.state == CaseState.SHOWN, BoardCase.decided_at >= since
    )
    query = query.order_by(BoardCase.decided_at.desc(), BoardCase.id.desc())
    return (await session.scalars(query.limit(limit))).all()


async def decide_case(
    session: AsyncSession,
    case_id: int,
    states: tuple[CaseState, CaseState],
    staff_id: int,
    now: datetime,
    *,
    not_by_author: bool,
) -> bool:
    """Move a case from one state to another; False where it is no longer in the first, or
    where only somebody else may do it."""
    before, after = states
    query = update(BoardCase).where(BoardCase.id == case_id, BoardCase.state == before)
    if not_by_author:
        query = query.where(BoardCase.author_id != staff_id)
    values = {"state": after, "decided_by": staff_id, "decided_at": now}
    return bool(await count_changed(session, query.values(**values)))


async def case_of(session: AsyncSession, case_id: int) -> BoardCase | None:
    """The case of that number."""
    return await session.get(BoardCase, case_id)


async def newest_decision(session: AsyncSession) -> tuple[int, datetime | None]:
    """How many cases were decided on, and when the last time: it changes with the board."""
    query = select(func.count(BoardCase.decided_at), func.max(BoardCase.decided_at))
    count, last = (await session.execute(query)).one()
    return count, last


async def families_met(
    session: AsyncSession, since: datetime, until: datetime
) -> Sequence[tuple[str, int]]:
    """How many people met each trick in a time, the most first: whoever checked a message counts
    once a trick, and every report counts."""
    checked = (
        select(Check.family.label("family"), func.count(Check.resident_id.distinct()).label("met"))
        .where(Check.family.is_not(None), Check.created_at >= since, Check.created_at < until)
        .group_by(Check.family)
    )
    reported = (
        select(Lead.family.label("family"), func.count().label("met"))
        .where(received(since, until), Lead.family.is_not(None))
        .group_by(Lead.family)
    )
    both = union_all(checked, reported).subquery()
    total = func.sum(both.c.met)
    query = select(both.c.family, total).group_by(both.c.family)
    found = await session.execute(query.order_by(total.desc(), both.c.family))
    return [(family, int(met or 0)) for family, met in found]


async def types_met(
    session: AsyncSession, since: datetime, until: datetime
) -> Sequence[tuple[str, int, int, int]]:
    """Each class of tricks reported in a time: reports, reports with a loss, fen lost."""
    losing = LeadOutcome.loss_fen > 0
    query = (
        select(
            Lead.category,
            func.count(Lead.id),
            func.count(Lead.id).filter(losing),
            func.coalesce(func.sum(LeadOutcome.loss_fen).filter(losing), 0),
        )
        .join(LeadOutcome, LeadOutcome.lead_id == Lead.id, isouter=True)
        .where(received(since, until), Lead.category.is_not(None))
        .group_by(Lead.category)
        .order_by(func.count(Lead.id).desc(), Lead.category)
    )
    found = await session.execute(query)
    return [(str(name), count, lost, int(fen or 0)) for name, count, lost, fen in found]


async def stories_since(session: AsyncSession, since: datetime, limit: int) -> Sequence[bytes]:
    """The sealed stories of the newest leads since then."""
    query = select(Lead.description_sealed).where(Lead.received_at >= since)
    return (await session.scalars(query.order_by(Lead.received_at.desc()).limit(limit))).all()
