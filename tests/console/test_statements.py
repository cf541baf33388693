"""How many statements a page of the console costs: what is slow with a million leads and twenty
officers is the way to the database and back, again and again."""

import pytest
from sqlalchemy import event

from bot.matching.library import Library
from bot.services.patterns import Patterns
from bot.storage.staff import Role
from console.workshop import Workshop
from tests.console.desk import Desk
from tests.console.furnished import furnish
from tests.services.conftest import small_library, small_patterns, small_root

__all__ = ["small_library", "small_patterns", "small_root"]

MOST = {
    "/": 16,
    "/leads": 11,
    "/leads/{number}": 25,
    "/leads?state=closed": 6,
    "/reports": 11,
    "/reports?kind=weekly": 25,
    "/statistics": 16,
    "/statistics?span=2026": 16,
    "/work-report": 15,
    "/campaigns": 6,
    "/notices": 7,
    "/roster": 7,
    "/staff": 4,
    "/areas": 4,
}
"""With the look at who asks; one more than it takes is a query in a loop or an empty one.

Where money leads come first, a queue is two statements, each by its own index."""


@pytest.fixture
async def furnished(small_desk: Desk, small_library: Library, small_patterns: Patterns) -> str:
    shop = Workshop(lambda: small_library, lambda: small_patterns)
    return (await furnish(small_desk, shop))["number"]


async def test_no_page_asks_the_database_more_often_than_it_must(
    small_desk: Desk, furnished: str
) -> None:
    chief = await small_desk.signed_in(Role.CHIEF, "qian")
    assert (await chief.get("/")).status_code == 200  # what a process asks once
    asked: list[str] = []
    engine = small_desk.database.engine.sync_engine
    event.listen(engine, "before_cursor_execute", lambda *given: asked.append(given[2]))
    counted = {}
    for path in MOST:
        asked.clear()
        answer = await chief.get(path.format(number=furnished))
        assert answer.status_code == 200, path
        counted[path] = len([one for one in asked if not one.startswith(("BEGIN", "PRAGMA"))])
        assert not [one for one in asked if "1 != 1" in one], f"{path} looks up an empty list"
    assert {path: count for path, count in counted.items() if count > MOST[path]} == {}, counted
