"""The ledger: each delivery, each campaign, trying again what may succeed."""

import csv
import io
from datetime import datetime, timedelta

import pytest
from sqlalchemy import event, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import NotAllowedError, NotFoundError
from bot.services.areas import add_area
from bot.services.broadcast_lines import list_broadcasts
from bot.services.broadcasts import schedule_notice
from bot.services.forwarding import confirm_forward, say_members
from bot.services.going_out import make_due_occurrences
from bot.services.grid import describe_group
from bot.services.groups import add_wechat_group
from bot.services.ledger import (
    by_area,
    dead_letters,
    retry_failed,
    summaries,
)
from bot.services.ledger_tables import export_areas, export_deliveries
from bot.services.subscriptions import leave, note_click, subscribe
from bot.storage.area_ledger import AreaFigures
from bot.storage.areas import all_areas
from bot.storage.broadcasts import Broadcast, BroadcastState, Occurrence
from bot.storage.checks import Check
from bot.storage.claims import claim_due, end_delivery
from bot.storage.database import Database
from bot.storage.forwards import ask_to_forward
from bot.storage.groups import CommunityGroup
from bot.storage.outbox import DeliveryState, OutboxMessage
from bot.storage.residents import find_or_add_resident
from bot.storage.staff import Role, Staff
from tests.services.broadcasting import NOON, add_groups, add_staff


async def sent_to_four(session: AsyncSession) -> tuple[Staff, int]:
    """A notice to four groups: arrived, arrived, blocked, failed; in two communities."""
    chief = await add_staff(session, Role.CHIEF)
    for community in ("幸福里", "和平里"):
        await add_area(session, chief, "东街", community, "", "城东所")
    areas = {area.community: area.id for area in await all_areas(session)}
    groups = await add_groups(session, chief, -1, -2, -3, -4)
    for group, place, members in zip(
        groups, ("幸福里", "和平里", "和平里", "和平里"), (120, 80, 50, 40), strict=True
    ):
        await describe_group(
            session, chief, group.id, area_id=areas[place], audiences=[], members=members
        )
    made = await schedule_notice(
        session,
        chief,
        "brush_task",
        {"community": "幸福里"},
        [group.id for group in groups],
        None,
        now=NOON,
        dedupe="x",
    )
    await make_due_occurrences(session, NOON)
    ends = [
        (DeliveryState.SENT, None),
        (DeliveryState.SENT, None),
        (DeliveryState.BLOCKED, "403"),
        (DeliveryState.FAILED, "HTTP 500, no attempt left"),
    ]
    rows = await claim_due(
        session, worker="w", channel="telegram", limit=4, now=NOON, lease=timedelta(minutes=1)
    )
    for row, (state, error) in zip(rows, ends, strict=True):
        await end_delivery(
            session, row.id, worker="w", state=state, now=NOON, remote_id="7", error=error
        )
    await make_due_occurrences(session, NOON)
    return chief, made.id


async def test_a_campaign_in_figures(database: Database) -> None:
    async with database.writing() as session:
        chief, number = await sent_to_four(session)
        for account, minutes in ((1, 5), (2, 60 * 30)):
            resident = await find_or_add_resident(session, "telegram", account, NOON)
            for _ in range(2):
                await note_click(session, resident, number, NOON)
            session.add(
                Check(
                    reference=f"r{account}",
                    resident_id=resident.id,
                    text_hash="h",
                    level="high",
                    score=1.0,
                    action="A0",
                    library_version="1",
                    created_at=NOON + timedelta(minutes=minutes),
                )
            )
        await session.flush()
        one = (await summaries(session, chief, [number]))[number]
        assert (one.groups, one.people) == (2, 200)
        assert one.counts == {
            DeliveryState.SENT: 2,
            DeliveryState.BLOCKED: 1,
            DeliveryState.FAILED: 1,
        }
        assert (one.clicks, one.questions, one.left) == (2, 1, 0)
        assert (await by_area(session, chief, [number]))[number] == [
            AreaFigures("", "", clicks=2, questions=1),
            AreaFigures("东街", "和平里", 3, 1, 2, 0, 0, 0, 80, 0),
            AreaFigures("东街", "幸福里", 1, 1, 0, 0, 0, 0, 120, 0),
        ]


