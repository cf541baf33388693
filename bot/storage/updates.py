"""Updates already answered, with their replies, so that a repeated one is answered the same."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, LargeBinary, delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from bot.storage.base import Base
from bot.storage.database import vault_of
from bot.storage.dialects import count_changed
from bot.storage.dialects import insert as insert_in
from bot.storage.prepared import Prepared, inserted

REPLIES = "update.replies"


class AnsweredUpdate(Base):
    """An update of one bot; `replies_sealed` is the JSON of what was to be sent.

    `stands_as` is the message in the chat that tells the verdict, once more messages belong to it.
    """

    __tablename__ = "answered_update"

    bot_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    update_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    replies_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    answered_at: Mapped[datetime] = mapped_column(index=True)
    stands_as: Mapped[int | None] = mapped_column(BigInteger)


NAMELESS = "nameless"
"""Under which a transaction keeps the numbers of leads that name nobody."""
NOT_SHOWN = "（不留名，不再显示）"
KEEP = inserted(AnsweredUpdate, "bot_id", "update_id", "replies_sealed", "answered_at")
_KEEP = Prepared(KEEP)


async def find_replies(session: AsyncSession, bot_id: int, update_id: int) -> str | None:
    """The stored replies of an update, or None where it was never answered."""
    row = await session.get(AnsweredUpdate, (bot_id, update_id))
    return vault_of(session).open(row.replies_sealed, REPLIES) if row else None


async def keep_replies(
    session: AsyncSession, bot_id: int, update_id: int, replies: str, now: datetime
) -> None:
    """Store the replies of an update in the transaction that made them."""
    await _KEEP.run(session, reply_values(session, bot_id, update_id, replies, now))


async def keep_refusal(
    session: AsyncSession, bot_id: int, update_id: int, replies: str, now: datetime
) -> None:
    """The same for an update of which nothing else is kept, unless it has its replies already."""
    values = reply_values(session, bot_id, update_id, replies, now)
    added = insert_in(session, AnsweredUpdate).values(**values)
    await session.execute(added.on_conflict_do_nothing())


def reply_values(
    session: AsyncSession, bot_id: int, update_id: int, replies: str, now: datetime
) -> dict[str, Any]:
    """The row of an answered update; no nameless number is in it."""
    for number in session.info.get(NAMELESS, ()):
        replies = replies.replace(number, NOT_SHOWN)
    return {
        "bot_id": bot_id,
        "update_id": update_id,
        "replies_sealed": vault_of(session).seal(replies, REPLIES),
        "answered_at": now,
    }


async def note_standing_answer(
    session: AsyncSession, bot_id: int, update_id: int, message_id: int
) -> None:
    """The answer to an update is in the chat: a repeat of the update is not answered again."""
    await session.execute(
        update(AnsweredUpdate)
        .where(AnsweredUpdate.bot_id == bot_id, AnsweredUpdate.update_id == update_id)
        .values(stands_as=message_id)
        .execution_options(synchronize_session=False)
    )


async def forget_replies(session: AsyncSession, before: datetime) -> int:
    """Delete replies older than `before`; returns how many."""
    return await count_changed(
        session, delete(AnsweredUpdate).where(AnsweredUpdate.answered_at < before)
    )


async def keep_nameless(session: AsyncSession, number: str, filed_at: datetime) -> None:
    """No stored reply ties a lead that names nobody to a chat: neither the one that is kept with
    this transaction, nor the receipt of when the lead was filed."""
    session.info.setdefault(NAMELESS, set()).add(number)
    vault = vault_of(session)
    query = select(AnsweredUpdate).where(AnsweredUpdate.answered_at == filed_at)
    for row in await session.scalars(query):
        replies = vault.open(row.replies_sealed, REPLIES)
        if number in replies:
            row.replies_sealed = vault.seal(replies.replace(number, NOT_SHOWN), REPLIES)
