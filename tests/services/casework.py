"""Officers, residents and leads for tests of the duty desk."""

from datetime import UTC, datetime

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from bot.services.leads import sign_for
from bot.services.outgoing import Outgoing
from bot.services.reports import Draft, file_report
from bot.services.transitions import move
from bot.storage.append_only import APPEND_ONLY
from bot.storage.database import Database, vault_of
from bot.storage.inbox import InboxMessage
from bot.storage.leads import Lead, LeadEvent, LeadState, events_of
from bot.storage.outbox import PAYLOAD, OutboxMessage
from bot.storage.residents import find_or_add_resident
from bot.storage.staff import Role, Staff, bind_resident, staff_by_login

NOON = datetime(2026, 11, 24, 4, tzinfo=UTC)
"""Tuesday, 12:00 in Shanghai."""
PHONE = "13812345678"
WAYS = {
    LeadState.SIGNED: (LeadState.SIGNED,),
    LeadState.CALLING: (LeadState.SIGNED, LeadState.CALLING),
    LeadState.UNREACHABLE: (LeadState.SIGNED, LeadState.CALLING, LeadState.UNREACHABLE),
    LeadState.REFUSED: (LeadState.SIGNED, LeadState.CALLING, LeadState.REFUSED),
    LeadState.DISPATCHED: (LeadState.SIGNED, LeadState.DISPATCHED),
    LeadState.MET: (LeadState.SIGNED, LeadState.DISPATCHED, LeadState.MET),
    LeadState.STOPPED: (LeadState.SIGNED, LeadState.CALLING, LeadState.STOPPED),
    LeadState.DEFRAUDED: (LeadState.SIGNED, LeadState.CALLING, LeadState.DEFRAUDED),
    LeadState.FOLLOWUP: (
        LeadState.SIGNED,
        LeadState.CALLING,
        LeadState.STOPPED,
        LeadState.FOLLOWUP,
    ),
    LeadState.FALSE_ALARM: (LeadState.SIGNED, LeadState.FALSE_ALARM),
    LeadState.WITHDRAWN: (LeadState.WITHDRAWN,),
    LeadState.CLOSED: (LeadState.SIGNED, LeadState.FALSE_ALARM, LeadState.CLOSED),
    LeadState.NEW: (),
}
"""How to bring a new lead into each state."""


async def officer(
    session: AsyncSession,
    login: str = "li",
    role: Role = Role.DUTY,
    *,
    chat: int = 0,
    channel: str = "telegram",
) -> Staff:
    """Somebody of that role; with `chat` one whose chat is bound."""
    staff = await staff_by_login(session, login)
    if staff is None:
        staff = Staff(login=login, name=f"{login}警官", role=role, active=True, created_at=NOON)
        session.add(staff)
        await session.flush()
    if chat:
        resident = await find_or_add_resident(session, channel, chat, NOON)
        await bind_resident(session, resident.id, staff.id, NOON)
    return staff


async def filed(
    session: AsyncSession,
    *,
    account: int = 1,
    channel: str = "web",
    now: datetime = NOON,
    **answers: object,
) -> str:
    """The number of a fresh lead; of somebody who has paid unless told otherwise."""
    data: dict[str, object] = {
        "happened": "paid",
        "description": "有人自称客服，让我转了钱",
        "contact": "phone",
        "phone": PHONE,
        "amount_fen": 1_250_000,
        "area": "幸福里社区3号楼",
        "category": "fake_customer_service",
    }
    resident = await find_or_add_resident(session, channel, account, now)
    draft = Draft(**(data | answers))  # type: ignore[arg-type]
    return (await file_report(session, resident, draft, now)).number


async def brought_to(
    session: AsyncSession, staff: Staff, number: str, state: LeadState, now: datetime = NOON
) -> Lead:
    """The lead, moved along the shortest way into that state."""
    for step in WAYS[state]:
        if step is LeadState.SIGNED:
            await sign_for(session, staff, number, now)
        else:
            await move(session, staff, number, step, "核实后暂无诈骗情形", now)
    return await lead_of(session, number)


async def lead_of(session: AsyncSession, number: str) -> Lead:
    """The lead as it now stands."""
    query = select(Lead).where(Lead.number == number)
    return (await session.scalars(query.execution_options(populate_existing=True))).one()


async def trail(session: AsyncSession, number: str) -> list[LeadEvent]:
    """The lines of a lead's trail."""
    return list(await events_of(session, (await lead_of(session, number)).id))


async def as_owner(session: AsyncSession) -> None:
    """Let this transaction change audit rows, as who owns the database could.

    On SQLite, whose file is the test's own, for good; on PostgreSQL for this transaction.
    """
    if session.get_bind().dialect.name == "postgresql":
        await session.execute(text("SET LOCAL session_replication_role = replica"))
        return
    for name in APPEND_ONLY:
        for what in ("changed", "deleted"):
            await session.execute(text(f"DROP TRIGGER IF EXISTS {name}_not_{what}"))


async def told(database: Database, account: int = 1) -> list[str]:
    """What waits in the inbox of a resident of the chat page."""
    async with database.reading() as session:
        resident = await find_or_add_resident(session, "web", account, NOON)
        query = select(InboxMessage).where(InboxMessage.resident_id == resident.id)
        rows = (await session.scalars(query.order_by(InboxMessage.id))).all()
        vault = vault_of(session)
        return [
            Outgoing.from_json(vault.open(row.payload_sealed, "inbox.payload")).text for row in rows
        ]


async def pushed(session: AsyncSession) -> list[tuple[str, str]]:
    """What waits in the outbox: key and text."""
    rows = (await session.scalars(select(OutboxMessage).order_by(OutboxMessage.id))).all()
    vault = vault_of(session)
    return [
        (row.dedupe_key, Outgoing.from_json(vault.open(row.payload_sealed, PAYLOAD)).text)
        for row in rows
    ]
