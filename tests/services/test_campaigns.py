"""A campaign from its plan to its end: refusals, approval, rules, pausing, retracting."""

import asyncio
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload

from bot.errors import ConflictError, InvalidInputError, NotAllowedError
from bot.services.approvals import approve_broadcast, refuse_broadcast
from bot.services.areas import add_area
from bot.services.broadcast_course import cancel_broadcast, pause_broadcast, resume_broadcast
from bot.services.broadcast_lines import list_broadcasts
from bot.services.broadcasts import plan_campaign, schedule_notice
from bot.services.campaigns import Plan, Selector, for_any_place
from bot.services.going_out import make_due_occurrences
from bot.services.grid import assign_areas, describe_group
from bot.services.outgoing import Outgoing
from bot.services.retracting import retract_broadcast
from bot.services.sending_rules import Rules
from bot.services.staff import bind_chat, invite
from bot.storage.areas import all_areas
from bot.storage.broadcasts import Broadcast, BroadcastState, Late, Occurrence
from bot.storage.claims import claim_due, end_delivery, message_content
from bot.storage.database import Database
from bot.storage.groups import CommunityGroup
from bot.storage.outbox import DeliveryState, OutboxMessage, Priority
from bot.storage.residents import find_or_add_resident
from bot.storage.staff import Role, Staff
from bot.times import on_screen
from tests.services.broadcasting import NOON, add_groups, add_staff, looked_at

RULES = Rules()
PLACE = {"community": "幸福里"}
WORDS = "近期有人冒充社区工作人员上门收费,请先拨 96110 核实。"
NIGHT = NOON + timedelta(hours=10, minutes=30)
"""22:30 in Shanghai."""


async def plan(
    session: AsyncSession, staff: Staff, wanted: Plan, dedupe: str = "x", now: datetime = NOON
) -> Broadcast:
    return await plan_campaign(session, staff, wanted, now=now, dedupe=dedupe)


async def a_group(session: AsyncSession, staff: Staff) -> CommunityGroup:
    (group,) = await add_groups(session, staff, -100)
    return group


def own_words(group: CommunityGroup, **more: object) -> Plan:
    return Plan(words=WORDS, group_ids=frozenset({group.id}), **more)  # type: ignore[arg-type]


async def outbox(session: AsyncSession) -> list[OutboxMessage]:
    query = select(OutboxMessage).where(OutboxMessage.occurrence_id.is_not(None))
    query = query.options(joinedload(OutboxMessage.group))
    return list((await session.scalars(query.order_by(OutboxMessage.id))).all())


async def test_own_words_wait_for_another_person(database: Database) -> None:
    async with database.writing() as session:
        author = await add_staff(session)
        chief = await add_staff(session, Role.CHIEF, "zhang")
        group = await a_group(session, author)
        made = await plan(session, author, own_words(group))
        assert made.state == BroadcastState.AWAITING
        assert await make_due_occurrences(session, NOON) == 0
        with pytest.raises(NotAllowedError):
            await approve_broadcast(session, author, made.id, NOON, RULES)
        await approve_broadcast(session, chief, made.id, NOON, RULES)
        assert (made.state, made.approved_by) == (BroadcastState.SCHEDULED, chief.id)
        with pytest.raises(ConflictError):
            await approve_broadcast(session, chief, made.id, NOON, RULES)
        assert await make_due_occurrences(session, NOON) == 1


async def test_a_chief_does_not_approve_his_own_words(database: Database) -> None:
    async with database.writing() as session:
        chief = await add_staff(session, Role.CHIEF)
        made = await plan(session, chief, own_words(await a_group(session, chief)))
        with pytest.raises(NotAllowedError, match="另一个人"):
            await approve_broadcast(session, chief, made.id, NOON, RULES)


