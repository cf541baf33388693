"""`fanzha` as people and programs run it: a process of its own."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.matching.library import Library
from tests.conftest import ROOT

Fanzha = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def fanzha(tmp_path: Path, library: Library) -> Fanzha:
    """Run a command; the library is the one that the tests have built."""

    def run(*words: str, given: str = "", **env: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-c", "from bot.cli import main; main()", *words],
            input=given,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
            cwd=tmp_path,
            env={
                "PATH": os.environ["PATH"],
                "PYTHONPATH": str(ROOT),
                "PYTHONIOENCODING": "utf-8",
                "COLUMNS": "160",
                "FANZHA_DATA_DIR": str(tmp_path / "data"),
                "FANZHA_LIBRARY_CACHE": str(ROOT / "build" / "library"),
                **env,
            },
        )

    return run
