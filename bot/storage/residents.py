"""People who write to the bot, known only by a keyed hash and a sealed way to answer them."""

from datetime import datetime

from sqlalchemy import LargeBinary, String, UniqueConstraint, false, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from bot.storage.base import Base, BigId
from bot.storage.database import vault_of
from bot.storage.prepared import Prepared, as_read, inserted
from bot.storage.vault import Vault

ADDRESS = "resident.address"
ACCOUNT = "resident.account"


class Resident(Base):
    """One account on one channel; `tested_at` is set while its next report ranks lower, `elder`
    where short replies and one button a row are wanted, `no_follow_up` where nobody is to ask."""

    __tablename__ = "resident"
    __table_args__ = (UniqueConstraint("channel", "account_hash"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    channel: Mapped[str] = mapped_column(String(16))
    account_hash: Mapped[str] = mapped_column(String(32))
    address_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    tested_at: Mapped[datetime | None]
    elder: Mapped[bool] = mapped_column(server_default=false(), default=False)
    no_follow_up: Mapped[bool] = mapped_column(server_default=false(), default=False)


COLUMNS = Resident.__table__.columns.keys()
ADD = Prepared(inserted(Resident, *COLUMNS[1:]).returning(*Resident.__table__.columns))


def account_hash(vault: Vault, channel: str, account: int) -> str:
    """Under what an account is found."""
    return vault.fingerprint(f"{channel}:{account}", ACCOUNT)


async def find_resident(session: AsyncSession, channel: str, account: int) -> Resident | None:
    """The resident behind an account; `account` is the channel's own number for the person."""
    hashed = account_hash(vault_of(session), channel, account)
    return await session.scalar(
        select(Resident).where(Resident.channel == channel, Resident.account_hash == hashed)
    )


async def find_or_add_resident(
    session: AsyncSession, channel: str, account: int, now: datetime
) -> Resident:
    """The resident behind an account, known from now on."""
    found = await find_resident(session, channel, account)
    return await meet_resident(session, found, (channel, account), now)


async def meet_resident(
    session: AsyncSession, found: Resident | None, person: tuple[str, int], now: datetime
) -> Resident:
    """Add a person (channel and account) who was not found; note when he was last seen."""
    if found is None:
        vault = vault_of(session)
        values = {
            "channel": person[0],
            "account_hash": account_hash(vault, *person),
            "address_sealed": vault.seal(str(person[1]), ADDRESS),
            "created_at": now,
            "seen_at": now,
            "tested_at": None,
            "elder": False,
            "no_follow_up": False,
        }
        (row,) = await ADD.rows(session, values)
        found = as_read(session, Resident, row)
    elif (now - found.seen_at).total_seconds() > 3600:
        found.seen_at = now
    return found


def resident_address(session: AsyncSession, resident: Resident) -> int:
    """The account number to answer to."""
    return int(vault_of(session).open(resident.address_sealed, ADDRESS))
