"""A console on a port of this machine, for a real browser."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvicorn

from tests.console.desk import Desk

BEFORE_IT_ASKS = 9000
"""Milliseconds, fewer than until an open page asks by itself: what shows by then was pushed."""


@asynccontextmanager
async def serve_desk(desk: Desk) -> AsyncIterator[str]:
    """The address of the console, for as long as the block runs."""
    server = uvicorn.Server(
        uvicorn.Config(
            desk.app,
            log_level="warning",
            ws="none",
            lifespan="off",
            timeout_graceful_shutdown=1,
        )
    )
    listening = socket.create_server(("127.0.0.1", 0))
    stop = asyncio.Event()
    serving = asyncio.create_task(server.serve([listening]))
    beating = asyncio.create_task(desk.pulse.run(stop))
    yield f"http://127.0.0.1:{listening.getsockname()[1]}/console"
    stop.set()
    await beating
    server.should_exit = True
    await serving
