"""What nobody else may see, looked for behind every page, search, export and pull of every role:
another partner's requests, and what the crackdown role wrote of a case."""

import io
import zipfile
from dataclasses import dataclass
from datetime import timedelta

import pytest
from starlette.applications import Starlette
from starlette.routing import Mount

from bot.services.api_tokens import Scope, issue_token
from bot.services.case_corrections import correct_case
from bot.services.cases import CaseStep, file_case, note_step
from bot.services.export_folder import Span, exported_batch
from bot.services.partner_requests import answer, ask_partner, report_withdrawal
from bot.services.sign_in import open_session
from bot.services.units import add_unit, set_partner
from bot.storage.partner_requests import RequestKind, RequestResult
from bot.storage.staff import Role, staff_by_login
from bot.storage.units import UnitKind
from bot.storage.work_facts import FACTS
from console.api import api_app
from console.app import PAGES
from console.parts import ConsoleParts
from console.visitor import SESSION_COOKIE
from tests.console.desk import NOON, STAFF_ROLES, Browser, Desk
from tests.console.test_access import ENDLESS, GUARDED, fill_in
from tests.console.test_reflected import with_parameters

OF_A_CASE = ("秘密77号", "隐蔽类型", "改后类型", "抓捕细节", "7,654,321", "7654321")
"""Number, types, words and loss of the case that is planted."""
OF_OURS = ("甲行要办的", "甲行的答复", "HZ-A-1")
OF_THE_OTHER = ("乙行要办的", "乙行的答复", "HZ-B-2", "乙行看到", "乙银行")
FORMS = (
    {},
    {"kind": "weekly"},
    {"kind": "month"},
    {"kind": "year", "span": "2026"},
    {"dimension": "category", "span": "2026"},
    {"dimension": "station"},
    {"subject": "case"},
    {"who": "shen"},
)
"""Ways to ask the same pages: by span, dimension and person."""
TAKES = {path: set(names) for one in PAGES for path, names in with_parameters(one.router.routes)}
"""The parameters of each page that has any; for others every way of FORMS is the first."""


@dataclass
class Planted:
    """A desk with a case, its lead, and requests to two partners."""

    desk: Desk
    lead: str
    ours: str
    theirs: tuple[str, ...]

    async def browser(self, role: Role) -> Browser:
        """Somebody of that role; a partner is the one of 甲银行."""
        if role is not Role.PARTNER:
            return await self.desk.signed_in(role)
        browser = self.desk.browser()
        async with self.desk.database.writing() as session:
            clerk = await staff_by_login(session, "clerk_a")
            assert clerk is not None
            token = await open_session(session, clerk, self.desk.clock())
        browser.client.cookies.set(SESSION_COOKIE, token, domain="console.test", path="/console")
        return browser


@pytest.fixture
async def planted(small_desk: Desk) -> Planted:
    desk = small_desk
    lead = await desk.report()
    for login, role in (
        *(("boss", Role.CHIEF), ("shen", Role.CRACKDOWN)),
        *((f"clerk_{name}", Role.PARTNER) for name in "ab"),
    ):
        await desk.staff(role, login)
    async with desk.database.writing() as session:
        people = [await staff_by_login(session, name) for name in ("boss", "shen")]
        boss, shen = people
        assert boss is not None
        assert shen is not None
        at = NOON - timedelta(days=2)
        case = await file_case(
            session, shen, "秘密77号", "隐蔽类型", 765_432_100, at, NOON, leads=[lead]
        )
        step = CaseStep.CRIMINAL
        await note_step(session, shen, step, NOON, NOON, number="秘密77号", words="抓捕细节")
        await correct_case(session, shen, case.id, "改后类型", 765_432_100, at, NOON)
        numbers = []
        for name, sign in (("a", "甲"), ("b", "乙")):
            unit = await add_unit(session, boss, f"{sign}银行", UnitKind.BANK, at, two_card=True)
            clerk = await set_partner(session, boss, f"clerk_{name}", unit.id)
            words = f"{sign}行要办的"
            verify = RequestKind.VERIFY
            asked = await ask_partner(session, boss, verify, unit.id, words, NOON, lead=lead)
            receipt, done = f"HZ-{name.upper()}-{1 + (name == 'b')}", RequestResult.DONE
            said = f"{sign}行的答复"
            await answer(session, clerk, asked.number, done, said, NOON, receipt=receipt)
            seen = await report_withdrawal(session, clerk, f"{sign}行看到", NOON)
            numbers.append((asked.number, seen.number))
    return Planted(desk, lead, numbers[0][0], numbers[1])


