"""A strict double of the Telegram Bot API over real HTTP; `BotApiServer` is the way in.

It serves aiogram and python-telegram-bot alike (`clients.py` makes both). On purpose it is
stricter than the real server: parameters it does not know are refused, so that typos and options
nobody tried fail; HTML must be exactly what the documentation lists and is the only parse_mode;
parse_mode beside entities, NUL, lone surrogates, a second answer to one callback query and more
than eight inline buttons in a row are refused. It knows no topics, albums, polls, inline mode,
business chats or payments, fetches no URL, and never deletes by age.
"""

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
