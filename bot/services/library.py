"""The library in use: loaded from its compiled file, built in a process of its own when missing."""

import fcntl
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryFile
from threading import Thread

from bot.errors import system_words
from bot.matching import features
from bot.matching.library import Library
from bot.matching.result import Level, Verdict
from bot.matching.verdict import judge
from bot.services.compiled import CorruptLibraryError, read_library
from bot.services.expansion import Side, Slots, fill, generator
from bot.services.library_files import Text
from bot.services.patterns import LibraryError, Patterns, all_texts, read_patterns

__all__ = [
    "PATTERNS_ROOT",
    "CaseReport",
    "CaseResult",
    "Library",
    "LibraryError",
    "Patterns",
    "library_fingerprint",
    "library_version",
    "load_library",
    "read_patterns",
    "run_cases",
]

PATTERNS_ROOT = Path(__file__).parent.parent / "scam_patterns"

TRAINER = "bot.services.training"
"""Run as a process of its own, so that the bot never imports scikit-learn."""

KEPT_BUILDS = 3
"""Older compiled files are removed, so that a folder does not grow with every change."""

Progress = Callable[[float, str], None]


def load_library(root: Path, cache: Path, progress: Progress | None = None) -> Library:
    """The library written in `root`; compiled into `cache` first when that was not done yet.

    `progress` hears the share done, 0 to 1, and what is being done. Raises LibraryError when the
    library cannot be built; whatever library the caller has stays usable.
    """
    path = cache / f"{library_version(root)}-{_engine_version()}.library"
    try:
        return read_library(path)
    except CorruptLibraryError:
        _make_folder(cache)
    told = progress or (lambda share, what: None)
    with _one_builder(cache, told):
        try:
            return read_library(path)
        except CorruptLibraryError:
            _build(root, path, told)
    _remove_old(cache, path)
    try:
        return read_library(path)
    except CorruptLibraryError as error:
        raise LibraryError(f"骗术库建好后读不出来（{error}），请检查磁盘空间后重试。") from error


def library_version(root: Path) -> str:
    """A short hash of what is written in the library, the same on every machine."""
    digest = sha256()
    for path in _files(root):
        content = path.read_bytes()
        digest.update(f"{path.relative_to(root).as_posix()}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()[:12]


def library_fingerprint(root: Path) -> str:
    """Changes when a file of the library changes; reads no file, so it can be asked often."""
    digest = sha256()
    for path in _files(root):
        stat = path.stat()
        digest.update(f"{path}\0{stat.st_mtime_ns}\0{stat.st_size}\n".encode())
    return digest.hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class CaseResult:
    """One text with its verdict; `owner` is the family, or the file of genuine messages."""

    owner: str
    text: str
    place: str
    verdict: Verdict
    passed: bool


@dataclass(frozen=True, slots=True)
class CaseReport:
    """What the library makes of its own cases and genuine messages."""

    match: tuple[CaseResult, ...]
    no_match: tuple[CaseResult, ...]
    todo_match: tuple[CaseResult, ...]
    genuine: tuple[CaseResult, ...]

    @property
    def failed(self) -> tuple[CaseResult, ...]:
        """Cases and genuine messages judged wrongly; known misses do not count."""
        return tuple(
            case for case in (*self.match, *self.no_match, *self.genuine) if not case.passed
        )


def run_cases(library: Library, patterns: Patterns) -> CaseReport:
    """Judge all cases and genuine messages: a scam must be at least suspicious, a genuine not."""
    match: list[CaseResult] = []
    no_match: list[CaseResult] = []
    todo: list[CaseResult] = []
    for family, cases in patterns.cases.items():
        match += judged(library, patterns.slots, family, cases.match, Side.SCAM)
        no_match += judged(library, patterns.slots, family, cases.no_match, Side.GENUINE)
        todo += judged(library, patterns.slots, family, cases.todo_match, Side.SCAM)
    genuine = [
        result
        for kind in patterns.genuine
        for result in judged(
            library, patterns.slots, kind.id, all_texts(kind.messages), Side.GENUINE
        )
    ]
    return CaseReport(tuple(match), tuple(no_match), tuple(todo), tuple(genuine))


def judged(
    library: Library, slots: Slots, owner: str, texts: tuple[Text, ...], side: Side
) -> Iterator[CaseResult]:
    """What the library makes of texts of one side, each with its slots filled in."""
    for text in texts:
        filled = fill(text.text, side, slots, generator("case", text.text))
        verdict = judge(filled, library)
        flagged = verdict.level in (Level.HIGH, Level.SUSPICIOUS)
        yield CaseResult(owner, filled, text.place, verdict, flagged is (side is Side.SCAM))


def _files(root: Path) -> list[Path]:
    files = [*root.glob("*.yml"), *root.glob("*/*.yml")]
    return sorted(path for path in files if not path.name.endswith(".cases.yml"))


@cache
def _engine_version() -> str:
    """A hash of the code that reads texts and trains: a change of it makes old builds void."""
    folder = Path(features.__file__).parent
    own = [
        Path(__file__).with_name(name)
        for name in (
            "training.py",
            "examples.py",
            "lessons.py",
            "fitting.py",
            "fitting_families.py",
            "expansion.py",
            "links.py",
        )
    ]
    digest = sha256()
    for path in (*sorted(folder.glob("*.py")), *own, Path(__file__).with_name("compiled.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:8]


def _make_folder(cache: Path) -> None:
    try:
        cache.mkdir(parents=True, exist_ok=True)
        (cache / ".lock").touch()
    except OSError as error:
        raise LibraryError(
            f"骗术库还没有建好，文件夹 {cache} 又写不进去（{system_words(error)}）。"
            "请换一个可以写的文件夹（FANZHA_DATA_DIR 或 FANZHA_LIBRARY_CACHE）。"
        ) from None


@contextmanager
def _one_builder(cache: Path, progress: Progress) -> Iterator[None]:
    with (cache / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            progress(0.0, "另一个程序正在编译话术库，等它编好")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _build(root: Path, path: Path, progress: Progress) -> None:
    command = [sys.executable, "-m", TRAINER, str(root.resolve()), str(path.resolve())]
    error = ""
    with (
        TemporaryFile("w+", encoding="utf-8") as trace,
        subprocess.Popen(  # noqa: S603
            command,
            stdout=subprocess.PIPE,
            stderr=trace,
            text=True,
            encoding="utf-8",
            start_new_session=True,
        ) as process,
        _workers_end_with(process),
    ):
        for line in process.stdout or ():
            said = json.loads(line)
            error = said.get("error", error)
            if "share" in said:
                progress(said["share"], said["what"])
        if process.wait():
            trace.seek(0)
            raise LibraryError(error or f"骗术库没有建成，原来的继续使用：\n{trace.read()[-2000:]}")


@contextmanager
def _workers_end_with(process: "subprocess.Popen[str]") -> Iterator[None]:
    """No worker outlives a trainer that was killed: it would hold open the pipe that is read here,
    and with it the lock on which every other builder waits."""

    def end() -> None:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)

    def watch() -> None:
        process.wait()
        end()

    Thread(target=watch, daemon=True).start()
    try:
        yield
    finally:
        end()


def _remove_old(cache: Path, newest: Path) -> None:
    others = [path for path in cache.glob("*.library") if path != newest]
    others.sort(key=lambda path: path.stat().st_mtime, reverse=True)
    for path in others[KEPT_BUILDS - 1 :]:
        path.unlink(missing_ok=True)
