"""What guards every request of chat page and console: headers, body size, where it comes from."""

from collections.abc import Mapping
from contextlib import suppress
from ipaddress import ip_address, ip_network
from urllib.parse import urlsplit

from fastapi import Request
from starlette.datastructures import MutableHeaders
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.errors import NotAllowedError
from bot.settings import Settings

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; base-uri 'none'; object-src 'none'; form-action 'self'; "
        "frame-ancestors 'none'; img-src 'self' data:; connect-src 'self'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}
STALE_FORM = "页面已过期，请返回上一页刷新后再提交。"


class BodyTooLargeError(Exception):
    """More was sent than is taken here; FastAPI turns it into an HTTPException with this cause."""


class Guard:
    """Security headers on every answer, an end to bodies that are too large, and no word about a
    browser that left while it was still sending."""

    def __init__(
        self, app: ASGIApp, most_body: int, larger: Mapping[str, int] | None = None
    ) -> None:
        """`larger` says for which paths more is taken."""
        self.app = app
        self.most_body = most_body
        self.larger = larger or {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        taken, most = 0, self.larger.get(_own_path(scope), self.most_body)

        async def limited() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > most:
                raise BodyTooLargeError
            return message

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(HEADERS)
                headers.setdefault("Cache-Control", "no-store")
            await send(message)

        with suppress(ClientDisconnect):
            await self.app(scope, limited, guarded)


def _own_path(scope: Scope) -> str:
    """The path within the app, wherever it is mounted."""
    return str(scope["path"]).removeprefix(scope.get("root_path", ""))


def client_address(request: Request, settings: Settings) -> str:
    """Who is asking: the connection's address, or what a trusted proxy says it is."""
    address = request.client.host if request.client else ""
    if not _is_trusted(address, settings):
        return address
    forwarded = request.headers.get("x-forwarded-for", "")
    for hop in reversed([part.strip() for part in forwarded.split(",") if part.strip()]):
        address = hop
        if not _is_trusted(hop, settings):
            break
    return address[:64]


def comes_by_https(request: Request, settings: Settings) -> bool:
    """Whether cookies may be marked Secure: by the public address, or a trusted proxy's word."""
    return settings.secure_cookies or _own_scheme(request, settings) == "https"


def check_origin(request: Request, settings: Settings) -> None:
    """Raises NotAllowedError for a form sent by a page of another site."""
    site = request.headers.get("sec-fetch-site")
    if site is not None and site not in {"same-origin", "none"}:
        raise NotAllowedError(STALE_FORM)
    origin = request.headers.get("origin")
    if origin is not None and origin not in _own_origins(request, settings):
        raise NotAllowedError(STALE_FORM)


def _own_origins(request: Request, settings: Settings) -> set[str]:
    scheme, host = _own_scheme(request, settings), request.headers.get("host", "")
    if _by_trusted_proxy(request, settings):
        host = request.headers.get("x-forwarded-host", host).partition(",")[0].strip()
    own = {f"{scheme}://{host}"}
    if settings.public_url:
        parts = urlsplit(settings.public_url)
        own.add(f"{parts.scheme}://{parts.netloc}")
    return own


def _own_scheme(request: Request, settings: Settings) -> str:
    if not _by_trusted_proxy(request, settings):
        return request.url.scheme
    said = request.headers.get("x-forwarded-proto", request.url.scheme)
    return said.partition(",")[0].strip()


def _by_trusted_proxy(request: Request, settings: Settings) -> bool:
    return _is_trusted(request.client.host if request.client else "", settings)


def _is_trusted(address: str, settings: Settings) -> bool:
    try:
        asked = ip_address(address)
        return any(asked in ip_network(proxy, strict=False) for proxy in settings.trusted_proxies)
    except ValueError:
        return address in settings.trusted_proxies