async def test_a_refusal_carries_its_reason(database: Database) -> None:
    async with database.writing() as session:
        author = await add_staff(session)
        chief = await add_staff(session, Role.CHIEF, "zhang")
        made = await plan(session, author, own_words(await a_group(session, author)))
        with pytest.raises(InvalidInputError, match="原因"):
            await refuse_broadcast(session, chief, made.id, "  ", NOON)
        await refuse_broadcast(session, chief, made.id, "数字要核实", NOON)
        (line,) = await list_broadcasts(session, author, NOON)
        assert (line.state_name, line.note) == ("未通过", "数字要核实")
        assert await make_due_occurrences(session, NOON) == 0


async def test_two_who_decide_at_once_decide_once(database: Database) -> None:
    async with database.writing() as session:
        author = await add_staff(session)
        chiefs = [await add_staff(session, Role.CHIEF, f"c{number}") for number in range(4)]
        made = await plan(session, author, own_words(await a_group(session, author)))

    async def decide(chief: Staff) -> bool:
        try:
            async with database.writing() as session:
                await approve_broadcast(session, chief, made.id, NOON, RULES)
        except ConflictError:
            return False
        return True

    assert sum(await asyncio.gather(*(decide(chief) for chief in chiefs))) == 1


async def test_approved_too_late_at_night_it_is_moved_to_the_morning(database: Database) -> None:
    async with database.writing() as session:
        author = await add_staff(session)
        chief = await add_staff(session, Role.CHIEF, "zhang")
        made = await plan(session, author, own_words(await a_group(session, author)))
        await approve_broadcast(session, chief, made.id, NIGHT, RULES)
        assert on_screen(made.send_at) == "2026-11-25 07:00"
        assert "夜间免打扰" in (made.note or "")


async def test_a_recurring_one_approved_after_its_first_time_begins_with_the_next(
    database: Database,
) -> None:
    async with database.writing() as session:
        author, code = await invite(session, None, "wang", "王", Role.GRID, NOON)
        chat = await find_or_add_resident(session, "telegram", 70, NOON)
        await bind_chat(session, chat, code, NOON)
        chief = await add_staff(session, Role.CHIEF, "zhang")
        wanted = own_words(await a_group(session, chief), rule="daily 12:30")
        made = await plan(session, chief, wanted)
        made.created_by = author.id
        await session.flush()
        late = NOON + timedelta(hours=3)
        await approve_broadcast(session, chief, made.id, late, RULES)
        assert on_screen(made.send_at) == "2026-11-25 12:30"
        assert await make_due_occurrences(session, late) == 0
        told = (await session.scalars(select(OutboxMessage))).all()
        words = Outgoing.from_json(message_content(database.vault, told[-1])[1]).text
        assert "2026-11-25 12:30 发" in words


async def test_an_emergency_needs_one_tap_of_a_chief_and_no_daylight(database: Database) -> None:
    async with database.writing() as session:
        author = await add_staff(session)
        duty = await add_staff(session, Role.DUTY, "li")
        _, code = await invite(session, None, "zhang", "张所", Role.CHIEF, NIGHT)
        resident = await find_or_add_resident(session, "telegram", 77, NIGHT)
        chief = await bind_chat(session, resident, code, NIGHT)
        assert isinstance(chief, Staff)
        wanted = own_words(await a_group(session, author), emergency=True)
        made = await plan(session, author, wanted, now=NIGHT)
        assert made.state == BroadcastState.AWAITING
        (alert,) = (await session.scalars(select(OutboxMessage))).all()
        shown = Outgoing.from_json(message_content(database.vault, alert)[1])
        assert alert.priority == Priority.ALERT
        assert shown.rows[0][0].data == f"cast:approve:{made.id}"
        with pytest.raises(NotAllowedError):
            await approve_broadcast(session, duty, made.id, NIGHT, RULES)
        await approve_broadcast(session, chief, made.id, NIGHT, RULES)
        assert await make_due_occurrences(session, NIGHT + timedelta(seconds=1)) == 1
        (row,) = await outbox(session)
        assert row.priority == Priority.EMERGENCY
        assert row.due_at - NIGHT < timedelta(minutes=1)


