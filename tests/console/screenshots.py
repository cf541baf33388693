"""Screenshots of the console's pages: `python -m tests.console.screenshots FOLDER [PAGE …]`.

A district with made-up people is put into a fresh database, served, and looked at in Chromium in
light and dark, on a desktop and a phone. PAGE is a name of shown_pages.EVERY (`lead`), with or
without a look (`lead-phone-dark`); without any all of PAGES and OF_OTHERS are drawn.

`--data empty|ordinary|hard` chooses what is in the database: nothing, a usual day, or the longest
names, the largest numbers and many lines. `--every` adds the pages behind forms and in states.
The same for all data: `make screenshots-all SHOTS=FOLDER PAGES="lead leads-phone"`.
"""

import argparse
import asyncio
import io
import shutil
import sys
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial
from itertools import count, groupby
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw
from sqlalchemy import select

from bot.services.evidence import attach_to_lead, take_in
from bot.services.evidence_store import open_evidence_store
from bot.services.library import PATTERNS_ROOT, load_library, read_patterns
from bot.storage.database import Database
from bot.storage.leads import Lead
from bot.storage.staff import Role, staff_by_login
from bot.storage.tables import metadata
from bot.storage.transfers import write_elements
from bot.storage.vault import Vault
from bot.times import now
from console.visitor import SESSION_COOKIE
from console.workshop import Workshop
from tests.conftest import ROOT
from tests.console.desk import Desk
from tests.console.furnished import furnish
from tests.console.furnished_leads import furnish_states
from tests.console.furnished_words import HARD, ORDINARY
from tests.console.serving import serve_desk
from tests.console.shown_pages import EVERY, SEND, STATES, UNFOLD, Shown

COUNT = count(1)
COLOURS, RARE_TOO = 64, Image.Quantize.FASTOCTREE
ALL_PICTURES = """Promise.all(Array.from(document.images, async (one) => {
    one.loading = 'eager';
    await one.decode().catch(() => {});
}))"""
"""Those below the fold, too, are there before the picture is taken."""
LOOKS: dict[str, dict[str, Any]] = {
    "desktop": {"viewport": {"width": 1366, "height": 768}, "color_scheme": "light"},
    "desktop-dark": {"viewport": {"width": 1366, "height": 768}, "color_scheme": "dark"},
    "phone": {"viewport": {"width": 360, "height": 780}, "color_scheme": "light"},
    "phone-dark": {"viewport": {"width": 360, "height": 780}, "color_scheme": "dark"},
}
DATA = {"empty": None, "ordinary": ORDINARY, "hard": HARD}


async def sign_in_to(context: Any, desk: Desk, address: str, role: Role = Role.CHIEF) -> None:
    """Give a browser context the session of somebody of that role, a partner in the first unit."""
    login = f"qian{next(COUNT)}"
    officer = await desk.signed_in(role, login)
    if role is Role.PARTNER:
        async with desk.database.writing() as session:
            staff = await staff_by_login(session, login)
            assert staff is not None
            staff.unit_id = 1
    value = officer.client.cookies[SESSION_COOKIE]
    await context.add_cookies([{"name": SESSION_COOKIE, "value": value, "url": address}])


async def give_files(desk: Desk, folder: Path, number: str) -> None:
    """A lead gets a picture and a text file, and what is known of the transfer."""
    settings = desk.settings.model_copy(update={"data_dir": folder})
    store = open_evidence_store(settings, desk.database.vault)
    desk.console.state.parts = replace(desk.console.state.parts, evidence=store)
    made = io.BytesIO()
    picture = Image.new("RGB", (720, 1400), "#e8eff8")
    ImageDraw.Draw(picture).rectangle((60, 60, 660, 400), fill="#1d4f91")
    picture.save(made, "PNG")
    elements = {"payee": "张三丰一二三四五", "channel": "微信", "payee_account": "6222" * 5}
    for content in (made.getvalue(), "聊天记录".encode() * 300):
        arrived = await take_in(desk.database, store, content, now())
        async with desk.database.writing() as session:
            found = await session.scalars(select(Lead).where(Lead.number == number))
            await attach_to_lead(session, arrived, lead := found.one())
            await write_elements(session, lead.id, elements)


