"""Parameters of a method: which there are, what each must look like, and nothing else."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from tests.botapi.errors import ApiError, bad_request
from tests.botapi.model import Upload

WHOLE = re.compile(r"-?\d{1,19}")
TRUTH = {"true": True, "false": False, "1": True, "0": False}
MISSING = {
    "chat_id": "chat_id is empty",
    "text": "message text is empty",
    "message_id": "message identifier is not specified",
    "photo": "there is no photo in the request",
    "document": "there is no document in the request",
    "file_id": "file_id not specified",
}


class Kind(StrEnum):
    """How a value is written on the wire."""

    INT = "int"
    STR = "str"
    BOOL = "bool"
    CHAT = "chat"
    OBJECT = "object"
    LIST = "list"
    FILE = "file"


@dataclass(frozen=True)
class Param:
    """One parameter of a method."""

    name: str
    kind: Kind
    required: bool


def declare(signature: str) -> dict[str, Param]:
    """Read `"chat_id:chat! text:str"`; `!` marks what cannot be left out."""
    params = {}
    for word in signature.split():
        name, kind = word.rstrip("!").split(":")
        params[name] = Param(name, Kind(kind), word.endswith("!"))
    return params


def read(declared: Mapping[str, Param], raw: Mapping[str, Any]) -> dict[str, Any]:
    """Typed values; unknown names, missing ones, wrong types and unclean text are refused."""
    uploads = {name: value for name, value in raw.items() if isinstance(value, Upload)}
    values: dict[str, Any] = {}
    attached: set[str] = set()
    for name, value in raw.items():
        if name in declared and value is not None:
            values[name] = _value(declared[name], value, uploads, attached)
        elif name not in uploads:
            raise bad_request(f'unknown parameter "{name}"')
    for name in uploads.keys() - declared.keys() - attached:
        raise bad_request(f'unknown file "{name}"')
    for param in declared.values():
        if param.required and values.get(param.name) in (None, ""):
            words = MISSING.get(param.name, f'parameter "{param.name}" is required')
            raise bad_request(words)
    return values


def check_clean(value: Any) -> None:
    """Refuse NUL and lone surrogates anywhere inside: databases and clients choke on them."""
    if isinstance(value, str):
        if "\0" in value or any("\ud800" <= character <= "\udfff" for character in value):
            raise bad_request("strings must be encoded in UTF-8")
    elif isinstance(value, Mapping):
        for name, inner in value.items():
            check_clean(name)
            check_clean(inner)
    elif isinstance(value, list):
        for inner in value:
            check_clean(inner)


def _value(param: Param, value: Any, uploads: Mapping[str, Upload], attached: set[str]) -> Any:
    if param.kind is Kind.FILE:
        return _file(param, value, uploads, attached)
    if isinstance(value, Upload):
        raise _wrong(param, "not a file")
    check_clean(value)
    if param.kind in (Kind.OBJECT, Kind.LIST):
        return _structure(param, value)
    if param.kind is Kind.BOOL:
        return _truth(param, value)
    if param.kind is Kind.INT:
        return _whole(param, value)
    if param.kind is Kind.CHAT and not str(value).startswith("@"):
        return _whole(param, value)
    if not isinstance(value, str):
        raise _wrong(param, "String")
    return value


def _file(
    param: Param, value: Any, uploads: Mapping[str, Upload], attached: set[str]
) -> Upload | str:
    if isinstance(value, Upload):
        return value
    if not isinstance(value, str):
        raise _wrong(param, "InputFile or String")
    check_clean(value)
    if not value.startswith("attach://"):
        return value
    name = value.removeprefix("attach://")
    if name not in uploads:
        raise bad_request(f'file "{name}" is attached nowhere')
    attached.add(name)
    return uploads[name]


def _structure(param: Param, value: Any) -> Any:
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError:
            raise bad_request(f"can't parse {param.name} JSON object") from None
        check_clean(value)
    wanted: type = dict if param.kind is Kind.OBJECT else list
    if not isinstance(value, wanted):
        raise _wrong(param, "an Object" if wanted is dict else "an Array")
    return value


def _truth(param: Param, value: Any) -> bool:
    if isinstance(value, bool):
        return value
    if str(value).lower() not in TRUTH:
        raise _wrong(param, "Boolean")
    return TRUTH[str(value).lower()]


def _whole(param: Param, value: Any) -> int:
    if isinstance(value, bool) or not WHOLE.fullmatch(str(value)):
        raise _wrong(param, "Integer")
    return int(value)


def _wrong(param: Param, expected: str) -> ApiError:
    return bad_request(f'parameter "{param.name}" must be {expected}')
