"""CSRF tokens of the forms, and where signing in may lead."""

import hmac

from bot.errors import NotAllowedError
from bot.services.evidence import MOST_BYTES
from bot.storage.vault import Vault
from bot.web_guard import STALE_FORM

MOST_BODY = 64 * 1024
"""Bytes of the largest form that carries no table."""
LARGER = {
    "/areas/preview": 1_000_000,
    "/areas/import": 4_000_000,
    "/blocklist/import": 1_000_000,
    "/groups/import": 1_000_000,
    "/import": 8_100_000,
    "/import/look": 8_100_000,
    "/activities": MOST_BYTES + MOST_BODY,
    "/forwards/confirm": MOST_BYTES + MOST_BODY,
}
"""Forms with a table, as a file or once looked at as text, of which a sign takes nine bytes; and
those with a photo."""
CSRF_FIELD = "csrf"


def csrf_token(vault: Vault, cookie: str) -> str:
    """The token of the forms shown to the browser with that cookie."""
    return vault.fingerprint(cookie, "console.csrf")


def check_csrf(vault: Vault, cookie: str, sent: object) -> None:
    """Raises NotAllowedError where a form does not carry the token of its browser."""
    wanted = csrf_token(vault, cookie)
    if not cookie or not hmac.compare_digest(wanted.encode(), str(sent or "").encode()):
        raise NotAllowedError(STALE_FORM)


def safe_next(base: str, wanted: str) -> str:
    """Where to go after signing in: a page of the console, never another site."""
    own = wanted.startswith(f"{base}/") and not wanted.startswith("//")
    return wanted if own and not set(wanted) & set("\\\r\n\t ") else f"{base}/"
