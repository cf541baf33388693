"""Drills: a harmless imitation of a trick as a branching conversation, read and validated."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from bot.services.articles import read_audiences, short
from bot.services.library_files import Problems, Value, check_keys, read_file

FOLDER = "drills"
LONGEST_LINE, LONGEST_CHOICE, MOST_CHOICES = 200, 40, 4
_KEYS = (
    "id", "title", "family", "audience", "for_minors", "opening", "start", "nodes", "ends",
    "marks", "closing",
)  # fmt: skip


class Result(StrEnum):
    """How a drill ended."""

    STOPPED = "stopped"
    DANGER = "danger"


@dataclass(frozen=True, slots=True)
class Choice:
    """What one may answer, where it leads, and the mark one has missed by it, if any."""

    text: str
    to: str
    missed: str


@dataclass(frozen=True, slots=True)
class Node:
    """What the imitated person says, and the answers to it."""

    says: tuple[str, ...]
    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class End:
    """Where the conversation stops, always before the dangerous step itself."""

    result: Result
    text: str


@dataclass(frozen=True, slots=True)
class Drill:
    """A whole drill; every way through `nodes` ends in one of `ends`."""

    id: str
    title: str
    family: str
    audience: tuple[str, ...]
    for_minors: bool
    opening: str
    start: str
    nodes: Mapping[str, Node]
    ends: Mapping[str, End]
    marks: tuple[str, ...]
    closing: str


def read_drills(root: Path, families: Mapping[str, str], problems: Problems) -> Mapping[str, Drill]:
    """Every drill by id."""
    found: dict[str, Drill] = {}
    for path in sorted((root / FOLDER).glob("*.yml")):
        top = read_file(path, root, problems)
        before = len(problems.lines)
        drill = _read_drill(top, path.stem, families) if top else None
        if drill is not None and len(problems.lines) == before:
            found[drill.id] = drill
    return found


def _read_drill(top: Value, stem: str, families: Mapping[str, str]) -> Drill | None:
    fields = top.mapping()
    check_keys(top, fields, _KEYS)
    if not set(_KEYS) <= fields.keys():
        return None
    drill = Drill(
        id=short(fields["id"], 24),
        title=short(fields["title"], 24),
        family=fields["family"].string(),
        audience=read_audiences(fields["audience"]),
        for_minors=_yes_or_no(fields["for_minors"]),
        opening=short(fields["opening"], LONGEST_LINE),
        start=fields["start"].string(),
        nodes={name: _read_node(node) for name, node in fields["nodes"].mapping().items()},
        ends={name: _read_end(end) for name, end in fields["ends"].mapping().items()},
        marks=tuple(short(one, LONGEST_LINE) for one in fields["marks"].items()),
        closing=short(fields["closing"], LONGEST_LINE),
    )
    if drill.id != stem:
        fields["id"].wrong(f"“{drill.id}”应和文件名一样", f"写成 {stem}")
    if drill.family not in families:
        fields["family"].wrong(f"话术库里没有“{drill.family}”", "改成话术库里的家族")
    _check_ways(drill, fields["nodes"])
    return drill


def _yes_or_no(value: Value) -> bool:
    typed = value.string()
    if typed not in ("true", "false"):
        value.wrong(f"“{typed[:12]}”不能用在这里", "只能写 true 或 false")
    return typed == "true"


def _read_node(value: Value) -> Node:
    fields = value.mapping()
    check_keys(value, fields, ("says", "choices"))
    says = tuple(short(one, LONGEST_LINE) for one in fields["says"].items()) if fields else ()
    choices = tuple(_read_choice(one) for one in fields["choices"].items()) if fields else ()
    if not 2 <= len(choices) <= MOST_CHOICES:
        value.wrong(f"有 {len(choices)} 个回答", f"写 2 到 {MOST_CHOICES} 个")
    return Node(says, choices)


def _read_choice(value: Value) -> Choice:
    fields = value.mapping()
    check_keys(value, fields, ("text", "to", "missed"), {"missed"})
    if not {"text", "to"} <= fields.keys():
        return Choice("", "", "")
    missed = fields["missed"].string() if "missed" in fields else ""
    return Choice(short(fields["text"], LONGEST_CHOICE), fields["to"].string(), missed)


def _read_end(value: Value) -> End:
    fields = value.mapping()
    check_keys(value, fields, ("result", "text"))
    if not {"result", "text"} <= fields.keys():
        return End(Result.STOPPED, "")
    name = fields["result"].string()
    if name not in list(Result):
        fields["result"].wrong(f"“{name}”不能用在这里", f"只能写 {'、'.join(Result)}")
        name = Result.STOPPED
    return End(Result(name), short(fields["text"], LONGEST_LINE))


def _check_ways(drill: Drill, nodes: Value) -> None:
    """Every choice leads somewhere, everything is reached, and every way comes to an end."""
    known = drill.nodes.keys() | drill.ends.keys()
    reached, waiting = set[str](), [drill.start]
    while waiting:
        name = waiting.pop()
        if name not in known:
            nodes.wrong(f"没有“{name}”这一步", "改成 nodes 或 ends 里的名字")
        elif name not in reached:
            reached.add(name)
            node = drill.nodes.get(name)
            waiting += [choice.to for choice in node.choices] if node else []
    for name in sorted(known - reached):
        nodes.wrong(f"走不到“{name}”", "让一个回答通到它,或删掉它")
    for name in sorted(_endless(drill) & reached):
        nodes.wrong(f"从“{name}”走不到结尾", "让一个回答通到 ends 里的一个")


def _endless(drill: Drill) -> set[str]:
    ending, grown = set(drill.ends), True
    while grown:
        more = {
            name
            for name, node in drill.nodes.items()
            if name not in ending and any(choice.to in ending for choice in node.choices)
        }
        ending |= more
        grown = bool(more)
    return set(drill.nodes) - ending
