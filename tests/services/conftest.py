"""A small library, compiled once for all tests of services that need one of their own."""

from pathlib import Path

import pytest

from bot.matching.library import Library
from bot.services.library import load_library
from bot.services.patterns import Patterns, read_patterns
from tests.services.small_patterns import write_small_patterns


@pytest.fixture(scope="session")
def small_root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_small_patterns(tmp_path_factory.mktemp("small-patterns"))


@pytest.fixture(scope="session")
def small_library(small_root: Path, tmp_path_factory: pytest.TempPathFactory) -> Library:
    return load_library(small_root, tmp_path_factory.mktemp("small-cache"))


@pytest.fixture(scope="session")
def small_patterns(small_root: Path) -> Patterns:
    return read_patterns(small_root)
