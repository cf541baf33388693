"""The bench's disguises are its own: they share no table with the normaliser."""

import ast
import random
from pathlib import Path

import pytest

from bench import disguise_tables, disguised, disguises
from bot.services.patterns import read_patterns
from tests.services.small_patterns import load_small, write_small_patterns

BENCH = Path(disguises.__file__).parent
TEXT = (
    "您好,我是微信客服,加我QQ123456,把钱转账到安全账户,手机办贷款,红包马上到银行卡 http://a.top/x1"
)


def imports_of(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


@pytest.mark.parametrize("name", ["disguises.py", "disguise_tables.py"])
def test_disguises_read_nothing_of_ours(name: str) -> None:
    found = imports_of(BENCH / name)
    assert found
    assert not [module for module in found if module.startswith("bot")]


def test_normaliser_reads_nothing_of_the_bench() -> None:
    for path in (BENCH.parent / "bot").rglob("*.py"):
        assert not [module for module in imports_of(path) if module.startswith("bench")], path


@pytest.mark.parametrize("name", [*disguises.OPERATIONS, disguises.MIXED])
def test_each_way_changes_a_text_and_repeats_itself(name: str) -> None:
    hidden = [disguises.disguise(name, TEXT * 3, random.Random(3)) for _ in range(2)]
    assert hidden[0] == hidden[1] != TEXT * 3


@pytest.mark.parametrize("name", ["pinyin", "homophones", "full width", "look-alike letters"])
def test_links_stay_as_they_are(name: str) -> None:
    assert "http://a.top/x1" in disguises.disguise(name, TEXT, random.Random(3))


def test_no_form_is_the_word_itself() -> None:
    for table in (disguise_tables.HOMOPHONES, disguise_tables.PINYIN, disguise_tables.SPLIT):
        assert not [word for word, forms in table.items() if word in forms]


def test_shares_count_only_texts_that_a_way_changes(tmp_path: Path) -> None:
    root = tmp_path / "patterns"
    root.mkdir()
    write_small_patterns(root)
    library = load_small(root)
    scams = disguised.scam_texts(read_patterns(root))[:40]
    found = list(disguised.measure(library, scams, ["今晚吃鱼"], ["full width", "zero width"]))
    assert [left.name for left in found] == ["full width", "zero width"]
    assert found[0].scams < found[1].scams == len(scams)
    assert found[1].harmless == 1
    assert found[1].recall == found[1].recall_plain > 0
    assert found[1].ratio == 1.0
