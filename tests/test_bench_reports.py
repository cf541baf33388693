"""A small run of the report benchmark: nothing acknowledged is lost by kill -9, and the bare loop
writes and sends what the bot does; counts only."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bench.postgres import RUNNING

ROOT = Path(__file__).parents[1]


@pytest.mark.slow
@pytest.mark.usefixtures("library")
def test_kills_lose_nothing_and_every_report_is_filed_once(postgres_url: str) -> None:
    run = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "bench.reports", "--small"],
        cwd=ROOT,
        env=os.environ | {RUNNING: postgres_url},
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    assert run.stdout.count("acknowledged, lost") == 2
    assert run.stdout.count("officers' acts, lost") == 2
    assert run.stdout.count("a report by the bare loop") == 5
