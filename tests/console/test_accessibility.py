"""Every page of the console in a real browser, with no other host to be reached: axe-core finds
nothing serious, nothing fails to load, nothing is wider than a phone; the main ones in dark too."""

import re
from typing import Any

import pytest

from bot.matching.library import Library
from bot.services.patterns import Patterns
from console.workshop import Workshop
from tests.accessibility import grave_violations
from tests.console.desk import Desk
from tests.console.screenshots import PAGES, furnish, sign_in_to
from tests.console.serving import serve_desk
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


@pytest.mark.parametrize(("scheme", "names"), [("light", tuple(PAGES)), ("dark", IN_DARK)])
async def test_no_page_has_a_serious_fault(
    browser: Any,
    small_desk: Desk,
    scheme: str,
    names: tuple[str, ...],
    small_library: Library,
    small_patterns: Patterns,
) -> None:
    shop = Workshop(lambda: small_library, lambda: small_patterns)
    number = await furnish(small_desk, shop)
    faults: list[tuple[str, str]] = []
    async with serve_desk(small_desk) as address:
        context = await browser.new_context(color_scheme=scheme, viewport=PHONE)
        await context.route(lambda url: not url.startswith(address), lambda one: one.abort())
        await sign_in_to(context, small_desk, address)
        page = await context.new_page()
        failed = watch(page)
        for name in names:
            answer = await page.goto(address + PAGES[name].format(number=number))
            assert answer.status == 200, name
            await page.wait_for_load_state("load")
            wide = await page.evaluate("document.documentElement.scrollWidth")
            faults += [(name, f"{wide} pixels wide")] if wide > PHONE["width"] else []
            faults += [(name, fault) for fault in [*await grave_violations(page), *failed]]
            failed.clear()
        await context.close()
    assert faults == []


ELSEWHERE = {"/cases": "only the crackdown role opens it"}
NO_PAGE = re.compile(r"\.(xlsx|csv|docx)$|/(picture|chart|events)$|/(poster|evidence)/")
A_NUMBER = re.compile(r"\{\w+\}|(?<=/)[0-9]+(?=/|$)|(?<=families/)\w+")


def test_every_page_is_among_those_looked_at() -> None:
    looked_at = {A_NUMBER.sub("N", path.partition("?")[0]) for path in PAGES.values()}
    pages = {path for method, path in GUARDED if method == "GET" and not NO_PAGE.search(path)}
    assert {A_NUMBER.sub("N", path) for path in pages - ELSEWHERE.keys()} <= looked_at
