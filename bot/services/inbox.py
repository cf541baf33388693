"""The inbox of residents whose channel cannot be pushed to."""

from sqlalchemy.ext.asyncio import AsyncSession

from bot.services.outgoing import Outgoing
from bot.storage.inbox import clear_inbox, read_inbox
from bot.storage.residents import find_resident


async def waiting_messages(
    session: AsyncSession, channel: str, account: int, after: int
) -> list[tuple[int, Outgoing]]:
    """Messages beyond the place `after`, with their places, oldest first."""
    resident = await find_resident(session, channel, account)
    if resident is None:
        return []
    waiting = await read_inbox(session, resident.id, after)
    return [(place, Outgoing.from_json(payload)) for place, payload in waiting]


async def drop_messages(session: AsyncSession, channel: str, account: int, upto: int) -> None:
    """Drop what the resident has seen."""
    resident = await find_resident(session, channel, account)
    if resident is not None:
        await clear_inbox(session, resident.id, upto)
