"""axe-core on every page of the console, in light and dark: nothing serious, nothing critical."""

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


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_no_page_has_a_serious_fault(
    browser: Any,
    small_desk: Desk,
    scheme: str,
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
        for name, path in PAGES.items():
            answer = await page.goto(address + path.format(number=number))
            assert answer.status == 200, name
            faults += [(name, fault) for fault in await grave_violations(page)]
        await context.close()
    assert faults == []
