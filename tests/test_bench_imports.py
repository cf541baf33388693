"""A small run of the import benchmark: every line is accounted for, and a second time changes
nothing."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.mark.slow
def test_every_line_is_taken_in_or_named_and_a_second_time_changes_nothing() -> None:
    run = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "bench.imports", "--small"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    assert run.stdout.count("changed by the second time") == 2
