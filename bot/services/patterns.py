"""The library as its authors write it: families, cases and genuine messages, read and validated."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

from yaml.nodes import MappingNode, SequenceNode

from bot.errors import ExpectedError
from bot.matching.library import STAGES, Family, FamilyStatus, Reference, Severity
from bot.matching.result import ActionCode
from bot.services.expansion import LIST_SLOTS, SLOT, SLOT_NAMES, Side, Slots
from bot.services.library_files import Problems, Text, Value, check_keys, read_file
from bot.services.links import PART_NAMES

REGISTER_NAMES = {
    "sms": "短信",
    "chat": "聊天",
    "call": "电话",
    "told": "转述",
    "post": "网帖",
    "screen": "截屏",
}
REGISTERS = tuple(REGISTER_NAMES)
CATEGORIES_FILE, SLOTS_FILE, GENUINE_FOLDER = "categories.yml", "slots.yml", "genuine"
LONGEST_TITLE, LONGEST_DESCRIPTION = 18, 80
SHORTEST_TEXT, LONGEST_TEXT = 1, 2000

_FAMILY_KEYS = (
    "id", "title", "category", "also", "status", "severity", "version", "modified", "targets",
    "action", "description", "stages", "differs_from_genuine", "advice", "references", "scripts",
)  # fmt: skip
_OPTIONAL = frozenset({"also", "references"})
_CASE_KEYS = ("family", "match", "no_match", "todo_match")
_GENUINE_KEYS = ("id", "title", "kind", "about", "messages")

Choice = TypeVar("Choice", bound=StrEnum)


class LibraryError(ExpectedError):
    """The library cannot be used as it is written; `words` lists every error with its place."""


@dataclass(frozen=True, slots=True)
class Cases:
    """Texts that test a family and are never part of the library."""

    match: tuple[Text, ...] = ()
    no_match: tuple[Text, ...] = ()
    todo_match: tuple[Text, ...] = ()


@dataclass(frozen=True, slots=True)
class Genuine:
    """Ordinary messages of one kind, by register."""

    id: str
    title: str
    kind: str
    messages: Mapping[str, tuple[Text, ...]]


@dataclass(frozen=True, slots=True)
class Patterns:
    """Everything written in the library's folder. Scripts are by family and register."""

    categories: Mapping[str, str]
    slots: Slots
    families: Mapping[str, Family]
    scripts: Mapping[str, Mapping[str, tuple[Text, ...]]]
    cases: Mapping[str, Cases]
    genuine: tuple[Genuine, ...]


def read_patterns(root: Path) -> Patterns:
    """Read and validate the whole folder. Raises LibraryError with all errors at once."""
    problems = Problems()
    categories = _read_categories(root, problems)
    slots = _read_slots(root, problems)
    families: dict[str, Family] = {}
    scripts: dict[str, Mapping[str, tuple[Text, ...]]] = {}
    cases: dict[str, Cases] = {}
    genuine: list[Genuine] = []
    for path in sorted(root.glob("*/*.yml")):
        top = read_file(path, root, problems)
        if top is None:
            continue
        if path.parent.name == GENUINE_FOLDER:
            genuine.append(_read_genuine(top, path.stem))
        elif path.name.endswith(".cases.yml"):
            cases[path.name.removesuffix(".cases.yml")] = _read_cases(top, path)
        elif path.stem in families:
            top.wrong(f"“{path.stem}”有两个文件", "换一个 id")
        else:
            families[path.stem], scripts[path.stem] = _read_family(top, path, categories)
    found = Patterns(categories, slots, families, scripts, cases, tuple(genuine))
    _check_texts(found, problems)
    for family_id in sorted(cases.keys() - families.keys()):
        problems.add(f"{family_id}.cases.yml:1", "没有这个家族的文件", "改文件名或补上家族文件")
    if not families and not problems.lines:
        problems.add(f"{root}:1", "没有任何骗术家族", "检查文件夹是否正确")
    if problems.lines:
        raise LibraryError(problems.words())
    return found


