"""A tiny library of invented tricks, built once; no test here depends on the real one."""

from pathlib import Path

import pytest

from bot.matching.library import Library
from bot.services.library import load_library
from tests.services.small_patterns import write_small_patterns


@pytest.fixture(scope="session")
def small_patterns(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_small_patterns(tmp_path_factory.mktemp("patterns"))


@pytest.fixture(scope="session")
def library(small_patterns: Path, tmp_path_factory: pytest.TempPathFactory) -> Library:
    return load_library(small_patterns, tmp_path_factory.mktemp("built"))
