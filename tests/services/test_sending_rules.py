"""Quiet hours, blackouts, recurrence: pure, in Shanghai time whatever the server's zone."""

import os
import time as clock_time
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta, timezone

import pytest

from bot.errors import InvalidInputError, SettingsError
from bot.services.notice_templates import load_notice_templates
from bot.services.recurrence import next_after, parse_rule
from bot.services.sending_rules import (
    Blackout,
    Rules,
    blackout_on,
    day_of,
    load_calendar,
    place,
    read_calendar,
    rules_of,
)
from bot.settings import Settings
from bot.times import SHANGHAI, on_screen

RULES = Rules()


@pytest.fixture(params=["UTC", "America/New_York", "Pacific/Auckland"], autouse=True)
def _server_zone(request: pytest.FixtureRequest) -> Iterator[None]:
    """The server's own zone, whatever it is, changes nothing."""
    before = os.environ.get("TZ")
    os.environ["TZ"] = request.param
    clock_time.tzset()
    yield
    os.environ.pop("TZ") if before is None else os.environ.update(TZ=before)
    clock_time.tzset()


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("asked", "given", "why"),
    [
        ("2026-11-24 12:00", "2026-11-24 12:00", ""),
        ("2026-11-24 21:29", "2026-11-24 21:29", ""),
        ("2026-11-24 21:30", "2026-11-25 07:00", "夜间免打扰"),
        ("2026-11-24 06:59", "2026-11-24 07:00", "夜间免打扰"),
        ("2026-12-31 23:00", "2027-01-01 07:00", "夜间免打扰"),
        ("2028-02-28 22:00", "2028-02-29 07:00", "夜间免打扰"),
        ("2027-02-05 12:00", "2027-02-09 07:00", "春节期间不发"),
        ("2027-02-04 22:00", "2027-02-09 07:00", "夜间免打扰、春节期间不发"),
    ],
)
def test_a_moment_is_moved_with_its_reason(asked: str, given: str, why: str) -> None:
    moment = local(asked).astimezone(UTC)
    placed = place(moment, RULES)
    assert on_screen(placed.moment) == given
    assert placed.why == (f"{why}，改到 {given}" if why else "")
    assert placed.moment.tzinfo is UTC


def test_without_quiet_hours_only_blackouts_move() -> None:
    open_all_night = Rules(
        quiet=None, blackouts=(Blackout("停", date(2026, 6, 1), date(2026, 6, 2)),)
    )
    assert not place(local("2026-05-31 23:59"), open_all_night).why
    assert on_screen(place(local("2026-06-01 00:00"), open_all_night).moment) == "2026-06-03 00:00"


def test_every_spring_festival_of_the_next_years_is_in_the_calendar() -> None:
    new_years = [date(2027, 2, 6), date(2028, 1, 26), date(2029, 2, 13), date(2030, 2, 3)]
    new_years += [date(2031, 1, 23), date(2032, 2, 11)]
    for day in new_years:
        assert blackout_on(day, RULES), day
        assert blackout_on(day - timedelta(days=1), RULES), day


def test_the_seasons_name_notices_that_exist() -> None:
    known = {template.id for template in load_notice_templates()}
    for season in load_calendar().seasons:
        assert set(season.notices) <= known, season.name
        assert season.holds(date(2028, *season.first))
    new_year = next(one for one in load_calendar().seasons if one.name == "年终补贴邮件")
    assert new_year.holds(date(2026, 12, 31))
    assert new_year.holds(date(2027, 2, 28))
    assert not new_year.holds(date(2027, 3, 1))


@pytest.mark.parametrize(
    "source",
    [
        "blackout: [{name: a, first: x, last: y}]",
        "blackout: [{name: a, first: 2027-02-08, last: 2027-02-05}]",
        "seasons: [{name: a, first: '02-30', last: '03-01', notices: []}]",
        "seasons: [{name: a}]",
        "a: [",
    ],
)
def test_a_broken_calendar_is_named(source: str) -> None:
    with pytest.raises(SettingsError, match=r"calendar\.yml|停发日期"):
        read_calendar(source)


