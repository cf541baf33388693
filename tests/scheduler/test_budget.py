"""The budget on a simulated clock."""

import random
from itertools import pairwise

import pytest

from scheduler.budget import CHAT_PAUSE, PER_SECOND, Limiter, Turns, chosen_kind


def test_sends_are_evenly_spaced_and_never_a_burst() -> None:
    limiter = Limiter()
    moments = [limiter.turn(0.0) for _ in range(200)]
    assert all(later - sooner >= 0.999 / PER_SECOND for sooner, later in pairwise(moments))
    assert limiter.turn(1000.0) == 1000.0


def test_the_token_is_left_room_for_answers() -> None:
    assert 20 <= PER_SECOND <= 25


def test_twenty_a_minute_for_each_chat_whatever_is_asked() -> None:
    limiter = Limiter()
    source = random.Random(4)
    moments: dict[str, list[float]] = {}
    now = 0.0
    for _ in range(2000):
        now += source.expovariate(5)
        chat = source.choice("abc")
        moments.setdefault(chat, []).append(limiter.chat_turn(now, chat))
    for times in moments.values():
        for at, later in enumerate(times[20:]):
            assert later - times[at] >= 60


def test_a_chat_that_waits_holds_up_no_other() -> None:
    limiter = Limiter()
    for _ in range(5):
        limiter.chat_turn(0.0, "busy")
    assert limiter.chat_turn(0.0, "busy") == pytest.approx(5 * CHAT_PAUSE)
    assert limiter.chat_turn(0.0, "other") == 0.0
    assert limiter.turn(0.0) == 0.0


def test_known_chats_do_not_pile_up() -> None:
    limiter = Limiter()
    for chat in range(30_000):
        limiter.chat_turn(float(chat), str(chat))
    assert len(limiter._chats) <= 10_001


def test_the_most_pressing_first_and_none_starves() -> None:
    """Alerts without end, campaigns and digests that wait too long: both get fair turns."""
    turns = Turns()
    chosen = [chosen_kind([0, 3, 4], [3, 4], turns.next()) for _ in range(20)]
    assert [kind for kind in chosen if kind] == [4, 3, 4, 3]
    assert chosen[:4] == [0, 0, 0, 0]


def test_without_anybody_starved_a_fair_turn_is_like_any_other() -> None:
    turns = Turns()
    assert {chosen_kind([1, 4], [], turns.next()) for _ in range(10)} == {1}