@pytest.mark.parametrize("role", [Role.GRID, Role.STATION, Role.CHIEF])
async def test_a_page_of_figures_asks_no_more_often_than_one(
    sqlite_database: Database, role: Role
) -> None:
    async with sqlite_database.writing() as session:
        _, number = await sent_to_four(session)
        somebody = await add_staff(session, role, "qian")
        own = Broadcast(
            dedupe_key="own",
            template="",
            text="x",
            state=BroadcastState.DONE,
            created_by=somebody.id,
            created_at=NOON,
            send_at=NOON,
        )
        session.add(own)
    asked: list[str] = []
    engine = sqlite_database.engine.sync_engine
    event.listen(engine, "before_cursor_execute", lambda *given: asked.append(given[2]))
    counted = []
    for ids in ([number], [number, own.id]):
        asked.clear()
        async with sqlite_database.reading() as session:
            assert list(await summaries(session, somebody, ids)) == ids
        counted.append(len(asked))
    assert counted[0] == counted[1]


async def test_what_residents_did_is_counted_where_they_saw_it(database: Database) -> None:
    """By the area in the link, else by the one subscribed to; a made-up area is none."""
    async with database.writing() as session:
        chief, number = await sent_to_four(session)
        areas = {area.community: area.id for area in await all_areas(session)}
        people = [await find_or_add_resident(session, "telegram", n, NOON) for n in range(1, 5)]
        for person in people[2:]:
            await subscribe(
                session,
                person,
                area_id=areas["和平里"],
                audience="不限",
                kinds=["warning"],
                hour=None,
                now=NOON,
            )
        links = (areas["幸福里"], 999_999, None, areas["幸福里"])
        for person, link in zip(people, links, strict=True):
            await note_click(session, person, number, NOON, link)
        for place, person in enumerate((people[0], people[0], people[2])):
            session.add(asked(person.id, place, NOON + timedelta(minutes=5)))
        session.add(asked(people[2].id, 9, NOON + timedelta(hours=25)))
        assert await leave(session, people[3], number, NOON)
        await session.flush()
        found = {one.community: one for one in (await by_area(session, chief, [number]))[number]}
        table = (await export_areas(session, chief, number)).decode("utf-8-sig")
    did = {name: (one.clicks, one.questions, one.left) for name, one in found.items()}
    assert did == {"": (1, 0, 0), "和平里": (1, 1, 1), "幸福里": (2, 2, 0)}
    assert [one.groups for one in found.values()] == [0, 3, 1]
    lines = list(csv.reader(io.StringIO(table)))
    assert [line[:2] + line[-3:] for line in lines[1:]] == [
        ["没登记地区", "", "1", "0", "0"],
        ["东街", "和平里", "1", "1", "1"],
        ["东街", "幸福里", "2", "2", "0"],
    ]


def asked(resident_id: int, number: int, at: datetime) -> Check:
    return Check(
        reference=f"a{number}",
        resident_id=resident_id,
        text_hash="h",
        level="high",
        score=1.0,
        action="A0",
        library_version="1",
        created_at=at,
    )


async def test_the_dead_letters_are_listed_and_tried_again(database: Database) -> None:
    async with database.writing() as session:
        chief, number = await sent_to_four(session)
        (line,) = await list_broadcasts(session, chief, NOON)
        assert line.state == BroadcastState.DONE
        (dead,) = await dead_letters(session, chief)
        assert dead.group == "4 号楼"
        with pytest.raises(NotFoundError):
            await retry_failed(session, chief, 999, NOON)
        assert await retry_failed(session, chief, number, NOON) == 1
        assert await retry_failed(session, chief, None, NOON) == 0
        (row,) = await claim_due(
            session, worker="w", channel="telegram", limit=4, now=NOON, lease=timedelta(minutes=1)
        )
        assert (row.attempts, row.error) == (1, None)
        (line,) = await list_broadcasts(session, chief, NOON)
        assert line.state == BroadcastState.SENDING


@pytest.mark.parametrize("error", ["empty text", "not readable", "place not known"])
async def test_what_would_fail_again_is_not_tried(sqlite_database: Database, error: str) -> None:
    async with sqlite_database.writing() as session:
        chief, number = await sent_to_four(session)
        failed = update(OutboxMessage).where(OutboxMessage.state == DeliveryState.FAILED)
        await session.execute(failed.values(error=error))
        assert await retry_failed(session, chief, number, NOON) == 0


