"""What is answered later leaves an apology in the outbox, which the answer takes back."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from bot.logs import where
from bot.services.notifications import put_reply_off, take_reply_back
from bot.services.outgoing import Outgoing
from bot.storage.database import Database, DatabaseUnavailableError

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Promise:
    """An answer that is to come: so a bot that is killed meanwhile does not mean silence.

    Only a channel that can be written to at any time is promised anything.
    """

    database: Database
    now: Callable[[], datetime]
    channel: str
    chat: int
    key: str

    async def give(
        self, session: AsyncSession, words: str, after: timedelta, now: datetime
    ) -> None:
        """Leave an apology that is said unless the answer comes first."""
        if self.channel != "telegram":
            return
        await put_reply_off(
            session,
            key=self.key,
            chat_id=self.chat,
            message=Outgoing(words),
            now=now,
            due_at=now + after,
        )

    async def keep(self) -> None:
        """The answer is there: take the apology back."""
        if self.channel != "telegram":
            return
        try:
            async with self.database.writing() as session:
                await take_reply_back(session, key=self.key, now=self.now())
        except DatabaseUnavailableError as outage:
            log.error("database unavailable", **where(outage.__cause__ or outage))
