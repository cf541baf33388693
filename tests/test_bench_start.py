"""The benchmark of the start works; its figures are for people, not for this test."""

from bench import start


def test_a_goal_missed_is_shown_and_fails(capsys) -> None:
    figures = dict(start.GOALS)
    assert start.report(figures) == 0
    assert start.report(figures | {"idle memory": 400.1}) == 1
    assert "short" in capsys.readouterr().out


def test_a_check_in_a_process_of_its_own_takes_some_time(tmp_path, library, monkeypatch) -> None:
    monkeypatch.setattr(start, "COLD_CHECKS", 1)
    assert start.cold_check(start.environment(tmp_path)) > 0