@asynccontextmanager
async def furnished(data: str = "ordinary") -> AsyncIterator[tuple[Desk, dict[str, str]]]:
    """A desk with that data, and the numbers of the leads to be shown."""
    folder = Path(tempfile.mkdtemp(prefix="fanzha-shots-"))
    database = Database(
        f"sqlite+aiosqlite:///{folder}/shots.sqlite3", Vault({1: b"k" * 32}, b"f" * 32)
    )
    async with database.engine.begin() as connection:
        await connection.run_sync(metadata.create_all)
    desk = Desk(database)
    desk.clock.at = now()
    library = load_library(PATTERNS_ROOT, ROOT / "build" / "library")
    shop = Workshop(lambda: library, partial(read_patterns, PATTERNS_ROOT))
    shown: dict[str, str] = {}
    try:
        if words := DATA[data]:
            shown = await furnish(desk, shop, words) | await furnish_states(desk, words)
            await give_files(desk, folder, shown["evidence"])
        else:
            desk.console.state.parts = replace(desk.console.state.parts, workshop=shop)
        yield desk, shown
    finally:
        await database.close()
        shutil.rmtree(folder, ignore_errors=True)


def keep_small(taken: bytes, path: Path) -> None:
    """A picture in a few colours, rare ones among them: amber is not to become red."""
    Image.open(io.BytesIO(taken)).convert("RGB").quantize(COLOURS, RARE_TOO).save(
        path, optimize=True
    )


def chosen_of(wanted: Sequence[str], look: str, *, every: bool) -> list[tuple[str, Shown]]:
    """The pages to be drawn in a look, by role."""
    pages = [
        (name, one)
        for name, one in EVERY.items()
        if {name, f"{name}-{look}"} & set(wanted) or (not wanted and (every or name not in STATES))
    ]
    return sorted(pages, key=lambda one: str(one[1].role))


async def draw(page: Any, address: str, shown: Shown, numbers: dict[str, str]) -> bytes:
    """Go to a page, do what is to be done there, take the picture."""
    await page.goto(address + shown.path.format(**numbers))
    if shown.sent:
        async with page.expect_navigation():
            await page.evaluate(SEND, [shown.sent.form, shown.sent.filled])
    if shown.act == "unfold":
        await page.evaluate(UNFOLD)
    elif shown.act == "print":
        await page.emulate_media(media="print")
    elif shown.act:
        await page.locator(shown.act).first.click()
        await page.wait_for_timeout(300)
    await page.evaluate(ALL_PICTURES)
    taken: bytes = await page.screenshot(full_page=True)
    await page.emulate_media(media="screen")
    return taken


async def shoot(
    folder: Path, wanted: Sequence[str], data: str = "ordinary", *, every: bool = False
) -> None:
    """Every wanted page in every look, as PNG files; what this data cannot show is named."""
    from playwright.async_api import Error, async_playwright

    async with (
        furnished(data) as (desk, numbers),
        serve_desk(desk) as address,
        async_playwright() as play,
    ):
        browser = await play.chromium.launch(
            executable_path=shutil.which("chromium"),
            args=["--no-sandbox"],
        )
        for look, options in LOOKS.items():
            chosen = chosen_of(wanted, look, every=every)
            for role, pages in groupby(chosen, lambda one: one[1].role):
                context = await browser.new_context(locale="zh-CN", **options)
                if role:
                    await sign_in_to(context, desk, address, role)
                page = await context.new_page()
                for name, shown in pages:
                    try:
                        taken = await draw(page, address, shown, numbers)
                    except (KeyError, Error) as error:
                        sys.stderr.write(f"{name}-{look}: {str(error).splitlines()[0]}\n")
                        continue
                    keep_small(taken, folder / f"{name}-{look}.png")
                await context.close()
        await browser.close()


if __name__ == "__main__":
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("folder", type=Path)
    asked.add_argument("pages", nargs="*")
    asked.add_argument("--data", choices=DATA, default="ordinary")
    asked.add_argument("--every", action="store_true")
    told = asked.parse_args()
    told.folder.mkdir(parents=True, exist_ok=True)
    asyncio.run(shoot(told.folder, told.pages, told.data, every=told.every))
