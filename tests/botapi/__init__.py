"""A strict double of the Telegram Bot API over real HTTP; `BotApiServer` is the way in."""

from tests.botapi.backend import Limits
from tests.botapi.faults import Flood
from tests.botapi.model import Bot, Button, Call, Chat, SentMessage, User
from tests.botapi.pictures import png
from tests.botapi.server import BotApiServer

__all__ = [
    "Bot",
    "BotApiServer",
    "Button",
    "Call",
    "Chat",
    "Flood",
    "Limits",
    "SentMessage",
    "User",
    "png",
]
