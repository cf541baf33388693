"""The table of methods; the files `methods_*.py` fill it when they are imported."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.botapi.params import Param, declare

if TYPE_CHECKING:
    from tests.botapi.backend import Backend
    from tests.botapi.model import Bot

Run = Callable[["Backend", "Bot", dict[str, Any]], Any]


@dataclass(frozen=True)
class Method:
    """A method by its real name; `paced` ones count against the flood limits."""

    name: str
    params: dict[str, Param]
    run: Run
    paced: bool


METHODS: dict[str, Method] = {}


def method(name: str, signature: str = "", *, paced: bool = False) -> Callable[[Run], Run]:
    """Register a function under a method's name; names are looked up in lower case."""

    def register(run: Run) -> Run:
        METHODS[name.lower()] = Method(name, declare(signature), run, paced)
        return run

    return register
