"""What somebody says of money that is gone: the elements a stop-payment needs, sealed."""

import json
from collections.abc import Mapping

from sqlalchemy import ForeignKey, LargeBinary
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from bot.storage.base import Base
from bot.storage.database import vault_of

ELEMENTS = "transfer.elements"


class Transfer(Base):
    """The elements of one lead, as a sealed JSON object from the element's name to its words."""

    __tablename__ = "transfer"

    lead_id: Mapped[int] = mapped_column(
        ForeignKey("lead.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    elements_sealed: Mapped[bytes] = mapped_column(LargeBinary)


async def read_elements(session: AsyncSession, lead_id: int) -> dict[str, str]:
    """What is known so far; empty where nothing was told."""
    row = await session.get(Transfer, lead_id)
    if row is None:
        return {}
    elements: dict[str, str] = json.loads(vault_of(session).open(row.elements_sealed, ELEMENTS))
    return elements


async def write_elements(session: AsyncSession, lead_id: int, elements: Mapping[str, str]) -> None:
    """Replace what is known."""
    text = json.dumps(dict(elements), ensure_ascii=False)
    sealed = vault_of(session).seal(text, ELEMENTS)
    row = await session.get(Transfer, lead_id)
    if row is None:
        session.add(Transfer(lead_id=lead_id, elements_sealed=sealed))
    else:
        row.elements_sealed = sealed
    await session.flush()


async def forget_elements(session: AsyncSession, lead_id: int) -> None:
    """Delete what is known."""
    row = await session.get(Transfer, lead_id)
    if row is not None:
        await session.delete(row)
        await session.flush()
