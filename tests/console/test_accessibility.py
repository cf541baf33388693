"""axe-core on every page of the console, the main ones in dark too: nothing serious."""

from typing import Any

import pytest

from bot.matching.library import Library
from bot.services.patterns import Patterns
from console.workshop import Workshop
from tests.accessibility import grave_violations
from tests.console.desk import Desk
from tests.console.screenshots import PAGES, furnish, sign_in_to
from tests.console.serving import serve_desk
from tests.services.conftest import small_library, small_patterns, small_root

__all__ = ["small_library", "small_patterns", "small_root"]

pytestmark = pytest.mark.browser


async def test_a_fault_is_found(browser: Any) -> None:
    page = await browser.new_page()
    await page.set_content('<main><h1>x</h1><img src="x.png"><input></main>')
    found = {fault.partition(":")[0] for fault in await grave_violations(page)}
    assert {"image-alt", "label"} <= found


IN_DARK = ("overview", "leads", "lead", "library", "statistics", "notices", "login")
"""What is shown in dark: every kind of part once; the contrast of colours has a test of its own."""


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
    faults = []
    async with serve_desk(small_desk) as address:
        context = await browser.new_context(color_scheme=scheme)
        await sign_in_to(context, small_desk, address)
        page = await context.new_page()
        for name in names:
            answer = await page.goto(address + PAGES[name].format(number=number))
            assert answer.status == 200, name
            faults += [(name, fault) for fault in await grave_violations(page)]
        await context.close()
    assert faults == []