async def test_a_chiefs_own_emergency_goes_at_once(database: Database) -> None:
    async with database.writing() as session:
        chief = await add_staff(session, Role.CHIEF)
        wanted = own_words(await a_group(session, chief), emergency=True)
        made = await plan(session, chief, wanted, now=NIGHT)
        assert (made.state, made.approved_by) == (BroadcastState.SCHEDULED, chief.id)
        assert await make_due_occurrences(session, NIGHT) == 1


@pytest.mark.parametrize(
    ("asked", "given"),
    [
        (NIGHT, "2026-11-25 07:00"),
        (datetime.fromisoformat("2027-02-06T12:00+08:00"), "2027-02-09 07:00"),
    ],
)
async def test_quiet_hours_and_blackouts_move_a_notice_and_say_so(
    database: Database, asked: datetime, given: str
) -> None:
    async with database.writing() as session:
        staff = await add_staff(session)
        group = await a_group(session, staff)
        made = await schedule_notice(
            session,
            staff,
            "brush_task",
            {"community": "幸福里"},
            [group.id],
            asked,
            now=asked - timedelta(hours=1),
            dedupe="x",
        )
        assert on_screen(made.send_at) == given
        assert f"改到 {given}" in (made.note or "")


async def test_a_third_notice_of_a_day_is_refused_and_names_the_group(database: Database) -> None:
    async with database.writing() as session:
        staff = await add_staff(session)
        group = await a_group(session, staff)
        values = {"community": "幸福里"}

        async def send(dedupe: str, at: datetime) -> Broadcast:
            return await schedule_notice(
                session, staff, "brush_task", values, [group.id], at, now=NOON, dedupe=dedupe
            )

        await send("a", NOON + timedelta(hours=1))
        await send("b", NOON + timedelta(hours=2))
        with pytest.raises(InvalidInputError, match="100 号楼.*11-24 已安排 2 条"):
            await send("c", NOON + timedelta(hours=3))
        await send("d", NOON + timedelta(days=1))


async def test_a_full_group_is_left_out_when_a_recurring_notice_goes_out(
    database: Database,
) -> None:
    async with database.writing() as session:
        staff = await add_staff(session)
        full, free = await add_groups(session, staff, -100, -200)
        for number in range(2):
            await schedule_notice(
                session,
                staff,
                "brush_task",
                {"community": "幸福里"},
                [full.id],
                None,
                now=NOON,
                dedupe=str(number),
            )
        await make_due_occurrences(session, NOON)
        wanted = Plan(
            template="brush_task",
            values={"community": "幸福里"},
            selector=Selector(channels=("telegram",)),
            rule="daily 19:30",
        )
        made = await plan(session, staff, wanted, "again")
        assert on_screen(made.send_at) == "2026-11-24 19:30"
        assert await make_due_occurrences(session, made.send_at) == 1
        states = {row.group_id: (row.state, row.error) for row in (await outbox(session))[2:]}
        assert states == {
            full.id: (DeliveryState.CANCELLED, "daily limit"),
            free.id: (DeliveryState.QUEUED, None),
        }
        (line, *_) = await list_broadcasts(session, staff, made.send_at)
        told = "100 号楼：已取消，这个群当天已到条数上限，没有再发"
        assert line.troubles[0].words == told


async def test_a_recurring_notice_goes_out_at_each_of_its_times(database: Database) -> None:
    async with database.writing() as session:
        staff = await add_staff(session)
        group = await a_group(session, staff)
        wanted = Plan(
            template="brush_task",
            values={"community": "幸福里"},
            group_ids=frozenset({group.id}),
            rule="mon-fri 07:30",
        )
        made = await plan(session, staff, wanted)
        slots = []
        for _ in range(4):
            slots.append(on_screen(made.send_at))
            assert await make_due_occurrences(session, made.send_at) == 1
            await session.refresh(made)
        assert slots == [
            "2026-11-25 07:30",
            "2026-11-26 07:30",
            "2026-11-27 07:30",
            "2026-11-30 07:30",
        ]
        assert len(await outbox(session)) == 4
        assert made.state == BroadcastState.SCHEDULED


