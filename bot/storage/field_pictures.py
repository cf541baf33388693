"""Pictures of activities and forwards: each is a file of the evidence store, named by its key."""

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.storage.activities import Activity
from bot.storage.dialects import count_changed
from bot.storage.forwards import Forward


async def forget_pictures(session: AsyncSession, before: datetime) -> int:
    """Part activities and forwards begun before from their pictures; returns how many."""
    activities = update(Activity).where(Activity.picture.is_not(None), Activity.filed_at < before)
    forwards = update(Forward).where(Forward.picture.is_not(None), Forward.asked_at < before)
    return sum(
        [
            await count_changed(
                session,
                query.values(picture=None).execution_options(synchronize_session=False),
            )
            for query in (activities, forwards)
        ]
    )
