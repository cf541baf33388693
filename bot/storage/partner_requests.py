"""Requests between the squad and a partner: asked, acknowledged, answered, each with its time."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from sqlalchemy import (
    ColumnElement,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    case,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from bot.storage.base import Base, BigId
from bot.storage.dialects import count_changed
from bot.storage.leads import Lead
from bot.storage.sealed_words import SealedWords, keep_sealed

WORDS, RECEIPT, ANSWER = (
    "partner_request.words",
    "partner_request.receipt",
    "partner_request.answer",
)


class RequestKind(StrEnum):
    """What is asked; a suspicious withdrawal is the partner's to report, the rest the squad's."""

    WITHDRAWAL = "withdrawal"
    NOTICE = "notice"
    VERIFY = "verify"
    CARD_FREEZE = "card_freeze"
    SUSPEND = "suspend"


class RequestResult(StrEnum):
    """What came of it."""

    DONE = "done"
    PART = "part"
    NOT_FOUND = "not_found"
    REFUSED = "refused"


class PartnerRequest(Base):
    """One request to or from one partner; `wave` joins those of one tap.

    `asked_by` belongs to the partner where `from_partner`, else to the squad; the other side
    acknowledges once and answers. Here stands the newest result, in RequestAnswer every one.
    `number` is the receipt that both sides quote. `remind_at` is when the clock looks at one
    without a result, `reminded` how far up that has gone.
    """

    __tablename__ = "partner_request"
    __table_args__ = (Index("ix_partner_request_unit_id_asked_at", "unit_id", "asked_at"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    number: Mapped[str] = mapped_column(String(20), unique=True)
    kind: Mapped[RequestKind] = mapped_column(String(12))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    lead_id: Mapped[int | None] = mapped_column(ForeignKey("lead.id"), index=True)
    wave: Mapped[str | None] = mapped_column(String(20), index=True)
    from_partner: Mapped[bool]
    words_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    asked_by: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    asked_at: Mapped[datetime] = mapped_column(index=True)
    due_at: Mapped[datetime]
    remind_at: Mapped[datetime | None] = mapped_column(index=True)
    reminded: Mapped[int] = mapped_column(default=0, server_default="0")
    acknowledged_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    acknowledged_at: Mapped[datetime | None]
    result: Mapped[RequestResult | None] = mapped_column(String(12))
    answer_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    receipt_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    receipt_hash: Mapped[str | None] = mapped_column(String(32), index=True)
    answered_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    answered_at: Mapped[datetime | None]
    words = SealedWords(WORDS)
    answer = SealedWords(ANSWER)
    receipt = SealedWords(RECEIPT)


keep_sealed(PartnerRequest)


class RequestAnswer(Base):
    """A result that was given to a request; without `result` the one before was taken back.

    The database itself refuses to change one: only its words may be deleted.
    """

    __tablename__ = "request_answer"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    request_id: Mapped[int] = mapped_column(ForeignKey("partner_request.id"), index=True)
    at: Mapped[datetime]
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    result: Mapped[RequestResult | None] = mapped_column(String(12))
    answer_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    receipt_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    answer = SealedWords(ANSWER)
    receipt = SealedWords(RECEIPT)


keep_sealed(RequestAnswer)


async def request_by_number(session: AsyncSession, number: str) -> PartnerRequest | None:
    """The request of that number, as it now stands."""
    query = select(PartnerRequest).where(PartnerRequest.number == number)
    return await session.scalar(query.execution_options(populate_existing=True))


async def latest_requests(
    session: AsyncSession, limit: int, *where: ColumnElement[bool], offset: int = 0
) -> Sequence[PartnerRequest]:
    """Requests, those without an answer first, by when they are due, then the newest."""
    query = (
        select(PartnerRequest)
        .where(*where)
        .order_by(
            PartnerRequest.answered_at.is_not(None),
            case((PartnerRequest.answered_at.is_(None), PartnerRequest.due_at)),
            PartnerRequest.asked_at.desc(),
            PartnerRequest.id.desc(),
        )
    )
    return (await session.scalars(query.limit(limit).offset(offset))).all()


async def count_requests(session: AsyncSession, *where: ColumnElement[bool]) -> int:
    """How many requests there are."""
    query = select(func.count()).select_from(PartnerRequest)
    return await session.scalar(query.where(*where)) or 0


async def request_reminders_wait(session: AsyncSession, now: datetime) -> bool:
    """Whether a request is to be brought up; only looks."""
    query = select(PartnerRequest.id).where(PartnerRequest.remind_at <= now).limit(1)
    return await session.scalar(query) is not None


async def requests_to_remind_of(
    session: AsyncSession, now: datetime, limit: int
) -> Sequence[PartnerRequest]:
    """Requests to be brought up, longest waiting first; others do not get these rows."""
    query = select(PartnerRequest).where(PartnerRequest.remind_at <= now)
    query = query.order_by(PartnerRequest.remind_at, PartnerRequest.id).limit(limit)
    return (await session.scalars(query.with_for_update(skip_locked=True))).all()


async def acknowledge(session: AsyncSession, request_id: int, staff_id: int, now: datetime) -> bool:
    """Note the receipt; False where it is noted already."""
    query = update(PartnerRequest).where(
        PartnerRequest.id == request_id, PartnerRequest.acknowledged_at.is_(None)
    )
    values = {"acknowledged_at": now, "acknowledged_by": staff_id}
    statement = query.values(values).execution_options(synchronize_session=False)
    return bool(await count_changed(session, statement))


async def claim_answer(
    session: AsyncSession, request_id: int, staff_id: int, result: RequestResult, now: datetime
) -> bool:
    """Note the result; False where there is one, or nobody has acknowledged yet."""
    query = update(PartnerRequest).where(
        PartnerRequest.id == request_id,
        PartnerRequest.acknowledged_at.is_not(None),
        PartnerRequest.answered_at.is_(None),
    )
    values: dict[str, object] = {"answered_at": now, "answered_by": staff_id, "result": result}
    values["remind_at"] = None
    statement = query.values(values).execution_options(synchronize_session=False)
    return bool(await count_changed(session, statement))


async def add_answer(
    session: AsyncSession,
    request: PartnerRequest,
    staff_id: int,
    result: RequestResult | None,
    words: str,
    receipt: str,
    now: datetime,
) -> RequestAnswer:
    """Append a result, without one that the one before is taken back."""
    line = RequestAnswer(request_id=request.id, at=now, staff_id=staff_id, result=result)
    line.answer, line.receipt = words, receipt
    session.add(line)
    await session.flush()
    return line


async def answers_of(session: AsyncSession, request_id: int) -> Sequence[RequestAnswer]:
    """Every result of a request, oldest first."""
    query = select(RequestAnswer).where(RequestAnswer.request_id == request_id)
    query = query.order_by(RequestAnswer.id).execution_options(populate_existing=True)
    return (await session.scalars(query)).all()


async def lock_request(session: AsyncSession, request_id: int) -> PartnerRequest:
    """The request as it now stands, held until the commit."""
    query = select(PartnerRequest).where(PartnerRequest.id == request_id).with_for_update()
    return (await session.scalars(query.execution_options(populate_existing=True))).one()


async def blank_requests_of_lead(session: AsyncSession, lead_id: int, instead: bytes) -> None:
    """Delete what was said in the requests of a lead; who has not answered yet reads the sealed
    words `instead`."""
    asked = case((PartnerRequest.answered_at.is_(None), instead), else_=None)
    query = update(PartnerRequest).where(PartnerRequest.lead_id == lead_id)
    query = query.values(words_sealed=asked, answer_sealed=None)
    await session.execute(query.execution_options(synchronize_session=False))
    await _blank_answers(session, PartnerRequest.lead_id == lead_id)


async def blank_requests(session: AsyncSession, before: datetime) -> int:
    """Delete what was said in requests asked before, of no lead or of one that is blank; that
    there were requests stays. Returns of how many."""
    blank = select(Lead.id).where(Lead.description_sealed == b"")
    old = (
        PartnerRequest.asked_at < before,
        or_(PartnerRequest.lead_id.is_(None), PartnerRequest.lead_id.in_(blank)),
    )
    await _blank_answers(session, *old)
    query = update(PartnerRequest).where(
        *old,
        or_(PartnerRequest.words_sealed.is_not(None), PartnerRequest.answer_sealed.is_not(None)),
    )
    query = query.values(words_sealed=None, answer_sealed=None)
    return await count_changed(session, query.execution_options(synchronize_session=False))


async def _blank_answers(session: AsyncSession, *of: ColumnElement[bool]) -> None:
    query = update(RequestAnswer).where(
        RequestAnswer.request_id.in_(select(PartnerRequest.id).where(*of)),
        RequestAnswer.answer_sealed.is_not(None),
    )
    query = query.values(answer_sealed=None)
    await session.execute(query.execution_options(synchronize_session=False))
