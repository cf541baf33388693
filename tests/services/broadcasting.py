"""Staff and groups for tests of what goes out."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload

from bot.services.campaign_draft import Draft, examine
from bot.services.campaigns import Plan
from bot.services.filling import Signature
from bot.services.groups import add_robot, add_telegram_group
from bot.services.outgoing import Outgoing
from bot.services.sending_rules import Rules
from bot.storage.groups import CommunityGroup
from bot.storage.outbox import OutboxMessage, Priority, queue_message
from bot.storage.staff import Role, Staff

NOON = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)
"""Tuesday, 12:00 in Shanghai."""
KEY = "693a91f6-7xxx-4bc4-97a0-0ec2sifa5aaa"
WEBHOOK = f"https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key={KEY}"


async def add_staff(session: AsyncSession, role: Role = Role.GRID, login: str = "wang") -> Staff:
    staff = Staff(login=login, name="王网格", role=role, active=True, created_at=NOON)
    session.add(staff)
    await session.flush()
    return staff


async def add_groups(
    session: AsyncSession, staff: Staff, *chat_ids: int, robot: bool = False
) -> list[CommunityGroup]:
    groups = [
        await add_telegram_group(session, staff, chat_id, f"{-chat_id} 号楼", NOON)
        for chat_id in chat_ids
    ]
    if robot:
        groups.append(await add_robot(session, staff, "业主群", WEBHOOK, NOON))
    return groups


async def queue_text(
    session: AsyncSession,
    key: str,
    *,
    address: str = "1001",
    channel: str = "telegram",
    priority: Priority = Priority.RECEIPT,
    due_at: datetime = NOON,
    group_id: int | None = None,
) -> None:
    await queue_message(
        session,
        dedupe_key=key,
        priority=priority,
        channel=channel,
        address=address,
        payload=Outgoing(key).to_json(),
        due_at=due_at,
        now=NOON,
        group_id=group_id,
    )


async def looked_at(
    session: AsyncSession, staff: Staff, plan: Plan, now: datetime = NOON, **more: Any
) -> Draft:
    """A plan as the composer shows it."""
    signed = Signature("城东区", "fanzha_bot")
    given = {"rules": Rules(), "signed": signed, **more}
    return await examine(session, staff, plan, now=now, **given)


async def row_of(session: AsyncSession, key: str) -> OutboxMessage:
    query = select(OutboxMessage).where(OutboxMessage.dedupe_key == key)
    query = query.options(joinedload(OutboxMessage.group))
    return (await session.scalars(query)).one()
