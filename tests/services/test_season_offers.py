"""Seasons: their approved notices are offered once, to whoever may send them, and never sent."""

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select

from bot.matching.library import Library
from bot.services.notice_templates import find_notice_template
from bot.services.season_offers import (
    begin_of,
    offer_seasons,
    open_offers,
    seasons_wait,
    take_season_up,
)
from bot.services.sending_rules import Season
from bot.storage.broadcasts import Broadcast
from bot.storage.database import Database
from bot.storage.outbox import OutboxMessage, Priority
from bot.storage.staff import Role
from bot.times import SHANGHAI
from tests.handlers.test_duty import officer as bound
from tests.services.broadcasting import NOON, add_groups
from tests.services.casework import officer, pushed

NEW_YEARS_EVE = Season("跨年", (12, 1), (2, 29), ())


@pytest.mark.parametrize(
    ("day", "begin"),
    [
        (date(2026, 12, 1), date(2026, 12, 1)),
        (date(2026, 12, 31), date(2026, 12, 1)),
        (date(2027, 1, 1), date(2026, 12, 1)),
        (date(2027, 2, 28), date(2026, 12, 1)),
        (date(2028, 2, 29), date(2027, 12, 1)),
    ],
)
def test_a_season_across_new_year_begins_in_the_old_one(day: date, begin: date) -> None:
    assert begin_of(NEW_YEARS_EVE, day) == begin


async def test_a_season_is_offered_once_with_its_texts_and_nothing_is_sent(
    database: Database,
) -> None:
    shopping = datetime(2026, 11, 10, 9, tzinfo=SHANGHAI)
    async with database.writing() as session:
        assert await offer_seasons(session, shopping) == 0
        assert await seasons_wait(session, shopping)
        await officer(session, "zhang", Role.CHIEF, chat=7)
        assert await offer_seasons(session, shopping) == 2
        assert await offer_seasons(session, shopping + timedelta(days=5)) == 0
        assert not await seasons_wait(session, shopping)
        assert await offer_seasons(session, shopping + timedelta(days=365)) == 2
    async with database.reading() as session:
        told = [words for key, words in await pushed(session) if "双十一" in key]
        rows = (await session.scalars(select(OutboxMessage))).all()
        assert (await session.scalars(select(Broadcast))).all() == []
    assert len(told) == 2
    assert "“双十一”到了（11-01 到 11-20）" in told[0]
    assert "退款只在购物 App 的订单里办" in told[0]
    assert "不会自动发出" in told[0]
    assert {row.priority for row in rows} == {Priority.DIGEST}


async def test_one_tap_takes_a_notice_up_and_the_second_person_is_told(
    sqlite_database: Database, library: Library
) -> None:
    chief = await bound(sqlite_database, library, Role.CHIEF, "zhang", lambda: NOON)
    other = await bound(sqlite_database, library, Role.CHIEF, "li", lambda: NOON)
    worker = await bound(sqlite_database, library, Role.GRID, "zhao", lambda: NOON)
    async with sqlite_database.writing() as session:
        await add_groups(session, await officer(session, "zhang"), -101)
    data = "season:use:2026-11-01:shopping_refund"
    assert "权限" in await worker.sends_data(data) or "不能" in worker.text
    assert "社区名称" in await chief.sends_data(data)
    assert "已经有人处理过" in await other.sends_data(data)
    assert "没有这条通知" in await other.sends_data("season:use:2026-11-01:no_such")
    await chief.says("幸福里社区")
    await chief.presses("全部 1 个群")
    assert "退款只在购物 App" in await chief.presses("现在")
    assert "已安排" in await chief.presses("确认发送")
    async with sqlite_database.reading() as session:
        made = (await session.scalars(select(Broadcast))).one()
    assert (made.template, made.state) == ("shopping_refund", "scheduled")
    assert find_notice_template(made.template)
    assert "不用了" in await other.sends_data("season:drop:2026-11-01:none")


async def test_a_season_is_turned_down_alone_though_another_began_on_its_day(
    sqlite_database: Database,
) -> None:
    shopping = datetime(2026, 11, 10, 9, tzinfo=SHANGHAI)
    async with sqlite_database.writing() as session:
        zhang = await officer(session, "zhang", Role.CHIEF)
        offers = await open_offers(session, zhang, shopping)
        assert [one.name for one in offers] == ["双十一", "积分和医保"]
        begin = str(offers[0].begin)
        await take_season_up(session, zhang, begin, "shopping_refund", shopping)
        await take_season_up(session, zhang, begin, offers[1].none, shopping)
        (left,) = await open_offers(session, zhang, shopping)
        assert [one.id for one in left.notices] == ["parcel_gift_card"]
        li = await officer(session, "li", Role.DUTY)
        assert await open_offers(session, li, shopping) == []
        next_year = shopping + timedelta(days=365)
        assert len(await open_offers(session, zhang, next_year)) == 2