async def test_the_export_has_every_delivery_and_no_formula(database: Database) -> None:
    async with database.writing() as session:
        chief, number = await sent_to_four(session)
        await session.execute(
            update(CommunityGroup).where(CommunityGroup.title == "1 号楼").values(title="=1+1")
        )
        content = (await export_deliveries(session, chief, number)).decode("utf-8-sig")
    head, *lines = csv.reader(io.StringIO(content))
    assert len(head) == len(lines[0])
    assert [line[6] for line in lines] == ["已送达", "已送达", "被拒收", "失败"]
    assert lines[0][2] == "'=1+1"
    assert "对方服务器出错" in lines[3][7]


async def test_what_was_forwarded_by_hand_stands_in_the_export_apart(database: Database) -> None:
    async with database.writing() as session:
        chief = await add_staff(session, Role.CHIEF)
        (group,) = await add_groups(session, chief, -1)
        hands = [await add_wechat_group(session, chief, f"{n} 区群", NOON) for n in (1, 2)]
        ids = [group.id, *(one.id for one in hands)]
        values = {"community": "幸福里"}
        made = await schedule_notice(
            session, chief, "brush_task", values, ids, None, now=NOON, dedupe="x"
        )
        await make_due_occurrences(session, NOON)
        await confirm_forward(session, chief, 1, NOON)
        await say_members(session, chief, 1, 150)
        content = (await export_deliveries(session, chief, made.id)).decode("utf-8-sig")
    _, *lines = csv.reader(io.StringIO(content))
    assert [(line[2], line[6], line[11], line[12]) for line in lines] == [
        ("1 号楼", "排队", "", "机器人发送"),
        ("1 区群", "网格员已确认", "150", "人工转发"),
        ("2 区群", "网格员还没确认", "", "人工转发"),
    ]


async def test_a_group_forwarded_to_each_day_counts_its_people_once(database: Database) -> None:
    async with database.writing() as session:
        chief = await add_staff(session, Role.CHIEF)
        hands = [await add_wechat_group(session, chief, f"{n} 区群", NOON) for n in (1, 2)]
        made = await schedule_notice(
            session,
            chief,
            "brush_task",
            {"community": "幸福里"},
            [one.id for one in hands],
            None,
            now=NOON,
            dedupe="x",
        )
        await make_due_occurrences(session, NOON)
        occurrence = Occurrence(
            broadcast_id=made.id, slot=NOON + timedelta(days=1), made_at=NOON, filled_at=NOON
        )
        session.add(occurrence)
        await session.flush()
        for group, members in zip(hands, (160, 80), strict=True):
            asked = await ask_to_forward(session, occurrence.id, group.id, chief.id, NOON)
            assert asked is not None
            await confirm_forward(session, chief, asked, NOON)
            await say_members(session, chief, asked, members)
        await confirm_forward(session, chief, 1, NOON)
        await say_members(session, chief, 1, 150)
        (figures,) = (await summaries(session, chief, [made.id])).values()
    assert (figures.forwards_asked, figures.forwards_done, figures.forwards_people) == (4, 3, 240)


async def test_who_may_not_see_the_ledger(sqlite_database: Database) -> None:
    async with sqlite_database.writing() as session:
        auditor = await add_staff(session, Role.AUDITOR)
        duty = await add_staff(session, Role.DUTY, "li")
        with pytest.raises(NotAllowedError):
            await export_deliveries(session, auditor, None)
        with pytest.raises(NotAllowedError):
            await retry_failed(session, duty, None, NOON)


async def test_a_grid_worker_tries_only_his_own_again(sqlite_database: Database) -> None:
    async with sqlite_database.writing() as session:
        _, number = await sent_to_four(session)
        worker = await add_staff(session, Role.GRID, "zhao")
        with pytest.raises(NotAllowedError, match="别人发的"):
            await retry_failed(session, worker, number, NOON)
        assert await retry_failed(session, worker, None, NOON) == 0
        own = await session.get_one(Broadcast, number)
        own.created_by = worker.id
        await session.flush()
        assert await retry_failed(session, worker, None, NOON) == 1
