"""The dispatcher of all channels: the routers in the order in which they are asked."""

from aiogram import Dispatcher

from bot.handlers import (
    check,
    duty,
    evidence,
    grid,
    group,
    learn,
    mine,
    publicity,
    report,
    start,
    subscribe,
    urgent,
)
from bot.handlers.middlewares import AnswerOnce, AnswerParts
from bot.settings import Settings


def make_dispatcher(parts: AnswerParts, settings: Settings) -> Dispatcher:
    """A dispatcher whose updates are each answered in one transaction.

    aiogram's own FSM middleware stays off: it would run outside that transaction.
    """
    dispatcher = Dispatcher(disable_fsm=True, settings=settings)
    dispatcher.update.outer_middleware(AnswerOnce(parts))
    staff_first = (subscribe, start, duty, grid, publicity)
    for module in (*staff_first, evidence, urgent, report, mine, learn, group, check):
        dispatcher.include_router(module.make_router())
    return dispatcher
