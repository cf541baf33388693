"""Notices: their texts, their times, and that each goes out once."""

import re
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select

from bot.errors import (
    ConflictError,
    InvalidInputError,
    NotAllowedError,
    NotFoundError,
    SettingsError,
)
from bot.services.broadcasts import (
    cancel_broadcast,
    list_broadcasts,
    make_due_occurrences,
    parse_send_time,
    schedule_notice,
)
from bot.services.groups import remove_group
from bot.services.notice_templates import (
    NoticeTemplate,
    fill,
    find_notice_template,
    load_notice_templates,
    read_notice_templates,
)
from bot.services.outgoing import Outgoing
from bot.storage.broadcasts import Broadcast, BroadcastState
from bot.storage.claims import claim_due, end_delivery, message_content
from bot.storage.database import Database
from bot.storage.outbox import DeliveryState, OutboxMessage, Priority
from bot.storage.staff import Role
from bot.times import SHANGHAI
from tests.services.broadcasting import NOON, WEBHOOK, add_groups, add_staff

VALUES = {"community": "幸福里社区"}
LATER = NOON + timedelta(hours=6)
FORBIDDEN = re.compile(
    "安全|保证追回|一定追回|挽回损失|您被骗|上当|贪|(?:告诉|发给|提供给)我们.{0,6}(?:密码|验证码)"
)


@pytest.mark.parametrize("template", load_notice_templates(), ids=lambda template: template.id)
def test_every_notice_is_short_and_worded_with_care(template: NoticeTemplate) -> None:
    text = fill(template, template.examples)
    longest = fill(template, {blank.name: "社" * blank.max_length for blank in template.variables})
    assert len(longest) <= 150
    assert len(longest.encode()) <= 2048
    assert not FORBIDDEN.search(text + template.title)
    assert text.startswith("【")
    assert "{" not in text
    assert template.audience


def test_the_warnings_name_a_number_or_a_place_to_go() -> None:
    for template in load_notice_templates():
        text = fill(template, template.examples)
        assert re.search("110|12366|派出所|原来的号码|讲座", text), template.id


def test_there_are_enough_notices_and_their_ids_are_unique() -> None:
    ids = [template.id for template in load_notice_templates()]
    assert len(ids) == len(set(ids)) >= 12


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("", "请填写“社区名称”"),
        ("  \n ", "请填写“社区名称”"),
        ("社" * 13, "最多 12 个字"),
        ("http://x.cn", "不能有网址"),
        ("领奖 abc.com", "不能有网址"),
        ("\uff48\uff54\uff54\uff50://x", "不能有网址"),
        ("{community}", "不能有网址"),
        ("加 138001380", "长数字"),
        ("幸福\u202e里", "无法显示"),
        ("幸福\x00里", "无法显示"),
        ("\ud800", "无法显示"),
    ],
)
def test_a_bad_value_is_refused_by_name(value: str, words: str) -> None:
    template = find_notice_template("brush_task")
    with pytest.raises(InvalidInputError, match=words):
        fill(template, {"community": value})


def test_a_missing_value_is_named_and_an_extra_one_ignored() -> None:
    template = find_notice_template("talk_invitation")
    with pytest.raises(InvalidInputError, match="时间"):
        fill(template, VALUES)
    text = fill(template, template.examples | {"other": "x"})
    assert "社区活动室" in text


GOOD = (
    "- {id: a, title: t, audience: all, text: '【{c}】好',"
    " variables: {c: {title: 名, example: 甲, max_length: 5}}}\n"
)


@pytest.mark.parametrize(
    ("source", "words"),
    [
        (GOOD.replace("title: t, ", ""), "通知 a 缺少或写错了:'title'"),
        (GOOD.replace("{c}", "{d}"), "通知 a:文字与变量不一致:c、d"),
        (GOOD.replace("{c}】", "】{c}" * 20 + "长" * 250), "通知 a:填满后超过 300 字"),
        (GOOD + GOOD, "编号重复:a"),
        ("- [", "无法读取"),
        ("- x", "通知 x 缺少或写错了"),
        (GOOD.replace("max_length: 5", "max_length: 5, more: [").replace("}}}", ""), "无法读取"),
    ],
)
def test_a_broken_file_says_what_is_wrong(source: str, words: str) -> None:
    assert len(read_notice_templates(GOOD)) == 1
    with pytest.raises(SettingsError, match=re.escape(words)):
        read_notice_templates(source)


def local(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=SHANGHAI)  # type: ignore[misc,arg-type]


