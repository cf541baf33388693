"""`fanzha` as people and programs run it: a process of its own."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from select import select

import pytest
import pytest_asyncio

from bot.app import open_database
from bot.matching.library import Library
from bot.settings import Settings
from tests.conftest import ROOT

Fanzha = Callable[..., subprocess.CompletedProcess[str]]
SECONDS = 60
ALWAYS = {
    "PATH": os.environ["PATH"],
    "PYTHONPATH": str(ROOT),
    "PYTHONIOENCODING": "utf-8",
    "COLUMNS": "160",
    "FANZHA_LIBRARY_CACHE": str(ROOT / "build" / "library"),
}


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def new_data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder as the first start leaves it: keys, and an empty database of today's schema."""
    folder = tmp_path_factory.mktemp("new") / "data"
    async with open_database(Settings(_env_file=None, data_dir=folder)):
        return folder


@pytest.fixture
def data_dir(new_data_dir: Path, tmp_path: Path) -> Path:
    """A copy of it, where `fanzha` looks for it."""
    return Path(shutil.copytree(new_data_dir, tmp_path / "data"))


@pytest.fixture
def fresh_fanzha(tmp_path: Path, library: Library) -> Fanzha:
    """Run a command in a new interpreter; the library is the one that the tests have built."""

    def run(*words: str, given: str = "", **env: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-c", "from bot.cli import main; main()", *words],
            input=given,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
            cwd=tmp_path,
            env={**ALWAYS, "FANZHA_DATA_DIR": str(tmp_path / "data"), **env},
        )

    return run


@pytest.fixture(scope="session")
def nursery() -> Iterator[subprocess.Popen[str]]:
    """A process that has imported the product and forks others (`tests.commands.nursery`)."""
    running = subprocess.Popen(
        [sys.executable, "-m", "tests.commands.nursery"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=ALWAYS,
    )
    with running:
        yield running
        running.kill()


@pytest.fixture
def fanzha(tmp_path: Path, library: Library, nursery: subprocess.Popen[str]) -> Fanzha:
    """The same in a process that was forked with everything imported, which saves a second."""
    assert nursery.stdin
    assert nursery.stdout
    asking, answers = nursery.stdin, nursery.stdout
    folder = tmp_path / "streams"
    stdin, stdout, stderr = streams = [folder / name for name in ("in", "out", "err")]

    def run(*words: str, given: str = "", **env: str) -> subprocess.CompletedProcess[str]:
        folder.mkdir(exist_ok=True)
        stdin.write_text(given, "utf-8")
        asked = {
            "words": words,
            "env": {**ALWAYS, "FANZHA_DATA_DIR": str(tmp_path / "data"), **env},
            "folder": str(tmp_path),
            "streams": [str(one) for one in streams],
        }
        print(json.dumps(asked), file=asking, flush=True)
        if not select([answers], [], [], SECONDS)[0]:
            raise subprocess.TimeoutExpired(words, SECONDS)
        code = int(answers.readline())
        return subprocess.CompletedProcess(
            words, code, stdout.read_text("utf-8"), stderr.read_text("utf-8")
        )

    return run