def test_the_settings_make_the_rules() -> None:
    given = Settings(
        quiet_hours="22:00-06:30",
        notices_per_day=3,
        blackout_dates="2027-06-07..2027-06-10, 2027-10-01",  # type: ignore[arg-type]
    )
    rules = rules_of(given)
    assert (rules.quiet, rules.most_a_day) == ((time(22), time(6, 30)), 3)
    assert blackout_on(date(2027, 6, 9), rules)
    assert blackout_on(date(2027, 10, 1), rules)
    assert blackout_on(date(2027, 2, 6), rules)
    assert rules_of(Settings(quiet_hours="off")).quiet is None


def test_a_day_is_a_day_in_shanghai() -> None:
    begin, end = day_of(datetime(2026, 11, 24, 16, 30, tzinfo=UTC))
    assert (on_screen(begin), on_screen(end)) == ("2026-11-25 00:00", "2026-11-26 00:00")


@pytest.mark.parametrize(
    ("rule", "after", "moments"),
    [
        ("mon-fri 07:30", "2026-11-27 07:30", ["2026-11-30 07:30", "2026-12-01 07:30"]),
        ("工作日 07:30", "2026-11-28 00:00", ["2026-11-30 07:30"]),
        ("daily 12:00,19:30", "2026-11-24 12:00", ["2026-11-24 19:30", "2026-11-25 12:00"]),
        ("每天 12:00", "2026-11-24 12:00", ["2026-11-25 12:00"]),
        ("每周一、四 07:30", "2026-11-24 08:00", ["2026-11-26 07:30", "2026-11-30 07:30"]),
        ("每周一到五 07:30", "2026-11-27 08:00", ["2026-11-30 07:30"]),
        ("sat,sun 09:00", "2026-11-24 08:00", ["2026-11-28 09:00", "2026-11-29 09:00"]),
        ("monthly 1,15 09:00", "2026-11-24 08:00", ["2026-12-01 09:00", "2026-12-15 09:00"]),
        ("每月最后一天 09:00", "2027-01-31 09:00", ["2027-02-28 09:00", "2027-03-31 09:00"]),
        ("monthly last 09:00", "2028-02-01 09:00", ["2028-02-29 09:00"]),
        ("每月31日 09:00", "2026-11-24 08:00", ["2026-11-30 09:00", "2026-12-31 09:00"]),
        ("monthly 30,31 09:00", "2027-02-01 08:00", ["2027-02-28 09:00", "2027-03-30 09:00"]),
        ("yearly 02-29 09:00", "2027-01-01 08:00", ["2027-02-28 09:00", "2028-02-29 09:00"]),
        ("每年6月1日 09:00", "2026-11-24 08:00", ["2027-06-01 09:00"]),
        ("mon 07:30 03-01..06-30", "2026-11-24 08:00", ["2027-03-01 07:30", "2027-03-08 07:30"]),
        ("daily 07:30 12-30..01-02", "2026-12-31 08:00", ["2027-01-01 07:30", "2027-01-02 07:30"]),
    ],
)
def test_a_rule_names_its_moments(rule: str, after: str, moments: list[str]) -> None:
    parsed, moment = parse_rule(rule, RULES), local(after).astimezone(timezone(timedelta(hours=-5)))
    for expected in moments:
        found = next_after(parsed, moment)
        assert found is not None
        assert on_screen(found) == expected
        moment = found


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ("", "没有看懂"),
        ("有空的时候", "没有看懂"),
        ("mon-fri", "没有看懂"),
        ("fun 07:30", "没有看懂"),
        ("fri-mon 07:30", "先后不对"),
        ("mon 25:00", "没有 25:00"),
        ("mon 22:00", "夜间免打扰"),
        ("monthly 32 09:00", "没有 32 日"),
        ("每月0日 09:00", "没有 0 日"),
        ("yearly 02-30 09:00", "没有 2 月 30 日"),
        ("yearly 05-01 09:00 06-01..06-30", "没有任何一天"),
        ("monthly 15 09:00 02-01..02-10", "没有任何一天"),
        ("daily 08:00,12:00,19:00", "最多 2 条"),
        ("mon 09:00 13-01..14-01", "没有 13 月"),
    ],
)
def test_an_impossible_rule_is_refused_with_the_words_why(rule: str, words: str) -> None:
    with pytest.raises(InvalidInputError, match=words):
        parse_rule(rule, RULES)


def test_a_skipped_day_is_passed_over() -> None:
    rule = parse_rule("daily 09:00", RULES)
    found = next_after(
        rule, local("2027-02-04 10:00"), lambda day: blackout_on(day, RULES) is not None
    )
    assert on_screen(found) == "2027-02-09 09:00"
