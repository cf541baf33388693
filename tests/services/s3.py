"""Just enough of an S3-compatible store over real HTTP: put and get an object, delete a list."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web


class S3:
    """What was put, by path; `broken` answers 503 to everything."""

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}
        self.broken = False
        self.url = ""

    async def answer(self, request: web.Request) -> web.Response:
        """One request."""
        if self.broken:
            return web.Response(status=503)
        if not request.headers.get("Authorization", "").startswith("AWS4-HMAC-SHA256"):
            return web.Response(status=403)
        if request.method == "PUT":
            self.objects[request.path] = await request.read()
            return web.Response(headers={"ETag": '"1"'})
        if request.method == "POST" and "delete" in request.query:
            return self._delete(request.path.strip("/"), await request.text())
        content = self.objects.get(request.path)
        if content is None:
            return web.Response(status=404)
        headers = {"ETag": '"1"', "Last-Modified": "Tue, 24 Nov 2026 04:00:00 GMT"}
        return web.Response(body=content, headers=headers)

    def _delete(self, bucket: str, asked: str) -> web.Response:
        keys = re.findall("<Key>([^<]+)</Key>", asked)
        for key in keys:
            self.objects.pop(f"/{bucket}/{key}", None)
        deleted = "".join(f"<Deleted><Key>{key}</Key></Deleted>" for key in keys)
        answer = f"<DeleteResult>{deleted}</DeleteResult>"
        return web.Response(text=answer, content_type="application/xml")


@asynccontextmanager
async def s3() -> AsyncIterator[S3]:
    """A store on 127.0.0.1."""
    store = S3()
    app = web.Application(client_max_size=64 * 1024 * 1024)
    app.router.add_route("*", "/{path:.*}", store.answer)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    address = runner.addresses[0]
    store.url = f"http://{address[0]}:{address[1]}"
    try:
        yield store
    finally:
        await runner.cleanup()
