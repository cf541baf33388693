"""The second factor of staff: the sealed secret of their authenticator, and recovery codes."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, LargeBinary, String, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from bot.storage.base import Base, BigId
from bot.storage.dialects import count_changed

SECRET = "second_factor.secret"  # noqa: S105


class SecondFactor(Base):
    """Somebody's authenticator; `last_step` is the half minute of the code used last."""

    __tablename__ = "second_factor"

    staff_id: Mapped[int] = mapped_column(
        ForeignKey("staff.id", ondelete="CASCADE"), primary_key=True
    )
    secret_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    last_step: Mapped[int] = mapped_column(BigInteger)
    enrolled_at: Mapped[datetime]


class RecoveryCode(Base):
    """A code for the day the phone is gone, as its keyed hash; it goes with its use."""

    __tablename__ = "recovery_code"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"), index=True)
    code_hash: Mapped[str] = mapped_column(String(32), unique=True)


async def factor_of(session: AsyncSession, staff_id: int) -> SecondFactor | None:
    """Somebody's authenticator, if they have one."""
    return await session.get(SecondFactor, staff_id, populate_existing=True)


async def enrolled_staff(session: AsyncSession) -> frozenset[int]:
    """Who has an authenticator, by staff id."""
    return frozenset(await session.scalars(select(SecondFactor.staff_id)))


async def use_step(session: AsyncSession, staff_id: int, step: int) -> bool:
    """Use a code up; False where it, or a later one, was used before."""
    used = await count_changed(
        session,
        update(SecondFactor)
        .where(SecondFactor.staff_id == staff_id, SecondFactor.last_step < step)
        .values(last_step=step)
        .execution_options(synchronize_session=False),
    )
    return bool(used)


async def use_recovery_code(session: AsyncSession, staff_id: int, code_hash: str) -> bool:
    """Use a recovery code up; False where there is no such one."""
    of_theirs = RecoveryCode.staff_id == staff_id
    used = await count_changed(
        session, delete(RecoveryCode).where(of_theirs, RecoveryCode.code_hash == code_hash)
    )
    return bool(used)


async def count_recovery_codes(session: AsyncSession, staff_id: int) -> int:
    """How many recovery codes somebody has left."""
    query = select(func.count()).where(RecoveryCode.staff_id == staff_id)
    return await session.scalar(query) or 0


async def replace_factor(
    session: AsyncSession, factor: SecondFactor, code_hashes: Sequence[str]
) -> None:
    """Put this authenticator, with its recovery codes, in the place of any other."""
    await drop_factor(session, factor.staff_id)
    session.add(factor)
    session.add_all(RecoveryCode(staff_id=factor.staff_id, code_hash=one) for one in code_hashes)
    await session.flush()


async def drop_factor(session: AsyncSession, staff_id: int) -> None:
    """Forget somebody's authenticator and its recovery codes."""
    await session.execute(delete(RecoveryCode).where(RecoveryCode.staff_id == staff_id))
    await session.execute(delete(SecondFactor).where(SecondFactor.staff_id == staff_id))