@pytest.mark.parametrize(("late", "made_after"), [(Late.ONCE, 1), (Late.SKIP, 0)])
async def test_seven_missed_times_are_made_up_for_once_or_not_at_all(
    database: Database, late: Late, made_after: int
) -> None:
    async with database.writing() as session:
        staff = await add_staff(session)
        group = await a_group(session, staff)
        wanted = Plan(
            template="brush_task",
            values={"community": "幸福里"},
            group_ids=frozenset({group.id}),
            rule="daily 07:30",
            late=late,
        )
        made = await plan(session, staff, wanted)
        week_later = NOON + timedelta(days=7)
        assert await make_due_occurrences(session, week_later) == made_after
        assert await make_due_occurrences(session, week_later) == 0
        await session.refresh(made)
        assert on_screen(made.send_at) == "2026-12-02 07:30"
        assert len((await session.scalars(select(Occurrence))).all()) == made_after


async def test_a_single_time_that_was_missed_may_be_skipped(database: Database) -> None:
    async with database.writing() as session:
        staff = await add_staff(session)
        group = await a_group(session, staff)
        wanted = Plan(
            template="brush_task",
            values={"community": "幸福里"},
            group_ids=frozenset({group.id}),
            late=Late.SKIP,
        )
        await plan(session, staff, wanted)
        assert await make_due_occurrences(session, NOON + timedelta(hours=1)) == 0
        (line,) = await list_broadcasts(session, staff, NOON)
        assert (line.state, line.note) == (BroadcastState.CANCELLED, "错过时间，按设置没有发")


async def test_a_broadcast_missed_until_night_waits_for_the_morning(database: Database) -> None:
    async with database.writing() as session:
        staff = await add_staff(session)
        group = await a_group(session, staff)
        made = await schedule_notice(
            session,
            staff,
            "brush_task",
            PLACE,
            [group.id],
            None,
            now=NOON,
            dedupe="x",
        )
        assert await make_due_occurrences(session, NIGHT) == 0
        await session.refresh(made)
        assert on_screen(made.send_at) == "2026-11-25 07:00"
        assert await make_due_occurrences(session, made.send_at) == 1


async def test_pausing_holds_what_waits_and_resuming_lets_it_go(database: Database) -> None:
    async with database.writing() as session:
        staff = await add_staff(session)
        groups = await add_groups(session, staff, -100, -200, -300)
        made = await schedule_notice(
            session,
            staff,
            "brush_task",
            {"community": "幸福里"},
            [group.id for group in groups],
            None,
            now=NOON,
            dedupe="x",
        )
        await make_due_occurrences(session, NOON)
        await claim_one(session)
        assert await pause_broadcast(session, staff, made.id) == 2
        assert await claim_one(session) is None
        with pytest.raises(ConflictError, match="已暂停"):
            await pause_broadcast(session, staff, made.id)
        with pytest.raises(ConflictError, match="夜间免打扰"):
            await resume_broadcast(session, staff, made.id, NIGHT)
        await resume_broadcast(session, staff, made.id, NOON)
        assert made.state == BroadcastState.SENDING
        assert await claim_one(session) is not None
        await pause_broadcast(session, staff, made.id)
        assert await cancel_broadcast(session, staff, made.id, NOON) == 1


async def claim_one(session: AsyncSession, channel: str = "telegram") -> OutboxMessage | None:
    rows = await claim_due(
        session, worker="w", channel=channel, limit=1, now=NOON, lease=timedelta(minutes=1)
    )
    return rows[0] if rows else None


async def test_paused_before_its_time_it_does_not_go_out(database: Database) -> None:
    async with database.writing() as session:
        staff = await add_staff(session)
        group = await a_group(session, staff)
        later = NOON + timedelta(hours=1)
        made = await schedule_notice(
            session,
            staff,
            "brush_task",
            PLACE,
            [group.id],
            later,
            now=NOON,
            dedupe="x",
        )
        await pause_broadcast(session, staff, made.id)
        assert await make_due_occurrences(session, later) == 0
        await resume_broadcast(session, staff, made.id, later)
        assert await make_due_occurrences(session, later) == 1


