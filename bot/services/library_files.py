"""Reading YAML of the library with the place of every value, so that each error names its line."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
MOST_SHOWN = 40


@dataclass(frozen=True, slots=True)
class Text:
    """A text of a file and where it stands; lines count from 1."""

    text: str
    file: str
    line: int

    @property
    def place(self) -> str:
        """The place as an editor understands it."""
        return f"{self.file}:{self.line}"


@dataclass(slots=True)
class Problems:
    """All errors found so far, each with file, line and what to write instead."""

    lines: list[str] = field(default_factory=list)
    subject: str = "骗术库"

    def add(self, place: str, wrong: str, write: str) -> None:
        """Note one error."""
        self.lines.append(f"{place}: {wrong};{write}")

    def words(self) -> str:
        """All of them for the author to read, one a line; the first MOST_SHOWN."""
        rest = len(self.lines) - MOST_SHOWN
        more = [f"……还有 {rest} 处"] if rest > 0 else []
        head = f"{self.subject}有 {len(self.lines)} 处要改:"
        return "\n".join([head, *self.lines[:MOST_SHOWN], *more])


@dataclass(frozen=True, slots=True)
class Value:
    """One node of a YAML file, read by kind; a wrong kind is noted and read as empty."""

    node: Node
    file: str
    problems: Problems

    @property
    def place(self) -> str:
        """File and line of the node."""
        return f"{self.file}:{self.node.start_mark.line + 1}"

    def wrong(self, wrong: str, write: str) -> None:
        """Note an error at this node."""
        self.problems.add(self.place, wrong, write)

    def mapping(self) -> Mapping[str, "Value"]:
        """Keys and values; a key that occurs twice is an error."""
        if not isinstance(self.node, MappingNode):
            self.wrong("这里应是“键: 值”", "检查缩进和冒号")
            return {}
        found: dict[str, Value] = {}
        for key, value in self.node.value:
            name = str(key.value)
            if name in found:
                self._at(key).wrong(f"“{name}”写了两次", "合并成一处")
            found[name] = self._at(value)
        return found

    def items(self) -> Iterator["Value"]:
        """The entries of a list."""
        if not isinstance(self.node, SequenceNode):
            self.wrong("这里应是列表", "写成 ['…', '…'] 或每行一个“- '…'”")
            return
        for entry in self.node.value:
            yield self._at(entry)

    def string(self, *, quoted: bool = False) -> str:
        """A text; YAML's own reading of 1, no or 2026-01-01 is refused where quotes are asked."""
        if not isinstance(self.node, ScalarNode):
            self.wrong("这里应是一句话,却读成了别的结构", "整句用单引号括起来")
            return ""
        value = str(self.node.value)
        if quoted and self.node.style not in ("'", '"'):
            self.wrong(f"“{value[:12]}”没有加引号", "整句用单引号括起来")
        if not value.strip():
            self.wrong("这里是空的", "补上内容或删掉这一行")
        return value

    def strings(self) -> tuple[str, ...]:
        """A list of short texts."""
        return tuple(entry.string() for entry in self.items())

    def texts(self) -> tuple[Text, ...]:
        """A list of sentences, each in quotes."""
        return tuple(
            Text(entry.string(quoted=True), self.file, entry.node.start_mark.line + 1)
            for entry in self.items()
        )

    def number(self) -> int:
        """A whole number above zero."""
        value = str(self.node.value)
        if not isinstance(self.node, ScalarNode) or not value.isdecimal() or int(value) < 1:
            self.wrong(f"“{value[:12]}”不是正整数", "写成 1、2、3…")
            return 1
        return int(value)

    def _at(self, node: Node) -> "Value":
        return Value(node, self.file, self.problems)


def check_keys(
    top: Value, fields: Mapping[str, Value], known: Iterable[str], optional: Collection[str] = ()
) -> None:
    """Note every key that is not known, and every one that is missing."""
    names = tuple(known)
    for name in fields.keys() - set(names):
        fields[name].wrong(f"不认识“{name}”", f"只能用 {'、'.join(names)}")
    for name in names:
        if name not in fields and name not in optional:
            top.wrong(f"缺少“{name}”", f"补上“{name}: …”")


def read_file(path: Path, root: Path, problems: Problems) -> Value | None:
    """The top of a file; None, with the error noted, when it is no readable YAML."""
    name = path.relative_to(root).as_posix()
    source = read_source(path, name, problems)
    return None if source is None else read_yaml(source, name, problems)


def read_source(path: Path, name: str, problems: Problems) -> str | None:
    """The text of a file; None, with the error noted, when it is not there or not UTF-8."""
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        problems.add(f"{name}:1", "缺少这个文件", "从发布包里恢复它")
        return None
    except UnicodeDecodeError:
        problems.add(f"{name}:1", "不是 UTF-8 编码", "另存为 UTF-8")
        return None


def read_yaml(source: str, name: str, problems: Problems) -> Value | None:
    """The top of YAML; None, with the error noted, when it is none."""
    try:
        node = yaml.compose(source, Loader=_LOADER)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        problems.add(f"{name}:{line}", "不是正确的 YAML", "整句用单引号括起来,句中的 ' 写成 ''")
        return None
    except yaml.YAMLError:
        problems.add(f"{name}:1", "含有 YAML 不允许的字符", "删掉不可见的控制字符")
        return None
    if node is None:
        problems.add(f"{name}:1", "文件是空的", "补上内容或删掉文件")
        return None
    return Value(node, name, problems)
