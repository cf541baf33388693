"""Whatever a client sends, the double answers or refuses; it never stumbles."""

import asyncio
import contextlib
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.botapi import BotApiServer, png
from tests.botapi.errors import ApiError
from tests.botapi.model import Upload
from tests.botapi.registry import METHODS

WAITING = {"getupdates", "setwebhook"}
NAMES = sorted(
    {
        "message_id",
        "chat_id",
        "type",
        "offset",
        "length",
        "url",
        "text",
        "callback_data",
        "inline_keyboard",
        "keyboard",
        "remove_keyboard",
        "input_field_placeholder",
        "copy_text",
        "command",
        "description",
        "user_id",
    }
)
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-3, 5000)
    | st.text(max_size=8)
    | st.sampled_from(["chat", "bold", "text_link", "html", "<b>x</b>", "https://a.cn", "CHAT"])
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(NAMES), inner, max_size=4)
        | st.builds(lambda row: {"inline_keyboard": [row]}, st.lists(inner, max_size=2))
    ),
    max_leaves=10,
)
FILES = st.sampled_from([Upload("a.png", png()), Upload("b", b""), "attach://nowhere"])


def fill(value: Any, chat_id: int) -> Any:
    """Put the id of a chat that exists wherever `CHAT` stands at the top."""
    return chat_id if value == "CHAT" else value


@st.composite
def requests(draw: st.DrawFn) -> tuple[str, dict[str, Any]]:
    """A method with its parameters, half of them sensible."""
    name = draw(st.sampled_from(sorted(METHODS.keys() - WAITING)))
    sensible = {"chat_id": "CHAT", "from_chat_id": "CHAT", "message_id": 1, "text": "您好"}
    params: dict[str, Any] = {}
    for param in METHODS[name].params.values():
        if param.name in sensible and draw(st.integers(0, 9)):
            params[param.name] = sensible[param.name]
        elif param.required or draw(st.booleans()):
            params[param.name] = draw(FILES if param.kind == "file" else VALUES)
    return name, params


@given(st.lists(requests(), min_size=1, max_size=6))
@settings(max_examples=150, deadline=None)
def test_every_request_is_answered_or_refused(calls: list[tuple[str, dict[str, Any]]]) -> None:
    async def run() -> None:
        api = BotApiServer()
        bot = api.add_bot()
        chat = api.private_chat(bot, api.add_user())
        await api.backend.call(bot, "sendMessage", {"chat_id": chat.id, "text": "先前"})
        for name, params in calls:
            known = {key: fill(value, chat.id) for key, value in params.items()}
            with contextlib.suppress(ApiError):
                await api.backend.call(bot, name, known)
        assert {call.status for call in api.calls()} <= {200, 400, 403, 413}

    asyncio.run(run())
