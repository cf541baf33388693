"""Reading about tricks: by trick, or by who one is."""

from datetime import datetime

from aiogram import F, Router
from aiogram.filters import Command
from aiogram.types import CallbackQuery, Message
from sqlalchemy.ext.asyncio import AsyncSession

from bot.handlers import keyboards, quiz
from bot.handlers import learn_keyboards as buttons
from bot.handlers import learn_views as views
from bot.handlers.filters import PRIVATE
from bot.handlers.keyboards import LearnButton, StartButton
from bot.handlers.replies import Reply, acknowledge, say
from bot.matching.library import Library
from bot.services.articles import AUDIENCES
from bot.services.education import Education
from bot.services.quizzes import begin_about, local_day
from bot.services.reading import articles_for, keep_audience
from bot.storage.residents import Resident


async def choose_how(message: Message) -> Reply:
    """By trick or by who one is."""
    return say(message.chat.id, views.CHOOSE_HOW, buttons.how_to_look())


async def press_learn_at_start(callback: CallbackQuery) -> list[Reply]:
    """The same from the greeting."""
    chosen = say(callback.from_user.id, views.CHOOSE_HOW, buttons.how_to_look())
    return [acknowledge(callback.id), chosen]


async def press_by(
    callback: CallbackQuery, callback_data: LearnButton, library: Library, education: Education
) -> list[Reply]:
    """The categories, or the kinds of people."""
    chat = callback.from_user.id
    if callback_data.name == "audience":
        return [
            acknowledge(callback.id),
            say(chat, views.CHOOSE_AUDIENCE, buttons.audiences()),
        ]
    return [acknowledge(callback.id), categories(chat, library, education)]


async def press_category(
    callback: CallbackQuery, callback_data: LearnButton, education: Education
) -> list[Reply]:
    """The articles of a category."""
    found = [
        (one.family, one.title)
        for one in education.articles.values()
        if one.category == callback_data.name
    ]
    chat = callback.from_user.id
    if not found:
        return [acknowledge(callback.id), say(chat, views.NO_SUCH_ARTICLE)]
    keyboard = keyboards.names("family", found)
    return [acknowledge(callback.id), say(chat, views.CHOOSE_FAMILY, keyboard)]


async def press_audience(
    callback: CallbackQuery, callback_data: LearnButton, education: Education, now: datetime
) -> list[Reply]:
    """What hits that kind of people, a page of it."""
    audience, _, page = callback_data.name.partition(".")
    chat = callback.from_user.id
    if audience not in AUDIENCES or not page.isdecimal():
        return [acknowledge(callback.id), say(chat, views.NO_SUCH_ARTICLE)]
    found = articles_for(education, audience, local_day(now).month)
    keyboard = buttons.articles(audience, found, int(page[:3]))
    return [acknowledge(callback.id), say(chat, views.for_audience(audience), keyboard)]


async def press_keep(
    callback: CallbackQuery, callback_data: LearnButton, session: AsyncSession, resident: Resident
) -> list[Reply]:
    """Questions for that kind of people from now on."""
    await keep_audience(session, resident, callback_data.name)
    words = views.audience_kept(callback_data.name)
    return [acknowledge(callback.id), say(callback.from_user.id, words)]


async def press_family(
    callback: CallbackQuery,
    callback_data: LearnButton,
    library: Library,
    education: Education,
    resident: Resident,
) -> list[Reply]:
    """One trick."""
    chat = callback.from_user.id
    whole = callback_data.kind == "whole" or not resident.elder
    reply = article_or_choice(chat, library, education, callback_data.name, whole=whole)
    return [acknowledge(callback.id), reply]


async def press_group(
    callback: CallbackQuery, callback_data: LearnButton, education: Education
) -> list[Reply]:
    """The text to pass on in a group, alone so that it can be copied."""
    found = education.articles.get(callback_data.name)
    words = found.group if found else views.NO_SUCH_ARTICLE
    return [acknowledge(callback.id), say(callback.from_user.id, words)]


async def press_ask(
    callback: CallbackQuery,
    callback_data: LearnButton,
    session: AsyncSession,
    resident: Resident,
    education: Education,
    now: datetime,
) -> list[Reply]:
    """One question about what was read."""
    asked = await begin_about(session, education, resident, callback_data.name, now)
    return [acknowledge(callback.id), quiz.question(callback.from_user.id, asked)]


def categories(chat: int, library: Library, education: Education) -> Reply:
    """Choose among the categories that have articles."""
    used = {one.category for one in education.articles.values()}
    entries = [(name, title) for name, title in library.categories.items() if name in used]
    return say(chat, views.CHOOSE_CATEGORY, keyboards.names("category", entries))


def article_or_choice(
    chat: int, library: Library, education: Education, family: str | None, *, whole: bool
) -> Reply:
    """The article of a family, whole or in short; without one the choice of categories."""
    found = education.articles.get(family or "")
    if found is None:
        return categories(chat, library, education)
    words = views.article(found) if whole else views.article_for_elders(found)
    return say(chat, words, buttons.under_article(found.family, whole=whole))


def make_router() -> Router:
    """Which update goes to which handler, in the order in which they are asked."""
    router = Router(name="learn")
    router.message.filter(PRIVATE)
    router.message.register(choose_how, Command("learn"))
    router.callback_query.register(press_learn_at_start, StartButton.filter(F.act == "learn"))
    for kind, handler in (
        ("by", press_by),
        ("category", press_category),
        ("audience", press_audience),
        ("keep", press_keep),
        ("family", press_family),
        ("whole", press_family),
        ("group", press_group),
        ("ask", press_ask),
    ):
        router.callback_query.register(handler, LearnButton.filter(F.kind == kind))
    return router
