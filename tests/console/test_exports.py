"""The export page."""

import pytest

from bot.storage.staff import Role
from tests.console.desk import PHONE, Desk

DAYS = {"since": "2026-11-24", "until": "2026-11-24"}


@pytest.mark.parametrize(
    ("form", "begins"), [("csv", b"\xef\xbb\xbf"), ("xlsx", b"PK"), ("json", b"[")]
)
async def test_every_format_is_a_file(small_desk: Desk, form: str, begins: bytes) -> None:
    await small_desk.report()
    officer = await small_desk.signed_in(Role.DUTY)
    answer = await officer.submit("/export", {**DAYS, "form": form})
    assert answer.status_code == 200
    assert answer.content.startswith(begins)
    assert f'filename="leads-20261124-1200.{form}"' in answer.headers["content-disposition"]
    assert answer.headers["cache-control"] == "no-store"


async def test_masked_unless_asked_for_in_full(desk: Desk) -> None:
    await desk.report()
    officer = await desk.signed_in(Role.CHIEF)
    masked = await officer.submit("/export", {**DAYS, "form": "json"})
    assert PHONE not in masked.text
    full = await officer.submit("/export", {**DAYS, "form": "json", "full": "1"})
    assert PHONE in full.text
    assert "导出" in (await officer.get("/looks?q=FZ")).text


@pytest.mark.parametrize(
    ("since", "until", "count"),
    [
        ("2026-11-24", "2026-11-24", 1),
        ("", "", 1),
        ("2026-11-25", "", 0),
        ("", "2026-11-23", 0),
        ("2026-11-01", "9999-12-30", 1),
    ],
)
async def test_both_days_count(small_desk: Desk, since: str, until: str, count: int) -> None:
    await small_desk.report()
    officer = await small_desk.signed_in(Role.DUTY)
    days = {"since": since, "until": until, "form": "json"}
    assert len((await officer.submit("/export", days)).json()) == count


@pytest.mark.parametrize(
    "typed",
    [
        {"since": "gestern"},
        {"until": "2026-13-01"},
        {"until": "9999-12-31"},
        {"since": "2026-11-25", "until": "2026-11-24"},
        {"form": "exe"},
    ],
)
async def test_a_bad_form_is_told(small_desk: Desk, typed: dict[str, str]) -> None:
    officer = await small_desk.signed_in(Role.DUTY)
    answer = await officer.submit("/export", {**DAYS, **typed})
    assert answer.status_code == 400
    assert "返回首页" in answer.text
