"""Staff: who they are, their invitations, the chats bound to them, their console sessions."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from sqlalchemy import (
    BigInteger,
    ForeignKey,
    LargeBinary,
    String,
    UniqueConstraint,
    delete,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from bot.storage.base import Base, BigId
from bot.storage.dialects import insert
from bot.storage.residents import Resident


class Role(StrEnum):
    """What somebody is to the bot; services.permissions says what each may do."""

    RESIDENT = "resident"
    GRID = "grid"
    STATION = "station"
    DUTY = "duty"
    CHIEF = "chief"
    ADMIN = "admin"
    AUDITOR = "auditor"
    PARTNER = "partner"
    CRACKDOWN = "crackdown"


class Staff(Base):
    """One member of staff; without a password only a bound chat or an invitation gets in.

    `station` is the police station whose leads a person of role station sees, `unit_id` the unit
    whose requests a person of role partner sees.
    """

    __tablename__ = "staff"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    login: Mapped[str] = mapped_column(String(32), unique=True)
    name: Mapped[str] = mapped_column(String(32))
    role: Mapped[Role] = mapped_column(String(16))
    password_hash: Mapped[str | None] = mapped_column(String(200))
    active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]
    station: Mapped[str | None] = mapped_column(String(60))
    unit_id: Mapped[int | None] = mapped_column(BigInteger)


class Invitation(Base):
    """A one-time code, kept as its keyed hash; without `staff_id` it sets up the first officer.

    With `chat_only` it binds a chat and never sets a password.
    """

    __tablename__ = "invitation"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    staff_id: Mapped[int | None] = mapped_column(
        ForeignKey("staff.id", ondelete="CASCADE"), index=True
    )
    code_hash: Mapped[str] = mapped_column(String(32), unique=True)
    chat_only: Mapped[bool] = mapped_column(default=False)
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class ChatBinding(Base):
    """A resident account that speaks for a member of staff."""

    __tablename__ = "chat_binding"
    __table_args__ = (UniqueConstraint("resident_id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"), index=True)
    resident_id: Mapped[int] = mapped_column(ForeignKey("resident.id", ondelete="CASCADE"))
    bound_at: Mapped[datetime]


class ConsoleSession(Base):
    """A signed-in browser; the cookie's keyed hash, never the cookie; what the browser calls itself
    and its address are for the officer's own list only."""

    __tablename__ = "console_session"

    token_hash: Mapped[str] = mapped_column(String(32), primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    client_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)


class FailedAttempts(Base):
    """Wrong codes or passwords in a row, by keyed hash of who tried."""

    __tablename__ = "failed_attempts"

    subject_hash: Mapped[str] = mapped_column(String(32), primary_key=True)
    count: Mapped[int]
    last_at: Mapped[datetime]


class Look(Base):
    """Somebody opened full personal data: who, when, what."""

    __tablename__ = "look"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    actor: Mapped[str] = mapped_column(String(40))
    subject: Mapped[str] = mapped_column(String(40), index=True)
    way: Mapped[str] = mapped_column(String(16))


async def staff_by_login(session: AsyncSession, login: str) -> Staff | None:
    """The member of staff with that login."""
    return await session.scalar(select(Staff).where(Staff.login == login))


async def staff_of_resident(session: AsyncSession, resident_id: int) -> Staff | None:
    """The active member of staff for whom a chat speaks."""
    query = select(Staff).join(ChatBinding, ChatBinding.staff_id == Staff.id)
    return await session.scalar(
        query.where(ChatBinding.resident_id == resident_id, Staff.active.is_(True))
    )


async def chats_of_roles(session: AsyncSession, roles: Sequence[Role]) -> Sequence[Resident]:
    """The bound chats of all active staff with one of these roles."""
    query = (
        select(Resident)
        .join(ChatBinding, ChatBinding.resident_id == Resident.id)
        .join(Staff, Staff.id == ChatBinding.staff_id)
        .where(Staff.role.in_(roles), Staff.active.is_(True))
        .order_by(Resident.id)
    )
    return (await session.scalars(query)).all()


async def all_staff(session: AsyncSession) -> Sequence[Staff]:
    """Everybody, by login."""
    return (await session.scalars(select(Staff).order_by(Staff.login))).all()


async def count_staff_with_password(session: AsyncSession) -> int:
    """How many people can sign in to the console."""
    query = select(func.count()).select_from(Staff)
    query = query.where(Staff.password_hash.is_not(None), Staff.active.is_(True))
    return await session.scalar(query) or 0


