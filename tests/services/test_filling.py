"""Targets queued batch by batch: each once, with its own text, or with the reason why not."""

from collections import Counter
from datetime import time, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from bot.services.areas import add_area
from bot.services.broadcasts import plan_campaign
from bot.services.campaigns import Plan, Selector
from bot.services.going_out import make_due_occurrences
from bot.services.grid import amend_group, describe_group
from bot.services.groups import add_wechat_group, group_migrated
from bot.services.outgoing import Outgoing, PosterOrder
from bot.services.sending_rules import Blackout, Rules
from bot.services.staff import bind_chat, invite
from bot.services.subscriptions import subscribe
from bot.storage.areas import all_areas
from bot.storage.broadcasts import Occurrence
from bot.storage.claims import message_content
from bot.storage.database import Database
from bot.storage.forwards import Forward
from bot.storage.groups import CommunityGroup
from bot.storage.outbox import PAYLOAD, DeliveryState, OutboxMessage
from bot.storage.residents import find_or_add_resident
from bot.storage.staff import Role
from bot.storage.targets import unfilled
from tests.services.broadcasting import NOON, add_groups, add_staff, looked_at

GROUPS = 23
BATCH = 5
EVERYBODY = Selector(channels=("telegram", "wechat"))
TWICE_A_DAY = Rules(None, 2, ())
EARLIER = (NOON - timedelta(hours=2), NOON - timedelta(hours=1))


async def prepare(database: Database, words: str = "陌生来电先挂断。") -> None:
    """Groups of two communities, every third with elders, one of no area, one by hand."""
    async with database.writing() as session:
        chief = await add_staff(session, Role.CHIEF)
        for community in ("幸福里", "和平里"):
            await add_area(session, chief, "东街", community, "", "城东所")
        areas = [area.id for area in await all_areas(session)]
        groups = await add_groups(session, chief, *range(-1, -GROUPS - 1, -1))
        groups.append(await add_wechat_group(session, chief, "业主群", NOON))
        for number, group in enumerate(groups):
            tags = ["老人"] if number % 3 == 0 else []
            await describe_group(
                session, chief, group.id, area_id=areas[number % 2], audiences=tags, members=None
            )
        plan = Plan(
            words=words,
            variants={"elder": "陌生人要钱，先问家人。"},
            selector=EVERYBODY,
            emergency=True,
        )
        made = await plan_campaign(session, chief, plan, now=NOON, dedupe="x")
        made.emergency = False
        groups[4].area_id = None


async def queue_all(database: Database) -> int:
    """Batch by batch, each in its own transaction, as the clock does; how many it took."""
    for taken in range(1, 50):
        async with database.writing() as session:
            await make_due_occurrences(session, NOON, TWICE_A_DAY, most=BATCH)
            if not await unfilled(session, 1):
                return taken
    raise AssertionError("it never ends")


async def queued(database: Database) -> list[OutboxMessage]:
    query = select(OutboxMessage).where(OutboxMessage.occurrence_id.is_not(None))
    query = query.options(joinedload(OutboxMessage.group)).order_by(OutboxMessage.group_id)
    async with database.reading() as session:
        return list((await session.scalars(query)).all())


async def test_every_group_is_queued_once_with_the_text_for_it(database: Database) -> None:
    await prepare(database, "{社区}居民，陌生来电先挂断。")
    assert await queue_all(database) == 5
    rows = await queued(database)
    assert Counter(row.group_id for row in rows) == Counter(range(1, GROUPS + 1))
    assert [(row.group_id, row.error) for row in rows if row.error] == [(5, "place not known")]
    texts = Counter()
    for row in rows:
        if row.state == DeliveryState.QUEUED:
            address, payload = message_content(database.vault, row)
            assert address == f"-{row.group_id}"
            texts[Outgoing.from_json(payload).text] += 1
    assert texts == {
        "陌生人要钱，先问家人。": 8,
        "幸福里居民，陌生来电先挂断。": 7,
        "和平里居民，陌生来电先挂断。": 7,
    }
    async with database.reading() as session:
        (asked,) = (await session.scalars(select(Forward))).all()
        assert asked.group_id == GROUPS + 1


class KilledError(Exception):
    """The process ended before the commit."""


async def killed_while_queueing(database: Database) -> None:
    async with database.writing() as session:
        await make_due_occurrences(session, NOON, TWICE_A_DAY, most=BATCH)
        raise KilledError


async def test_a_crash_between_batches_loses_none_and_repeats_none(database: Database) -> None:
    await prepare(database)

    for _ in range(2):
        async with database.writing() as session:
            await make_due_occurrences(session, NOON, TWICE_A_DAY, most=BATCH)
        with pytest.raises(KilledError):
            await killed_while_queueing(database)
    await queue_all(database)
    assert [row.group_id for row in await queued(database)] == list(range(1, GROUPS + 1))


