"""/ask: an answer from our own questions and articles with its source, or that we do not know."""

import asyncio

from aiogram import F, Router
from aiogram.filters import Command, CommandObject, StateFilter
from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State, StatesGroup
from aiogram.types import CallbackQuery, Message
from aiogram.utils.formatting import Bold, Text

from bot.handlers import keyboards, views
from bot.handlers.filters import ANSWER, PRIVATE
from bot.handlers.keyboards import StartButton
from bot.handlers.learn_keyboards import under_article
from bot.handlers.learn_views import cited, origin
from bot.handlers.replies import Reply, acknowledge, say
from bot.matching.library import Library
from bot.matching.plea import LONGEST_PLEA, Plea, plea_in
from bot.services.articles import Article, Section
from bot.services.asking import Found, answers
from bot.services.faq import Answered

WHAT = "想问什么？写一句话就行，例如：96110 来电要不要接。"
UNKNOWN = (
    "这个我不知道，不乱答。和诈骗有关的，打反诈专线 96110 问；急事打 110。"
    "把可疑的消息原样发来，我可以帮您查。"
)


REPORT = keyboards.rows([keyboards.button("举报", StartButton(act="report"))])


class Asking(StatesGroup):
    """A question is awaited."""

    words = State()


async def begin(
    message: Message, command: CommandObject, state: FSMContext, library: Library
) -> list[Reply]:
    """Answer what stands behind the command, or ask for it."""
    if command.args and command.args.strip():
        return await _answer(message.chat.id, command.args, library)
    if await state.get_state() not in (None, Asking.words.state):
        return [say(message.chat.id, views.BUSY)]
    await state.set_state(Asking.words)
    return [say(message.chat.id, WHAT)]


async def press_ask(callback: CallbackQuery, state: FSMContext) -> list[Reply]:
    """Ask for a question, from a button."""
    free = await state.get_state() in (None, Asking.words.state)
    if free:
        await state.set_state(Asking.words)
    words = WHAT if free else views.BUSY
    return [acknowledge(callback.id), say(callback.from_user.id, words)]


async def hear(message: Message, state: FSMContext, library: Library) -> list[Reply]:
    """The awaited question."""
    await state.clear()
    return await _answer(message.chat.id, message.text or "", library)


async def _answer(chat: int, question: str, library: Library) -> list[Reply]:
    if plea_in(question[:LONGEST_PLEA]) is Plea.DESPAIR:
        return [say(chat, views.DESPAIR)]
    known = await asyncio.to_thread(answers)
    found = known.best(question, library)
    if found is None:
        more = keyboards.button("了解骗局", StartButton(act="learn"))
        return [say(chat, UNKNOWN, keyboards.rows([more]))]
    return [_found(chat, found)]


def _found(chat: int, found: Found) -> Reply:
    if found.article is not None:
        words = _from_article(found.article)
        return say(chat, words, under_article(found.article.family, whole=False))
    answered = found.answered
    if answered is None:
        raise ValueError("nothing was found")
    return say(chat, _from_faq(answered), REPORT)


def _from_faq(one: Answered) -> Text:
    published = f"，依据：{cited(one.sources)}" if one.sources else "，由编者编写"
    return Text(Bold(one.question), f"\n{one.answer}\n\n来源：反诈问答{published}")


def _from_article(one: Article) -> Text:
    steps = "\n".join(f"· {line}" for line in one.sections[Section.NOW])
    source = f"来源：文章《{one.title}》。{origin(one)}"
    return Text(Bold(one.title), f"\n{one.elders}\n{steps}\n\n{source}")


def make_router() -> Router:
    """Which update goes to which handler, in the order in which they are asked."""
    router = Router(name="ask")
    router.message.filter(PRIVATE)
    router.message.register(begin, Command("ask"))
    router.callback_query.register(press_ask, StartButton.filter(F.act == "ask"))
    router.message.register(hear, StateFilter(Asking.words), ANSWER)
    return router
