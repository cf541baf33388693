"""The console on a demonstration: marked on every page and file, and nothing real gets in."""

import re

import pytest
from sqlalchemy import func, select
from starlette.applications import Starlette
from starlette.routing import Mount

from bot.services.api_tokens import Scope, issue_token
from bot.services.demonstration import begin_demonstration
from bot.storage.leads import Lead
from bot.storage.staff import Role, staff_by_login
from bot.storage.tables import metadata
from console.api import api_app
from console.menu import pages_of
from console.parts import ConsoleParts
from tests.console.desk import NOON, ORIGIN, STAFF_ROLES, Desk, csrf_of
from tests.console.test_access import ENDLESS, GUARDED, fill_in

BANNER = "演示数据，不是真实工作"
UNTOUCHED = {"look", "lead_watch", "console_session"}
"""What looking and signing in write."""


async def demonstration(desk: Desk) -> Desk:
    async with desk.database.writing() as session:
        await begin_demonstration(session, "坊子", NOON)
    return desk


async def rows(desk: Desk) -> dict[str, int]:
    async with desk.database.reading() as session:
        return {
            table.name: await session.scalar(select(func.count()).select_from(table)) or 0
            for table in metadata.sorted_tables
            if table.name not in UNTOUCHED
        }


@pytest.mark.parametrize("role", STAFF_ROLES)
async def test_every_page_of_every_role_says_so(small_desk: Desk, role: Role) -> None:
    desk = await demonstration(small_desk)
    officer = await desk.signed_in(role)
    for one in pages_of(role):
        page = await officer.get(one.path)
        assert page.text.count(BANNER) == 1, one.path
    assert BANNER in (await officer.get("/nothing-here")).text
    assert BANNER in (await desk.browser().get("/login")).text


async def test_a_real_console_says_nothing_of_it(small_desk: Desk) -> None:
    assert BANNER not in (await small_desk.browser().get("/login")).text
    duty = await small_desk.signed_in(Role.DUTY)
    assert BANNER not in (await duty.get("/leads")).text
    assert (await duty.submit("/visitors", {"matter": "advice"})).status_code == 303


@pytest.mark.parametrize("role", STAFF_ROLES)
async def test_no_form_writes_into_it(small_desk: Desk, role: Role) -> None:
    desk = await demonstration(small_desk)
    number = await desk.report()
    officer = await desk.signed_in(role)
    token, before, refused = csrf_of(await officer.get("/account")), await rows(desk), 0
    posts = [path for method, path in GUARDED if method == "POST" and path not in ENDLESS]
    for path in posts:
        if path in ("/logout", "/account/second", "/account/second/confirm"):
            continue
        answer = await officer.post(fill_in(path, number), {"csrf": token}, origin=ORIGIN)
        refused += "这是演示数据库" in answer.text
        looks = re.search(r"/(find|here|full|open|sheet|end)$", path)
        assert looks or "这是演示数据库" in answer.text, (path, answer.text)
    assert refused > 50
    assert await rows(desk) == before


async def test_files_are_named_after_it_and_other_systems_pull_nothing(small_desk: Desk) -> None:
    desk = await demonstration(small_desk)
    chief = await desk.signed_in(Role.CHIEF, "boss")
    report = await chief.get("/work-report.docx?kind=year&span=2026")
    named = report.headers["content-disposition"]
    assert named.startswith("attachment; filename*=UTF-8''%E6%BC%94%E7%A4%BA%E6%95%B0%E6%8D%AE-")
    coverage = await chief.get("/training/coverage.xlsx")
    assert 'filename="demonstration-' in coverage.headers["content-disposition"]
    async with desk.database.writing() as session:
        boss = await staff_by_login(session, "boss")
        assert boss is not None
        token = await issue_token(session, boss, "inner", [Scope.READ], 30, NOON)
    parts = ConsoleParts(desk.database, desk.settings, desk.clock)
    desk.app = Starlette(routes=[Mount("/console", api_app(parts))])
    pulled = await desk.browser().get("/leads", authorization=f"Bearer {token}")
    assert (pulled.status_code, pulled.json()) == (403, {"error": "这是演示数据库，不能调取。"})
    async with desk.database.reading() as session:
        assert await session.scalar(select(func.count()).select_from(Lead)) == 0
