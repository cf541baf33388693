"""How updates arrive and replies leave."""

from bot.handlers import aiogram_types as aiogram_types
