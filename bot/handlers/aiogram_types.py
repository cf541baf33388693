"""aiogram's types, each built when it is first used; to be imported before aiogram is.

aiogram asks for that with `defer_build`, but builds all four hundred at import nonetheless, since
only so does pydantic learn what their annotations mean: 80 MB of which a bot uses a few. Here the
names go where pydantic looks for them at need, into the modules of the types.
"""

import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from inspect import get_annotations
from typing import Any

from pydantic import BaseModel

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
    rebuild = vars(BaseModel)["model_rebuild"]

    def tell(model: type[BaseModel], /, **given: Any) -> bool | None:
        meant = given.get("_types_namespace")
        if meant is None:
            result: bool | None = rebuild.__get__(None, model)(**given)
            return result
        _tell_names(model, meant)
        return None

    setattr(BaseModel, "model_rebuild", classmethod(tell))  # noqa: B010
    try:
        yield
    finally:
        setattr(BaseModel, "model_rebuild", rebuild)  # noqa: B010


with _told_instead_of_built():
    import aiogram.types  # noqa: F401
