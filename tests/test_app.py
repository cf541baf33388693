"""The library in service: replaced when its files change for the better, kept when not."""

import shutil
from pathlib import Path

import pytest

from bot.app import LibraryInService
from bot.services.library import PATTERNS_ROOT, LibraryError, load_library

FAMILIES = ("fake_loan/loan_fee", "fake_prize/prize_win", "phishing/gov_etc")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A small library of its own: three families, some genuine messages."""
    root = tmp_path / "patterns"
    for name in FAMILIES:
        for ending in (".yml", ".cases.yml"):
            target = root / f"{name}{ending}"
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(PATTERNS_ROOT / f"{name}{ending}", target)
    (root / "genuine").mkdir()
    for path in sorted((PATTERNS_ROOT / "genuine").glob("*.yml"))[:6]:
        shutil.copy(path, root / "genuine")
    for path in PATTERNS_ROOT.glob("*.yml"):
        shutil.copy(path, root)
    return root


async def test_changed_files_come_into_service_and_broken_ones_do_not(
    root: Path, tmp_path: Path
) -> None:
    service = LibraryInService.load(root, tmp_path / "cache")
    first = service.current()
    family = root / "fake_loan" / "loan_fee.yml"
    good = family.read_text()
    family.write_text(good.replace("title:", "titel:"))
    await service.reload_if_changed()
    assert service.current() is first
    family.write_text(good.replace("version: 1", "version: 2"))
    await service.reload_if_changed()
    assert service.current().version != first.version


def test_a_broken_library_is_refused_at_the_start_with_file_and_line(
    root: Path, tmp_path: Path
) -> None:
    family = root / "fake_loan" / "loan_fee.yml"
    family.write_text(family.read_text().replace("severity: high", "severity: terrible"))
    line = family.read_text().split("\n").index("severity: terrible") + 1
    with pytest.raises(LibraryError) as refused:
        load_library(root, tmp_path / "cache")
    assert f"fake_loan/loan_fee.yml:{line}" in refused.value.words
    assert "high" in refused.value.words
