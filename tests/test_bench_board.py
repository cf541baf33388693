"""The benchmark of the board works; its figure is for people, not for this test."""

from bench import board


def test_every_request_of_a_small_run_is_answered() -> None:
    answered, seconds = board.measure(200)
    assert answered == 200
    assert seconds >= 0
