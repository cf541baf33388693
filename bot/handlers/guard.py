"""The guard in a group: it keeps quiet unless a message is worth a word."""

from datetime import datetime

from aiogram import F, Router
from aiogram.filters import Command, CommandObject
from aiogram.methods import DeleteMessage, SendMessage
from aiogram.types import CallbackQuery, InlineKeyboardMarkup, Message, ReplyParameters
from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import ExpectedError
from bot.handlers import group_check, guard_views, learn
from bot.handlers.filters import COMMAND, When
from bot.handlers.group_sight import GROUPS, Sight, author_of
from bot.handlers.guard_views import GuardButton
from bot.handlers.posts import posted_in, restored
from bot.handlers.replies import Reply, acknowledge, say
from bot.matching.library import Library
from bot.services import guard as service
from bot.services.education import Education
from bot.services.guard import trick_of
from bot.storage.guard import GuardMode
from bot.storage.staff import Staff


async def watch(
    message: Message, session: AsyncSession, sight: Sight | None, now: datetime
) -> list[Reply]:
    """A message that is worth a word, as it was written or as it was changed: warn, tell the grid
    worker, or delete."""
    if sight is None or sight.verdict is None or message.from_user is None:
        return []
    verdict = sight.verdict
    done = await service.answer(
        session,
        message.chat.id,
        author_of(message),
        posted_in(message),
        verdict,
        may_delete=sight.may_delete,
        now=now,
        admins=sight.admins,
        link=message.get_url() or "",
    )
    if done is None or done.mode is GuardMode.TELL:
        return []
    trick = trick_of(verdict)
    if done.mode is GuardMode.DELETE:
        gone = DeleteMessage(chat_id=message.chat.id, message_id=message.message_id)
        if done.again:
            return [gone]
        words, keyboard = guard_views.deleted(done.title, trick, done.answer_id)
        told = say(message.chat.id, words, keyboard)
        if done.quiet:
            told = told.model_copy(update={"disable_notification": True})
        return [gone, told]
    words, keyboard = guard_views.warning(done.title, trick, verdict.level)
    return [_under(message, words, keyboard)]


async def show(
    message: Message,
    command: CommandObject,
    session: AsyncSession,
    staff: Staff | None,
    sight: Sight | None,
    now: datetime,
) -> Reply:
    """How the group is guarded, with the choices; quiet times behind the command are set."""
    guarded = await _managed(message.chat.id, session, staff, sight)
    if command.args:
        guarded = await service.change_guard(session, guarded, quiet=command.args, now=now)
    return say(message.chat.id, *guard_views.settings(guarded, sight))


async def trust(
    message: Message, session: AsyncSession, staff: Staff | None, sight: Sight | None
) -> Reply:
    """Leave the member alone whose message was replied to, or no longer."""
    guarded = await _managed(message.chat.id, session, staff, sight)
    replied = message.reply_to_message
    if replied is None or not author_of(replied):
        return say(message.chat.id, guard_views.REPLY_TO_TRUST)
    trusted = not (message.text or "").startswith("/untrust")
    await service.trust(session, guarded, author_of(replied), trusted=trusted)
    return say(message.chat.id, guard_views.TRUSTED if trusted else guard_views.NOT_TRUSTED)


async def press_details(
    callback: CallbackQuery, callback_data: GuardButton, library: Library, education: Education
) -> list[Reply]:
    """The trick in private, for whoever pressed."""
    chat, family = callback.from_user.id, callback_data.value
    told = (
        learn.article_or_choice(chat, library, education, family, whole=True)
        if family in education.articles
        else say(chat, guard_views.DETAILS_GONE)
    )
    return [acknowledge(callback.id, guard_views.SENT_IN_PRIVATE), told]


async def press_setting(
    callback: CallbackQuery,
    callback_data: GuardButton,
    session: AsyncSession,
    staff: Staff | None,
    sight: Sight | None,
    now: datetime,
) -> list[Reply]:
    """Change what the group wants."""
    chat, value = _chat_of(callback), callback_data.value
    try:
        guarded = await _managed(chat, session, staff, sight)
        if callback_data.act == "mode":
            mode = GuardMode(value) if value in set(GuardMode) else guarded.mode
            guarded = await service.change_guard(session, guarded, mode=mode, now=now)
        else:
            quiet = value.replace(".", ":")
            guarded = await service.change_guard(session, guarded, quiet=quiet, now=now)
    except ExpectedError as refused:
        return [acknowledge(callback.id, refused.words)]
    return [acknowledge(callback.id), say(chat, *guard_views.settings(guarded, sight))]


async def press_undo(
    callback: CallbackQuery,
    callback_data: GuardButton,
    session: AsyncSession,
    staff: Staff | None,
    sight: Sight | None,
    now: datetime,
) -> list[Reply]:
    """Put a deleted message back, as the bot's own."""
    chat, value = _chat_of(callback), callback_data.value
    try:
        guarded = await _managed(chat, session, staff, sight)
        gone = await service.undo(session, guarded, int(value) if value.isdecimal() else 0, now)
    except ExpectedError as refused:
        return [acknowledge(callback.id, refused.words)]
    told = say(chat, guard_views.RESTORED)
    return [acknowledge(callback.id), told, restored(chat, gone)]


async def _managed(
    chat: int, session: AsyncSession, staff: Staff | None, sight: Sight | None
) -> service.Guarded:
    by_admin = sight is not None and sight.by_admin
    return await service.manage(session, chat, staff, by_admin=by_admin)


def _chat_of(callback: CallbackQuery) -> int:
    return callback.message.chat.id if callback.message is not None else callback.from_user.id


def _under(message: Message, words: str, keyboard: InlineKeyboardMarkup | None) -> SendMessage:
    told = say(message.chat.id, words, keyboard)
    under = ReplyParameters(message_id=message.message_id, allow_sending_without_reply=True)
    return told.model_copy(update={"reply_parameters": under})


def make_router() -> Router:
    """Which update goes to which handler, in the order in which they are asked."""
    router = Router(name="guard")
    router.message.filter(When(F.chat.type.in_(GROUPS)))
    router.edited_message.filter(When(F.chat.type.in_(GROUPS)))
    router.message.register(show, Command("guard"))
    router.message.register(group_check.look, Command("check"))
    router.message.register(trust, Command("trust", "untrust"))
    router.message.register(watch, When(~F.text.regexp(COMMAND), ~F.migrate_to_chat_id))
    router.edited_message.register(watch)
    router.callback_query.register(press_details, GuardButton.filter(F.act == "details"))
    router.callback_query.register(press_setting, GuardButton.filter(F.act.in_({"mode", "quiet"})))
    router.callback_query.register(press_undo, GuardButton.filter(F.act == "undo"))
    return router
