"""Somebody changes a message that answered a question: what was kept stays, and he is told so."""

from aiogram import Router
from aiogram.filters import StateFilter
from aiogram.fsm.context import FSMContext
from aiogram.types import Message

from bot.handlers import report
from bot.handlers.filters import PRIVATE
from bot.handlers.replies import Reply, say
from bot.handlers.states import Adding, Reporting, Stopping

NOT_TAKEN_OVER = "您刚才改了已发的消息，改动没有记下，记的还是原来的。"
BACK = "要改前面的回答，点“返回”或发“返回”，再写一次。"
WRITE_AGAIN = "请把正确的内容再发一条。"


async def tell(message: Message, state: FSMContext) -> list[Reply]:
    """Say how to correct an answer, and ask what is open again."""
    question = await report.question_under_way(message.chat.id, state)
    if question is None:
        return [say(message.chat.id, f"{NOT_TAKEN_OVER}{WRITE_AGAIN}")]
    return [say(message.chat.id, f"{NOT_TAKEN_OVER}{BACK}"), question]


def make_router() -> Router:
    """Which update goes to which handler, in the order in which they are asked."""
    router = Router(name="changed")
    router.edited_message.filter(PRIVATE)
    router.edited_message.register(
        tell, StateFilter(Reporting.asking, Stopping.asking, Stopping.nameless, Adding.words)
    )
    return router
