"""An officer downloads a resident's file: as a file, under our name, and it is noted."""

import io
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image
from sqlalchemy import select

from bot.errors import InvalidInputError
from bot.services.evidence import attach_to_lead, take_in
from bot.services.evidence_pictures import redraw
from bot.services.evidence_store import open_evidence_store
from bot.storage.database import Database
from bot.storage.leads import Lead
from bot.storage.staff import Look, Role
from bot.storage.transfers import write_elements
from tests.botapi import png
from tests.console.desk import NOON, Desk


async def with_file(desk: Desk, folder: Path, content: bytes = b"") -> tuple[str, str]:
    """A lead with a file and what is known of a transfer; its number and the file's address."""
    settings = desk.settings.model_copy(update={"data_dir": folder})
    store = open_evidence_store(settings, desk.database.vault)
    desk.console.state.parts = replace(desk.console.state.parts, evidence=store)
    number = await desk.report()
    arrived = await take_in(desk.database, store, content or png(), NOON)
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


@pytest.mark.parametrize("form", ["JPEG", "PNG", "GIF", "WEBP"])
def test_a_picture_is_drawn_anew_from_its_colours_alone(form: str) -> None:
    made = io.BytesIO()
    Image.new("RGB", (3000, 30), "#c00000").save(made, form)
    script = b"<script>alert(1)</script>"
    drawn = redraw(made.getvalue() + script)
    assert script not in drawn
    with Image.open(io.BytesIO(drawn)) as picture:
        assert picture.format == "JPEG"
        assert picture.size == (2000, 20)
        assert picture.getpixel((5, 5))[0] > 180  # type: ignore[index]
        assert not picture.getexif()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        b"<html><script>alert(1)</script></html>",
        b"\x89PNG\r\n\x1a\n" + b"0" * 100,
        b"GIF89a" + b"\xff" * 20,
        b"%PDF-1.7",
    ],
)
def test_what_only_calls_itself_a_picture_is_refused(content: bytes) -> None:
    with pytest.raises(InvalidInputError):
        redraw(content)


def test_a_picture_that_would_fill_the_memory_is_refused() -> None:
    made = io.BytesIO()
    Image.new("1", (20_000, 3_000)).save(made, "PNG")
    assert len(made.getvalue()) < 100_000
    with pytest.raises(InvalidInputError):
        redraw(made.getvalue())


async def test_a_picture_is_seen_in_the_page_and_that_is_noted(
    database: Database, tmp_path: Path
) -> None:
    desk = Desk(database)
    number, address = await with_file(desk, tmp_path)
    browser = await desk.signed_in(Role.DUTY)
    assert f"{address}/picture" in (await browser.get(f"/leads/{number}")).text
    answer = await browser.get(f"{address}/picture")
    assert answer.headers["content-type"] == "image/jpeg"
    assert answer.content.startswith(b"\xff\xd8")
    async with database.reading() as session:
        look = (await session.scalars(select(Look).where(Look.way == "picture"))).one()
    assert look.subject == number


async def test_a_text_is_not_seen_in_the_page(sqlite_database: Database, tmp_path: Path) -> None:
    desk = Desk(sqlite_database)
    content = "对方说：<b>马上转账</b>".encode()
    number, address = await with_file(desk, tmp_path, content)
    browser = await desk.signed_in(Role.DUTY)
    assert f"{address}/picture" not in (await browser.get(f"/leads/{number}")).text
    assert (await browser.get(f"{address}/picture")).status_code == 400
