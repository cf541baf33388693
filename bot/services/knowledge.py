"""What the bot knows besides scams: the actions by code and the numbers to dial."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from bot.matching.result import ActionCode

FULL_WIDTH = str.maketrans({",": "，", ";": "；", "?": "？", "!": "！"})


@dataclass(frozen=True, slots=True)
class ActionAdvice:
    """What to do now, and then."""

    now: str
    steps: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Contact:
    """A number to dial and whose it is."""

    number: str
    name: str


@cache
def actions() -> Mapping[ActionCode, ActionAdvice]:
    """The advice of every action code of the taxonomy."""
    rows = _read("actions.yml")
    return {
        code: ActionAdvice(rows[code]["now"], tuple(rows[code]["steps"])) for code in ActionCode
    }


@cache
def verification_contacts() -> tuple[Contact, ...]:
    """Official numbers for verifying a message."""
    return tuple(Contact(row["number"], row["name"]) for row in _read("contacts.yml")["verify"])


@cache
def call_back_contacts(whose: str) -> tuple[Contact, ...]:
    """Numbers to dial after hanging up on who said he was of the `police`, a `bank` or a `service`;
    none for anybody else."""
    rows = _read("contacts.yml")["call_back"].get(whose, ())
    return tuple(Contact(row["number"], row["name"]) for row in rows)


def local_contact(setting: str) -> Contact:
    """A number of the district, from one of the setting local_numbers."""
    name, _, number = setting.rpartition(" ")
    return Contact(number, name.rstrip())


@cache
def contact(key: str) -> Contact:
    """The police (`emergency`) or the hotline against fraud (`hotline`)."""
    row = _read("contacts.yml")[key]
    return Contact(row["number"], row["name"])


@cache
def all_numbers() -> frozenset[str]:
    """Every number that a text of ours may name."""
    rows = _read("contacts.yml")
    listed = [*rows["verify"], *rows["other"], rows["emergency"], rows["hotline"]]
    listed += [row for some in rows["call_back"].values() for row in some]
    return frozenset(row["number"] for row in listed)


@cache
def category_name(category: str) -> str:
    """A class of scams in words; one that is no longer in the library as it stands."""
    return str(_read("categories.yml", "scam_patterns").get(category, category))


@cache
def family_title(category: str, family: str) -> str:
    """A family in words; one that is no longer in the library as it stands."""
    path = files("bot") / "scam_patterns" / category / f"{family}.yml"
    if not category or not path.is_file():
        return family
    first = yaml.safe_load(path.read_text(encoding="utf-8").partition("\nscripts:")[0])
    return str(first["title"])


@cache
def family_antidote(category: str, family: str) -> str:
    """What tells a trick from the genuine thing, in one line; empty where it is no longer known."""
    path = files("bot") / "scam_patterns" / category / f"{family}.yml"
    if not category or not path.is_file():
        return ""
    first = yaml.safe_load(path.read_text(encoding="utf-8").partition("\nscripts:")[0])
    return str(first["differs_from_genuine"]).translate(FULL_WIDTH)


def _read(name: str, folder: str = "knowledge") -> Any:
    text = (files("bot") / folder / name).read_text(encoding="utf-8")
    return yaml.safe_load(text)
