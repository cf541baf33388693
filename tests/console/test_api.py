"""The pull API: tokens, order under writers, ETag, acknowledgement, its own description."""

import asyncio
import random
from collections.abc import Sequence
from datetime import timedelta

import httpx
import pytest
from fastapi.routing import APIRoute
from sqlalchemy import select
from starlette.applications import Starlette
from starlette.routing import Mount

from bot.services.api_tokens import Scope, issue_token, revoke_token
from bot.storage.api_tokens import ApiToken
from bot.storage.database import Database
from bot.storage.leads import Lead
from bot.storage.staff import Look, Role
from console.api import API_PATH, api_app
from console.parts import ConsoleParts
from tests.console.desk import PHONE, Desk
from tests.services.casework import NOON, filed, officer, trail

ALL = tuple(Scope)
NEEDS = {
    ("GET", "/leads"): Scope.READ,
    ("GET", "/leads/{number}"): Scope.READ,
    ("POST", "/leads/{number}/ack"): Scope.ACK,
}


async def token(database: Database, name: str = "inner", scopes: Sequence[str] = ALL) -> str:
    async with database.writing() as session:
        boss = await officer(session, "boss", Role.CHIEF)
        return await issue_token(session, boss, name, scopes, 30, NOON)


def client(desk: Desk, shown: str = "") -> httpx.AsyncClient:
    parts = ConsoleParts(desk.database, desk.settings, desk.clock)
    app = Starlette(routes=[Mount(API_PATH, api_app(parts))])
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    headers = {"authorization": f"Bearer {shown}"} if shown else {}
    return httpx.AsyncClient(
        transport=transport, base_url=f"http://api.test{API_PATH}", headers=headers
    )


async def test_leads_come_page_by_page_each_once(desk: Desk) -> None:
    numbers = [await desk.report(account=account) for account in range(5)]
    api = client(desk, await token(desk.database))
    pulled, after = [], ""
    for _ in range(3):
        page = (await api.get("/leads", params={"after": after, "limit": 2})).json()
        pulled += [lead["number"] for lead in page["leads"]]
        after = page["next"]
    assert pulled == numbers
    assert not page["more"]
    empty = (await api.get("/leads", params={"after": after})).json()
    assert empty == {"leads": [], "next": after, "more": False}
    later = await desk.report(account=9)
    page = (await api.get("/leads", params={"after": after})).json()
    assert [lead["number"] for lead in page["leads"]] == [later]


async def test_without_the_scope_personal_values_are_masked(desk: Desk) -> None:
    number = await desk.report()
    api = client(desk, await token(desk.database, "masked", [Scope.READ]))
    for answer in (await api.get("/leads"), await api.get(f"/leads/{number}")):
        assert answer.status_code == 200
        for personal in (PHONE, "幸福里社区3号楼", "wx_refund_2026"):
            assert personal not in answer.text
    async with desk.database.reading() as session:
        assert (await session.scalars(select(Look).where(Look.way == "pull"))).all() == []


async def test_full_data_leaves_a_look(desk: Desk) -> None:
    number = await desk.report()
    api = client(desk, await token(desk.database))
    assert (await api.get("/leads")).json()["leads"][0]["phone"] == PHONE
    await api.get(f"/leads/{number}")
    async with desk.database.reading() as session:
        looks = (await session.scalars(select(Look).where(Look.way == "pull"))).all()
    assert [(look.actor, look.subject) for look in looks] == [
        ("system:inner", f"{number}..{number}"),
        ("system:inner", number),
    ]


async def test_the_same_page_is_told_by_its_tag(desk: Desk) -> None:
    number = await desk.report()
    api = client(desk, await token(desk.database))
    first = await api.get("/leads")
    same = {"if-none-match": first.headers["etag"]}
    assert (await api.get("/leads", headers=same)).status_code == 304
    async with desk.database.writing() as session:
        lead = (await session.scalars(select(Lead).where(Lead.number == number))).one()
        lead.state = "signed"
    changed = await api.get("/leads", headers=same)
    assert changed.status_code == 200
    assert changed.headers["etag"] != first.headers["etag"]


async def test_an_acknowledgement_counts_once(desk: Desk) -> None:
    number = await desk.report()
    api = client(desk, await token(desk.database))
    first, *others = await asyncio.gather(*(api.post(f"/leads/{number}/ack") for _ in range(4)))
    desk.clock.move(hours=1)
    again = await api.post(f"/leads/{number}/ack")
    assert {answer.status_code for answer in (first, *others, again)} == {200}
    assert {answer.text for answer in (*others, again)} == {first.text}
    async with desk.database.reading() as session:
        assert [line.event for line in await trail(session, number)] == ["file", "ack"]
    other = client(desk, await token(desk.database, "second"))
    assert (await other.post(f"/leads/{number}/ack")).status_code == 200


