"""/attend signs in to a training session; then its test and certificate."""

from datetime import datetime

from aiogram import F, Router
from aiogram.filters import Command, CommandObject
from aiogram.types import CallbackQuery, Message
from sqlalchemy.ext.asyncio import AsyncSession

from bot.handlers import keyboards, learn_views
from bot.handlers import learn_keyboards as buttons
from bot.handlers.filters import PRIVATE
from bot.handlers.learn_keyboards import TrainingButton
from bot.handlers.replies import Drawing, Reply, acknowledge, say
from bot.handlers.speakers import known_staff, staff_who_may
from bot.services import training_room
from bot.services.attempts import Refusal
from bot.services.education import Education
from bot.services.permissions import Action
from bot.services.quizzes import Finished
from bot.services.runtime_settings import district_in_force
from bot.settings import Settings
from bot.storage.residents import Resident
from bot.storage.staff import Staff

HOW = "请发 /attend 加课堂屏幕上的六位数字，例如：/attend 482913"
CERTIFICATE_CAPTION = "您的培训证书。"


async def attend(
    message: Message,
    command: CommandObject,
    session: AsyncSession,
    staff: Staff | None,
    now: datetime,
) -> Reply:
    """Sign in by the code on the screen."""
    officer, chat = staff_who_may(staff, Action.ATTEND_TRAINING), message.chat.id
    if not (command.args or "").strip():
        return say(chat, HOW)
    held = await training_room.attend(session, officer, command.args or "", now)
    if isinstance(held, Refusal):
        return say(chat, held.words)
    test = keyboards.button(
        f"课后测试（{training_room.TEST_LENGTH} 道）", TrainingButton(act="test", number=held.id)
    )
    return say(chat, f"已签到：《{held.subject}》。课后请做一次测试。", keyboards.rows([test]))


async def press_test(
    callback: CallbackQuery,
    callback_data: TrainingButton,
    session: AsyncSession,
    education: Education,
    staff: Staff | None,
    resident: Resident,
    now: datetime,
) -> list[Reply]:
    """The first question, or the one that is open."""
    officer, number = known_staff(staff), callback_data.number
    asked = await training_room.begin_test(session, education, officer, resident, number, now)
    question = say(callback.from_user.id, learn_views.question(asked), buttons.options(asked))
    return [acknowledge(callback.id), question]


def after_test(chat: int, done: Finished) -> Reply:
    """The result of a test; the certificate where it was passed, else another try."""
    number = done.session_id or 0
    words = f"测试做完了：{done.of} 道对了 {done.right} 道。"
    if done.right >= training_room.PASSED * done.of:
        button = keyboards.button("领证书", TrainingButton(act="certificate", number=number))
        return say(chat, words, keyboards.rows([button]))
    button = keyboards.button("再做一次", TrainingButton(act="test", number=number))
    words += f"答对 {training_room.PASSED:.0%} 以上有证书，记最好的一次。"
    return say(chat, words, keyboards.rows([button]))


async def press_certificate(
    callback: CallbackQuery,
    callback_data: TrainingButton,
    session: AsyncSession,
    staff: Staff | None,
    settings: Settings,
) -> list[Reply]:
    """The certificate as a picture."""
    district = await district_in_force(session, settings)
    certificate = await training_room.certificate_for(
        session, known_staff(staff), callback_data.number, district=district
    )
    drawing = Drawing(callback.from_user.id, CERTIFICATE_CAPTION, certificate)
    return [acknowledge(callback.id), drawing]


def make_router() -> Router:
    """Which update goes to which handler, in the order in which they are asked."""
    router = Router(name="training")
    router.message.filter(PRIVATE)
    router.message.register(attend, Command("attend"))
    for act, handler in (("test", press_test), ("certificate", press_certificate)):
        router.callback_query.register(handler, TrainingButton.filter(F.act == act))
    return router
