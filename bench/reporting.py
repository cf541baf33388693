"""The bot of the report benchmarks: `python -m bench.reporting DATABASE API`.

Everything is imported and loaded once; each line on standard input then starts a fresh process of
it, whose id is printed, so that being killed costs no start.
"""

import asyncio
import os
import sys
from pathlib import Path

from bot.channels.telegram import Polling, telegram_bot
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


async def serve(library: Library, database_url: str, api: str) -> None:
    """Poll and answer until killed."""
    settings = Settings(_env_file=None, telegram_token=TOKEN, telegram_api=api)
    parts = AnswerParts(Database(database_url, VAULT), lambda: library, now, 600)
    await Polling(telegram_bot(settings), make_dispatcher(parts, settings)).run(asyncio.Event())


def main() -> None:
    """Start a bot for each line, once the one before is gone."""
    library = load_library(PATTERNS_ROOT, CACHE)
    judge("有人让我扫码领补贴", library)  # what is loaded at first use
    alive = 0
    for _ in sys.stdin:
        if alive:
            os.waitpid(alive, 0)
        alive = os.fork()
        if not alive:
            asyncio.run(serve(library, *sys.argv[1:3]))
            return
        print(alive, flush=True)


if __name__ == "__main__":
    main()
