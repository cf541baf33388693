"""The dispatcher of all channels: the routers in the order in which they are asked."""

from aiogram import Dispatcher

from bot.handlers import (
    aloud,
    ask,
    call,
    case,
    changed,
    check,
    deeds,
    drill,
    drill_offer,
    duty,
    elder,
    evidence,
    family,
    follow_up,
    given,
    grid,
    group,
    group_quiz,
    groups,
    guard,
    learn,
    mine,
    notice_drafts,
    partner,
    pictures,
    plain_words,
    publicity,
    quiz,
    report,
    sent,
    start,
    study_class,
    subscribe,
    subscribe_place,
    telegram_channels,
    things,
    tip,
    training,
    urgent,
)
from bot.handlers.middlewares import AnswerOnce, AnswerParts
from bot.handlers.switchboard import Switchboard
from bot.services.education import education
from bot.settings import Settings


def make_dispatcher(parts: AnswerParts, settings: Settings) -> Dispatcher:
    """A dispatcher whose updates are each answered in one transaction.

    Raises LibraryError where an article, question, answer, tip or drill is not as it must be.

    aiogram's own FSM middleware stays off: it would run outside that transaction.
    """
    staff_first = (
        subscribe,
        subscribe_place,
        study_class,
        start,
        duty,
        partner,
        grid,
        notice_drafts,
        publicity,
        sent,
        groups,
        deeds,
    )
    teaching = (group_quiz, training)
    learning = (ask, learn, quiz, drill, drill_offer, tip, case, elder, aloud, family, plain_words)
    residents = (evidence, given, changed, urgent, report, mine, follow_up, call, *learning)
    in_groups, anything = (group, telegram_channels, guard), (pictures, things, check)
    every = (*staff_first, *teaching, *residents, *in_groups, *anything)
    switchboard = Switchboard(*(module.make_router() for module in every))
    dispatcher = Dispatcher(disable_fsm=True, settings=settings, education=education())
    dispatcher.include_router(switchboard)
    answering = AnswerOnce(parts, switchboard.answer)
    dispatcher.update.outer_middleware(answering)
    if answering.looking is not None:
        dispatcher.shutdown.register(answering.looking.close)
    return dispatcher
