"""Is the board fast: requests a second that one core answers: `make bench-board`.

The server is a process of its own; its processor time counts, so that other work on the machine
does not spoil the figure. The clients keep their connections, as browsers and proxies do.
"""

import asyncio
import multiprocessing
import os
import socket
import sys
import tempfile
from pathlib import Path

import uvicorn
from fastapi import FastAPI
from rich.console import Console

from bench.goals import Goal, report
from bot.board.app import BesideBoard, BoardApp
from bot.serving import QuietServer
from bot.settings import Settings
from bot.storage.database import Database
from bot.storage.tables import metadata
from bot.storage.vault import Vault
from bot.times import now

REQUESTS = 20_000
CONNECTIONS = 20
LEAST_A_SECOND = 2000
TICKS = os.sysconf("SC_CLK_TCK")


def main() -> int:
    """Measure, print a table, return 1 where a goal is missed."""
    answered, seconds = measure(REQUESTS)
    screen = Console()
    screen.print(f"{answered} requests in {seconds:.2f} s of the server's processor time")
    each = Goal("board: requests a second of one core", LEAST_A_SECOND, answered / seconds, True)
    return report([each], screen)


def measure(requests: int) -> tuple[int, float]:
    """Requests answered in full, and the processor seconds that the server took for them."""
    listening = socket.create_server(("127.0.0.1", 0))
    port = listening.getsockname()[1]
    server = multiprocessing.get_context("spawn").Process(target=serve, args=(listening,))
    server.start()
    try:
        assert server.pid is not None
        asyncio.run(ask(port, CONNECTIONS))
        before = processor_seconds(server.pid)
        answered = asyncio.run(ask(port, requests))
        return answered, processor_seconds(server.pid) - before
    finally:
        server.terminate()
        server.join()
        listening.close()


def serve(listening: socket.socket) -> None:
    """The board as `fanzha serve` has it, in front of another app, until terminated."""
    asyncio.run(_serve(listening))


async def _serve(listening: socket.socket) -> None:
    with tempfile.TemporaryDirectory(prefix="fanzha-bench-") as folder:
        address = f"sqlite+aiosqlite:///{Path(folder)}/board.sqlite3"
        database = Database(address, Vault({1: b"k" * 32}, b"f" * 32))
        async with database.engine.begin() as connection:
            await connection.run_sync(metadata.create_all)
        board = BoardApp(
            database, Settings(_env_file=None, district="幸福区"), "http://127.0.0.1", now
        )
        await board.refresh()
        app = FastAPI()
        app.add_middleware(BesideBoard, board=board)
        config = uvicorn.Config(app, log_config=None, access_log=False, lifespan="off")
        await QuietServer(config).serve(sockets=[listening])
        await database.close()


async def ask(port: int, requests: int) -> int:
    """Ask for the board over kept connections; returns how many whole pages came."""
    shares = [requests // CONNECTIONS] * CONNECTIONS
    return sum(await asyncio.gather(*(_ask(port, share) for share in shares)))


async def _ask(port: int, requests: int) -> int:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    answered = 0
    for _ in range(requests):
        writer.write(b"GET /board HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept-Encoding: gzip\r\n\r\n")
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
        body = await reader.readexactly(length)
        answered += head.startswith(b"HTTP/1.1 200") and len(body) == length
    writer.close()
    await writer.wait_closed()
    return answered


def processor_seconds(pid: int) -> float:
    """Processor time that a process has taken, as the kernel counts it."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


if __name__ == "__main__":
    sys.exit(main())
