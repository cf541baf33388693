"""axe-core over a page in a real browser."""

from typing import Any

from axe_playwright_python.async_playwright import Axe

GRAVE = {"serious", "critical"}


async def grave_violations(page: Any) -> list[str]:
    """Rules of axe-core that the page breaks in a serious way, with where."""
    found = await Axe().run(page)
    return [
        f"{one['id']}: {[node['html'][:120] for node in one['nodes']]}"
        for one in found.response["violations"]
        if one["impact"] in GRAVE
    ]
