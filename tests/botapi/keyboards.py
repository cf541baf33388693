"""reply_markup: what is accepted, and what a test can see of it."""

from collections.abc import Callable
from typing import Any

from tests.botapi.errors import bad_request
from tests.botapi.model import Button, Chat

MAX_BUTTONS = 100
MAX_ROW = 8
MAX_CALLBACK_BYTES = 64
LINKS = ("http://", "https://", "tg://")
STYLES = ("danger", "success", "primary")
INLINE_ACTIONS = frozenset(
    {
        "url",
        "callback_data",
        "copy_text",
        "web_app",
        "switch_inline_query",
        "switch_inline_query_current_chat",
    }
)
REPLY_ACTIONS = frozenset({"request_contact", "request_location", "web_app"})
SHAPES = {
    "inline_keyboard": frozenset({"inline_keyboard"}),
    "keyboard": frozenset(
        [
            "keyboard",
            "is_persistent",
            "resize_keyboard",
            "one_time_keyboard",
            "selective",
            "input_field_placeholder",
        ]
    ),
    "remove_keyboard": frozenset({"remove_keyboard", "selective"}),
    "force_reply": frozenset({"force_reply", "selective", "input_field_placeholder"}),
}

Keyboard = tuple[tuple[Button, ...], ...]


def read_markup(
    markup: dict[str, Any] | None, chat: Chat, *, inline_only: bool = False
) -> Keyboard:
    """The buttons of a valid reply_markup; edits take inline keyboards only."""
    if not markup:
        return ()
    shape = next((name for name in SHAPES if name in markup), None)
    if shape is None or not markup.keys() <= SHAPES[shape]:
        raise bad_request("object expected as reply markup")
    if inline_only and shape != "inline_keyboard":
        raise bad_request("inline keyboard expected")
    if shape == "inline_keyboard":
        return _rows(markup[shape], chat, _inline_button, MAX_ROW)
    if shape == "keyboard":
        _check_placeholder(markup)
        return _rows(markup[shape], chat, _reply_button, 12)
    if markup[shape] is not True:
        raise bad_request(f"{shape} must be True")
    _check_placeholder(markup)
    return ()


def _rows(rows: Any, chat: Chat, read: Callable[[Any, Chat], Button], widest: int) -> Keyboard:
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise bad_request("can't parse reply keyboard markup: expected an Array of Arrays")
    if sum(map(len, rows)) > MAX_BUTTONS or any(len(row) > widest for row in rows):
        raise bad_request("REPLY_MARKUP_TOO_LONG")
    return tuple(tuple(read(button, chat) for button in row) for row in rows if row)


def _inline_button(button: Any, chat: Chat) -> Button:
    text = _button_text(button, INLINE_ACTIONS)
    actions = INLINE_ACTIONS & button.keys()
    if len(actions) != 1:
        raise bad_request(
            "can't parse inline keyboard button: exactly one of the optional fields must be used"
        )
    _check_copy_text(button.get("copy_text"))
    _check_web_app(button.get("web_app"), chat)
    return Button(text, _callback_data(button), _link(button))


def _reply_button(button: Any, chat: Chat) -> Button:
    if isinstance(button, str):
        button = {"text": button}
    text = _button_text(button, REPLY_ACTIONS)
    if len(REPLY_ACTIONS & button.keys()) > 1:
        raise bad_request("can't parse keyboard button: at most one action is allowed")
    for name, thing in (("request_contact", "phone number"), ("request_location", "location")):
        if button.get(name) and not chat.private:
            raise bad_request(f"{thing} can be requested in private chats only")
    _check_web_app(button.get("web_app"), chat)
    return Button(text)


def _button_text(button: Any, actions: frozenset[str]) -> str:
    if not isinstance(button, dict):
        raise bad_request("can't parse keyboard button: expected an Object")
    if unknown := button.keys() - actions - {"text", "style"}:
        raise bad_request(f"can't parse keyboard button: unknown field {sorted(unknown)[0]!r}")
    if "style" in button and button["style"] not in STYLES:
        raise bad_request("can't parse keyboard button: unknown style")
    text = button.get("text")
    if not isinstance(text, str) or not text.strip():
        raise bad_request("can't parse keyboard button: text must be non-empty")
    return text


def _callback_data(button: dict[str, Any]) -> str | None:
    if "callback_data" not in button:
        return None
    data = button["callback_data"]
    if not isinstance(data, str) or not 1 <= len(data.encode()) <= MAX_CALLBACK_BYTES:
        raise bad_request("BUTTON_DATA_INVALID")
    return data


def _link(button: dict[str, Any]) -> str | None:
    if "url" not in button:
        return None
    url = button["url"]
    if not isinstance(url, str) or not url.startswith(LINKS) or " " in url:
        raise bad_request(f"inline keyboard button URL '{url}' is invalid: Wrong HTTP URL")
    return url


def _check_copy_text(copy: Any) -> None:
    if copy is None:
        return
    text = copy.get("text") if isinstance(copy, dict) else None
    if not isinstance(text, str) or not 1 <= len(text) <= 256:
        raise bad_request("COPY_TEXT_INVALID")


def _check_web_app(web_app: Any, chat: Chat) -> None:
    if web_app is None:
        return
    if not chat.private:
        raise bad_request("BUTTON_TYPE_INVALID")
    url = web_app.get("url") if isinstance(web_app, dict) else None
    if not isinstance(url, str) or not url.startswith("https://"):
        raise bad_request("BUTTON_URL_INVALID: Only HTTPS links are allowed")


def _check_placeholder(markup: dict[str, Any]) -> None:
    placeholder = markup.get("input_field_placeholder")
    if placeholder is None:
        return
    if not isinstance(placeholder, str) or not 1 <= len(placeholder) <= 64:
        raise bad_request("input_field_placeholder must have 1-64 characters")
