"""The benchmark of the console's pages works on a few leads; its figures are for people."""

from bench import console
from bench.console import Counts, Seen, told, wrong_counts
from bot.storage.database import Database

LEADS = 700
RIGHT = Counts(LEADS, 30, 30, 40, ())


async def test_every_page_is_answered_and_rollups_equal_the_leads(postgres_url: str, vault) -> None:
    from tests.conftest import empty

    database = Database(postgres_url, vault)
    await empty(database)
    await database.close()
    seen, counts = await console.measure(
        postgres_url, LEADS, rounds=1, thinks=(0, 0), officers=3, days=25
    )
    assert not wrong_counts(counts, LEADS), counts
    assert {"首页", "线索列表", "线索详情", "查找：回执号", "工作报告", "统计"} <= seen.took.keys()
    assert counts.pages > 35


def test_a_slow_page_or_a_wrong_count_fails(capsys) -> None:
    quick = Seen(took={"首页": [10.0] * 100})
    assert told(quick, RIGHT, LEADS) == 0
    assert told(Seen(took={"首页": [10.0] * 90 + [201.0] * 10}), RIGHT, LEADS) == 1
    assert told(Seen(took={"首页": [10.0] * 97 + [900.0] * 3}), RIGHT, LEADS) == 0
    for wrong in (
        Counts(LEADS - 1, 30, 30, 40, ()),
        Counts(LEADS, 29, 30, 40, ()),
        Counts(LEADS, 0, 0, 40, ()),
        Counts(LEADS, 30, 30, 40, ("首页 /: 500",)),
    ):
        assert told(quick, wrong, LEADS) == 1
    assert "short" in capsys.readouterr().out