def told(content: bytes) -> str:
    """All text of an answer; of a workbook or document that of every part."""
    if not content.startswith(b"PK"):
        return content.decode("utf-8", "replace")
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        return "\n".join(packed.read(name).decode("utf-8", "replace") for name in packed.namelist())


async def everything(planted: Planted, browser: Browser) -> dict[str, str]:
    """What every page, search and export of somebody tells."""
    shown: dict[str, str] = {}
    for method, path in GUARDED:
        if method != "GET" or path in ENDLESS:
            continue
        for asked in FORMS[:1] + tuple(one for one in FORMS if TAKES.get(path, set()) & one.keys()):
            where = fill_in(path, planted.lead)
            answer = await browser.client.get(f"/console{where}", params=asked)
            assert answer.status_code < 500, where
            shown[f"{where} {asked}"] = told(answer.content)
    for name in FACTS:
        where = f"/work-report/rows?fact={name}&kind=year&span=2026"
        shown[where] = told((await browser.get(where)).content)
    for form in ("csv", "xlsx", "json"):
        for full in ("", "1"):
            days = {"since": "2026-01-01", "until": "2026-12-31", "form": form, "full": full}
            answer = await browser.submit("/export", days)
            shown[f"/export {form} {full}"] = told(answer.content)
    for typed in (*OF_A_CASE, *OF_THE_OTHER, *planted.theirs):
        answer = await browser.submit("/find", {"q": typed})
        shown[f"/find {typed}"] = answer.text.replace(f'"{typed}"', "").replace(f"“{typed}”", "")
    shown["full"] = (await browser.submit(f"/leads/{planted.lead}/full")).text
    for number in planted.theirs:
        for act in ("open", "acknowledge", "answer"):
            answer = await browser.submit(f"/requests/{number}/{act}", {"result": "done"})
            shown[f"{act} {number}"] = answer.text
    return shown


@pytest.mark.parametrize("role", [one for one in STAFF_ROLES if one is not Role.CRACKDOWN])
async def test_nothing_of_a_case_is_told_to_another_role(planted: Planted, role: Role) -> None:
    shown = await everything(planted, await planted.browser(role))
    assert len(shown) > 170
    for where, words in shown.items():
        for secret in OF_A_CASE:
            assert secret not in words, (where, secret)


async def test_the_crackdown_role_sees_its_cases_and_neither_leads_nor_partners(
    planted: Planted,
) -> None:
    shen = await planted.browser(Role.CRACKDOWN)
    cases = (await shen.get("/cases")).text
    assert "秘密77号" in cases
    assert "改后类型" in cases
    assert planted.lead in cases
    for where, words in (await everything(planted, shen)).items():
        for secret in (*OF_OURS, *OF_THE_OTHER, "13812345678"):
            assert secret not in words, (where, secret)
        assert planted.lead not in words or where.startswith("/cases"), where


async def test_a_partner_is_told_of_its_own_requests_and_of_nothing_else(
    planted: Planted,
) -> None:
    clerk = await planted.browser(Role.PARTNER)
    own = (await clerk.get("/requests")).text
    assert planted.ours in own
    opened = (await clerk.submit(f"/requests/{planted.ours}/open")).text
    assert all(words in opened for words in ("甲行要办的", "甲行的答复"))
    for where, words in (await everything(planted, clerk)).items():
        for secret in (*OF_THE_OTHER, *planted.theirs, planted.lead, "13812345678"):
            if not (secret in planted.theirs and secret in where):
                assert secret not in words, (where, secret)


async def test_other_systems_and_the_signed_export_get_nothing_of_it(planted: Planted) -> None:
    desk, secrets = planted.desk, (*OF_A_CASE, *OF_OURS, *OF_THE_OTHER)
    async with desk.database.writing() as session:
        boss = await staff_by_login(session, "boss")
        assert boss is not None
        token = await issue_token(session, boss, "inner", [Scope.READ, Scope.FULL], 30, NOON)
        batch = await exported_batch(session, boss, Span(), 0, NOON, full=True)
        assert batch is not None
        lines = batch.lines
    assert planted.lead in "".join(lines)
    pulled = []
    parts = ConsoleParts(desk.database, desk.settings, desk.clock)
    desk.app = Starlette(routes=[Mount("/console", api_app(parts))])
    for path in ("/leads", f"/leads/{planted.lead}"):
        answer = await desk.browser().get(path, authorization=f"Bearer {token}")
        assert answer.status_code == 200
        pulled.append(answer.text)
    for words in (*lines, *pulled):
        assert not [secret for secret in secrets if secret in words]
