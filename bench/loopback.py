"""A web server of few instructions for doubles, so that a benchmark measures who calls them.

It takes what our own clients send: HTTP/1.1 with a Content-Length, one call after another.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import parse_qsl

Answer = Callable[[str, dict[str, Any]], Awaitable[Any]]
"""What is answered to a path and its fields; ValueError is a call that is refused."""
MOST_BYTES = 1_000_000


async def serve(port: int, answer: Answer) -> None:
    """Answer on 127.0.0.1 until cancelled."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                path, kind, body = await _read(reader)
                status, said = await _answered(answer, path, kind, body)
                head = f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\n"
                writer.write(f"{head}Content-Length: {len(said)}\r\n\r\n".encode() + said)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass  # whoever called is gone
        finally:
            writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", port, limit=MOST_BYTES)
    async with server:
        await server.serve_forever()


async def _read(reader: asyncio.StreamReader) -> tuple[str, str, bytes]:
    """Path, content type and body of the next call."""
    first, *lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    parts = (line.partition(":") for line in lines)
    heads = {name.lower(): value.strip() for name, _, value in parts}
    body = await reader.readexactly(int(heads.get("content-length") or 0))
    return first.split(" ")[1], heads.get("content-type", ""), body


async def _answered(answer: Answer, path: str, kind: str, body: bytes) -> tuple[str, bytes]:
    try:
        status, said = "200 OK", await answer(path, _fields(kind, body))
    except (ValueError, KeyError, TypeError) as wrong:
        status = "400 Bad Request"
        said = {"ok": False, "error_code": 400, "description": f"Bad Request: {wrong!r}"}
    return status, json.dumps(said).encode()


def _fields(kind: str, body: bytes) -> dict[str, Any]:
    if not body:
        return {}
    if kind.startswith("application/json"):
        fields = json.loads(body)
        if not isinstance(fields, dict):
            raise ValueError("not an object")
        return fields
    if not kind.startswith("application/x-www-form-urlencoded"):
        raise ValueError(f"no form of a call: {kind}")
    return dict(parse_qsl(body.decode(), strict_parsing=True))
