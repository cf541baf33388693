"""A running double with one bot and one resident who has started it."""

from collections.abc import AsyncIterator

import aiogram
import httpx
import pytest
from telegram.ext import ExtBot

from tests.botapi import Bot, BotApiServer, Chat, User
from tests.botapi.clients import aiogram_bot, ptb_bot


@pytest.fixture(autouse=True)
def _retry_after_as_timedelta(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without it python-telegram-bot warns inside every 429, and a warning is an error here."""
    monkeypatch.setenv("PTB_TIMEDELTA", "true")


@pytest.fixture
async def api() -> AsyncIterator[BotApiServer]:
    async with BotApiServer() as server:
        yield server


@pytest.fixture
def bot(api: BotApiServer) -> Bot:
    return api.add_bot()


@pytest.fixture
def user(api: BotApiServer) -> User:
    return api.add_user("王奶奶")


@pytest.fixture
def chat(api: BotApiServer, bot: Bot, user: User) -> Chat:
    return api.private_chat(bot, user)


@pytest.fixture
async def aio(api: BotApiServer, bot: Bot) -> AsyncIterator[aiogram.Bot]:
    async with aiogram_bot(api, bot) as client:
        yield client


@pytest.fixture
async def ptb(api: BotApiServer, bot: Bot) -> AsyncIterator[ExtBot[int | None]]:
    async with ptb_bot(api, bot) as client:
        yield client


@pytest.fixture
async def raw(api: BotApiServer, bot: Bot) -> AsyncIterator[httpx.AsyncClient]:
    """Plain HTTP below the bot's address: `raw.post("sendMessage", json=…)`."""
    async with httpx.AsyncClient(base_url=f"{api.url}/bot{bot.token}/", trust_env=False) as client:
        yield client
