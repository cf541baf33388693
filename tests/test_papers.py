"""What the papers say is complete: every setting, every command, every package."""

import re
import tomllib
from pathlib import Path

import pytest
from typer.main import get_command

from bot.cli import app
from bot.matching.library import Library
from bot.matching.result import Level
from bot.matching.verdict import judge
from bot.settings import PREFIX, Settings

ROOT = Path(__file__).parents[1]
SETTINGS = [f"{PREFIX}{name.upper()}" for name in Settings.model_fields]


@pytest.mark.parametrize("paper", ["README.md", "README.zh-CN.md", ".env.example"])
def test_every_setting_is_listed_and_none_that_is_not_one(paper: str) -> None:
    named = set(re.findall(rf"{PREFIX}[A-Z_]+[A-Z]", (ROOT / paper).read_text()))
    assert named == set(SETTINGS)


@pytest.mark.parametrize("paper", ["README.md", "README.zh-CN.md"])
def test_commands_in_the_session_exist(paper: str) -> None:
    words = re.findall(r"fanzha ([a-z]+)(?: ([a-z-]+))?", (ROOT / paper).read_text())
    commands = get_command(app).commands
    for first, second in words:
        assert first in commands, first
        nested = getattr(commands[first], "commands", None)
        assert nested is None or not second or second in nested, (first, second)


@pytest.mark.parametrize("paper", ["README.md", "README.zh-CN.md"])
def test_the_scams_of_the_session_are_flagged(paper: str, library: Library) -> None:
    session = (ROOT / paper).read_text()
    texts = re.findall(r'fanzha check (?:--json )?"(.+?)"', session)
    texts += re.findall(r'"text": "(.+?)"', session)
    assert len(texts) == 3
    for text in texts:
        assert judge(text, library).level in (Level.HIGH, Level.SUSPICIOUS), text


@pytest.mark.parametrize("paper", ["Dockerfile", "compose.yaml"])
def test_containers_set_only_what_is_a_setting(paper: str) -> None:
    named = set(re.findall(rf"{PREFIX}[A-Z_]+[A-Z]", (ROOT / paper).read_text()))
    assert named
    assert named <= set(SETTINGS)


def test_what_the_image_is_made_of_is_there() -> None:
    lines = re.findall(r"^COPY (?!--from)(.+) \S+$", (ROOT / "Dockerfile").read_text(), re.M)
    copied = [name for line in lines for name in line.split()]
    assert {"pyproject.toml", "bot", "scheduler", "console"} <= set(copied)
    for name in copied:
        assert (ROOT / name).exists(), name


def test_every_dependency_has_its_reason() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    reasons = (ROOT / "docs" / "architecture.md").read_text()
    for requirement in project["dependencies"]:
        name = re.match(r"[A-Za-z0-9-]+", requirement)[0]
        assert re.search(rf"\b{re.escape(name)}\b", reasons), name


def test_every_top_level_folder_is_explained() -> None:
    explained = (ROOT / "docs" / "architecture.md").read_text()
    for path in (*ROOT.glob("*/__init__.py"), *(ROOT / "bot").glob("*/__init__.py")):
        assert f"{path.parent.name}/" in explained, path.parent.name


def test_the_versions_of_the_papers_agree() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert f"## {project['version']}" in (ROOT / "CHANGELOG.md").read_text()


def test_constraints_pin_versions_and_name_no_address() -> None:
    for line in (ROOT / "constraints.txt").read_text().splitlines():
        assert re.fullmatch(r"[A-Za-z0-9_.-]+==[A-Za-z0-9_.+!-]+", line), line


def test_an_installed_package_holds_every_file_of_the_source() -> None:
    tools = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]
    for package in ("bot", "console", "scheduler"):
        folder = ROOT / package
        patterns = tools["package-data"].get(package, [])
        packed = {path for pattern in patterns for path in folder.glob(pattern)}
        files = {path for path in folder.rglob("*") if path.is_file()}
        left = {path for path in files - packed if path.suffix not in {".py", ".pyc"}}
        assert left == set(), package
        bare = {path.parent for path in files if path.suffix == ".py"}
        assert [path for path in bare if not (path / "__init__.py").exists()] == [], package
