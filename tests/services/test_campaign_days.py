"""The calendar of campaigns."""

from datetime import date, timedelta

import pytest

from bot.errors import NotAllowedError
from bot.services.approvals import approve_broadcast
from bot.services.broadcast_course import cancel_broadcast
from bot.services.broadcasts import plan_campaign
from bot.services.campaign_days import CalendarView, Day, calendar_of
from bot.services.campaigns import Plan, Selector
from bot.services.going_out import make_due_occurrences
from bot.services.sending_rules import Blackout, Rules
from bot.storage.database import Database
from bot.storage.staff import Role
from tests.services.broadcasting import NOON, add_groups, add_staff

RULES = Rules(blackouts=(Blackout("中考", date(2026, 11, 27), date(2026, 11, 28)),))
WORDS = "【提醒】陌生来电先挂断，不要按它说的做，拨 96110。"


def told(view: CalendarView) -> dict[str, list[str]]:
    return {
        f"{one.day:%m-%d}": [f"{entry.title} {entry.state_name}" for entry in one.entries]
        for one in view.days
        if one.entries
    }


def day(view: CalendarView, wanted: date) -> Day:
    return next(one for one in view.days if one.day == wanted)


async def test_what_went_out_and_will_stands_on_its_day_and_nothing_on_blackout_days(
    database: Database,
) -> None:
    async with database.writing() as session:
        chief = await add_staff(session, Role.CHIEF, "zhang")
        other = await add_staff(session, Role.DUTY, "li")
        await add_groups(session, chief, -1)
        plans = (
            Plan(words=WORDS, selector=Selector(), emergency=True),
            Plan(words="等人看的话。", selector=Selector(), send_at=NOON + timedelta(days=1)),
            Plan(words="不发了。", selector=Selector(), send_at=NOON + timedelta(days=2)),
        )
        made = [
            await plan_campaign(session, chief, plan, now=NOON, dedupe=f"{number}")
            for number, plan in enumerate(plans)
        ]
        await cancel_broadcast(session, chief, made[2].id, NOON)
        daily = Plan(words=WORDS, rule="mon-fri 12:05", selector=Selector())
        again = await plan_campaign(session, chief, daily, now=NOON, dedupe="daily")
        await approve_broadcast(session, other, again.id, NOON, RULES)
        await make_due_occurrences(session, NOON, RULES)
        later = NOON + timedelta(minutes=6)
        await make_due_occurrences(session, later, RULES)
        span = (date(2026, 11, 23), date(2026, 12, 1))
        view = await calendar_of(session, other, *span, later, RULES)
        title = "陌生来电先挂断，不要按它说的…"
        assert told(view) == {
            "11-24": [f"{title} 发送中", f"{title} 已发出"],
            "11-25": ["等人看的话。 待审核", f"{title} 待发送"],
            "11-26": [f"{title} 待发送"],
            "11-30": [f"{title} 待发送"],
            "12-01": [f"{title} 待发送"],
        }
        assert day(view, date(2026, 11, 27)).blackout == "中考"
        assert day(view, date(2026, 12, 1)).seasons == ("年终补贴邮件",)


async def test_a_season_says_which_of_its_notices_are_planned(sqlite_database: Database) -> None:
    async with sqlite_database.writing() as session:
        chief = await add_staff(session, Role.CHIEF, "zhang")
        await add_groups(session, chief, -1)
        plan = Plan(
            template="points_and_insurance",
            values={"community": "幸福里"},
            selector=Selector(),
            send_at=NOON + timedelta(days=1),
        )
        await plan_campaign(session, chief, plan, now=NOON, dedupe="x")
        month = (date(2026, 11, 1), date(2026, 11, 30))
        seasons = (await calendar_of(session, chief, *month, NOON, RULES)).seasons
        found = {one.template: one.planned for line in seasons for one in line.suggestions}
        assert found["points_and_insurance"] == NOON + timedelta(days=1)
        assert found["shopping_refund"] is None
        assert [(one.name, one.over) for one in seasons] == [
            ("双十一", True),
            ("积分和医保", False),
        ]


async def test_who_sees_no_publicity_sees_no_calendar(sqlite_database: Database) -> None:
    async with sqlite_database.writing() as session:
        auditor = await add_staff(session, Role.AUDITOR)
        with pytest.raises(NotAllowedError):
            await calendar_of(session, auditor, NOON.date(), NOON.date(), NOON, RULES)
