"""What residents read who subscribed is shown before it is sent, as they will read it."""

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.services.areas import add_area
from bot.services.broadcasts import plan_campaign
from bot.services.campaigns import Plan, Selector
from bot.services.going_out import make_due_occurrences
from bot.services.outgoing import Outgoing
from bot.services.subscriptions import LEAVE, subscribe
from bot.storage.areas import all_areas
from bot.storage.database import Database
from bot.storage.outbox import PAYLOAD, OutboxMessage
from bot.storage.residents import find_or_add_resident
from bot.storage.staff import Role, Staff
from tests.services.broadcasting import NOON, add_groups, add_staff, looked_at

POSTER = "冒充收费都是骗局\n先说欠费\n再发链接\n催您转账\n挂断，拨 96110"


async def readers(session: AsyncSession) -> tuple[Staff, int]:
    """An old reader and a student of one community."""
    chief = await add_staff(session, Role.CHIEF)
    await add_area(session, chief, "东街", "幸福里", "", "城东所")
    (area,) = await all_areas(session)
    for account, audience in ((1, "老人"), (2, "学生")):
        resident = await find_or_add_resident(session, "telegram", account, NOON)
        await subscribe(
            session,
            resident,
            area_id=area.id,
            audience=audience,
            kinds=["warning"],
            hour=None,
            now=NOON,
        )
    return chief, area.id


@pytest.mark.parametrize("poster", ["", POSTER])
async def test_the_look_is_what_is_sent(sqlite_database: Database, poster: str) -> None:
    async with sqlite_database.writing() as session:
        chief, area = await readers(session)
        plan = Plan(
            words="{社区}有人冒充收费。",
            variants={"elder": "陌生来电先挂断。"},
            selector=Selector(areas=(area,), subscribers=True),
            emergency=True,
            poster=poster,
        )
        draft = await looked_at(session, chief, plan)
        looks = [one for one in draft.looks if one.residents]
        assert [one.name for one in looks] == ["订阅的居民", "订阅的居民（老人）"]
        assert {one.residents for one in looks} == {2}
        assert {one.messages[-1].leave for one in looks} == {LEAVE}
        await plan_campaign(session, chief, plan, now=NOON, dedupe="x")
        await make_due_occurrences(session, NOON, district="城东区", bot_name="fanzha_bot")
        rows = await session.scalars(select(OutboxMessage))
        sent = [
            Outgoing.from_json(sqlite_database.vault.open(row.payload_sealed, PAYLOAD))
            for row in rows
        ]
        assert sorted(one.text for one in looks) == sorted(one.text for one in sent)
        assert {one.rows[0][0].label for one in sent} == {LEAVE}
        assert {one.messages[0].poster for one in looks} == {bool(poster)}


@pytest.mark.parametrize(
    ("audiences", "told"),
    [((), [1, 2, 3]), (("老人",), [1, 3]), (("学生",), [2, 3]), (("家长",), [3])],
)
async def test_who_chose_no_audience_is_meant_by_every_one(
    sqlite_database: Database, audiences: tuple[str, ...], told: list[int]
) -> None:
    async with sqlite_database.writing() as session:
        chief, _ = await readers(session)
        resident = await find_or_add_resident(session, "telegram", 3, NOON)
        await subscribe(
            session,
            resident,
            area_id=None,
            audience="不限",
            kinds=["warning"],
            hour=None,
            now=NOON,
        )
        await add_groups(session, chief, -1)
        plan = Plan(
            words="陌生来电先挂断。",
            selector=Selector(audiences=audiences, subscribers=True),
            emergency=True,
        )
        draft = await looked_at(session, chief, plan)
        assert draft.audience is not None
        assert draft.audience.subscribers == len(told)
        await plan_campaign(session, chief, plan, now=NOON, dedupe="x")
        await make_due_occurrences(session, NOON)
        query = select(OutboxMessage.dedupe_key).where(OutboxMessage.group_id.is_(None))
        assert [key.rpartition(":r")[2] for key in await session.scalars(query)] == [
            str(number) for number in told
        ]


async def test_one_look_where_all_read_the_same_and_none_where_nobody_is_meant(
    sqlite_database: Database,
) -> None:
    async with sqlite_database.writing() as session:
        chief, _ = await readers(session)
        await add_groups(session, chief, -1)
        for audiences, subscribers, names in (
            ((), True, ["订阅的居民"]),
            ((), False, []),
            (("家长",), True, []),
        ):
            selector = Selector(audiences=audiences, subscribers=subscribers)
            draft = await looked_at(session, chief, Plan(words="{社区}的居民", selector=selector))
            found = [(one.name, one.text) for one in draft.looks if one.residents]
            assert found == [(name, "各社区的居民") for name in names]
