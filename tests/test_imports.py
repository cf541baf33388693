"""The import rules of docs/architecture.md, as .importlinter writes them."""

from pathlib import Path

from importlinter.application.use_cases import SUCCESS, lint_imports
from importlinter.configuration import configure

ROOT = Path(__file__).parents[1]


def test_nobody_imports_what_he_may_not(monkeypatch) -> None:
    monkeypatch.chdir(ROOT)
    configure()
    assert lint_imports(config_filename=str(ROOT / ".importlinter"), cache_dir=None) == SUCCESS
