"""Field by field: which value of a lead is in the clear where, for everybody there is.

`OPENS` is the rule: who opens what. Whatever else somebody reaches, page, list, search, chat,
command, export and pull, holds no personal value, and whoever opened one is noted.
"""

from collections.abc import Awaitable, Mapping
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.applications import Starlette
from starlette.routing import Mount

from bot.errors import ExpectedError
from bot.matching.library import Library
from bot.services.api_tokens import Scope, issue_token
from bot.services.contacts import record_contact
from bot.services.export_folder import Span, exported_batch
from bot.services.exports import lead_rows, one_lead_row
from bot.services.handling import dispatch
from bot.services.leads import actor_name, sign_for
from bot.services.linking import linked
from bot.services.permissions import LEAD_FIELDS, Shown
from bot.storage.contacts import ContactResult, ContactWay
from bot.storage.staff import Look, Role, Staff, staff_by_login
from bot.storage.transfers import write_elements
from console.api import API_PATH, api_app
from console.parts import ConsoleParts
from tests.console.desk import NOON, STAFF_ROLES, Desk
from tests.console.test_access import ENDLESS, GUARDED, fill_in
from tests.console.test_invisible import told
from tests.handlers.test_duty import officer as in_chat
from tests.services.casework import lead_of, officer

PLANTED = {
    "description": "6222021234567890128",
    "phone": "13812340987",
    "area": "梧桐里七号楼二单元",
    "identifiers": "wx_refund_2026",
    "transfer": "6228480402564890018",
    "contacts": "他的女儿叫上官婉容",
}
ROW = frozenset({"description", "phone", "area", "identifiers"})
"""What an export or a pull holds; the full page holds all."""
PLACES: Mapping[str, frozenset[str]] = {
    "page": frozenset(PLANTED),
    "command": ROW,
    "export": ROW,
    "signed export": ROW,
    "pull": ROW,
}
EAST, OTHER = "station", "another station"
OPENS: Mapping[str, frozenset[str]] = {
    **{role.value: frozenset() for role in STAFF_ROLES},
    Role.DUTY: frozenset({"page", "command", "export", "signed export"}),
    Role.CHIEF: frozenset(PLACES),
    EAST: frozenset({"page", "command"}),
    OTHER: frozenset(),
}
"""A token for full data is issued by who may see it himself; the administrator's are masked."""
WAYS = {"page": "console", "command": "command", "export": "export"}
SEES_MASKED = (Role.DUTY, Role.CHIEF, EAST)
Told = Mapping[str, str]


async def planted(desk: Desk) -> str:
    """A lead with something in every personal value, at the station of its area."""
    story = f"转到了 {PLANTED['description']}"
    answers = {"phone": PLANTED["phone"], "area": PLANTED["area"], "description": story}
    number = await desk.report(suspects=f"微信 {PLANTED['identifiers']}", **answers)
    await desk.report(account=2, suspects=f"微信 {PLANTED['identifiers']}", **answers)
    async with desk.database.writing() as session:
        li = await officer(session, "holder")
        await sign_for(session, li, number, NOON)
        way, result = ContactWay.PHONE, ContactResult.REACHED
        note = PLANTED["contacts"]
        await record_contact(session, li, number, way, result, NOON, note=note)
        await dispatch(session, li, number, "城东派出所", "", NOON)
        lead = await lead_of(session, number)
        await write_elements(session, lead.id, {"payee": PLANTED["transfer"]})
    return number


async def of_station(session: AsyncSession, who: str, login: str) -> None:
    """Put an account into the station that it stands for here."""
    name = {EAST: "城东派出所", OTHER: "城西派出所"}.get(who)
    await session.execute(update(Staff).where(Staff.login == login).values(station=name))


async def in_the_browser(desk: Desk, number: str, who: str, role: Role) -> tuple[Told, Told]:
    """What every page, search and masked export tells, and what was opened."""
    browser = await desk.signed_in(role, "somebody")
    async with desk.database.writing() as session:
        await of_station(session, who, "somebody")
    shown = {
        path: told((await browser.get(fill_in(path, number))).content)
        for method, path in GUARDED
        if method == "GET" and path not in ENDLESS
    }
    for typed in (number, "冒充电商物流客服", "城东派出所"):
        shown[f"/find {typed}"] = (await browser.submit("/find", {"q": typed})).text
    for form in ("csv", "xlsx", "json"):
        shown[form] = told((await browser.submit("/export", {"form": form})).content)
    opened = {
        "page": (await browser.submit(f"/leads/{number}/full")).text,
        "export": (await browser.submit("/export", {"form": "json", "full": "1"})).text,
    }
    return shown, opened


