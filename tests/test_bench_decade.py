"""A small run of the benchmark of ten years: the report counts what was copied."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bench.postgres import RUNNING

ROOT = Path(__file__).parents[1]


@pytest.mark.slow
def test_the_report_counts_every_lead_of_every_district(postgres_url: str) -> None:
    run = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "bench.decade", "--small", "--only", "postgresql"],
        cwd=ROOT,
        env=os.environ | {RUNNING: postgres_url},
        capture_output=True,
        text=True,
        timeout=900,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    assert run.stdout.count("leads not counted") == 2
