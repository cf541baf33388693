"""The budget on a simulated clock."""

import random
from itertools import pairwise

import pytest

from scheduler.budget import CHAT_PAUSE, OVERALL, PER_SECOND, Limiter, Turns, chosen_kind


def test_sends_are_evenly_spaced_and_never_a_burst() -> None:
    limiter = Limiter()
    moments = [limiter.turn(0.0) for _ in range(200)]
    assert all(later - sooner >= 0.999 / PER_SECOND for sooner, later in pairwise(moments))
    assert limiter.turn(1000.0) == 1000.0


def test_the_token_is_left_room_for_answers() -> None:
    assert 20 <= PER_SECOND <= 25


def test_answers_within_their_share_wait_for_nothing_and_hold_back_nothing() -> None:
    limiter, now = Limiter(), 0.0
    for number in range(300):
        now = limiter.turn(now)
        if number % 5 == 0:
            assert limiter.answer_turn(now) == now
    assert now == pytest.approx(299 / PER_SECOND)


def test_no_second_holds_more_than_the_token_may_send_however_answers_come() -> None:
    source, limiter = random.Random(7), Limiter()
    moments, asked, now = [], 0.0, 0.0
    for _ in range(3000):
        now = limiter.turn(now)
        moments.append(now)
        while asked <= now:
            moments += [limiter.answer_turn(asked) for _ in range(source.choice((1, 1, 3, 40)))]
            asked += source.expovariate(1)
    moments.sort()
    spans = [later - sooner for sooner, later in zip(moments, moments[OVERALL:], strict=False)]
    assert min(spans) >= 1


def test_a_burst_of_answers_goes_first_and_campaigns_wait_a_second_at_most() -> None:
    limiter = Limiter()
    answers = [limiter.answer_turn(100.0) for _ in range(20)]
    assert answers == [100.0] * 20
    assert 100.5 < limiter.turn(100.0) <= 101.0
    for _ in range(500):
        limiter.answer_turn(200.0)
    assert limiter.turn(230.0) == 230.0


def test_what_was_long_on_its_way_counts_from_when_it_landed() -> None:
    limiter = Limiter()
    for _ in range(OVERALL):
        limiter.take_answer(limiter.answer_at(10.0))
    assert limiter.answer_at(10.0) == pytest.approx(11.0)
    for _ in range(OVERALL):
        limiter.landed(10.0, 10.4)
    assert limiter.answer_at(11.0) == pytest.approx(11.4)
    late = Limiter()
    for _ in range(OVERALL):
        late.landed(late.turn(20.0), 22.0)
    assert late.turn(22.1) == pytest.approx(23.0)


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
