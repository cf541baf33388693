"""Nothing planted lies in the clear in what leaves the product as files: exports, backup, reports.

The full export and its attachments are in the clear on purpose; what is never kept is not in it.
"""

import zipfile
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from openpyxl import load_workbook

from bot.matching.library import Library
from bot.services.backup import back_up
from bot.services.duty_report_kinds import ReportKind
from bot.services.duty_report_sheets import to_workbook
from bot.services.duty_report_text import to_text
from bot.services.duty_reports import make_report
from bot.services.evidence_store import EvidenceStore
from bot.services.export_folder import Span, export_folder
from bot.services.leads import actor_name
from bot.services.signed_export import ATTACHMENTS, public_key, verify_export
from bot.storage.database import Database
from bot.times import local_day, now
from tests.console.test_plaintext import (
    MASKED,
    NEVER_KEPT,
    files_under,
    leaks,
    worked_through,
)
from tests.services.casework import officer


async def exported(
    database: Database, store: EvidenceStore, folder: Path, *, full: bool
) -> list[Path]:
    """Write a signed export as the command does; its files."""
    async with database.writing() as session:
        li = await officer(session)
    kept = store if full else None
    await export_folder(database, li, folder, Span(), now(), store=kept, sign=True)
    assert verify_export(folder, public_key(database.vault)).made_by in actor_name(li)
    return files_under(folder)


async def test_files_that_leave_the_product(
    database: Database, library: Library, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    *_, store = await worked_through(database, library, tmp_path / "data")
    masked = await exported(database, store, tmp_path / "masked", full=False)
    assert not [path for path in masked if ATTACHMENTS in path.parts]
    for path in masked:
        assert leaks(path.read_bytes(), (*MASKED, *NEVER_KEPT)) == [], path.name
    full = await exported(database, store, tmp_path / "full", full=True)
    assert [path for path in full if ATTACHMENTS in path.parts]
    assert leaks(b"".join(path.read_bytes() for path in full), ("phone", "place")) == [
        "phone",
        "place",
    ]
    for path in full:
        assert leaks(path.read_bytes(), NEVER_KEPT) == [], path.name
        assert leaks(path.name) == []
    made = await back_up(database, tmp_path / "backup.zip", now())
    assert leaks(made.path.read_bytes()) == []
    with zipfile.ZipFile(made.path) as archive:
        for name in archive.namelist():
            assert leaks(archive.read(name)) == [], name
    async with database.reading() as session:
        for kind, days in ((ReportKind.DAILY, 0), (ReportKind.WEEKLY, 6)):
            first = local_day(now() - timedelta(days=days))
            report = await make_report(session, kind, first, now(), residents=1000)
            assert report.figures.received == 2
            book = load_workbook(BytesIO(to_workbook(report)))
            shown = to_text(report) + str([list(sheet.values) for sheet in book])
            assert leaks(shown, (*MASKED, *NEVER_KEPT)) == [], kind
    assert leaks("".join(capfd.readouterr())) == []
