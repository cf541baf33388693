"""Asks only those handlers that can answer: asking all of them costs more than the answer.

A handler is left out where it begins with a condition that cannot hold: a button of another
prefix, another command or none, another dialogue. The order of the others stays.
"""

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any, NamedTuple

from aiogram import Router
from aiogram.dispatcher.event.bases import UNHANDLED, SkipHandler
from aiogram.dispatcher.event.handler import HandlerObject
from aiogram.dispatcher.event.telegram import TelegramEventObserver
from aiogram.filters import Command, StateFilter
from aiogram.filters.callback_data import CallbackQueryFilter
from aiogram.fsm.state import State
from aiogram.types import CallbackQuery, Message, TelegramObject, Update

from bot.handlers.updates import kind_of

OTHER = ""
"""Stands for every prefix and command that no handler knows: people can send any number of them."""


class Sign(NamedTuple):
    """What of an update tells which handlers can answer it."""

    kind: str
    button: str | None = None
    """The prefix of what a button carries; None where none was pressed."""
    said: bool = False
    """Whether it is a message; only then do dialogue and command tell anything."""
    dialogue: object = None
    command: str | None = None
    """None where it is none."""


Asked = tuple[TelegramEventObserver, list[HandlerObject]]
"""Whose conditions hold for all of its handlers, and those of them that can answer."""


class Switchboard(Router):
    """The routers of all handlers, in order; handlers are registered before the first update.

    It asks the handlers itself, so that its routers have no middlewares and no routers of their
    own: ValueError for one that has.
    """

    def __init__(self, *routers: Router) -> None:
        super().__init__(name="switchboard")
        self._found: dict[Sign, tuple[Asked, ...]] = {}
        for router in routers:
            if router.sub_routers or any(map(_has_middlewares, router.observers.values())):
                raise ValueError(f"{router} has routers or middlewares of its own")
        self.include_routers(*routers)

    async def answer(self, update: TelegramObject, data: dict[str, Any]) -> Any:
        """What the handlers answer to an update of a kind that is handled.

        They are asked directly: aiogram's own way to them costs more than asking them.
        """
        if not isinstance(update, Update) or (kind := kind_of(update)) is None:
            raise TypeError("only updates of a handled kind are answered")
        event = getattr(update, kind)
        return await self.propagate_event(kind, event, event_update=update, **data)

    async def propagate_event(self, update_type: str, event: TelegramObject, **kwargs: Any) -> Any:
        """What the first router answers that does."""
        for observer, handlers in self._asked(update_type, event, kwargs.get("raw_state")):
            holds, data = await observer.check_root_filters(event, **kwargs)
            if holds and (answer := await _first(handlers, event, data)) is not UNHANDLED:
                return answer
        return UNHANDLED

    def _asked(self, update_type: str, event: TelegramObject, state: object) -> tuple[Asked, ...]:
        sign = self._sign(update_type, event, state)
        if sign not in self._found:
            observers = [router.observers[update_type] for router in self.sub_routers]
            can = ([of for of in one.handlers if _may_answer(of, sign)] for one in observers)
            asked = zip(observers, can, strict=True)
            self._found[sign] = tuple((one, handlers) for one, handlers in asked if handlers)
        return self._found[sign]

    def _sign(self, update_type: str, event: TelegramObject, state: object) -> Sign:
        if isinstance(event, CallbackQuery) and event.data:
            return Sign(update_type, button=self._named(event.data.partition(":")[0]))
        if isinstance(event, Message) and update_type == "message":
            command = _command_in(event.text or event.caption or "")
            named = None if command is None else self._named(command)
            return Sign(update_type, said=True, dialogue=state, command=named)
        return Sign(update_type)

    def _named(self, name: str) -> str:
        return name if name in self._names else OTHER

    @cached_property
    def _names(self) -> frozenset[str]:
        """Every prefix and command that a handler begins with."""
        return frozenset(
            name
            for router in self.sub_routers
            for kind in ("message", "callback_query")
            for handler in router.observers[kind].handlers
            for name in _names_of(handler)
        )


async def _first(
    handlers: Sequence[HandlerObject], event: TelegramObject, data: dict[str, Any]
) -> Any:
    """What the first handler answers whose conditions hold."""
    for handler in handlers:
        holds, given = await handler.check(event, **data)
        if holds:
            try:
                return await handler.call(event, **given)
            except SkipHandler:
                continue
    return UNHANDLED


def _has_middlewares(observer: TelegramEventObserver) -> bool:
    return bool(len(observer.middleware) or len(observer.outer_middleware))


def _command_in(words: str) -> str | None:
    """The name of a command, without whom it is for; None where there is none."""
    if not words.startswith("/"):
        return None
    return words.split(maxsplit=1)[0][1:].partition("@")[0]


def _first_condition(handler: HandlerObject) -> Any:
    return handler.filters[0].callback if handler.filters else None


def _names_of(handler: HandlerObject) -> Iterator[str]:
    first = _first_condition(handler)
    if isinstance(first, CallbackQueryFilter):
        yield first.callback_data.__prefix__
    if isinstance(first, Command):
        yield from (one for one in first.commands if isinstance(one, str))


def _may_answer(handler: HandlerObject, sign: Sign) -> bool:
    first = _first_condition(handler)
    if sign.button is not None and isinstance(first, CallbackQueryFilter):
        return first.callback_data.__prefix__ == sign.button
    if sign.said and isinstance(first, Command):
        return sign.command is not None and _may_be(first, sign.command)
    if sign.said and isinstance(first, StateFilter):
        return any(_may_hold(one, sign.dialogue) for one in first.states)
    return True


def _may_be(awaited: Command, name: str) -> bool:
    """Whether a command may be one that is awaited; of a pattern nobody knows."""
    known = not awaited.ignore_case and all(isinstance(one, str) for one in awaited.commands)
    return name in awaited.commands if known else True


def _may_hold(state: object, mark: object) -> bool:
    """Whether a dialogue may be the state that a handler asks for; of a group nobody knows."""
    if isinstance(state, State):
        state = state.state
    return state in ("*", mark) or not (state is None or isinstance(state, str))
