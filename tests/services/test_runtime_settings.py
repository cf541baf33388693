"""Settings changed while everything runs."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import ConflictError, InvalidInputError, NotAllowedError
from bot.services.broadcasts import plan_campaign
from bot.services.campaigns import Plan, Selector
from bot.services.leads import find_lead, sign_for
from bot.services.runtime_settings import (
    TITLES,
    change_settings,
    in_force,
    list_settings,
    rules_in_force,
)
from bot.services.transitions import move
from bot.settings import Settings
from bot.storage.broadcasts import Broadcast, BroadcastState
from bot.storage.database import Database
from bot.storage.leads import Lead, LeadState
from bot.storage.setting_changes import SettingChange, last_number, latest_changes
from bot.storage.staff import Role, Staff, staff_by_login
from scheduler.jobs import go_out
from tests.console.desk import Desk
from tests.services.broadcasting import NOON, add_groups, add_staff

CONFIGURED = Settings(_env_file=None, notices_per_day=3)


async def changed(session: AsyncSession, staff: Staff, **typed: str | None) -> int:
    seen = await last_number(session)
    return await change_settings(session, staff, typed, CONFIGURED, seen=seen, now=NOON)


async def test_a_change_counts_from_now_on_and_is_noted_with_what_was_before(
    database: Database,
) -> None:
    async with database.writing() as session:
        chief = await add_staff(session, Role.CHIEF, "zhang")
        assert await in_force(session, CONFIGURED) is CONFIGURED
        typed = {"quiet_hours": "22:00-06:30", "notices_per_day": "3", "blackout_dates": ""}
        assert await changed(session, chief, **typed) == 1
        assert await changed(session, chief, blackout_dates="2027-06-07..2027-06-10") == 1
        rules = await rules_in_force(session, CONFIGURED)
        assert (rules.quiet, rules.most_a_day) == ((time(22), time(6, 30)), 3)
        assert rules.blackouts[-1].last == date(2027, 6, 10)
        assert await changed(session, chief, quiet_hours=None, notices_per_day="1") == 2
        present = await in_force(session, CONFIGURED)
        assert (present.quiet_hours, present.notices_per_day) == ("21:30-07:00", 1)
        assert CONFIGURED.notices_per_day == 3
        lines, history, seen = await list_settings(session, chief, CONFIGURED)
        assert [one.name for one in lines] == list(TITLES)
        assert {one.name for one in lines if one.changed} == {"notices_per_day", "blackout_dates"}
        assert [(one.name, one.before, one.value) for one in history] == [
            ("notices_per_day", "3", "1"),
            ("quiet_hours", "22:00-06:30", None),
            ("blackout_dates", "", "2027-06-07..2027-06-10"),
            ("quiet_hours", "21:30-07:00", "22:00-06:30"),
        ]
        assert seen == 4
        assert {one.actor for one in history} == {"staff:zhang"}


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("quiet_hours", "晚上", "“夜间免打扰”要写起止时间"),
        ("notices_per_day", "0", "“一个群一天最多几条”要写 1-20"),
        ("notices_per_day", "", "要写 1-20"),
        ("blackout_dates", "2027-06-31", "“另外的停发日期”要写日期"),
        ("blackout_dates", "2027-01-01..2027-12-31", "要写日期"),
        ("daily_report_at", "25:00", "“日报时间”要写时间"),
        ("weekly_report_at", "08:30", "“周报时间”要写星期"),
        ("limits_urgent", "3/5/10", "“紧急风险线索的时限”要写四个分钟数"),
        ("limits_urgent", "-/5/10/60", "都要有时限"),
        ("limits_high", "10/5/30/240", "不能比签收短"),
        ("limits_high", "0/5/30/240", "在 1 到 43200 分钟之间"),
        ("limits_low", "1/2/x/-", "要写四个分钟数"),
        ("blackout_dates", "2027-06-07," * 50, "最多 400 个字"),
    ],
)
async def test_what_is_wrong_is_named_and_nothing_changes(
    sqlite_database: Database, name: str, value: str, words: str
) -> None:
    async with sqlite_database.writing() as session:
        chief = await add_staff(session, Role.CHIEF, "zhang")
        with pytest.raises(InvalidInputError, match=words):
            await changed(session, chief, **{"quiet_hours": "off", name: value})
        assert await latest_changes(session, 9) == []


async def test_of_two_who_change_at_once_the_later_looks_again(sqlite_database: Database) -> None:
    async with sqlite_database.writing() as session:
        chief = await add_staff(session, Role.CHIEF, "zhang")
        worker = await add_staff(session)
        await changed(session, chief, notices_per_day="1")
        with pytest.raises(ConflictError, match="刚刚有人改过"):
            await change_settings(
                session, chief, {"notices_per_day": "5"}, CONFIGURED, seen=0, now=NOON
            )
        with pytest.raises(NotAllowedError):
            await changed(session, worker, notices_per_day="5")
        assert await changed(session, chief, host="x", telegram_token="y") == 0


async def test_a_name_no_longer_known_in_the_table_is_passed_over(
    sqlite_database: Database,
) -> None:
    async with sqlite_database.writing() as session:
        session.add(SettingChange(name="gone", value="1", before="", at=NOON, actor="staff:x"))
        await session.flush()
        assert await in_force(session, CONFIGURED) is CONFIGURED


async def test_the_clock_keeps_quiet_hours_that_were_changed(sqlite_database: Database) -> None:
    night = datetime(2026, 11, 24, 13, 45, tzinfo=UTC)
    async with sqlite_database.writing() as session:
        chief = await add_staff(session, Role.CHIEF, "zhang")
        await add_groups(session, chief, -1)
        plan = Plan(template="brush_task", values={"community": "幸福里"}, selector=Selector())
        at = night - timedelta(minutes=30)
        made = await plan_campaign(session, chief, plan, now=at, dedupe="x")
    await go_out(sqlite_database, CONFIGURED, night)
    async with sqlite_database.writing() as session:
        kept = await session.get_one(Broadcast, made.id)
        assert kept.state == BroadcastState.SCHEDULED
        kept.send_at = night
        await changed(session, chief, quiet_hours="23:00-07:00")
    await go_out(sqlite_database, CONFIGURED, night)
    async with sqlite_database.reading() as session:
        assert (await session.get_one(Broadcast, made.id)).state != BroadcastState.SCHEDULED


async def test_limits_that_were_changed_hold_for_what_comes_after(
    sqlite_database: Database,
) -> None:
    desk = Desk(sqlite_database)
    old = await desk.report(account=1)
    async with sqlite_database.writing() as session:
        chief = await add_staff(session, Role.CHIEF, "zhang")
        assert (
            await changed(session, chief, limits_urgent="１/2/ - /60", limits_low="1440/1440/-/-")
            == 1
        )
        (line,) = await latest_changes(session, 9)
        assert (line.before, line.value) == ("3/5/10/60", "1/2/-/60")
    new = await desk.report(account=2)
    async with sqlite_database.writing() as session:
        leads = {lead.number: lead for lead in await session.scalars(select(Lead))}
        for number, minutes in ((old, 3), (new, 1)):
            assert leads[number].step_due_at == NOON + timedelta(minutes=minutes)
        chief = await staff_by_login(session, "zhang")
        assert chief is not None
        await sign_for(session, chief, new, NOON)
        await move(session, chief, new, LeadState.CALLING, "", NOON)
        assert (await find_lead(session, chief, new)).step_due_at is None
        await changed(session, chief, limits_urgent=None)
        await sign_for(session, chief, old, NOON)
        assert (await find_lead(session, chief, old)).step_due_at == NOON + timedelta(minutes=5)
