"""The benchmark of broadcasts, small: what it says of the budget and of a kill is true."""

from datetime import timedelta
from pathlib import Path

import pytest

from bench import broadcast, broadcast_budget
from bench.broadcast_kill import Trial, killed
from bot.storage.database import Database


@pytest.mark.parametrize("burst", [1, 10, 50])
def test_the_budget_keeps_to_the_flood_clock(burst: int) -> None:
    assert [goal for goal in broadcast_budget.simulated(1000, burst) if not goal.met] == []


async def test_a_few_groups_over_http_are_not_refused(tmp_path: Path) -> None:
    found = await broadcast.over_http(f"sqlite+aiosqlite:///{tmp_path}/b.sqlite3", 10)
    refused, wrong = (goal for goal in found if "floor" not in goal.measure)
    assert (refused.figure, wrong.figure) == (0, 0)


@pytest.mark.slow
async def test_kill_9_while_it_sends_loses_nothing(database: Database, tmp_path: Path) -> None:
    if database.is_sqlite:
        return  # two schedulers share PostgreSQL only
    trial = Trial(groups=260, every=90, claim=timedelta(seconds=3), schedulers=3)
    found = {goal.measure: goal for goal in await killed(database, trial, tmp_path)}
    unmet = {name for name, goal in found.items() if not goal.met}
    assert unmet <= {"the next one sends after a kill, s"}, found
