"""Evidence: which files belong to a report; their content lies in the evidence store."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    ForeignKey,
    String,
    and_,
    bindparam,
    delete,
    exists,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from bot.storage.activities import Activity
from bot.storage.base import Base, BigId
from bot.storage.forwards import Forward
from bot.storage.leads import Lead
from bot.storage.prepared import Prepared


class Evidence(Base):
    """One file; `key` names it in the store, `draft` the report it waits for until that is filed.

    Its row is there before its content and goes after it, so that nothing is left in the store
    that no row names: without lead and draft it is arriving, unless an activity or a forward names
    it as its picture; with `gone_at` it is to be deleted. The name that somebody's file had is not
    kept.
    """

    __tablename__ = "evidence"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    lead_id: Mapped[int | None] = mapped_column(
        ForeignKey("lead.id", ondelete="CASCADE"), index=True
    )
    draft: Mapped[str | None] = mapped_column(String(16), index=True)
    key: Mapped[str] = mapped_column(String(64), unique=True)
    sha256: Mapped[str] = mapped_column(String(64))
    size: Mapped[int]
    kind: Mapped[str] = mapped_column(String(8))
    created_at: Mapped[datetime] = mapped_column(index=True)
    gone_at: Mapped[datetime | None]


def given_to(lead: Any) -> Any:
    """An UPDATE that gives a lead, told by its id, the files of the report `waits_for`."""
    waiting = Evidence.draft == bindparam("waits_for", type_=String())
    table: Any = Evidence.__table__
    return update(table).where(waiting).values(lead_id=lead, draft=None)


GIVE = Prepared(given_to(bindparam("lead", type_=BigId)))


async def evidence_of_draft(session: AsyncSession, draft: str) -> Sequence[Evidence]:
    """The files that wait for a report, oldest first."""
    query = select(Evidence).where(Evidence.draft == draft).order_by(Evidence.id)
    return (await session.scalars(query)).all()


async def evidence_of_lead(session: AsyncSession, lead_id: int) -> Sequence[Evidence]:
    """The files of a lead, oldest first."""
    query = select(Evidence).where(Evidence.lead_id == lead_id).order_by(Evidence.id)
    return (await session.scalars(query)).all()


async def evidence_piece(session: AsyncSession, lead_id: int, evidence_id: int) -> Evidence | None:
    """One file, if it belongs to that lead."""
    return await session.scalar(
        select(Evidence).where(Evidence.id == evidence_id, Evidence.lead_id == lead_id)
    )


async def evidence_keys(session: AsyncSession, after: int, limit: int) -> Sequence[Evidence]:
    """Files that are kept, beyond an id, in order of ids."""
    query = select(Evidence).where(Evidence.id > after, Evidence.gone_at.is_(None))
    return (await session.scalars(query.order_by(Evidence.id).limit(limit))).all()


async def is_kept(session: AsyncSession, evidence_id: int) -> bool:
    """Whether the file is still to be kept."""
    query = select(Evidence.id).where(Evidence.id == evidence_id, Evidence.gone_at.is_(None))
    return await session.scalar(query) is not None


async def count_evidence(session: AsyncSession, *, lead_id: int | None, draft: str) -> int:
    """How many files a lead or a draft has."""
    mine = Evidence.lead_id == lead_id if lead_id is not None else Evidence.draft == draft
    return await session.scalar(select(func.count()).select_from(Evidence).where(mine)) or 0


async def give_to_lead(session: AsyncSession, draft: str, lead_id: int) -> None:
    """The report is filed: its files are the lead's."""
    await GIVE.run(session, {"waits_for": draft, "lead": lead_id})


async def discard_draft_evidence(session: AsyncSession, draft: str, now: datetime) -> None:
    """The report will not be filed: its files are to be deleted."""
    await _discard(session, Evidence.draft == draft, now)


async def discard_lead_evidence(session: AsyncSession, lead_id: int, now: datetime) -> None:
    """The files of a lead are to be deleted."""
    await _discard(session, Evidence.lead_id == lead_id, now)


async def _discard(session: AsyncSession, which: ColumnElement[bool], now: datetime) -> None:
    query = update(Evidence).where(which).values(lead_id=None, draft=None, gone_at=now)
    await session.execute(query.execution_options(synchronize_session=False))


async def attach_evidence(
    session: AsyncSession, evidence_id: int, *, lead_id: int | None, draft: str | None
) -> None:
    """A file has arrived for a lead or for a report under way."""
    query = update(Evidence).where(Evidence.id == evidence_id)
    query = query.values(lead_id=lead_id, draft=draft)
    await session.execute(query.execution_options(synchronize_session=False))


async def doomed_evidence(
    session: AsyncSession, arrived_before: datetime, begun_before: datetime, limit: int
) -> Sequence[Evidence]:
    """Files to delete: discarded, never come to a report, or of one that was never filed."""
    waiting = and_(Evidence.lead_id.is_(None), Evidence.draft.is_not(None))
    arriving = and_(
        Evidence.lead_id.is_(None),
        Evidence.draft.is_(None),
        ~exists().where(Activity.picture == Evidence.key),
        ~exists().where(Forward.picture == Evidence.key),
    )
    query = select(Evidence).where(
        or_(
            Evidence.gone_at.is_not(None),
            and_(arriving, Evidence.created_at < arrived_before),
            and_(waiting, Evidence.created_at < begun_before),
        )
    )
    return (await session.scalars(query.order_by(Evidence.id).limit(limit))).all()


async def forget_evidence(session: AsyncSession, evidence_id: int) -> None:
    """The content is deleted: so is the row."""
    await session.execute(delete(Evidence).where(Evidence.id == evidence_id))


async def evidence_received_between(
    session: AsyncSession, since: datetime | None, until: datetime | None
) -> Sequence[tuple[str, Evidence]]:
    """The files of leads received in a span, each with its lead's number."""
    query = select(Lead.number, Evidence).join(Lead, Lead.id == Evidence.lead_id)
    if since is not None:
        query = query.where(Lead.received_at >= since)
    if until is not None:
        query = query.where(Lead.received_at < until)
    return [(number, row) for number, row in await session.execute(query.order_by(Evidence.id))]