async def test_a_group_that_had_enough_is_left_out_with_the_reason(database: Database) -> None:
    await prepare(database)
    async with database.writing() as session:
        session.add_all(
            Occurrence(broadcast_id=1, slot=at, made_at=at, filled_at=at) for at in EARLIER
        )
        await session.flush()
        before = (await session.scalars(select(Occurrence.id))).all()
        session.add_all(
            Forward(occurrence_id=number, group_id=3, staff_id=1, asked_at=EARLIER[0])
            for number in before
        )
        await session.flush()
        await make_due_occurrences(session, NOON, TWICE_A_DAY)
        query = select(OutboxMessage).where(OutboxMessage.error.is_not(None))
        left_out = (await session.scalars(query)).all()
        assert {(row.group_id, row.state, row.error) for row in left_out} == {
            (3, DeliveryState.CANCELLED, "daily limit")
        }


async def test_what_waits_follows_its_group_to_a_new_address(database: Database) -> None:
    await prepare(database)
    await queue_all(database)
    async with database.writing() as session:
        await group_migrated(session, -7, -1007, NOON)
        await group_migrated(session, -8, -9, NOON)
    rows = {row.group_id: message_content(database.vault, row)[0] for row in await queued(database)}
    assert (rows[7], rows[8], rows[9]) == ("-1007", "-9", "-9")
    async with database.reading() as session:
        kept = await session.get(CommunityGroup, 8)
        assert kept is not None
        assert not kept.active


async def test_a_subscriber_reads_the_districts_own_name(database: Database) -> None:
    async with database.writing() as session:
        chief = await add_staff(session, Role.CHIEF)
        resident = await find_or_add_resident(session, "telegram", 7001, NOON)
        await subscribe(
            session,
            resident,
            area_id=None,
            audience="不限",
            kinds=["warning"],
            hour=None,
            now=NOON,
        )
        plan = Plan(
            words="{辖区}反诈提醒：陌生来电先挂断。",
            selector=Selector(channels=("wecom",), subscribers=True),
            emergency=True,
        )
        await plan_campaign(session, chief, plan, now=NOON, dedupe="x")
    for _ in range(3):
        async with database.writing() as session:
            await make_due_occurrences(session, NOON, TWICE_A_DAY, district="城东区", most=BATCH)
    (row,) = await queued(database)
    address, payload = message_content(database.vault, row)
    assert address == "7001"
    assert Outgoing.from_json(payload).text == "城东区反诈提醒：陌生来电先挂断。"


async def test_the_poster_goes_with_the_text_to_groups_and_to_who_forwards(
    database: Database,
) -> None:
    async with database.writing() as session:
        chief, code = await invite(session, None, "zhang", "张所", Role.CHIEF, NOON)
        resident = await find_or_add_resident(session, "telegram", 7001, NOON)
        await bind_chat(session, resident, code, NOON)
        groups = [*await add_groups(session, chief, -1, robot=True)]
        groups.append(await add_wechat_group(session, chief, "业主群", NOON))
        plan = Plan(
            words="陌生来电先挂断。",
            group_ids=frozenset(group.id for group in groups),
            emergency=True,
            poster="刷单先垫付\n先返小利\n要您垫付\n提现要交费\n先停下",
        )
        made = await plan_campaign(session, chief, plan, now=NOON, dedupe="x")
        await make_due_occurrences(session, NOON, district="城东区", bot_name="fanzha_bot")
        sent = [
            Outgoing.from_json(database.vault.open(row.payload_sealed, PAYLOAD))
            for row in await session.scalars(select(OutboxMessage).order_by(OutboxMessage.id))
        ]
        order = PosterOrder(
            made.poster or "", f"https://t.me/fanzha_bot?start=b{made.id}", "城东区"
        )
        text = f"陌生来电先挂断。\n查可疑消息：{order.link}"
        assert [one.poster for one in sent if one.text == text] == [order] * 3
        assert any("下一条就是要转发的海报和文字" in one.text for one in sent)
        draft = await looked_at(session, chief, plan)
        assert {one.text for one in draft.looks} == {text.replace(f"=b{made.id}", "=b0")}
        assert {one.name: one.poster for one in draft.looks} == {
            "Telegram 群": "海报和文字一起发。",
            "企业微信群机器人": "海报和文字一起发。",
            "微信群（人工转发）": "海报和文字一起发给网格员，由他转发。",
        }


