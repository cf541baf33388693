"""aiogram's types and methods, each built when it is first used; to be imported before aiogram is.

A bot uses few of the six hundred. aiogram asks for the types to be built at need (`defer_build`),
but builds them all at import nonetheless, since only so does pydantic learn what the names in
their annotations mean. Here the names go where pydantic looks for them at need, into the modules
of the types, and the methods are asked for likewise. What every message needs is built at once.
"""

import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from inspect import get_annotations
from typing import Any

from pydantic import BaseModel, ConfigDict

NAME = re.compile(r"\w+")


def _tell_names(model: type[BaseModel], meant: Mapping[str, Any]) -> None:
    """Put what the names in a model's annotations mean into its module."""
    known = vars(sys.modules[model.__module__])
    for base in model.__mro__:
        for annotation in get_annotations(base).values():
            for name in NAME.findall(str(annotation)):
                if name in meant:
                    known.setdefault(name, meant[name])


@contextmanager
def _told_instead_of_built() -> Iterator[None]:
    """Models that are made meanwhile are built at need; being rebuilt, they are told the names."""
    config, rebuild = BaseModel.model_config, vars(BaseModel)["model_rebuild"]

    def tell(model: type[BaseModel], /, **given: Any) -> bool | None:
        meant = given.get("_types_namespace")
        if meant is None:
            result: bool | None = rebuild.__get__(None, model)(**given)
            return result
        _tell_names(model, meant)
        return None

    BaseModel.model_config = ConfigDict(defer_build=True)
    setattr(BaseModel, "model_rebuild", classmethod(tell))  # noqa: B010
    try:
        yield
    finally:
        BaseModel.model_config = config
        setattr(BaseModel, "model_rebuild", rebuild)  # noqa: B010


with _told_instead_of_built():
    from aiogram.methods import AnswerCallbackQuery, EditMessageText, SendMessage
    from aiogram.types import CallbackQuery, Chat, Message, Update

for _used in (Chat, Message, CallbackQuery, Update):
    _used.model_rebuild()  # in this order each shares those before it
for _said in (SendMessage, EditMessageText, AnswerCallbackQuery):
    _said.model_rebuild()
