"""A small run of the benchmark of the work report: every figure is as planned on both databases."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bench.postgres import RUNNING

ROOT = Path(__file__).parents[1]


@pytest.mark.slow
def test_every_figure_is_as_planned_and_the_command_writes_the_document(postgres_url: str) -> None:
    run = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "bench.work_report", "postgresql", "--small"],
        cwd=ROOT,
        env=os.environ | {RUNNING: postgres_url},
        capture_output=True,
        text=True,
        timeout=900,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    assert run.stdout.count("figures not as they should be") == 1