def _read_categories(root: Path, problems: Problems) -> Mapping[str, str]:
    top = read_file(root / CATEGORIES_FILE, root, problems)
    return {name: value.string() for name, value in top.mapping().items()} if top else {}


def _read_slots(root: Path, problems: Problems) -> Slots:
    top = read_file(root / SLOTS_FILE, root, problems)
    fields = top.mapping() if top else {}
    if top:
        check_keys(top, fields, (*sorted(LIST_SLOTS), "link"), frozenset())
    values: dict[Side, dict[str, tuple[str, ...]]] = {side: {} for side in Side}
    for name in sorted(LIST_SLOTS & fields.keys()):
        for side in Side:
            values[side][name] = _slot_values(fields[name], side)
    parts: Mapping[str, Value] = fields["link"].mapping() if "link" in fields else {}
    if parts:
        check_keys(fields["link"], parts, PART_NAMES, frozenset())
    return Slots(values, {name: _raw_strings(value) for name, value in parts.items()})


def _slot_values(value: Value, side: Side) -> tuple[str, ...]:
    if isinstance(value.node, MappingNode):
        sides = value.mapping()
        check_keys(value, sides, tuple(Side), frozenset())
        return sides[side].strings() if side in sides else ()
    return value.strings()


def _raw_strings(value: Value) -> tuple[str, ...]:
    return tuple(str(entry.node.value) for entry in value.items())


def _choice(value: Value | None, kind: type[Choice], default: Choice) -> Choice:
    if value is None:
        return default
    name = value.string()
    if name in list(kind):
        return kind(name)
    value.wrong(f"“{name}”不能用在这里", f"只能写 {'、'.join(kind)}")
    return default


def _read_family(
    top: Value, path: Path, categories: Mapping[str, str]
) -> tuple[Family, Mapping[str, tuple[Text, ...]]]:
    fields = top.mapping()
    check_keys(top, fields, _FAMILY_KEYS, _OPTIONAL)

    def text(name: str, longest: int = 200) -> str:
        value = fields.get(name)
        if value is None:
            return ""
        found = value.string()
        if len(found) > longest:
            value.wrong(f"“{name}”有 {len(found)} 个字", f"缩短到 {longest} 个字以内")
        return found

    def texts(name: str) -> tuple[str, ...]:
        return fields[name].strings() if name in fields else ()

    _expect(fields, "id", path.stem, "和文件名一样")
    _expect(fields, "category", path.parent.name, "和所在文件夹一样")
    for name in ("category", "also"):
        _check_categories(fields.get(name), categories)
    family = Family(
        id=path.stem,
        title=text("title", LONGEST_TITLE),
        category=path.parent.name,
        also=texts("also"),
        status=_choice(fields.get("status"), FamilyStatus, FamilyStatus.DRAFT),
        severity=_choice(fields.get("severity"), Severity, Severity.HIGH),
        version=fields["version"].number() if "version" in fields else 1,
        modified=text("modified"),
        targets=texts("targets"),
        action=_choice(fields.get("action"), ActionCode, ActionCode.STOP_AND_VERIFY),
        description=text("description", LONGEST_DESCRIPTION),
        stages=_read_stages(fields.get("stages")),
        differs_from_genuine=text("differs_from_genuine"),
        advice=texts("advice"),
        references=_read_references(fields.get("references")),
    )
    if "advice" in fields and not family.advice:
        fields["advice"].wrong("没有写建议", "写 2-4 句,第一句是现在要做的一件事")
    return family, _read_registers(fields.get("scripts"))


def _expect(fields: Mapping[str, Value], name: str, wanted: str, why: str) -> None:
    if name in fields and fields[name].string() != wanted:
        fields[name].wrong(f"“{name}”应{why}", f"写成 {wanted}")


