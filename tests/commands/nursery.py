"""`fanzha` in processes that need not import anything first: `python -m tests.commands.nursery`.

It imports the whole product once. Each line on standard input then forks a process that becomes
`fanzha`, with an environment, a folder and three streams of its own; its exit code is printed.
"""

import gc
import json
import os
import pkgutil
import sys
from collections.abc import Iterator
from importlib import import_module

import bot
import bot.handlers  # noqa: F401 (before aiogram, as in the product)
from bot.cli import main as fanzha

APART = ("bot.storage.migrations.", "bot.vision.", "bot.services.fitting")
"""What no command imports itself."""


def modules() -> Iterator[str]:
    """Every module that a command may import."""
    for one in pkgutil.walk_packages(bot.__path__, "bot."):
        if not one.name.startswith(APART):
            yield one.name


def become_fanzha(words: list[str], env: dict[str, str], folder: str, streams: list[str]) -> None:
    """What a new interpreter is before its first line; then the command."""
    os.environ.clear()
    os.environ.update(env)
    os.chdir(folder)
    for number, (path, how) in enumerate(zip(streams, "rww", strict=True)):
        with open(path, how) as stream:
            os.dup2(stream.fileno(), number)
    sys.stdin = os.fdopen(0, encoding="utf-8", closefd=False)
    sys.stdout = os.fdopen(1, "w", encoding="utf-8", closefd=False)
    sys.stderr = os.fdopen(2, "w", encoding="utf-8", errors="backslashreplace", closefd=False)
    sys.argv = ["fanzha", *words]
    fanzha()


def main() -> None:
    """A process for each line, one after another."""
    for name in modules():
        import_module(name)
    gc.freeze()
    for line in sys.stdin:
        born = os.fork()
        if not born:
            become_fanzha(**json.loads(line))
            return
        _, status = os.waitpid(born, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
