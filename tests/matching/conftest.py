"""A tiny library of invented tricks, built once; no test here depends on the real one."""

from pathlib import Path

import pytest

from bot.matching.library import Library
from tests.services.small_patterns import load_small, write_small_patterns


@pytest.fixture(scope="session")
def small_patterns(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_small_patterns(tmp_path_factory.mktemp("patterns"))


@pytest.fixture(scope="session")
def library(small_patterns: Path) -> Library:
    return load_small(small_patterns)