def _check_categories(value: Value | None, categories: Mapping[str, str]) -> None:
    if value is None:
        return
    names = value.strings() if isinstance(value.node, SequenceNode) else (value.string(),)
    for name in names:
        if name not in categories:
            value.wrong(f"没有“{name}”这个类别", f"从 {CATEGORIES_FILE} 里选一个")


def _read_stages(value: Value | None) -> Mapping[str, tuple[str, ...]]:
    stages = value.mapping() if value else {}
    if value:
        check_keys(value, stages, STAGES, frozenset())
    return {name: stages[name].strings() for name in STAGES if name in stages}


def _read_references(value: Value | None) -> tuple[Reference, ...]:
    found = []
    for entry in value.items() if value else ():
        fields = entry.mapping()
        check_keys(entry, fields, ("title", "url", "accessed"), frozenset())
        read = {name: field.string() for name, field in fields.items()}
        found.append(Reference(*(read.get(name, "") for name in ("title", "url", "accessed"))))
    return tuple(found)


def _read_registers(value: Value | None) -> Mapping[str, tuple[Text, ...]]:
    registers = value.mapping() if value else {}
    if value:
        check_keys(value, registers, REGISTERS, frozenset(REGISTERS))
    return {name: registers[name].texts() for name in REGISTERS if name in registers}


def _read_cases(top: Value, path: Path) -> Cases:
    fields = top.mapping()
    check_keys(top, fields, _CASE_KEYS, frozenset({"todo_match"}))
    _expect(fields, "family", path.name.removesuffix(".cases.yml"), "和文件名一样")
    match, no_match, todo = (fields[n].texts() if n in fields else () for n in _CASE_KEYS[1:])
    return Cases(match, no_match, todo)


def _read_genuine(top: Value, name: str) -> Genuine:
    fields = top.mapping()
    check_keys(top, fields, _GENUINE_KEYS, frozenset({"about"}))
    _expect(fields, "id", name, "和文件名一样")
    title = fields["title"].string() if "title" in fields else ""
    kind = fields["kind"].string() if "kind" in fields else ""
    return Genuine(name, title, kind, _read_registers(fields.get("messages")))


def all_texts(registers: Mapping[str, tuple[Text, ...]]) -> tuple[Text, ...]:
    """The texts of every register, in order."""
    return tuple(text for texts in registers.values() for text in texts)


def _check_texts(found: Patterns, problems: Problems) -> None:
    library: dict[str, Text] = {}
    groups = [all_texts(registers) for registers in found.scripts.values()]
    groups += [all_texts(genuine.messages) for genuine in found.genuine]
    for text in (text for group in groups for text in group):
        _check_text(text, problems)
        _check_once(text, library, problems, "同一句话写了两次")
    for cases in found.cases.values():
        for text in (*cases.match, *cases.no_match, *cases.todo_match):
            _check_text(text, problems)
            _check_once(text, library, problems, "用例和库里的话相同")


def _check_once(text: Text, seen: dict[str, Text], problems: Problems, wrong: str) -> None:
    plain = "".join(text.text.split())
    if plain in seen:
        problems.add(text.place, f"{wrong}(见 {seen[plain].place})", "删掉一处或换个说法")
    seen.setdefault(plain, text)


def _check_text(text: Text, problems: Problems) -> None:
    if not SHORTEST_TEXT <= len(text.text) <= LONGEST_TEXT:
        problems.add(
            text.place, f"有 {len(text.text)} 个字", f"写 {SHORTEST_TEXT}-{LONGEST_TEXT} 个字"
        )
    for name in SLOT.findall(text.text):
        if name not in SLOT_NAMES:
            problems.add(
                text.place, f"没有 {{{name}}} 这个空", f"只能用 {'、'.join(sorted(SLOT_NAMES))}"
            )
    if any(brace in SLOT.sub("", text.text) for brace in "{}"):
        problems.add(text.place, "有单独的花括号", "花括号只用于 {bank} 这样的空")
