"""Each chat has the menu of whoever it speaks for."""

from datetime import timedelta

from sqlalchemy import select

from bot.services.menus import commands_of, show_menu
from bot.services.outgoing import Outgoing
from bot.services.staff import bind_chat, cut_off, invite
from bot.storage.database import Database
from bot.storage.outbox import PAYLOAD, DeliveryState, OutboxMessage
from bot.storage.residents import find_or_add_resident
from bot.storage.staff import Role
from tests.services.broadcasting import NOON


async def test_a_role_gives_a_menu_and_being_cut_off_takes_it(sqlite_database: Database) -> None:
    async with sqlite_database.writing() as session:
        worker, code = await invite(session, None, "wang", "王网格", Role.GRID, NOON)
        resident = await find_or_add_resident(session, "telegram", 7001, NOON)
        await bind_chat(session, resident, code, NOON)
        await show_menu(session, resident, Role.GRID, NOON)
        await cut_off(session, worker, "wang", NOON + timedelta(milliseconds=1))
        query = select(OutboxMessage).order_by(OutboxMessage.id)
        rows = (await session.scalars(query)).all()
        assert {row.state for row in rows} == {DeliveryState.QUEUED}
        given, taken = (
            Outgoing.from_json(sqlite_database.vault.open(row.payload_sealed, PAYLOAD)).menu
            for row in rows
        )
        assert given is not None
        names = [name for name, _ in given]
        assert names[: len(commands_of(Role.GRID))] == [name for name, _ in commands_of(Role.GRID)]
        assert {"notice", "activity", "report"} <= set(names)
        assert "queue" not in names
        assert taken == ()


async def test_the_chat_page_has_no_menu(sqlite_database: Database) -> None:
    async with sqlite_database.writing() as session:
        resident = await find_or_add_resident(session, "web", 7001, NOON)
        await show_menu(session, resident, Role.GRID, NOON)
        assert (await session.scalars(select(OutboxMessage))).all() == []