@pytest.mark.parametrize(
    ("typed", "moment"),
    [
        ("现在", NOON),
        (" 立即 ", NOON),
        ("18:30", local(2026, 11, 24, 18, 30)),
        ("18\uff1a30", local(2026, 11, 24, 18, 30)),
        ("今天 18:30", local(2026, 11, 24, 18, 30)),
        ("明天 8:00", local(2026, 11, 25, 8, 0)),
        ("明天8点", local(2026, 11, 25, 8, 0)),
        ("后天 19点30分", local(2026, 11, 26, 19, 30)),
        ("2026-11-25 07:30", local(2026, 11, 25, 7, 30)),
        ("2026/12/1 7:05", local(2026, 12, 1, 7, 5)),
        ("2026年12月1日 19点", local(2026, 12, 1, 19, 0)),
        ("12:00", NOON),
    ],
)
def test_times_are_read_as_people_write_them(typed: str, moment: datetime) -> None:
    assert parse_send_time(typed, NOON) == moment


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("11:00", "2026-11-24 11:00 已经过了"),
        ("2020-01-01 08:00", "已经过了"),
        ("2027-11-25 07:30", "最多提前 90 天"),
        ("25:00", "没有看懂"),
        ("18:60", "没有看懂"),
        ("2026-02-30 08:00", "没有看懂"),
        ("下周一", "没有看懂"),
        ("", "没有看懂"),
        ("18:30; DROP", "没有看懂"),
        ("9" * 5000, "没有看懂"),
    ],
)
def test_other_times_are_refused_in_words(typed: str, words: str) -> None:
    with pytest.raises(InvalidInputError, match=words):
        parse_send_time(typed, NOON)


def test_tomorrow_is_tomorrow_in_shanghai() -> None:
    late = local(2026, 11, 24, 23, 30).astimezone(NOON.tzinfo)
    assert parse_send_time("明天 8:00", late) == local(2026, 11, 25, 8, 0)
    early = local(2026, 11, 25, 0, 30).astimezone(NOON.tzinfo)
    assert parse_send_time("8:00", early) == local(2026, 11, 25, 8, 0)


async def test_a_scheduled_notice_goes_out_at_its_time_once(database: Database) -> None:
    async with database.writing() as session:
        staff = await add_staff(session)
        groups = await add_groups(session, staff, -100, robot=True)
        await schedule_notice(
            session,
            staff,
            "brush_task",
            VALUES,
            [group.id for group in groups],
            LATER,
            now=NOON,
            dedupe="form-1",
        )
    for moment, made in ((LATER - timedelta(seconds=1), 0), (LATER, 1), (LATER, 0)):
        async with database.writing() as session:
            assert await make_due_occurrences(session, moment) == made
    async with database.reading() as session:
        rows = (await session.scalars(select(OutboxMessage).order_by(OutboxMessage.id))).all()
        contents = [message_content(database.vault, row) for row in rows]
        assert [address for address, _ in contents] == ["-100", WEBHOOK]
        assert Outgoing.from_json(contents[0][1]).text.startswith("【幸福里社区反诈提醒】")
        assert {row.priority for row in rows} == {Priority.CAMPAIGN}
        assert {row.channel for row in rows} == {"telegram", "wecom"}


async def test_a_broadcast_is_done_when_every_delivery_has_ended(database: Database) -> None:
    async with database.writing() as session:
        staff = await add_staff(session)
        groups = await add_groups(session, staff, -100, -200)
        broadcast = await schedule_notice(
            session, staff, "brush_task", VALUES, [g.id for g in groups], None, now=NOON, dedupe="x"
        )
        await make_due_occurrences(session, NOON)
    states = []
    for _ in range(2):
        async with database.writing() as session:
            (row,) = await claim_due(
                session,
                worker="w",
                channel="telegram",
                limit=1,
                now=NOON,
                lease=timedelta(minutes=1),
            )
            await end_delivery(session, row.id, worker="w", state=DeliveryState.SENT, now=NOON)
            await make_due_occurrences(session, NOON)
            states.append((await list_broadcasts(session, staff, 10))[0].state)
    assert states == [BroadcastState.SENDING, BroadcastState.DONE]
    async with database.reading() as session:
        (line,) = await list_broadcasts(session, staff, 10)
        assert line.id == broadcast.id
        assert line.counts == {DeliveryState.SENT: 2}
        assert (line.created_by, line.state_name) == ("王网格", "已结束")
        assert line.groups == ("100 号楼", "200 号楼")


async def test_a_form_sent_twice_is_one_notice(database: Database) -> None:
    async with database.writing() as session:
        staff = await add_staff(session)
        other = await add_staff(session, login="li")
        (group,) = await add_groups(session, staff, -100)
        made = [
            await schedule_notice(
                session, who, "brush_task", VALUES, [group.id], LATER, now=NOON, dedupe="form-1"
            )
            for who in (staff, staff, other)
        ]
        assert made[0].id == made[1].id != made[2].id
        assert await session.scalar(select(func.count()).select_from(Broadcast)) == 2


