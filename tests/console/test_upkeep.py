"""Tokens are shown once and end at once; a dry run of the retention rules clears nothing."""

import re

import pytest
from sqlalchemy import func, select

from bot.services.api_tokens import System, TokenRefusedError, system_of
from bot.storage.api_tokens import ApiToken
from bot.storage.leads import Lead
from bot.storage.staff import Role
from console.pages import file_size
from tests.console.desk import Desk

TOKEN = re.compile(r'<p class="mono">([^<]+)</p>')
FORM = {"name": "city-platform", "scope": ["leads:read", "leads:ack"], "days": "30"}


async def test_a_token_is_shown_once_works_and_ends_at_once(desk: Desk) -> None:
    chief = await desk.signed_in(Role.CHIEF)
    found = TOKEN.search((await chief.submit("/tokens", FORM)).text)
    assert found
    page = (await chief.get("/tokens")).text
    assert found[1] not in page
    assert "2026-12-24" in page
    async with desk.database.reading() as session:
        system = await system_of(session, found[1], desk.clock())
        assert isinstance(system, System)
        assert system.scopes == {"leads:read", "leads:ack"}
    assert (await chief.submit("/tokens/city-platform/revoke")).status_code == 303
    assert "已撤销" in (await chief.get("/tokens")).text
    async with desk.database.reading() as session:
        with pytest.raises(TokenRefusedError):
            await system_of(session, found[1], desk.clock())


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": "X 1"},
        {"scope": []},
        {"scope": ["everything"]},
        {"days": "0"},
        {"days": "九十"},
        {"days": "99999"},
    ],
)
async def test_a_wrong_form_issues_nothing(small_desk: Desk, wrong: dict[str, object]) -> None:
    chief = await small_desk.signed_in(Role.CHIEF)
    assert (await chief.submit("/tokens", FORM | wrong)).status_code == 400
    async with small_desk.database.reading() as session:
        assert await session.scalar(select(func.count()).select_from(ApiToken)) == 0


async def test_the_administrator_issues_no_token_for_full_leads(small_desk: Desk) -> None:
    admin = await small_desk.signed_in(Role.ADMIN)
    answer = await admin.submit("/tokens", FORM | {"scope": ["leads:full"]})
    assert answer.status_code == 403


async def test_a_dry_run_counts_and_clears_nothing(desk: Desk) -> None:
    number = await desk.report()
    officer = await desk.signed_in(Role.CHIEF)
    form = {"to": "signed", "version": "0"}
    await officer.submit(f"/leads/{number}/move", form)
    closed = {"to": "false_alarm", "version": "1", "usual": "核实为正常业务"}
    await officer.submit(f"/leads/{number}/move", closed)
    desk.clock.move(days=2000)
    officer = await desk.signed_in(Role.CHIEF, "qian")
    page = (await officer.submit("/upkeep/dry-run")).text
    counted = dict(re.findall(r'<th scope="row">([^<]+)</th><td class="num">(\d+)</td>', page))
    assert counted["已结束线索的个人信息（统计保留）"] == "1"
    async with desk.database.reading() as session:
        assert (await session.scalars(select(Lead))).one().phone_sealed is not None


async def test_a_backup_is_made_by_a_tap_listed_and_noted(small_desk: Desk) -> None:
    await small_desk.report()
    admin = await small_desk.signed_in(Role.ADMIN)
    assert "还没有备份" in (await admin.get("/upkeep")).text
    assert (await admin.submit("/upkeep/backup")).status_code == 303
    assert "fanzha-20261124-120000.zip" in (await admin.get("/upkeep")).text
    assert [path.name for path in small_desk.settings.backups.iterdir()] == [
        "fanzha-20261124-120000.zip"
    ]
    auditor = await small_desk.signed_in(Role.AUDITOR)
    assert "备份数据库" in (await auditor.get("/looks")).text


@pytest.mark.parametrize(
    ("count", "words"),
    [(0, "0 KB"), (1, "1 KB"), (45_001, "46 KB"), (2_460_000, "2.5 MB"), (1_234e9, "1,234.0 GB")],
)
def test_a_file_is_as_large_as_people_say_it(count: float, words: str) -> None:
    assert file_size(int(count)) == words
