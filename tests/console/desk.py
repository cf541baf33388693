"""A console with people and leads in it, and a browser that fills in its forms."""

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import httpx
import pyotp
from starlette.applications import Starlette
from starlette.routing import Mount

from bot.services.reports import Draft, file_report
from bot.services.sign_in import open_session
from bot.services.staff import invite
from bot.settings import Settings
from bot.storage.database import Database
from bot.storage.residents import find_or_add_resident
from bot.storage.staff import Role, staff_by_login
from console.app import console_app
from console.parts import ConsoleParts
from console.pulse import Pulse
from console.visitor import SESSION_COOKIE

NOON = datetime(2026, 11, 24, 4, tzinfo=UTC)
ORIGIN = "http://console.test"
STAFF_ROLES = tuple(role for role in Role if role is not Role.RESIDENT)
PHONE = "13812345678"
CATEGORIES = {"fake_customer_service": "冒充电商物流客服", "brushing": "刷单返利"}


@dataclass
class Clock:
    """A time that stands still until it is moved."""

    at: datetime = NOON

    def __call__(self) -> datetime:
        return self.at

    def move(self, **span: float) -> None:
        self.at += timedelta(**span)


@dataclass
class Desk:
    """The console under test."""

    database: Database
    settings: Settings = field(default_factory=Settings)
    clock: Clock = field(default_factory=Clock)
    secrets: dict[str, str] = field(default_factory=dict)
    """The authenticators that have been enrolled, by login."""

    def __post_init__(self) -> None:
        self.pulse = Pulse(self.database)
        parts = ConsoleParts(self.database, self.settings, self.clock, CATEGORIES, pulse=self.pulse)
        self.console = console_app(parts)
        self.app = Starlette(routes=[Mount("/console", self.console)])

    def browser(self, address: str = "192.0.2.7", **headers: str) -> "Browser":
        """A browser that nobody has signed in with."""
        transport = httpx.ASGITransport(
            self.app, client=(address, 4321), raise_app_exceptions=False
        )
        return Browser(httpx.AsyncClient(transport=transport, base_url=ORIGIN, headers=headers))

    async def staff(self, role: Role, login: str = "", name: str = "") -> str:
        """An account of that role; returns its login."""
        login = login or role.value
        async with self.database.writing() as session:
            await invite(session, None, login, name or f"{login}警官", role, self.clock())
        return login

    async def signed_in(self, role: Role, login: str = "") -> "Browser":
        """A browser with somebody of that role signed in."""
        login = await self.staff(role, login)
        async with self.database.writing() as session:
            staff = await staff_by_login(session, login)
            assert staff is not None
            token = await open_session(session, staff, self.clock())
        browser = self.browser()
        browser.client.cookies.set(SESSION_COOKIE, token, domain="console.test", path="/console")
        return browser

    def code(self, login: str) -> str:
        """The next code of somebody's authenticator: no code serves twice."""
        self.clock.move(seconds=30)
        return pyotp.TOTP(self.secrets[login]).at(self.clock())

    async def pass_second(
        self, browser: "Browser", answer: httpx.Response, login: str, next: str = ""
    ) -> httpx.Response:
        """From the answer to the password on to the console, by whichever step it asks for."""
        if answer.status_code != 200:
            return answer
        form = {"csrf": csrf_of(answer), "ticket": ticket_of(answer), "next": next}
        if secret := SECRET.search(answer.text):
            self.secrets[login] = secret[1].replace(" ", "")
            step = "/login/enrol"
        else:
            step = "/login/code"
        return await browser.post(step, form | {"code": self.code(login)}, origin=ORIGIN)

    async def report(self, account: int = 1, **answers: object) -> str:
        """A filed report; returns the lead's number."""
        data: dict[str, object] = {
            "happened": "paid",
            "description": "有人自称客服，让我开共享屏幕，转走了钱",
            "contact": "phone",
            "suspects": "95588x 微信 wx_refund_2026",
            "amount_fen": 1_250_000,
            "phone": PHONE,
            "area": "幸福里社区3号楼",
            "category": "fake_customer_service",
        }
        async with self.database.writing() as session:
            resident = await find_or_add_resident(session, "web", account, self.clock())
            lead = await file_report(
                session,
                resident,
                Draft(**(data | answers)),  # type: ignore[arg-type]
                self.clock(),
            )
            return lead.number


@dataclass
class Browser:
    """Follows nothing by itself; `submit` takes the CSRF token from the page shown before."""

    client: httpx.AsyncClient

    async def get(self, path: str, **headers: str) -> httpx.Response:
        return await self.client.get(f"/console{path}", headers=headers)

    async def post(
        self, path: str, data: dict[str, object] | None = None, **headers: str
    ) -> httpx.Response:
        return await self.client.post(f"/console{path}", data=data or {}, headers=headers)

    async def submit(
        self, path: str, data: dict[str, object] | None = None, page: str = "", **headers: str
    ) -> httpx.Response:
        """Send a form with the token that its page carries."""
        token = csrf_of(await self.get(page or "/account"))
        sent = {"csrf": token, **(data or {})}
        return await self.post(path, sent, **({"origin": ORIGIN} | headers))


SECRET = re.compile(r'<p class="mono secret">([A-Z2-7 ]+)</p>')
GOES_ON = re.compile(r'<a class="button main wide" href="([^"]+)">')


def ticket_of(answer: httpx.Response) -> str:
    """The sealed ticket of a page between password and code."""
    found = re.search(r'name="ticket" value="([^"]+)"', answer.text)
    assert found, answer.text
    return found[1]


def leads_to(answer: httpx.Response) -> str:
    """Where an answer leads: a redirect, or the link below the recovery codes."""
    found = GOES_ON.search(answer.text)
    return found[1] if found else answer.headers.get("location", "")


def csrf_of(answer: httpx.Response) -> str:
    """The token in the forms of a page."""
    found = re.search(r'name="csrf" value="([0-9a-f]{32})"', answer.text)
    assert found, answer.text
    return found[1]
