"""The dialogue: aiogram routers that translate and never decide."""
