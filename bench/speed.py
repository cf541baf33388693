"""How fast checking is: a line file, loading the library, a very long message."""

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

from bench.goals import Goal
from bot.matching.library import Library
from bot.matching.verdict import judge
from bot.services.library import PATTERNS_ROOT, load_library

ROOT = Path(__file__).parents[1]
LONG = 100_000
LONG_UNITS: Mapping[str, str] = {
    "sentences": "您好,今天天气不错,我们下午去公园吧。",
    "a scam": "我是客服,您的百万保障到期,请加微信123456下载软件共享屏幕转账到安全账户。",
    "spaced": "转 账 ",
    "links": "http://a-b.top/x ",
    "digits": "1",
    "words apart": "支*付*宝",
}


def measure(library: Library, cache: Path, texts: Sequence[str]) -> list[Goal]:
    """Goals with the figures of this machine."""
    return [
        Goal("check --jsonl, messages/s/core", 1500, messages_a_second(cache, texts), least=True),
        Goal("loading the library, s", 2, loading(cache)),
        Goal(f"a message of {LONG:,} characters, ms", 50, long_message(library) * 1e3),
    ]


def messages_a_second(cache: Path, texts: Sequence[str]) -> float:
    """Messages by processor time, that of start and loading taken off."""
    alone = _checking(cache, texts[:1])
    return (len(texts) - 1) / max(_checking(cache, texts) - alone, 1e-6)


def _checking(cache: Path, texts: Sequence[str]) -> float:
    """Processor seconds of `fanzha check --jsonl` over these texts."""
    with tempfile.TemporaryDirectory(prefix="fanzha-bench-") as folder:
        source, target = Path(folder) / "in.jsonl", Path(folder) / "out.jsonl"
        lines = (json.dumps({"id": str(at), "text": text}) for at, text in enumerate(texts))
        source.write_text("\n".join(lines) + "\n")
        places = {"FANZHA_DATA_DIR": folder, "FANZHA_LIBRARY_CACHE": str(cache.resolve())}
        command = [sys.executable, "-c", "from bot.cli import main; main()", "check", "--jsonl"]
        before = _child_seconds()
        subprocess.run(
            [*command, str(source), str(target)], check=True, cwd=ROOT, env=os.environ | places
        )
        return _child_seconds() - before


def _child_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def loading(cache: Path) -> float:
    """Seconds to load a compiled library, the best of three."""
    return min(_timed(lambda: load_library(PATTERNS_ROOT, cache)) for _ in range(3))


def long_message(library: Library) -> float:
    """Seconds for the slowest of the long messages, each the best of three."""
    texts = [unit * (LONG // len(unit)) for unit in LONG_UNITS.values()]
    return max(min(_timed(partial(judge, text, library)) for _ in range(3)) for text in texts)


def _timed(call: Callable[[], object]) -> float:
    begun = time.perf_counter()
    call()
    return time.perf_counter() - begun