async def use_invitation(session: AsyncSession, code_hash: str, now: datetime) -> Invitation | None:
    """Use up an invitation that is still good. Atomic: of two who try, one gets it."""
    used = await session.execute(
        update(Invitation)
        .where(
            Invitation.code_hash == code_hash,
            Invitation.used_at.is_(None),
            Invitation.expires_at > now,
        )
        .values(used_at=now)
        .returning(Invitation)
    )
    return used.scalar_one_or_none()


async def names_of_staff(session: AsyncSession, ids: Sequence[int]) -> dict[int, str]:
    """Names by staff id."""
    if not ids:
        return {}
    rows = await session.execute(select(Staff.id, Staff.name).where(Staff.id.in_(set(ids))))
    return {row.id: row.name for row in rows}


async def invitation_by_code(
    session: AsyncSession, code_hash: str, now: datetime
) -> Invitation | None:
    """An invitation that is still good, left unused."""
    return await session.scalar(
        select(Invitation).where(
            Invitation.code_hash == code_hash,
            Invitation.used_at.is_(None),
            Invitation.expires_at > now,
        )
    )


async def drop_invitations(session: AsyncSession, staff_id: int | None) -> None:
    """Forget the unused codes of somebody; None: those for a first officer."""
    await session.execute(
        delete(Invitation).where(
            Invitation.staff_id == staff_id
            if staff_id is not None
            else Invitation.staff_id.is_(None),
            Invitation.used_at.is_(None),
        )
    )


async def bind_resident(
    session: AsyncSession, resident_id: int, staff_id: int, now: datetime
) -> None:
    """Let a chat speak for somebody; it stops speaking for whom it spoke before."""
    await session.execute(
        insert(session, ChatBinding)
        .values(resident_id=resident_id, staff_id=staff_id, bound_at=now)
        .on_conflict_do_update(
            index_elements=["resident_id"], set_={"staff_id": staff_id, "bound_at": now}
        )
    )


async def drop_bindings(session: AsyncSession, staff_id: int) -> None:
    """No chat speaks for this person any more."""
    await session.execute(delete(ChatBinding).where(ChatBinding.staff_id == staff_id))


async def chats_of(session: AsyncSession, staff_id: int) -> Sequence[int]:
    """The residents whose chats speak for this person."""
    query = select(ChatBinding.resident_id).where(ChatBinding.staff_id == staff_id)
    return (await session.scalars(query)).all()


async def count_chats(session: AsyncSession) -> dict[int, int]:
    """How many chats speak for whom, by staff id."""
    query = select(ChatBinding.staff_id, func.count()).group_by(ChatBinding.staff_id)
    return {staff_id: count for staff_id, count in await session.execute(query)}


async def add_looks(
    session: AsyncSession, actor: str, subjects: Sequence[str], way: str, at: datetime
) -> None:
    """Many looks of one person at one moment, in one statement."""
    looks = [{"at": at, "actor": actor, "subject": subject, "way": way} for subject in subjects]
    if looks:
        await session.execute(insert(session, Look), looks)


async def latest_looks(
    session: AsyncSession,
    limit: int,
    offset: int = 0,
    words: str = "",
    *,
    mark: str = "",
    way: str = "",
    since: datetime | None = None,
    until: datetime | None = None,
) -> Sequence[Look]:
    """Looks at personal data, newest first; `words` narrows to an actor or a subject, also one that
    ends in `mark`, `way` to one kind, `since` and `until` (left out) to a time."""
    query = select(Look).order_by(Look.at.desc(), Look.id.desc())
    if words:
        named = [column.contains(words, autoescape=True) for column in (Look.actor, Look.subject)]
        if mark:
            named.append(Look.subject.endswith(mark, autoescape=True))
        query = query.where(or_(*named))
    if way:
        query = query.where(Look.way == way)
    if since is not None:
        query = query.where(Look.at >= since)
    if until is not None:
        query = query.where(Look.at < until)
    return (await session.scalars(query.limit(limit).offset(offset))).all()


async def staff_of_unit(session: AsyncSession, unit_id: int) -> Sequence[Staff]:
    """The active people of a partner unit."""
    query = select(Staff).where(Staff.unit_id == unit_id, Staff.active.is_(True))
    return (await session.scalars(query.order_by(Staff.id))).all()
