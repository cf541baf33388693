"""A small library, compiled once for all tests of services that need one of their own."""

from pathlib import Path

import pytest

from bot.matching.library import Library
from bot.services.patterns import Patterns, read_patterns
from tests.services.small_patterns import load_small, write_small_patterns


@pytest.fixture(scope="session")
def small_root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_small_patterns(tmp_path_factory.mktemp("small-patterns"))


@pytest.fixture(scope="session")
def small_library(small_root: Path) -> Library:
    return load_small(small_root)


@pytest.fixture(scope="session")
def small_patterns(small_root: Path) -> Patterns:
    return read_patterns(small_root)
