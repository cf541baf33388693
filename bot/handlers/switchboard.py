"""Asks only those routers that can answer: asking all of them costs more than the answer.

A router is left out where each of its handlers begins with a condition that cannot hold: a button
of another prefix, a command where there is none, another dialogue. The order of the others stays.
"""

from typing import Any

from aiogram import Router
from aiogram.dispatcher.event.bases import UNHANDLED
from aiogram.dispatcher.event.handler import HandlerObject
from aiogram.filters import Command, StateFilter
from aiogram.filters.callback_data import CallbackQueryFilter
from aiogram.fsm.state import State
from aiogram.types import CallbackQuery, Message, TelegramObject

Sign = tuple[str, object, bool]
"""Kind of update; a button's prefix or the dialogue; whether it may be a command."""


class Switchboard(Router):
    """The routers of all handlers, in order; handlers are registered before the first update."""

    def __init__(self, *routers: Router) -> None:
        super().__init__(name="switchboard")
        self._found: dict[Sign, tuple[Router, ...]] = {}
        self.include_routers(*routers)

    async def propagate_event(self, update_type: str, event: TelegramObject, **kwargs: Any) -> Any:
        """What the first router answers that does."""
        for router in self._asked(update_type, event, kwargs.get("raw_state")):
            answer = await router.propagate_event(update_type=update_type, event=event, **kwargs)
            if answer is not UNHANDLED:
                return answer
        return UNHANDLED

    def _asked(self, update_type: str, event: TelegramObject, state: object) -> tuple[Router, ...]:
        sign = _sign(update_type, event, state)
        if sign is None:
            return tuple(self.sub_routers)
        if sign not in self._found:
            self._found[sign] = tuple(
                router
                for router in self.sub_routers
                if any(_may_answer(one, sign) for one in router.observers[update_type].handlers)
            )
        return self._found[sign]


def _sign(update_type: str, event: TelegramObject, state: object) -> Sign | None:
    """What tells which routers can answer; None where nothing does."""
    if isinstance(event, CallbackQuery) and event.data:
        return update_type, event.data.partition(":")[0], False
    if isinstance(event, Message) and update_type == "message":
        words = event.text or event.caption or ""
        return update_type, state, words.startswith("/")
    return None


def _may_answer(handler: HandlerObject, sign: Sign) -> bool:
    if not handler.filters:
        return True
    first = handler.filters[0].callback
    kind, mark, may_be_command = sign
    if kind == "callback_query" and isinstance(first, CallbackQueryFilter):
        return first.callback_data.__prefix__ == mark
    if kind == "message" and isinstance(first, Command):
        return may_be_command
    if kind == "message" and isinstance(first, StateFilter):
        return any(_may_hold(one, mark) for one in first.states)
    return True


def _may_hold(state: object, mark: object) -> bool:
    """Whether a dialogue may be the state that a handler asks for; of a group nobody knows."""
    if isinstance(state, State):
        state = state.state
    return state in ("*", mark) or not (state is None or isinstance(state, str))
