"""Forgetting leads in time: personal values go, what statistics and linking need stays."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.storage.retention import blank_leads

BATCH = 500


async def purge_leads(session: AsyncSession, before: datetime, *, settled: bool = True) -> int:
    """Blank the personal values of ended leads received before, or of those that were never
    `settled` and that nothing was done with since; returns of how many.

    Suspects' identifiers, states, amounts and trails stay; the trails hold no personal data.
    """
    gone = 0
    while blanked := await blank_leads(session, before, BATCH, settled=settled):
        gone += blanked
    return gone
