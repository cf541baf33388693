"""Notices approved beforehand: their texts, and the few words a grid worker may fill in."""

import re
import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from bot.errors import InvalidInputError, NotFoundError, SettingsError

MOST_SIGNS = 300
MOST_BYTES = 2048
"""A WeCom text message holds no more, in UTF-8."""
SLOT = re.compile(r"\{([a-z_]+)\}")
NOT_TO_FILL_IN = re.compile(
    r"://|www\.|[a-z0-9]\.(?:com|cn|net|top|xyz|cc|vip)\b|\d{5,}|[{}@]", re.I
)
"""Links, numbers to call or pay to, and slots: an approved text carries only those it came with."""


@dataclass(frozen=True, slots=True)
class NoticeVariable:
    """One blank of a notice."""

    name: str
    title: str
    example: str
    max_length: int


@dataclass(frozen=True, slots=True)
class NoticeTemplate:
    """One approved notice; `audience` says for whom it was written."""

    id: str
    title: str
    audience: str
    text: str
    variables: tuple[NoticeVariable, ...]

    @property
    def examples(self) -> dict[str, str]:
        """Example values, for a preview."""
        return {variable.name: variable.example for variable in self.variables}


@cache
def load_notice_templates() -> tuple[NoticeTemplate, ...]:
    """All approved notices, in the order of the file. Raises SettingsError that names a bad one."""
    source = files("bot") / "knowledge" / "notices.yml"
    return read_notice_templates(source.read_text(encoding="utf-8"))


def read_notice_templates(source: str) -> tuple[NoticeTemplate, ...]:
    """Notices from YAML. Raises SettingsError that names the notice and what is wrong with it."""
    try:
        listed = yaml.safe_load(source)
    except yaml.YAMLError as error:
        raise SettingsError(f"notices.yml 无法读取：{error}") from None
    templates = tuple(_read_one(row) for row in listed or ())
    ids = [template.id for template in templates]
    doubled = sorted({name for name in ids if ids.count(name) > 1})
    if doubled:
        raise SettingsError(f"notices.yml 编号重复：{'、'.join(doubled)}")
    return templates


def find_notice_template(template_id: str) -> NoticeTemplate:
    """The notice with that id."""
    for template in load_notice_templates():
        if template.id == template_id:
            return template
    raise NotFoundError("没有这条通知，可能已停用。请重新选择。")


def fill(
    template: NoticeTemplate, values: Mapping[str, str], *, left_open: Collection[str] = ()
) -> str:
    """The notice with its blanks filled in; an empty one named in `left_open` stays a blank.

    Raises InvalidInputError that names the blank.
    """
    filled = {
        variable.name: f"{{{variable.name}}}"
        if variable.name in left_open and not values.get(variable.name, "").strip()
        else _check_value(variable, values.get(variable.name, ""))
        for variable in template.variables
    }
    return SLOT.sub(lambda slot: filled[slot[1]], template.text)


def values_in(template: NoticeTemplate, text: str) -> dict[str, str]:
    """What a notice was filled with, the reverse of `fill`; empty where a blank was left open, and
    nothing at all where the text is of another wording.
    """
    pattern, seen = "", set[str]()
    for place, part in enumerate(SLOT.split(template.text)):
        if place % 2 == 0:
            pattern += re.escape(part)
        else:
            pattern += f"(?P={part})" if part in seen else f"(?P<{part}>.+?)"
            seen.add(part)
    found = re.fullmatch(pattern, text, re.DOTALL)
    given = found.groupdict() if found else {}
    return {name: "" if value == f"{{{name}}}" else value for name, value in given.items()}


def _check_value(variable: NoticeVariable, given: str) -> str:
    value = " ".join(given.split())
    if not value:
        raise InvalidInputError(f"请填写“{variable.title}”，例如“{variable.example}”。")
    if len(value) > variable.max_length:
        raise InvalidInputError(f"“{variable.title}”最多 {variable.max_length} 个字，请写短一些。")
    if any(unicodedata.category(sign) in {"Cc", "Cf", "Cs"} for sign in value):
        raise InvalidInputError(f"“{variable.title}”里有无法显示的字符，请重新输入。")
    if NOT_TO_FILL_IN.search(unicodedata.normalize("NFKC", value)):
        raise InvalidInputError(
            f"“{variable.title}”里不能有网址、长数字或特殊符号，例如“{variable.example}”。"
        )
    return value


def _read_one(row: Any) -> NoticeTemplate:
    name = row.get("id", "?") if isinstance(row, dict) else row
    try:
        template = NoticeTemplate(
            id=row["id"],
            title=row["title"],
            audience=row["audience"],
            text=row["text"].strip(),
            variables=tuple(
                NoticeVariable(key, blank["title"], blank["example"], blank["max_length"])
                for key, blank in (row.get("variables") or {}).items()
            ),
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise SettingsError(f"notices.yml 的通知 {name} 缺少或写错了：{error}") from None
    _check_template(template)
    return template


def _check_template(template: NoticeTemplate) -> None:
    blanks = {variable.name for variable in template.variables}
    slots = set(SLOT.findall(template.text))
    if slots != blanks:
        names = "、".join(sorted(slots ^ blanks))
        raise SettingsError(f"notices.yml 的通知 {template.id}：文字与变量不一致：{names}")
    longest = SLOT.sub("", template.text) + "字" * sum(
        variable.max_length * len(re.findall(rf"\{{{variable.name}\}}", template.text))
        for variable in template.variables
    )
    if len(longest) > MOST_SIGNS or len(longest.encode()) > MOST_BYTES:
        raise SettingsError(f"notices.yml 的通知 {template.id}：填满后超过 {MOST_SIGNS} 字")
    fill(template, template.examples)
