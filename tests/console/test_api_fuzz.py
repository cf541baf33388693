"""The pull API against its own description: whatever is sent, the failure is never ours."""

import asyncio
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import uvicorn

from bot.storage.database import Database
from console.api import api_app
from console.parts import ConsoleParts
from tests.console.desk import Desk
from tests.console.test_api import token

EXAMPLES = 40
SECONDS = 120
CHECKS = "not_a_server_error,response_schema_conformance,content_type_conformance"


@asynccontextmanager
async def served(desk: Desk) -> AsyncIterator[str]:
    """The API over HTTP on a free port of this machine."""
    parts = ConsoleParts(desk.database, desk.settings, desk.clock)
    config = uvicorn.Config(api_app(parts), log_level="critical", lifespan="off")
    server = uvicorn.Server(config)
    with socket.create_server(("127.0.0.1", 0)) as door:
        running = asyncio.create_task(server.serve(sockets=[door]))
        yield f"http://127.0.0.1:{door.getsockname()[1]}"
        server.should_exit = True
        await running


@pytest.mark.slow
async def test_nothing_sent_is_a_failure_of_ours(database: Database) -> None:
    desk = Desk(database)
    await desk.report()
    shown = await token(database)
    async with served(desk) as address:
        command = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "schemathesis.cli", "run", f"{address}/openapi.json"),
            *("--url", address, "--header", f"Authorization: Bearer {shown}"),
            *("--checks", CHECKS, "--max-examples", str(EXAMPLES), "--seed", "7"),
            *("--phases", "examples,coverage,fuzzing", "--no-color"),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        said, _ = await asyncio.wait_for(command.communicate(), SECONDS)
    text = said.decode()
    assert command.returncode == 0, text[-5000:]
    assert "Tested: 3" in text
