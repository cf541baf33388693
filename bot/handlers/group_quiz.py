"""/groupquiz: a grid worker lets a group answer five polls together."""

from datetime import datetime

from aiogram import F, Router
from aiogram.filters import Command, CommandObject
from aiogram.types import Message, Poll
from sqlalchemy.ext.asyncio import AsyncSession

from bot.handlers.filters import PRIVATE, When
from bot.handlers.group_sight import GROUPS
from bot.handlers.replies import Reply, say
from bot.handlers.speakers import known_staff, staff_who_may
from bot.services import group_quizzes
from bot.services.education import Education, education
from bot.services.permissions import Action
from bot.services.runtime_settings import rules_in_force
from bot.settings import Settings
from bot.storage.database import Database
from bot.storage.staff import Staff

IN_THE_GROUP = "请在登记过的群里发 /groupquiz，我就在那个群里出五道题；提前结束发 /groupquiz stop。"
STOP_WORDS = frozenset({"stop", "结束", "停"})


async def explain(message: Message, staff: Staff | None) -> Reply:
    """In private: where the command belongs."""
    staff_who_may(staff, Action.RUN_GROUP_QUIZ)
    return say(message.chat.id, IN_THE_GROUP)


async def begin(
    message: Message,
    command: CommandObject,
    session: AsyncSession,
    education: Education,
    staff: Staff | None,
    settings: Settings,
    now: datetime,
) -> Reply:
    """Begin, or with `stop` end before the time."""
    officer, chat = known_staff(staff), message.chat.id
    if (command.args or "").strip().lower() in STOP_WORDS:
        await group_quizzes.stop(session, education, officer, chat, now)
        return say(chat, group_quizzes.STOPPED)
    await group_quizzes.begin(
        session, education, officer, chat, await rules_in_force(session, settings), now
    )
    return say(chat, group_quizzes.BEGUN)


async def count_poll(database: Database, poll: Poll, now: datetime) -> None:
    """How many took each option; whoever they are, Telegram does not say."""
    taken = [option.voter_count for option in poll.options]
    async with database.writing() as session:
        await group_quizzes.poll_changed(
            session, education(), poll.id, taken, now, closed=poll.is_closed
        )


def make_router() -> Router:
    """Which update goes to which handler, in the order in which they are asked."""
    router = Router(name="group_quiz")
    router.message.register(explain, Command("groupquiz"), PRIVATE)
    router.message.register(begin, Command("groupquiz"), When(F.chat.type.in_(GROUPS)))
    return router
