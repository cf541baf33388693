"""The two real clients, pointed at the double."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from tests.botapi.model import Bot
from tests.botapi.server import BotApiServer

if TYPE_CHECKING:
    import aiogram
    from telegram.ext import BaseRateLimiter, ExtBot


@asynccontextmanager
async def aiogram_bot(
    api: BotApiServer, bot: Bot, *, parse_mode: str | None = None
) -> AsyncIterator[aiogram.Bot]:
    """An aiogram Bot; closed without the quarter second that aiogram grants TLS connections."""
    from aiogram import Bot as Client
    from aiogram.client.default import DefaultBotProperties
    from aiogram.client.session.aiohttp import AiohttpSession
    from aiogram.client.telegram import TelegramAPIServer

    session = AiohttpSession(api=TelegramAPIServer.from_base(api.url))
    client = Client(bot.token, session, default=DefaultBotProperties(parse_mode=parse_mode))
    try:
        yield client
    finally:
        await (await session.create_session()).close()


@asynccontextmanager
async def ptb_bot(
    api: BotApiServer, bot: Bot, *, rate_limiter: BaseRateLimiter[int] | None = None
) -> AsyncIterator[ExtBot[int | None]]:
    """A python-telegram-bot ExtBot, initialised and shut down; it loads no TLS certificates."""
    from telegram.ext import ExtBot
    from telegram.request import HTTPXRequest

    client = ExtBot(
        bot.token,
        base_url=f"{api.url}/bot",
        base_file_url=f"{api.url}/file/bot",
        request=HTTPXRequest(connection_pool_size=8, httpx_kwargs={"verify": False}),
        get_updates_request=HTTPXRequest(httpx_kwargs={"verify": False}),
        rate_limiter=rate_limiter,
    )
    async with client:
        yield client