async def in_the_chat(desk: Desk, library: Library, number: str, who: str, role: Role) -> Told:
    """What the bot tells."""
    talk = await in_chat(desk.database, library, role, "chatting", desk.clock)
    async with desk.database.writing() as session:
        await of_station(session, who, "chatting")
    shown = {said: await talk.says(said) for said in ("/queue", f"/lead {number}")}
    for data in (f"lead:show:{number}", f"work:way:phone:{number}:0", f"work:stations::{number}:0"):
        shown[data] = await talk.sends_data(data)
    return shown


async def or_refused(found: Awaitable[object]) -> str:
    """What came of it in words; of a refusal nothing."""
    try:
        return repr(await found)
    except ExpectedError as refused:
        return refused.words


async def by_command(desk: Desk, number: str) -> tuple[Told, Told]:
    """What commands tell, and what was opened."""
    async with desk.database.writing() as session:
        staff = await officer(session, "somebody")

        def row(full: bool) -> Awaitable[Any]:
            return one_lead_row(session, staff, number, full, NOON)

        def carried(full: bool) -> Awaitable[Any]:
            return exported_batch(session, staff, Span(), 0, NOON, full=full)

        shown = {
            "show": await or_refused(row(False)),
            "list": await or_refused(lead_rows(session, staff, None, None, False, NOON)),
            "link": await or_refused(linked(session, staff, number)),
            "masked folder": await or_refused(carried(False)),
        }
        opened = {"command": await or_refused(row(True))}
        opened["signed export"] = await or_refused(carried(True))
    return shown, opened


async def by_pulling(desk: Desk, number: str) -> tuple[Told, Told]:
    """What another system gets by the tokens that somebody issues."""
    parts = ConsoleParts(desk.database, desk.settings, desk.clock)
    app, answers = Starlette(routes=[Mount(f"/console{API_PATH}", api_app(parts))]), []
    for name, scopes in (("masked", [Scope.READ]), ("full", [Scope.READ, Scope.FULL])):
        async with desk.database.writing() as session:
            staff = await officer(session, "somebody")
            try:
                token = await issue_token(session, staff, name, scopes, 30, desk.clock())
            except ExpectedError:
                token = ""
        desk.app, before = app, desk.app
        browser = desk.browser(authorization=f"Bearer {token}")
        pages = [await browser.get(f"{API_PATH}/leads{path}") for path in ("", f"/{number}")]
        desk.app = before
        answers.append("\n".join(page.text for page in pages))
    return {"masked pull": answers[0]}, {"pull": answers[1]}


def in_the_clear(words: str) -> set[str]:
    """Whose values stand in it as they were told."""
    return {name for name, value in PLANTED.items() if value in words}


def test_every_masked_value_of_a_lead_is_planted() -> None:
    personal = {name for name, how in LEAD_FIELDS.items() if how is not Shown.PLAIN}
    assert set(PLANTED) == personal - {"suspects", "links"}  # other names of the identifiers


@pytest.mark.parametrize("who", list(OPENS))
async def test_a_value_is_in_the_clear_for_whom_and_where_the_table_says(
    small_desk: Desk, library: Library, who: str
) -> None:
    desk, role = small_desk, Role.STATION if who in (EAST, OTHER) else Role(who)
    number = await planted(desk)
    shown, opened = map(dict, await in_the_browser(desk, number, who, role))
    shown |= await in_the_chat(desk, library, number, who, role)
    for way in (by_command, by_pulling):
        more, full = await way(desk, number)
        shown |= more
        opened |= full
    assert len(shown) > 60
    assert {where: found for where, words in shown.items() if (found := in_the_clear(words))} == {}
    assert {where: in_the_clear(words) for where, words in opened.items()} == {
        place: set(PLACES[place]) if place in OPENS[who] else set() for place in PLACES
    }
    masked = {where for where, words in shown.items() if "138****0987" in words}
    assert bool(masked) == (who in (*SEES_MASKED, Role.ADMIN)), masked
    async with desk.database.reading() as session:
        somebody = await staff_by_login(session, "somebody")
        assert somebody is not None
        query = select(Look.way).where(Look.subject == number, Look.actor == actor_name(somebody))
        ways = set(await session.scalars(query))
    for place, way in WAYS.items():
        assert (way in ways) == (place in OPENS[who]), place
    assert ("signed_export" in ways) == ("signed export" in OPENS[who])
    if who is OTHER:
        assert {where for where, words in shown.items() if number in words} <= {f"/find {number}"}
