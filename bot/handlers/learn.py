"""Reading about tricks, by category and family."""

from aiogram import F, Router
from aiogram.filters import Command
from aiogram.types import CallbackQuery, Message

from bot.handlers import keyboards, views
from bot.handlers.filters import PRIVATE
from bot.handlers.keyboards import LearnButton, StartButton
from bot.handlers.replies import Reply, acknowledge, say
from bot.matching.library import Library


async def choose_category(message: Message, library: Library) -> Reply:
    """The categories that have families."""
    return categories(message.chat.id, library)


async def press_learn_at_start(callback: CallbackQuery, library: Library) -> list[Reply]:
    """The same from the greeting."""
    return [acknowledge(callback.id), categories(callback.from_user.id, library)]


async def press_category(
    callback: CallbackQuery, callback_data: LearnButton, library: Library
) -> list[Reply]:
    """The families of a category."""
    found = [
        (family.id, family.title)
        for family in library.families.values()
        if family.category == callback_data.name
    ]
    chat = callback.from_user.id
    if not found:
        return [acknowledge(callback.id), say(chat, views.NO_SUCH_ARTICLE)]
    keyboard = keyboards.names("family", found)
    return [acknowledge(callback.id), say(chat, views.CHOOSE_FAMILY, keyboard)]


async def press_family(
    callback: CallbackQuery, callback_data: LearnButton, library: Library
) -> list[Reply]:
    """One trick."""
    reply = article_or_choice(callback.from_user.id, library, callback_data.name)
    return [acknowledge(callback.id), reply]


def categories(chat: int, library: Library) -> Reply:
    """Choose among the categories that have families."""
    used = {family.category for family in library.families.values()}
    entries = [(name, title) for name, title in library.categories.items() if name in used]
    return say(chat, views.CHOOSE_CATEGORY, keyboards.names("category", entries))


def article_or_choice(chat: int, library: Library, family: str | None) -> Reply:
    """The article of a family; without one the choice of categories."""
    known = library.families.get(family or "")
    return say(chat, views.family_article(known)) if known else categories(chat, library)


def make_router() -> Router:
    """Which update goes to which handler, in the order in which they are asked."""
    router = Router(name="learn")
    router.message.filter(PRIVATE)
    router.message.register(choose_category, Command("learn"))
    router.callback_query.register(press_learn_at_start, StartButton.filter(F.act == "learn"))
    router.callback_query.register(press_category, LearnButton.filter(F.kind == "category"))
    router.callback_query.register(press_family, LearnButton.filter(F.kind == "family"))
    return router
