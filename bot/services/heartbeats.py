"""Signs of life of the parts that answer residents, left in the database for the overview."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy.ext.asyncio import AsyncSession

from bot.storage.leases import lease_ends, take_lease

BEAT_EVERY_SECONDS = 20.0
LASTS = timedelta(seconds=75)
"""Three beats may be missed: a restart or a busy database is no outage."""


class Alive(StrEnum):
    """A part that beats; the first of several processes of a kind is enough."""

    CHAT = "alive:chat"
    TELEGRAM = "alive:telegram"


async def beat(session: AsyncSession, part: Alive, holder: str, now: datetime) -> None:
    """Say that a part works, as of now; whoever of its processes said so before."""
    await take_lease(session, part, holder, now + LASTS)


async def last_beats(session: AsyncSession) -> Mapping[Alive, datetime]:
    """When each part that ever worked here said so last."""
    ends = await lease_ends(session, tuple(Alive))
    return {Alive(name): until - LASTS for name, until in ends.items()}


def is_alive(beaten: datetime | None, now: datetime) -> bool:
    """Whether a last beat is recent enough."""
    return beaten is not None and now - beaten < LASTS