async def test_retracting_deletes_where_the_channel_can_and_corrects_elsewhere(
    database: Database,
) -> None:
    async with database.writing() as session:
        staff = await add_staff(session)
        groups = await add_groups(session, staff, -100, -200, -300, robot=True)
        made = await schedule_notice(
            session,
            staff,
            "brush_task",
            {"community": "幸福里"},
            [group.id for group in groups],
            None,
            now=NOON,
            dedupe="x",
        )
        await make_due_occurrences(session, NOON)
        for channel, remote in (("telegram", "41,42"), ("telegram", "43"), ("wecom", None)):
            row = await claim_one(session, channel)
            assert row is not None
            await end_delivery(
                session,
                row.id,
                worker="w",
                state=DeliveryState.SENT,
                now=NOON - timedelta(days=3 if remote == "43" else 0),
                remote_id=remote,
            )
        with pytest.raises(InvalidInputError):
            await retract_broadcast(session, staff, made.id, "", NOON)
        told = await retract_broadcast(session, staff, made.id, "以社区通知为准。", NOON)
        assert told == (1, 2)
        query = select(OutboxMessage).where(OutboxMessage.dedupe_key.startswith("back:"))
        query = query.options(joinedload(OutboxMessage.group))
        backs = (await session.scalars(query.order_by(OutboxMessage.id))).all()
        sent = [Outgoing.from_json(message_content(database.vault, row)[1]) for row in backs]
        assert [one.delete for one in sent] == [("41", "42"), (), ()]
        assert {one.text for one in sent} == {"【更正】以社区通知为准。"}
        (line,) = await list_broadcasts(session, staff, NOON)
        assert line.state == BroadcastState.RETRACTED
        assert line.counts == {DeliveryState.SENT: 3, DeliveryState.CANCELLED: 1}
        with pytest.raises(ConflictError):
            await retract_broadcast(session, staff, made.id, "再来", NOON)


async def test_groups_are_chosen_by_area_audience_and_channel(database: Database) -> None:
    async with database.writing() as session:
        chief = await add_staff(session, Role.CHIEF)
        for place in (("东街", "幸福里", "一区"), ("东街", "和平里", ""), ("西街", "", "")):
            await add_area(session, chief, *place, "城东所")
        await add_area(session, chief, "东街", "", "", "城东所")
        ids = {f"{a.street}{a.community}{a.estate}": a.id for a in await all_areas(session)}
        groups = await add_groups(session, chief, -1, -2, -3, robot=True)
        places = ("东街幸福里一区", "东街和平里", "西街", "东街幸福里一区")
        tagged: tuple[list[str], ...] = (["老人"], ["家长"], ["老人"], [])
        for group, place, tags in zip(groups, places, tagged, strict=True):
            await describe_group(
                session, chief, group.id, area_id=ids[place], audiences=tags, members=120
            )

        async def reached(**choice: tuple[object, ...]) -> set[int | None]:
            wanted = Plan(
                template="brush_task",
                values=PLACE,
                selector=Selector(**choice),  # type: ignore[arg-type]
                emergency=True,
            )
            await plan(session, chief, wanted, str(choice))
            await make_due_occurrences(session, NOON)
            rows = await outbox(session)
            last = max(row.occurrence_id or 0 for row in rows)
            return {row.group_id for row in rows if row.occurrence_id == last}

        one, two, three, four = (group.id for group in groups)
        assert await reached(areas=(ids["东街"],)) == {one, two, four}
        assert await reached(areas=(ids["东街"],), audiences=("老人",)) == {one}
        assert await reached(audiences=("老人", "家长")) == {one, two, three}
        assert await reached(channels=("wecom",)) == {four}


