"""Chat page, board and console on phones of 2020: nothing that their browsers cannot read or do."""

import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot.board.views import STATIC as BOARD
from bot.channels.web import STATIC as CHAT
from bot.matching.library import Library
from bot.storage.database import Database
from console.pages import STATIC as CONSOLE
from tests.botapi import png
from tests.channels.conftest import web_parts
from tests.channels.screenshots import SCAM, serve_chat
from tests.vision.doubles import quick_reader

SCRIPTS = [*CHAT.glob("*.js"), *BOARD.glob("*.js"), *CONSOLE.glob("*.js")]
LACKING = {
    "lookbehind, iOS 16.4": r"\(\?<[=!]",
    "requestSubmit, iOS 16": r"requestSubmit",
    "sorted copies, iOS 16": r"\.to(Sorted|Reversed|Spliced)\(",
    "static blocks, iOS 16.4": r"\bstatic \{",
    "at, iOS 15.4": r"\.at\(",
    "findLast, iOS 15.4": r"\.findLast",
    "structuredClone, iOS 15.4": r"structuredClone",
    "randomUUID, iOS 15.4": r"randomUUID",
    "hasOwn, iOS 15.4": r"hasOwn\(",
    "private names, iOS 15": r"\.#\w",
    "logical assignment, iOS 14": r"(\?\?|\|\||&&)=",
}
"""What an iPhone of iOS 13.4 lacks; where it stands in a script, that script may do nothing."""


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_no_script_needs_a_newer_phone(path: Path) -> None:
    script = path.read_text()
    assert [name for name, form in LACKING.items() if re.search(form, script)] == []


@pytest.fixture
async def address(
    sqlite_database: Database, library: Library, tmp_path: Path
) -> AsyncIterator[str]:
    reader = quick_reader(tmp_path, SCAM)
    async with serve_chat(web_parts(sqlite_database, library, reader=reader)) as served:
        yield served
    await reader.close()


@pytest.mark.browser
async def test_a_browser_without_newer_things_writes_by_enter_and_sends_pictures(
    browser: Any, address: str
) -> None:
    tab = await browser.new_page(viewport={"width": 360, "height": 640})
    troubles: list[str] = []
    tab.on("pageerror", lambda error: troubles.append(str(error)))
    await tab.add_init_script(
        "delete HTMLFormElement.prototype.requestSubmit; delete window.TextDecoderStream;"
        " delete window.createImageBitmap; delete window.structuredClone;"
        " delete Array.prototype.at; delete Object.hasOwn;"
    )
    await tab.goto(address)
    await tab.fill("#text", SCAM)
    await tab.press("#text", "Enter")
    await tab.wait_for_selector(".chip.high")
    picture = {"name": "1.png", "mimeType": "image/png", "buffer": png()}
    await tab.set_input_files("#file", [picture])
    await tab.wait_for_selector(".message img")
    assert troubles == []


@pytest.mark.browser
async def test_only_whole_numbers_to_dial_are_links(browser: Any, address: str) -> None:
    tab = await browser.new_page()
    await tab.goto(address)
    said = "打110，或96110、12356。不是 1100、961101、0110。线索编号：FZ261124-0110-3。"
    dialled = await tab.evaluate(f"dialled('{said}').filter((one) => one.href).map(String)")
    assert dialled == ["tel:110", "tel:96110", "tel:12356"]
    unbroken = f"dialled('{said}').filter((one) => one.className === 'whole')"
    assert await tab.evaluate(f"{unbroken}.map((one) => one.textContent)") == ["FZ261124-0110-3"]
    whole = f"dialled('{said}').map((one) => one.textContent ?? one).join('')"
    assert await tab.evaluate(whole) == said
