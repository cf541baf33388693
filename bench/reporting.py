"""The bot of the report benchmarks: `python -m bench.reporting DATABASE API [ACTS]`.

With a file for their ACTS officers work in the same process (`bench.officers`).

Everything is imported and loaded once; each line on standard input then starts a fresh process of
it, whose id is printed, so that being killed costs no start.
"""

import asyncio
import os
import sys
from pathlib import Path

from bench.officers import officers_at_work
from bot.channels.telegram import Polling, telegram_bot
from bot.event_loop import run
from bot.garbage import keep_what_is_loaded
from bot.handlers.dispatcher import make_dispatcher
from bot.handlers.middlewares import AnswerParts
from bot.matching.library import Library
from bot.matching.verdict import judge
from bot.services.library import PATTERNS_ROOT, load_library
from bot.settings import Settings
from bot.storage.database import Database
from bot.storage.vault import Vault
from bot.times import now

TOKEN = "123456:BENCHBENCHBENCHBENCHBENCH"  # noqa: S105 (a double's)
VAULT = Vault({1: b"k" * 32}, b"f" * 32)
CACHE = Path("build/library")


async def serve(library: Library, database_url: str, api: str, acts: str = "") -> None:
    """Poll and answer until killed."""
    settings = Settings(_env_file=None, telegram_token=TOKEN, telegram_api=api)
    database = Database(database_url, VAULT)
    parts = AnswerParts(database, lambda: library, now, 600)
    polling = Polling(telegram_bot(settings), make_dispatcher(parts, settings))
    keep_what_is_loaded()  # as `fanzha bot` does
    beside = [officers_at_work(database, Path(acts))] if acts else []
    await asyncio.gather(polling.run(asyncio.Event()), *beside)


def main() -> None:
    """Start a bot for each line, once the one before is gone."""
    library = load_library(PATTERNS_ROOT, CACHE)
    judge("有人让我扫码领补贴", library)  # what is loaded at first use
    keep_what_is_loaded()
    alive = 0
    for _ in sys.stdin:
        if alive:
            os.waitpid(alive, 0)
        alive = os.fork()
        if not alive:
            run(serve(library, *sys.argv[1:4]))
            return
        print(alive, flush=True)


if __name__ == "__main__":
    main()