async def test_place_names_and_elders_short_text_are_filled_in_group_by_group(
    database: Database,
) -> None:
    async with database.writing() as session:
        chief = await add_staff(session, Role.CHIEF)
        await add_area(session, chief, "东街", "幸福里", "", "城东所")
        await add_area(session, chief, "东街", "和平里", "", "城东所")
        areas = await all_areas(session)
        groups = await add_groups(session, chief, -1, -2, -3, robot=True)
        for group, area, tags in zip(groups, [*areas, *areas], ([], ["老人"], [], []), strict=True):
            await describe_group(
                session, chief, group.id, area_id=area.id, audiences=tags, members=None
            )
        wanted = Plan(
            words="{社区}居民请注意。",
            variants={"elder": "陌生电话先挂断。", "wecom": "{community}各位同事请注意。"},
            group_ids=frozenset(group.id for group in groups),
            emergency=True,
        )
        await plan(session, chief, wanted)
        await make_due_occurrences(session, NOON)
        texts = [
            Outgoing.from_json(message_content(database.vault, row)[1]).text
            for row in await outbox(session)
        ]
        names = [area.community for area in areas]
        assert texts == [
            f"{names[0]}居民请注意。",
            "陌生电话先挂断。",
            f"{names[0]}居民请注意。",
            f"{names[1]}各位同事请注意。",
        ]
        draft = await looked_at(session, chief, wanted)
        assert [(one.name, one.groups) for one in draft.looks] == [
            ("Telegram 群", 2),
            ("Telegram 群（老人群）", 1),
            ("企业微信群机器人", 1),
        ]


async def test_a_notice_ends_in_the_way_to_the_bot(database: Database) -> None:
    async with database.writing() as session:
        staff = await add_staff(session)
        group = await a_group(session, staff)
        made = await schedule_notice(
            session, staff, "brush_task", PLACE, [group.id], None, now=NOON, dedupe="x"
        )
        await make_due_occurrences(session, NOON, bot_name="fanzha_bot")
        (row,) = await outbox(session)
        text = Outgoing.from_json(message_content(database.vault, row)[1]).text
        assert text == f"{made.text}\n查可疑消息：https://t.me/fanzha_bot?start=b{made.id}"


async def test_a_grid_worker_acts_only_in_his_areas(database: Database) -> None:
    async with database.writing() as session:
        chief = await add_staff(session, Role.CHIEF, "zhang")
        worker = await add_staff(session)
        for street in ("东街", "西街"):
            await add_area(session, chief, street, "", "", "城东所")
        east, west = await all_areas(session)
        groups = await add_groups(session, chief, -1, -2, -3)
        for group, area in zip(groups, (east, west), strict=False):
            await describe_group(
                session, chief, group.id, area_id=area.id, audiences=[], members=None
            )
        await assign_areas(session, chief, "wang", [east.id])
        await session.refresh(worker)
        mine, other, nobodys = groups
        with pytest.raises(InvalidInputError, match="不在您的网格里"):
            await plan(session, worker, own_words(other))
        with pytest.raises(InvalidInputError, match="不在您的网格里"):
            await plan(session, worker, Plan(words=WORDS, selector=Selector(areas=(west.id,))))
        await plan(session, worker, own_words(mine), "a")
        made = await plan(session, worker, Plan(words=WORDS, selector=Selector()), "b")
        await approve_broadcast(session, chief, made.id, NOON, RULES)
        await make_due_occurrences(session, NOON)
        assert {row.group_id for row in await outbox(session)} == {mine.id}
        assert nobodys.area_id is None
        with pytest.raises(NotAllowedError):
            await assign_areas(session, worker, "wang", [west.id])


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("{社区}有人冒充收费", "各社区有人冒充收费"),
        ("{estate}、{街道}的居民", "各小区、各街道的居民"),
        ("没有变量", "没有变量"),
    ],
)
def test_in_a_list_a_place_left_open_reads_as_any_place(text: str, read: str) -> None:
    assert for_any_place(text) == read
