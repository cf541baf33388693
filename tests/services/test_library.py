"""Loading: compiled once, rebuilt when needed, never trusted when damaged."""

import fcntl
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from bot.matching.verdict import judge
from bot.services import library as services
from bot.services.library import (
    PATTERNS_ROOT,
    LibraryError,
    library_fingerprint,
    library_version,
    load_library,
    read_patterns,
    run_cases,
)
from bot.services.training import library_texts, live_families
from tests.services.small_patterns import (
    CATEGORIES,
    GENUINE,
    dump,
    family_fields,
    write_small_patterns,
)

SMAPS = Path("/proc/self/smaps")
SCAM = "您好这里是微信客服,您的百万保障今晚到期,请下载会议软件共享屏幕"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A folder of patterns and a cache in which they are compiled."""
    root = write_small_patterns(tmp_path_factory.mktemp("patterns"))
    cache = tmp_path_factory.mktemp("cache")
    load_library(root, cache)
    return root, cache


def copy_of(built: tuple[Path, Path], tmp_path: Path) -> tuple[Path, Path]:
    root, cache = tmp_path / "patterns", tmp_path / "cache"
    shutil.copytree(built[0], root)
    shutil.copytree(built[1], cache)
    return root, cache


def compiled(cache: Path) -> Path:
    return next(iter(cache.glob("*.library")))


def test_second_load_does_not_build(built: tuple[Path, Path]) -> None:
    heard: list[float] = []
    load_library(*built, lambda share, what: heard.append(share))
    assert heard == []


def test_a_second_build_is_equal_and_tells_its_progress(
    built: tuple[Path, Path], tmp_path: Path
) -> None:
    heard: list[tuple[float, str]] = []
    load_library(built[0], tmp_path, lambda share, what: heard.append((share, what)))
    shares = [share for share, _ in heard]
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    assert all(what for _, what in heard)
    assert compiled(tmp_path).read_bytes() == compiled(built[1]).read_bytes()


@pytest.mark.parametrize("damage", ["empty", "cut", "one bit", "text"])
def test_damaged_file_is_rebuilt(
    built: tuple[Path, Path], tmp_path: Path, damage: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    root, cache = copy_of(built, tmp_path)
    path = compiled(cache)
    whole = path.read_bytes()
    flipped = bytes([whole[len(whole) // 2] ^ 1])
    path.unlink()
    path.write_bytes(
        {
            "empty": b"",
            "cut": whole[: len(whole) // 2],
            "one bit": whole[: len(whole) // 2] + flipped + whole[len(whole) // 2 + 1 :],
            "text": b"not a library",
        }[damage]
    )
    monkeypatch.setattr(services, "_build", lambda _, made, __: made.write_bytes(whole))
    assert judge(SCAM, load_library(root, cache)).family == "cs_insurance"
    assert path.read_bytes() == whole


@pytest.mark.skipif(not SMAPS.exists(), reason="needs Linux")
def test_loading_reads_no_page_of_the_map_and_keeps_each_name_once(
    built: tuple[Path, Path], tmp_path: Path
) -> None:
    root, cache = copy_of(built, tmp_path)
    library = load_library(root, cache)
    mapped = SMAPS.read_text().partition(str(compiled(cache)))[2]
    assert mapped.partition("Rss:")[2].split()[0] == "0"
    owners = [entry.owner for entry in library.index.entries]
    assert len({id(owner) for owner in owners}) == len(set(owners))


def test_two_processes_may_build_at_once(built: tuple[Path, Path], tmp_path: Path) -> None:
    code = (
        "import sys;from pathlib import Path;from bot.services.library import load_library;"
        "sys.stdout.write(load_library(Path(sys.argv[1]), Path(sys.argv[2])).version)"
    )
    command = [sys.executable, "-c", code, str(built[0]), str(tmp_path)]
    both = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    assert {process.communicate(timeout=120)[0] for process in both} == {library_version(built[0])}
    assert len(list(tmp_path.glob("*.library"))) == 1
    assert list(tmp_path.glob("*.part")) == []


def test_who_waits_for_another_builder_is_told(tmp_path: Path) -> None:
    said: list[str] = []

    def hear(_: float, what: str) -> None:
        said.append(what)
        fcntl.flock(other, fcntl.LOCK_UN)

    with (tmp_path / ".lock").open("w") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        with services._one_builder(tmp_path, hear):
            pass
    assert said == ["另一个程序正在编译话术库，等它编好"]


KILLED_TRAINER = """
import os, signal, subprocess, sys
worker = '''import time; time.sleep(2)
print('{"share": 1, "what": "outlived"}', flush=True)'''
subprocess.Popen([sys.executable, "-c", worker])
os.kill(os.getpid(), signal.SIGKILL)
"""
"""It is killed while a worker of it goes on."""


def test_no_worker_outlives_a_trainer_that_is_killed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "killed_trainer.py").write_text(KILLED_TRAINER)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setattr(services, "TRAINER", "killed_trainer")
    said: list[str] = []
    with pytest.raises(LibraryError, match="原来的继续使用"):
        services._build(tmp_path, tmp_path / "made", lambda _, what: said.append(what))
    assert said == []


def test_bot_process_never_imports_the_trainer(built: tuple[Path, Path]) -> None:
    code = (
        "import sys;from pathlib import Path;from bot.services.library import load_library;"
        "from bot.matching.verdict import judge;"
        "judge('在吗,加微信', load_library(Path(sys.argv[1]), Path(sys.argv[2])));"
        "sys.stdout.write(','.join(sorted({'sklearn', 'scipy'} & set(sys.modules))))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *map(str, built)], capture_output=True, text=True, check=True
    )
    assert done.stdout == ""


def test_changed_script_changes_version_and_fingerprint(
    built: tuple[Path, Path], tmp_path: Path
) -> None:
    root, _ = copy_of(built, tmp_path)
    before = library_version(root), library_fingerprint(root)
    path = root / "brushing" / "brush_task.yml"
    path.write_text(path.read_text(encoding="utf-8").replace("宝妈", "宝爸"), encoding="utf-8")
    after = library_version(root), library_fingerprint(root)
    assert before[0] != after[0]
    assert before[1] != after[1]
    assert library_version(built[0]) == before[0]


def test_wrong_library_is_refused_and_the_built_one_stays(
    built: tuple[Path, Path], tmp_path: Path
) -> None:
    root, cache = copy_of(built, tmp_path)
    (root / "brushing" / "brush_task.yml").write_text("id: brush_task\n", encoding="utf-8")
    with pytest.raises(LibraryError, match="brushing/brush_task.yml:1"):
        load_library(root, cache)
    assert len(list(cache.glob("*.library"))) == 1


@pytest.mark.parametrize("status", ["draft", "retired"])
def test_family_out_of_use_is_not_in_the_library(
    built: tuple[Path, Path], tmp_path: Path, status: str
) -> None:
    root, _ = copy_of(built, tmp_path)
    fields = {**family_fields("police_case"), "status": status}
    dump(fields, root / CATEGORIES["police_case"] / "police_case.yml")
    patterns = read_patterns(root)
    assert "police_case" not in live_families(patterns)
    assert {text.family for text in library_texts(patterns)} == {"", "brush_task", "cs_insurance"}


def test_family_on_trial_is_never_high(built: tuple[Path, Path], tmp_path: Path) -> None:
    root, cache = copy_of(built, tmp_path)
    fields = {**family_fields("cs_insurance"), "status": "trial"}
    dump(fields, root / CATEGORIES["cs_insurance"] / "cs_insurance.yml")
    verdict = judge(SCAM, load_library(root, cache))
    assert (verdict.level, verdict.family) == ("suspicious", "cs_insurance")


def test_cases_are_judged_on_both_sides(built: tuple[Path, Path]) -> None:
    report = run_cases(load_library(*built), read_patterns(built[0]))
    assert [case.passed for case in report.match] == [True]
    assert len(report.genuine) == sum(len(messages) for _, messages in GENUINE.values())
    assert all(case.owner and case.place and case.text for case in report.genuine)
    assert set(report.failed) <= {*report.no_match, *report.genuine}


def test_own_library_is_valid() -> None:
    patterns = read_patterns(PATTERNS_ROOT)
    assert patterns.families
    assert patterns.genuine
