"""A small run of the benchmark of ten years: the report counts what was copied."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.mark.slow
def test_the_report_counts_every_lead_of_every_district() -> None:
    run = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "bench.decade", "--small", "--only", "postgresql"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=900,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    assert run.stdout.count("leads not counted") == 2
