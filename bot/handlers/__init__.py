"""The dialogue: aiogram routers that translate and never decide."""

from bot.handlers import aiogram_types as aiogram_types