async def test_what_cannot_be_scheduled(sqlite_database: Database) -> None:
    async with sqlite_database.writing() as session:
        staff = await add_staff(session)
        (group,) = await add_groups(session, staff, -100)

        async def schedule(template: str, groups: list[int], at: datetime | None = None) -> None:
            await schedule_notice(
                session, staff, template, VALUES, groups, at, now=NOON, dedupe="x"
            )

        with pytest.raises(NotFoundError):
            await schedule("no_such", [group.id])
        with pytest.raises(InvalidInputError, match="至少选择一个群"):
            await schedule("brush_task", [])
        with pytest.raises(InvalidInputError, match="已经移除"):
            await schedule("brush_task", [group.id, 999])
        with pytest.raises(InvalidInputError, match="已经过了"):
            await schedule("brush_task", [group.id], NOON - timedelta(hours=1))
        with pytest.raises(InvalidInputError, match="最多提前"):
            await schedule("brush_task", [group.id], NOON + timedelta(days=91))
        assert list(await list_broadcasts(session, staff, 10)) == []


@pytest.mark.parametrize("role", [Role.DUTY, Role.RESIDENT, Role.ADMIN, Role.AUDITOR])
async def test_who_may_not_send_notices(sqlite_database: Database, role: Role) -> None:
    async with sqlite_database.writing() as session:
        staff = await add_staff(session, role)
        with pytest.raises(NotAllowedError):
            await schedule_notice(
                session, staff, "brush_task", VALUES, [1], None, now=NOON, dedupe="x"
            )
        with pytest.raises(NotAllowedError):
            await cancel_broadcast(session, staff, 1, NOON)
        with pytest.raises(NotAllowedError):
            await list_broadcasts(session, staff, 10)


async def test_a_group_removed_before_the_time_is_skipped(database: Database) -> None:
    async with database.writing() as session:
        staff = await add_staff(session)
        gone, stays = await add_groups(session, staff, -100, -200)
        await schedule_notice(
            session, staff, "brush_task", VALUES, [gone.id, stays.id], LATER, now=NOON, dedupe="x"
        )
        await remove_group(session, staff, gone.id, NOON)
        await make_due_occurrences(session, LATER)
        assert (await session.scalars(select(OutboxMessage.group_id))).all() == [stays.id]


async def test_a_broadcast_without_any_group_left_just_ends(database: Database) -> None:
    async with database.writing() as session:
        staff = await add_staff(session)
        (gone,) = await add_groups(session, staff, -100)
        await schedule_notice(
            session, staff, "brush_task", VALUES, [gone.id], LATER, now=NOON, dedupe="x"
        )
        await remove_group(session, staff, gone.id, NOON)
        await make_due_occurrences(session, LATER)
        (line,) = await list_broadcasts(session, staff, 10)
        assert (line.state, line.counts) == (BroadcastState.DONE, {})


async def test_a_cancelled_broadcast_never_goes_out(database: Database) -> None:
    async with database.writing() as session:
        staff = await add_staff(session)
        (group,) = await add_groups(session, staff, -100)
        broadcast = await schedule_notice(
            session, staff, "brush_task", VALUES, [group.id], LATER, now=NOON, dedupe="x"
        )
        assert await cancel_broadcast(session, staff, broadcast.id, NOON) == 0
        assert await make_due_occurrences(session, LATER) == 0
        with pytest.raises(ConflictError, match="已取消"):
            await cancel_broadcast(session, staff, broadcast.id, NOON)
        with pytest.raises(NotFoundError):
            await cancel_broadcast(session, staff, 999, NOON)


async def test_cancelling_while_it_goes_out_stops_the_rest(database: Database) -> None:
    async with database.writing() as session:
        staff = await add_staff(session)
        groups = await add_groups(session, staff, -100, -200, -300)
        broadcast = await schedule_notice(
            session, staff, "brush_task", VALUES, [g.id for g in groups], None, now=NOON, dedupe="x"
        )
        await make_due_occurrences(session, NOON)
        (row,) = await claim_due(
            session, worker="w", channel="telegram", limit=1, now=NOON, lease=timedelta(minutes=1)
        )
        assert await cancel_broadcast(session, staff, broadcast.id, NOON) == 2
        await end_delivery(session, row.id, worker="w", state=DeliveryState.SENT, now=NOON)
        (line,) = await list_broadcasts(session, staff, 10)
        assert line.state == BroadcastState.CANCELLED
        assert line.counts == {DeliveryState.SENT: 1, DeliveryState.CANCELLED: 2}
