"""Units, partners and frozen accounts for tests of the chain."""

from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from bot.services.freezes import freeze_account
from bot.services.units import add_unit, set_partner
from bot.storage.entries import LedgerEntry
from bot.storage.staff import Role, Staff
from bot.storage.units import Unit, UnitKind
from tests.services.casework import NOON, officer


async def unit(
    session: AsyncSession, name: str = "坊子农商银行", kind: UnitKind = UnitKind.BANK, **how: bool
) -> Unit:
    """A unit that joined a month ago."""
    chief = await officer(session, "boss", Role.CHIEF)
    return await add_unit(session, chief, name, kind, NOON - timedelta(days=30), **how)


async def partner(session: AsyncSession, login: str, of: Unit) -> Staff:
    """Somebody who works for a partner."""
    chief = await officer(session, "boss", Role.CHIEF)
    await officer(session, login, Role.PARTNER)
    return await set_partner(session, chief, login, of.id)


async def frozen(session: AsyncSession, fen: int = 100_000, account: str = "6222") -> LedgerEntry:
    """An account that was frozen for half a year, a month and a half ago."""
    li = await officer(session)
    since = NOON - timedelta(days=45)
    until = since + timedelta(days=182)
    return await freeze_account(session, li, account, "工商银行", fen, since, until, NOON)
