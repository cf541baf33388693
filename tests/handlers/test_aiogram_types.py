from collections.abc import Iterator
from types import ModuleType

import aiogram.methods
import aiogram.types
from pydantic import BaseModel


def test_a_type_is_built_when_it_is_used_and_not_before() -> None:
    types, methods = list(models(aiogram.types)), list(models(aiogram.methods))
    assert len(types) > 300
    assert sum(model.__pydantic_complete__ for model in types) < 100
    for model in (*types, *methods):
        model.model_rebuild()
    assert all(model.__pydantic_complete__ for model in (*types, *methods))


def models(module: ModuleType) -> Iterator[type[BaseModel]]:
    for one in vars(module).values():
        if isinstance(one, type) and issubclass(one, BaseModel):
            yield one
