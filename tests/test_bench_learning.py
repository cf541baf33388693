"""A small run of the quiz benchmark: every answer is counted once, a second tap is told so."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.mark.slow
def test_everybody_at_once_is_counted_once() -> None:
    run = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "bench.learning", "--small"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    assert "answers counted" in run.stdout
