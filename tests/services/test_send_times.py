"""Times of sending, as people write them."""

from datetime import datetime

import pytest

from bot.errors import (
    InvalidInputError,
)
from bot.services.send_times import parse_send_time
from bot.times import SHANGHAI
from tests.services.broadcasting import NOON


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
