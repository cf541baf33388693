"""Calls to Telegram as JSON: cheaper for both ends than a form, where no file goes along."""

import json
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any, cast

from aiogram import Bot
from aiogram.client.default import Default
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.methods import (
    AnswerCallbackQuery,
    EditMessageText,
    GetUpdates,
    Response,
    SendMessage,
    TelegramMethod,
)
from aiogram.methods.base import TelegramType
from aiogram.types import Message
from aiohttp import FormData
from aiohttp.payload import BytesPayload
from pydantic import ValidationError

PLAIN = frozenset({AnswerCallbackQuery, EditMessageText, GetUpdates, SendMessage})
"""Methods that pydantic alone writes as Telegram reads them: no file, no moment is in them."""

WRITTEN = frozenset({EditMessageText, SendMessage})
READ_BACK = ("message_id", "date", "chat")
"""Of a message that was written; its words and buttons are known to who wrote it."""


class JsonSession(AiohttpSession):
    """aiogram's session; what carries no file goes as JSON."""

    def build_form_data(self, bot: Bot, method: TelegramMethod[TelegramType]) -> FormData:
        if type(method) in PLAIN and not any(isinstance(one, Default) for one in _said(method)):
            return _json(method.model_dump_json(exclude_unset=True, exclude_none=True))
        files: dict[str, Any] = {}
        given = method.model_dump(exclude_none=True, warnings=False)
        fields = {
            name: self.prepare_value(value, bot, files, _dumps_json=False)
            for name, value in given.items()
        }
        if files:
            return super().build_form_data(bot, method)
        return _json(json.dumps({name: one for name, one in fields.items() if one is not None}))

    def check_response(
        self, bot: Bot, method: TelegramMethod[TelegramType], status_code: int, content: str
    ) -> Response[TelegramType]:
        """What Telegram answers; of a message that was written only where it stands."""
        message = _written(content) if type(method) in WRITTEN else None
        if message is None or status_code != HTTPStatus.OK:
            return super().check_response(bot, method, status_code, content)
        try:
            result = Message.model_validate(message, context={"bot": bot})
        except ValidationError:
            return super().check_response(bot, method, status_code, content)
        return cast("Response[TelegramType]", Response.model_construct(ok=True, result=result))


def _written(content: str) -> dict[str, Any] | None:
    """Where the message stands that an answer speaks of; None where it speaks of none."""
    try:
        answer = json.loads(content)
    except ValueError:
        return None
    given = answer.get("result") if isinstance(answer, dict) and answer.get("ok") is True else None
    return {name: given.get(name) for name in READ_BACK} if isinstance(given, dict) else None


def _said(method: TelegramMethod[TelegramType]) -> Iterator[Any]:
    """What was given to a method; aiogram's own shortcuts give it their defaults, too."""
    return (getattr(method, name) for name in method.model_fields_set)


def _json(body: str) -> FormData:
    """What aiohttp sends as well as a form."""
    return cast(FormData, BytesPayload(body.encode(), content_type="application/json"))
