"""Every page of the console in a real browser, with no other host to be reached: axe-core finds
nothing serious, folded parts open; nothing fails to load, nothing is wider than phone or desktop
with the longest names and largest numbers. So too the main ones in dark, what other roles see, what
a form leads to, what is said of a refused one."""

import re
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

import pytest

from bot.matching.library import Library
from bot.services.patterns import Patterns
from bot.storage.staff import Role
from console.workshop import Workshop
from tests.accessibility import grave_violations
from tests.console.desk import Desk
from tests.console.furnished import furnish
from tests.console.furnished_words import HARD_FEW
from tests.console.screenshots import LOOKS, sign_in_to
from tests.console.serving import serve_desk
from tests.console.shown_pages import LED_TO, OF_OTHERS, PAGES, REFUSED, SEND, UNFOLD, Sent
from tests.console.test_access import GUARDED
from tests.services.conftest import small_library, small_patterns, small_root

__all__ = ["small_library", "small_patterns", "small_root"]

pytestmark = [pytest.mark.browser, pytest.mark.slow]


async def test_a_fault_is_found(browser: Any) -> None:
    page = await browser.new_page()
    await page.set_content('<main><h1>x</h1><img src="x.png"><input></main>')
    found = {fault.partition(":")[0] for fault in await grave_violations(page)}
    assert {"image-alt", "label"} <= found


IN_DARK = ("overview", "leads", "lead", "library", "statistics", "notices", "login")
"""What is shown in dark: every kind of part once; the contrast of colours has a test of its own."""
PHONE = {"width": 360, "height": 740}


def watch(page: Any) -> list[str]:
    """What goes wrong in a page from now on."""
    failed: list[str] = []
    page.on("pageerror", lambda error: failed.append(str(error)))
    page.on("console", lambda line: failed.append(line.text) if line.type == "error" else None)
    page.on(
        "response",
        lambda got: failed.append(f"{got.status} {got.url}") if got.status >= 400 else None,
    )
    page.on(
        "requestfailed",
        lambda asked: (
            None if "ERR_ABORTED" in asked.failure else failed.append(f"failed: {asked.url}")
        ),
    )
    return failed


async def faults_of(page: Any) -> list[str]:
    """What is wrong with a page as it stands, its folded parts open."""
    faults = await too_wide(page)
    await page.evaluate(UNFOLD)
    return faults + await too_wide(page) + await grave_violations(page)


async def too_wide(page: Any) -> list[str]:
    """How wide a page is that has to be scrolled sideways, on the screen that it is on."""
    wide = await page.evaluate("document.documentElement.scrollWidth")
    most = page.viewport_size["width"]
    return [f"{wide} pixels wide on {most}"] if wide > most else []


@dataclass
class Visit:
    """Somebody of a role with a phone, who reaches no other host."""

    page: Any
    address: str
    numbers: dict[str, str]
    failed: list[str]
    faults: list[tuple[str, str]] = field(default_factory=list)

    async def look_at(self, name: str, path: str) -> None:
        """Open a page and note what is wrong with it."""
        answer = await self.page.goto(self.address + path.format(**self.numbers))
        self.faults += [] if answer.status == 200 else [(name, f"answers {answer.status}")]
        await self.page.wait_for_load_state("load")
        self.faults += [(name, one) for one in [*await faults_of(self.page), *self.failed]]
        self.failed.clear()

    async def look_at_desk(self, name: str, path: str) -> None:
        """The same, and then what a desktop makes of it."""
        await self.look_at(name, path)
        await self.page.set_viewport_size(LOOKS["desktop"]["viewport"])
        self.faults += [(name, one) for one in await too_wide(self.page)]
        await self.page.set_viewport_size(PHONE)

    async def send(self, name: str, sent: Sent, *, refused: bool) -> None:
        """Send a form and note what is wrong with the page that answers."""
        await self.page.goto(self.address + sent.path.format(**self.numbers))
        async with self.page.expect_navigation() as led:
            await self.page.evaluate(SEND, [sent.form, sent.filled])
        answer = await led.value
        said = await self.page.locator("[role=alert]:visible, .wrongs").count()
        if (answer.status >= 400 or said > 0) != refused:
            self.faults.append((name, f"answers {answer.status} with {said} alerts"))
        self.faults += [(name, one) for one in await faults_of(self.page)]
        self.failed.clear()


async def test_no_page_has_a_serious_fault(
    browser: Any, small_desk: Desk, small_library: Library, small_patterns: Patterns
) -> None:
    shop = Workshop(lambda: small_library, lambda: small_patterns)
    numbers = await furnish(small_desk, shop, HARD_FEW)
    faults: list[tuple[str, str]] = []
    async with serve_desk(small_desk) as address:

        async def visit(role: Role, scheme: str = "light") -> Visit:
            context = await browser.new_context(color_scheme=scheme, viewport=PHONE)
            await context.route(lambda url: not url.startswith(address), lambda one: one.abort())
            await sign_in_to(context, small_desk, address, role)
            page = await context.new_page()
            return Visit(page, address, numbers, watch(page), faults)

        dark = await visit(Role.CHIEF, "dark")
        for name in IN_DARK:
            await dark.look_at(f"{name} in dark", PAGES[name])
        for role, pages in groupby(OF_OTHERS.items(), lambda one: one[1][0]):
            other = await visit(role)
            for name, (_, path) in pages:
                await other.look_at(name, path)
        chief = await visit(Role.CHIEF)
        for name, path in PAGES.items():
            await chief.look_at_desk(name, path)
        for name, sent in LED_TO.items():
            await chief.send(name, sent, refused=False)
        for name, sent in REFUSED.items():
            await chief.send(f"{name}, refused", sent, refused=True)
        for context in browser.contexts:
            await context.close()
    assert faults == []


NO_PAGE = re.compile(r"\.(xlsx|csv|docx)$|/(picture|chart|events)$|/(poster|evidence)/")
A_NUMBER = re.compile(r"\{\w+\}|(?<=/)[0-9]+(?=/|$)|(?<=families/)\w+")


def test_every_page_is_among_those_looked_at() -> None:
    paths = [*PAGES.values(), *(path for _, path in OF_OTHERS.values())]
    looked_at = {A_NUMBER.sub("N", path.partition("?")[0]) for path in paths}
    pages = {path for method, path in GUARDED if method == "GET" and not NO_PAGE.search(path)}
    assert {A_NUMBER.sub("N", path) for path in pages} <= looked_at
