from collections.abc import Iterator
from types import ModuleType

import aiogram.methods
import aiogram.types
from aiogram.methods import SetPassportDataErrors
from aiogram.types import Message, PassportElementErrorFile
from pydantic import BaseModel


def test_a_type_or_method_is_built_when_it_is_used_and_not_before() -> None:
    models = (*models_of(aiogram.types), *models_of(aiogram.methods))
    assert len(models) > 500
    assert Message.__pydantic_complete__
    assert not PassportElementErrorFile.__pydantic_complete__
    assert not SetPassportDataErrors.__pydantic_complete__
    for model in models:
        model.model_rebuild()
    assert all(model.__pydantic_complete__ for model in models)
    assert not BaseModel.model_config


def models_of(module: ModuleType) -> Iterator[type[BaseModel]]:
    for one in vars(module).values():
        if isinstance(one, type) and issubclass(one, BaseModel):
            yield one
