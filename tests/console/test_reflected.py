"""Script in every parameter of an address, and in the words that reach the console by other ways
than a report: groups' names, places of activities, classes."""

from collections.abc import Iterable, Iterator

import pytest
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from starlette.routing import BaseRoute

from bot.services.activities import file_activity
from bot.services.groups import add_telegram_group, add_wechat_group
from bot.services.study_classes import make
from bot.storage.staff import Role, staff_by_login
from console.app import console_app
from console.parts import ConsoleParts
from tests.console.desk import Desk
from tests.console.test_access import ENDLESS, fill_in

pytestmark = pytest.mark.slow

SCRIPTS = ("<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "';alert(1)//{{7*7}}")
RUNS = ("<script>alert", "<img src=x", "49//")


def named(dependant: Dependant) -> set[str]:
    """The parameters that a page or what it depends on takes."""
    found = {one.alias for one in dependant.query_params}
    return found.union(*(named(one) for one in dependant.dependencies))


def with_parameters(listed: Iterable[BaseRoute]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Every page that takes parameters in its address, and their names."""
    for route in listed:
        if isinstance(route, APIRoute):
            names = tuple(sorted(named(route.dependant)))
            if names and "GET" in route.methods:
                yield route.path, names
        elif included := getattr(route, "original_router", None):
            yield from with_parameters(included.routes)


@pytest.mark.parametrize("words", SCRIPTS)
async def test_nothing_in_an_address_is_run(small_desk: Desk, words: str) -> None:
    number = await small_desk.report()
    chief = await small_desk.signed_in(Role.CHIEF)
    stranger = small_desk.browser()
    app = console_app(ConsoleParts(small_desk.database, small_desk.settings))
    asked = 0
    for path, names in with_parameters(app.routes):
        for name in names if path not in ENDLESS else ():
            for browser in (chief, stranger):
                where = f"/console{fill_in(path, number)}"
                answer = await browser.client.get(where, params={name: words})
                assert answer.status_code < 500, (path, name)
                assert not any(one in answer.text for one in RUNS), (path, name)
                asked += 1
    assert asked > 60


@pytest.mark.parametrize("words", SCRIPTS[:2])
async def test_names_from_elsewhere_are_never_run(small_desk: Desk, words: str) -> None:
    chief = await small_desk.signed_in(Role.CHIEF, "zhao")
    at = small_desk.clock()
    async with small_desk.database.writing() as session:
        zhao = await staff_by_login(session, "zhao")
        assert zhao is not None
        await add_telegram_group(session, zhao, -100, words, at)
        await add_wechat_group(session, zhao, words, at)
        await file_activity(session, zhao, "talk", f"{words} 45", at)
        await make(session, zhao, f"学校 {words}", at)
    shown = 0
    for path in ("/groups", "/notices/new?template=parcel_gift_card", "/activities", "/classes"):
        page = (await chief.get(path)).text
        assert not any(one in page for one in RUNS), path
        shown += "alert(1)" in page
    assert shown >= 3
