"""What the parts of the report benchmark share: processes, the Bot API double, an empty schema."""

import asyncio
import math
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from bench.reporting import VAULT
from bench.start import free_port
from bot.storage.database import Database
from bot.storage.tables import metadata

ROOT = Path(__file__).parents[1]


@dataclass(frozen=True, slots=True)
class Figure:
    """One measure against its goal."""

    name: str
    goal: str
    figure: str
    ok: bool


@dataclass(frozen=True, slots=True)
class Sizes:
    """How much is done."""

    reports: int
    paced: int
    killed: int
    lives: tuple[int, int]
    """Least and most answers that a bot acknowledges before it is killed."""


@contextmanager
def process(module: str, *words: str) -> Iterator[subprocess.Popen[str]]:
    """A process of ours, killed at the end."""
    running = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-m", module, *words],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield running
    finally:
        running.kill()
        running.communicate()


@contextmanager
def life(nursery: subprocess.Popen[str]) -> Iterator[int]:
    """One bot of a nursery (`bench.reporting`) by its number, killed with -9 at the end."""
    assert nursery.stdin is not None
    assert nursery.stdout is not None
    nursery.stdin.write("start\n")
    nursery.stdin.flush()
    born = next(int(line) for line in nursery.stdout if line.strip().isdigit())  # logs come, too
    try:
        yield born
    finally:
        os.kill(born, signal.SIGKILL)


@asynccontextmanager
async def double() -> AsyncIterator[tuple[str, httpx.AsyncClient]]:
    """The Bot API double, and a client to set its residents going."""
    port = free_port()
    with process("bench.residents", str(port)):
        url = f"http://127.0.0.1:{port}"
        async with httpx.AsyncClient(base_url=url, trust_env=False, timeout=30) as client:
            for _ in range(200):
                try:
                    await client.get("/control/state")
                    break
                except httpx.TransportError:
                    await asyncio.sleep(0.05)
            yield url, client


async def fresh(url: str) -> Database:
    """An empty schema."""
    database = Database(url, VAULT)
    async with database.engine.begin() as connection:
        await connection.run_sync(metadata.drop_all)
        await connection.run_sync(metadata.create_all)
    return database


async def until_done(
    client: httpx.AsyncClient, limit: float, acknowledged: float = math.inf
) -> dict[str, Any]:
    """Wait until every resident is done or so many answers were acknowledged, `limit` seconds at
    most; the double's last state."""
    ends = time.perf_counter() + limit
    while True:
        state: dict[str, Any] = (await client.get("/control/state")).json()
        done = state["done"] == state["count"] or state["acknowledged"] >= acknowledged
        if done or time.perf_counter() > ends:
            return state
        await asyncio.sleep(0.2 if math.isinf(acknowledged) else 0.02)
