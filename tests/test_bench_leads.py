"""The benchmark of the duty desk works on a few leads; its figures are for people."""

from bench import leads
from bot.storage.database import Database


async def test_every_list_has_lines_and_every_lead_is_pulled_once(postgres_url: str, vault) -> None:
    from tests.conftest import empty

    database = Database(postgres_url, vault)
    await empty(database)
    await database.close()
    figures, counts = await leads.measure(postgres_url, 3000, runs=1)
    assert not leads.wrong_counts(counts, 3000)
    assert set(figures) == set(leads.GOALS)


def test_a_goal_missed_or_a_wrong_count_fails(capsys) -> None:
    counts = leads.Counts(leads.PULLED, leads.PULLED, 0, {"all open": 30})
    assert leads.report(leads.GOALS, counts, leads.PULLED) == 0
    assert leads.report(leads.GOALS | {"queue page": 20.1}, counts, leads.PULLED) == 1
    assert leads.report(leads.GOALS | {"pull": 19_999}, counts, leads.PULLED) == 1
    twice = leads.Counts(leads.PULLED, leads.PULLED, 1, {"all open": 30})
    assert leads.report(leads.GOALS, twice, leads.PULLED) == 1
    assert "short" in capsys.readouterr().out