async def test_the_code_on_a_poster_names_the_area_of_who_sees_it(
    database: Database,
) -> None:
    async with database.writing() as session:
        chief, code = await invite(session, None, "zhang", "张所", Role.CHIEF, NOON)
        resident = await find_or_add_resident(session, "telegram", 7001, NOON)
        await bind_chat(session, resident, code, NOON)
        for community in ("幸福里", "和平里"):
            await add_area(session, chief, "东街", community, "", "城东所")
        one, other = [area.id for area in await all_areas(session)]
        groups = await add_groups(session, chief, -1, -2, -3)
        groups.append(await add_wechat_group(session, chief, "业主群", NOON))
        for group, area in zip(groups, (one, other, None, one), strict=True):
            await amend_group(session, chief, group.id, area_id=area)
        for account, area in ((7002, other), (7003, None)):
            told = await find_or_add_resident(session, "telegram", account, NOON)
            given = {"audience": "不限", "kinds": ("warning",), "hour": None, "now": NOON}
            await subscribe(session, told, area_id=area, **given)
        plan = Plan(
            words="陌生来电先挂断。",
            selector=Selector(subscribers=True),
            emergency=True,
            poster="刷单先垫付\n先返小利\n要您垫付\n提现要交费\n先停下",
        )
        made = await plan_campaign(session, chief, plan, now=NOON, dedupe="x")
        await make_due_occurrences(session, NOON, district="城东区", bot_name="fanzha_bot")
        rows = await session.scalars(select(OutboxMessage).order_by(OutboxMessage.id))
        sent = [
            Outgoing.from_json(database.vault.open(row.payload_sealed, PAYLOAD)) for row in rows
        ]
    begin = f"https://t.me/fanzha_bot?start=b{made.id}"
    to_residents = [one for one in sent if one.poster and one.rows[:1] and may_leave(one)]
    to_groups = [one for one in sent if one.poster and one not in to_residents]
    links = [one.poster.link for one in to_groups if one.poster]
    assert sorted(links) == sorted([f"{begin}a{one}", f"{begin}a{one}", f"{begin}a{other}", begin])
    assert all(one.poster.link in one.text for one in to_groups if one.poster)
    assert [one.poster.link for one in to_residents if one.poster] == [f"{begin}a{other}", begin]


def may_leave(one: Outgoing) -> bool:
    return one.rows[0][0].data.startswith("sub:leave")


async def test_the_hour_a_subscriber_chose_keeps_to_the_rules(sqlite_database: Database) -> None:
    async with sqlite_database.writing() as session:
        chief = await add_staff(session, Role.CHIEF)
        for account, hour in ((1, 15), (2, 21), (3, 8)):
            resident = await find_or_add_resident(session, "telegram", account, NOON)
            await subscribe(
                session,
                resident,
                area_id=None,
                audience="不限",
                kinds=("warning",),
                hour=hour,
                now=NOON,
            )
        plan = Plan(words="陌生来电先挂断。", selector=Selector(subscribers=True), emergency=True)
        made = await plan_campaign(session, chief, plan, now=NOON, dedupe="x")
        made.emergency = False
        today = NOON.date()
        tomorrow = Blackout("停发日", today + timedelta(days=1), today + timedelta(days=1))
        rules = Rules((time(20), time(9)), 2, (tomorrow,))
        await make_due_occurrences(session, NOON, rules)
        due = select(OutboxMessage.due_at).order_by(OutboxMessage.id)
        nine_the_day_after = NOON + timedelta(days=1, hours=21)
        assert (await session.scalars(due)).all() == [
            NOON + timedelta(hours=3),
            nine_the_day_after,
            nine_the_day_after,
        ]


async def test_elders_get_the_poster_in_large_letters(sqlite_database: Database) -> None:
    async with sqlite_database.writing() as session:
        chief = await add_staff(session, Role.CHIEF)
        usual, elders = await add_groups(session, chief, -1, -2)
        await amend_group(session, chief, elders.id, audiences=["老人"])
        for account, audience in ((1, "老人"), (2, "学生")):
            resident = await find_or_add_resident(session, "telegram", account, NOON)
            await subscribe(
                session,
                resident,
                area_id=None,
                audience=audience,
                kinds=["warning"],
                hour=None,
                now=NOON,
            )
        plan = Plan(
            words="陌生来电先挂断。",
            selector=Selector(subscribers=True),
            emergency=True,
            poster="刷单先垫付\n先返小利\n要您垫付\n提现要交费\n先停下",
        )
        draft = await looked_at(session, chief, plan)
        assert [one.elders for one in draft.looks] == [False, True] * 2
        await plan_campaign(session, chief, plan, now=NOON, dedupe="x")
        await make_due_occurrences(session, NOON)
        rows = await session.scalars(select(OutboxMessage).order_by(OutboxMessage.id))
        orders = [
            Outgoing.from_json(sqlite_database.vault.open(row.payload_sealed, PAYLOAD)).poster
            for row in rows
        ]
    assert [order.large for order in orders if order] == [False, True, True, False]
    assert usual.id < elders.id
