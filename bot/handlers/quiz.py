"""/quiz: five questions, one after the other; everything stands in the database and the buttons."""

from datetime import datetime

from aiogram import F, Router
from aiogram.filters import Command
from aiogram.types import CallbackQuery, Message
from sqlalchemy.ext.asyncio import AsyncSession

from bot.handlers import learn_keyboards as buttons
from bot.handlers import learn_views as views
from bot.handlers import training
from bot.handlers.filters import PRIVATE
from bot.handlers.learn_keyboards import QuizButton
from bot.handlers.replies import Drawing, Reply, acknowledge, say
from bot.services.education import Education
from bot.services.quizzes import (
    Asked,
    Finished,
    Graded,
    answer,
    begin_quiz,
    certified_quiz,
    finished_quiz,
    local_day,
)
from bot.services.runtime_settings import district_in_force
from bot.settings import Settings
from bot.storage.residents import Resident


def question(chat: int, asked: Asked) -> Reply:
    """A question with its answers as buttons."""
    return say(chat, views.question(asked), buttons.options(asked))


async def begin(
    message: Message,
    session: AsyncSession,
    education: Education,
    resident: Resident,
    now: datetime,
) -> Reply:
    """The first question, or the one that is open."""
    return question(message.chat.id, await begin_quiz(session, education, resident, now))


async def press_begin(
    callback: CallbackQuery,
    session: AsyncSession,
    education: Education,
    resident: Resident,
    now: datetime,
) -> list[Reply]:
    """The same from a button."""
    asked = await begin_quiz(session, education, resident, now)
    return [acknowledge(callback.id), question(callback.from_user.id, asked)]


async def press_answer(
    callback: CallbackQuery,
    callback_data: QuizButton,
    session: AsyncSession,
    education: Education,
    resident: Resident,
    now: datetime,
) -> list[Reply]:
    """Right or not and why, then the next question or the result."""
    chosen = callback_data
    graded = await answer(
        session, education, resident, chosen.attempt, chosen.place, chosen.choice, now
    )
    told = _told(callback.from_user.id, graded, education, slowly=resident.elder)
    return [acknowledge(callback.id), *told]


def _told(chat: int, graded: Graded, education: Education, *, slowly: bool) -> list[Reply]:
    why = views.graded(graded)
    if graded.next is not None and slowly:
        return [say(chat, why, buttons.next_question(graded.next.attempt_id))]
    if graded.next is not None:
        return [say(chat, why), question(chat, graded.next)]
    done = graded.done
    if done is None:
        return [say(chat, why)]
    if slowly and done.of > 1:
        return [say(chat, why, buttons.see_result(done.attempt_id))]
    return [say(chat, why), _result(chat, done, education)]


def _result(chat: int, done: Finished, education: Education) -> Reply:
    if done.session_id is not None:
        return training.after_test(chat, done)
    titles = {
        family: education.articles[family].title
        for family in done.missed
        if family in education.articles
    }
    result = views.finished(done, titles)
    return say(chat, result, buttons.after_quiz(done, titles.items()))


async def press_result(
    callback: CallbackQuery,
    callback_data: QuizButton,
    session: AsyncSession,
    education: Education,
    resident: Resident,
) -> list[Reply]:
    """How a quiz came out, for who wants one thing at a time."""
    done = await finished_quiz(session, resident, callback_data.attempt)
    return [acknowledge(callback.id), _result(callback.from_user.id, done, education)]


async def press_certificate(
    callback: CallbackQuery,
    callback_data: QuizButton,
    session: AsyncSession,
    resident: Resident,
    settings: Settings,
    now: datetime,
) -> list[Reply]:
    """The certificate as a picture, where it was earned."""
    done = await certified_quiz(session, resident, callback_data.attempt)
    chat = callback.from_user.id
    district = await district_in_force(session, settings)
    certificate = views.certificate(done, local_day(now), district)
    return [acknowledge(callback.id), Drawing(chat, views.CERTIFICATE_CAPTION, certificate)]


def make_router() -> Router:
    """Which update goes to which handler, in the order in which they are asked."""
    router = Router(name="quiz")
    router.message.filter(PRIVATE)
    router.message.register(begin, Command("quiz"))
    for act, handler in (
        ("begin", press_begin),
        ("a", press_answer),
        ("result", press_result),
        ("certificate", press_certificate),
    ):
        router.callback_query.register(handler, QuizButton.filter(F.act == act))
    return router
