"""A small run of the quiz benchmark: every answer is counted once, a second tap is told so."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bench.postgres import RUNNING

ROOT = Path(__file__).parents[1]


@pytest.mark.slow
@pytest.mark.usefixtures("library")
def test_everybody_at_once_is_counted_once(postgres_url: str) -> None:
    run = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "bench.learning", "--small"],
        cwd=ROOT,
        env=os.environ | {RUNNING: postgres_url},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    assert "answers counted" in run.stdout
