"""读给我听 below a verdict, a question or a step of a drill, for who has turned elder mode on."""

from datetime import datetime

from aiogram import F, Router
from aiogram.filters.callback_data import CallbackData
from aiogram.types import CallbackQuery, InlineKeyboardButton
from sqlalchemy.ext.asyncio import AsyncSession

from bot.handlers import elder_views, keyboards, learn_views
from bot.handlers.replies import Reply, Spoken, acknowledge, say
from bot.services.checks import own_check
from bot.services.drills import open_step
from bot.services.education import Education
from bot.services.notifications import PUSHED_CHANNELS
from bot.services.quizzes import open_question
from bot.services.speech import NOT_HERE, NOT_INSTALLED, installed_speech
from bot.storage.residents import Resident

LABEL = "读给我听"
NOTHING = "现在没有要读的题或演练。"


class AloudButton(CallbackData, prefix="aloud"):
    """`what` verdict, of the check `reference`, or open: the question or step that waits."""

    what: str
    reference: str = ""


def aloud_button(rows: list[InlineKeyboardButton]) -> InlineKeyboardButton | None:
    """What reads a message aloud, told by its buttons; None where nothing of it can be read.

    Below a question it is shown only where a plug-in is installed: its answers fill the screen.
    """
    for button in rows:
        prefix, _, rest = (button.callback_data or "").partition(":")
        act, _, reference = rest.partition(":")
        if (prefix, act) == ("check", "learn"):
            return keyboards.button(LABEL, AloudButton(what="verdict", reference=reference))
        if (prefix, act) in {("quiz", "a"), ("drill", "a")} and installed_speech() is not None:
            return keyboards.button(LABEL, AloudButton(what="open"))
    return None


async def press(
    callback: CallbackQuery,
    callback_data: AloudButton,
    session: AsyncSession,
    education: Education,
    resident: Resident,
    now: datetime,
) -> list[Reply]:
    """Read it, or say why not."""
    chat = callback.from_user.id
    done = acknowledge(callback.id)
    if installed_speech() is None:
        return [done, say(chat, NOT_INSTALLED)]
    if resident.channel not in PUSHED_CHANNELS:
        return [done, say(chat, NOT_HERE)]
    if callback_data.what == "verdict":
        check = await own_check(session, resident, callback_data.reference)
        return [done, Spoken(chat, elder_views.verdict_aloud(check))]
    if (step := await open_step(session, education, resident, now)) is not None:
        return [done, Spoken(chat, learn_views.step_aloud(step))]
    asked = await open_question(session, education, resident, now)
    return [done, Spoken(chat, learn_views.question_aloud(asked)) if asked else say(chat, NOTHING)]


def make_router() -> Router:
    """Which update goes to which handler, in the order in which they are asked."""
    router = Router(name="aloud")
    router.callback_query.register(press, AloudButton.filter(F.what.in_({"verdict", "open"})))
    return router
