"""An officer downloads a resident's file: as a file, under our name, and it is noted."""

from dataclasses import replace
from pathlib import Path

from sqlalchemy import select

from bot.services.evidence import attach_to_lead, take_in
from bot.services.evidence_store import open_evidence_store
from bot.storage.database import Database
from bot.storage.leads import Lead
from bot.storage.staff import Look, Role
from bot.storage.transfers import write_elements
from tests.botapi import png
from tests.console.desk import NOON, Desk


async def with_file(desk: Desk, folder: Path) -> tuple[str, str]:
    """A lead with a file and what is known of a transfer; its number and the file's address."""
    settings = desk.settings.model_copy(update={"data_dir": folder})
    store = open_evidence_store(settings, desk.database.vault)
    desk.console.state.parts = replace(desk.console.state.parts, evidence=store)
    number = await desk.report()
    arrived = await take_in(desk.database, store, png(), NOON)
    async with desk.database.writing() as session:
        lead = (await session.scalars(select(Lead))).one()
        await attach_to_lead(session, arrived, lead)
        await write_elements(session, lead.id, {"payee": "张三丰一二三四五", "channel": "微信"})
    return number, f"/leads/{number}/evidence/{arrived.id}"


async def test_a_file_is_downloaded_never_shown(database: Database, tmp_path: Path) -> None:
    desk = Desk(database)
    number, address = await with_file(desk, tmp_path)
    browser = await desk.signed_in(Role.DUTY)
    page = (await browser.get(f"/leads/{number}")).text
    assert f"{number}-1.png" in page
    assert "张三丰一二三四五" not in page
    assert "微信" in page
    answer = await browser.get(address)
    assert answer.content == png()
    assert answer.headers["content-disposition"] == f'attachment; filename="{number}-1.png"'
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["x-content-type-options"] == "nosniff"
    async with database.reading() as session:
        look = (await session.scalars(select(Look).where(Look.way == "evidence"))).one()
    assert look.subject == number


async def test_a_file_of_another_lead_or_without_the_right_is_not_given(
    database: Database, tmp_path: Path
) -> None:
    desk = Desk(database)
    _, address = await with_file(desk, tmp_path)
    other = await desk.report(account=2)
    duty = await desk.signed_in(Role.DUTY)
    piece = address.rpartition("/")[2]
    assert (await duty.get(f"/leads/{other}/evidence/{piece}")).status_code == 404
    grid = await desk.signed_in(Role.GRID)
    assert (await grid.get(address)).status_code == 403
    assert (await desk.browser().get(address)).status_code == 303
