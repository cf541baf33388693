"""The page of what did not work: why, what somebody had typed, and the way back."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from fastapi import Request, Response
from starlette.datastructures import FormData

from console.pages import View, base_of, page
from console.security import CSRF_FIELD

NEVER_SHOWN = frozenset({CSRF_FIELD, "password", "again", "code", "ticket", "secret", "webhook"})
CHOSEN = re.compile(r"[\w.:@/+-]{0,40}", re.ASCII)
"""What a list, a box or a date field holds; nobody has to think of it again."""


@dataclass(frozen=True, slots=True)
class ProblemView(View):
    """Why something did not work; `typed` are words that would else be lost, `back` is the page
    that they were typed on, empty where that is unknown."""

    words: str
    typed: tuple[str, ...]
    back: str


def problem_page(
    request: Request, status: int, words: str, headers: Mapping[str, str] | None = None
) -> Response:
    """What did not work, in a sentence."""
    kept = getattr(request.state, "form", None) if status != 403 else None
    typed = _typed(kept) if isinstance(kept, FormData) else ()
    view = ProblemView(words, typed, _page_before(request))
    return page(request, "problem.html", status=status, headers=headers, view=view)


def _typed(form: FormData) -> tuple[str, ...]:
    sent = [
        value.strip()
        for name, value in form.multi_items()
        if name not in NEVER_SHOWN and isinstance(value, str)
    ]
    return tuple(one for one in sent if not CHOSEN.fullmatch(one))


def _page_before(request: Request) -> str:
    """The page of the console that the browser came from."""
    came = urlsplit(request.headers.get("referer", ""))
    base = base_of(request)
    own = came.netloc == request.headers.get("host") and came.path.startswith(f"{base}/")
    if not own or "//" in came.path or "\\" in came.path:
        return ""
    return came.path.removeprefix(base) + (f"?{came.query}" if came.query else "")