async def test_bad_tokens_are_refused_alike(desk: Desk) -> None:
    await desk.report()
    good = await token(desk.database)
    ended, revoked = await token(desk.database, "ended"), await token(desk.database, "revoked")
    async with desk.database.writing() as session:
        boss = await officer(session, "boss", Role.CHIEF)
        await revoke_token(session, boss, "revoked", NOON)
        row = (await session.scalars(select(ApiToken).where(ApiToken.name == "ended"))).one()
        row.expires_at = NOON - timedelta(seconds=1)
    answers = [
        await client(desk, shown).get("/leads")
        for shown in ("", "nonsense", good[:-1], "x" * 100, ended, revoked)
    ]
    assert {answer.status_code for answer in answers} == {401}
    assert len({answer.text for answer in answers}) == 1
    assert answers[0].headers["www-authenticate"] == "Bearer"
    async with desk.database.reading() as session:
        hashes = (await session.scalars(select(ApiToken.token_hash))).all()
    assert all(good not in kept and len(kept) == 32 for kept in hashes)


@pytest.mark.parametrize("scope", list(Scope))
async def test_every_route_asks_for_its_scope(small_desk: Desk, scope: Scope) -> None:
    number = await small_desk.report()
    api = client(small_desk, await token(small_desk.database, "one", [scope]))
    parts = ConsoleParts(small_desk.database, small_desk.settings)
    routes = {
        (method, route.path)
        for route in api_app(parts).routes
        if isinstance(route, APIRoute)
        for method in route.methods
    }
    assert routes == set(NEEDS)
    for (method, path), needed in NEEDS.items():
        answer = await api.request(method, path.replace("{number}", number))
        assert answer.status_code == (200 if needed is scope else 403), (method, path)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/leads?after=7", 400),
        ("/leads?after=p-1", 400),
        ("/leads?after=p1%27%20OR%201", 400),
        ("/leads?limit=0", 400),
        ("/leads?limit=99999", 400),
        ("/leads?limit=viele", 400),
        ("/leads/FZ1", 404),
        ("/leads/FZ261124-9999-1", 404),
        ("/nothing", 404),
        ("/leads?after=p999999999999", 400),
    ],
)
async def test_bad_input_is_a_sentence(small_desk: Desk, path: str, status: int) -> None:
    api = client(small_desk, await token(small_desk.database))
    answer = await api.get(path)
    assert answer.status_code == status
    if status != 200:
        assert set(answer.json()) == {"error"}


async def test_the_description_has_an_example_of_everything(small_desk: Desk) -> None:
    number = await small_desk.report()
    api = client(small_desk, await token(small_desk.database))
    described = (await api.get("/openapi.json")).json()
    assert set(described["paths"]) == {path for _, path in NEEDS}
    example = described["components"]["schemas"]["PulledLead"]["example"]
    assert set(example) == set((await api.get(f"/leads/{number}")).json())
    for name in ("LeadPage", "Acknowledgement", "Problem"):
        assert "example" in described["components"]["schemas"][name]


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_a_lead_that_commits_late_is_not_skipped(database: Database) -> None:
    """The first to begin is the last to commit; serial ids alone would lose it.

    SQLite has one writer at a time, so this cannot happen there.
    """
    desk = Desk(database)
    api = client(desk, await token(database))
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def slow() -> str:
        async with database.writing() as session:
            number = await filed(session, account=1, now=NOON)
            begun.set()
            await go_on.wait()
        return number

    waiting = asyncio.create_task(slow())
    await begun.wait()
    async with database.writing() as session:
        fast = await filed(session, account=2, now=NOON + timedelta(days=1))
    page = (await api.get("/leads")).json()
    assert [lead["number"] for lead in page["leads"]] == [fast]
    go_on.set()
    late = await waiting
    page = (await api.get("/leads", params={"after": page["next"]})).json()
    assert [lead["number"] for lead in page["leads"]] == [late]


async def test_with_writers_running_nothing_is_skipped_and_nothing_comes_twice(
    database: Database,
) -> None:
    desk = Desk(database)
    shown = await token(database)
    filed_numbers: list[str] = []
    chance = random.Random(7)
    done = asyncio.Event()

    async def write(writer: int) -> None:
        for turn in range(25):
            pause = chance.random() / 50
            async with database.writing() as session:
                day = timedelta(days=writer)
                number = await filed(session, account=writer * 100 + turn, now=NOON + day)
                if not database.is_sqlite:
                    await asyncio.sleep(pause)
            filed_numbers.append(number)

    async def pull() -> list[str]:
        api, after, pulled = client(desk, shown), "", []
        while True:
            ended = done.is_set()
            answer = await api.get("/leads", params={"after": after, "limit": 7})
            assert answer.status_code == 200, answer.text
            page = answer.json()
            pulled += [lead["number"] for lead in page["leads"]]
            after = page["next"]
            if ended and not page["leads"]:
                return pulled

    pullers = [asyncio.create_task(pull()) for _ in range(2)]
    await asyncio.gather(*(write(writer) for writer in range(6)))
    done.set()
    for pulled in await asyncio.gather(*pullers):
        assert len(pulled) == len(set(pulled)) == 150
        assert set(pulled) == set(filed_numbers)
