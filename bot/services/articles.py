"""Articles about tricks: Markdown with front matter, one file a family, read and validated."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path

from bot.services.library_files import Problems, Value, check_keys, read_source, read_yaml

FOLDER = "articles"
AUDIENCES = ("老人", "家长", "学生", "财务", "求职者", "商户", "车主", "单身", "游戏玩家")
"""Who somebody is, as `/learn` and the quiz ask it."""
EVERYBODY = "居民"
LONGEST_TITLE, LONGEST_ELDERS, LONGEST_GROUP, LONGEST_POSTER = 24, 60, 150, 18
LONGEST_LINE = 120
OWN_NOTE, NOT_APPROVED = "编者整理", "请反诈专班审定"
"""How an article says that its text is ours, and that the squad has not looked at it yet."""
_KEYS = (
    "family", "category", "title", "audience", "season", "sources", "reviewed",
    "elders", "group", "poster",
)  # fmt: skip
_HEADING = re.compile(r"#+\s*(.+?)\s*")
_MARKER = re.compile(r"(?:\d+[.、]\s*|[-*]\s+)")


class Section(StrEnum):
    """The parts of an article, in order."""

    HOW = "怎么骗"
    MARKS = "三个特征"
    GENUINE = "真的是什么样"
    NOW = "现在怎么做"
    PAID = "钱已经转出"
    WHOM = "谁容易遇到"


_LINES: Mapping[Section, int] = {Section.HOW: 5, Section.MARKS: 3}
"""How many entries a section has, where that is fixed."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where a fact comes from; `date` is a year, a month or a day."""

    title: str
    date: str


@dataclass(frozen=True, slots=True)
class Article:
    """One trick. `season` holds months, empty: all year; `elders`, `group` and `poster` are its
    short versions (60, 150 and 18 characters)."""

    family: str
    category: str
    title: str
    audience: tuple[str, ...]
    season: tuple[int, ...]
    sources: tuple[Source, ...]
    reviewed: date
    elders: str
    group: str
    poster: str
    sections: Mapping[Section, tuple[str, ...]]

    @property
    def published(self) -> tuple[Source, ...]:
        """Its sources that others have published."""
        return tuple(one for one in self.sources if not one.title.startswith(OWN_NOTE))

    @property
    def approved(self) -> bool:
        """Whether the squad has approved it; then its own note no longer asks for that."""
        return not any(NOT_APPROVED in one.title for one in self.sources)

    def is_for(self, audience: str) -> bool:
        """Whether it hits people of that kind."""
        return audience in self.audience or EVERYBODY in self.audience

    def in_season(self, month: int) -> bool:
        """Whether this month is one of its own."""
        return month in self.season


def read_articles(
    root: Path, families: Mapping[str, str], problems: Problems
) -> Mapping[str, Article]:
    """Every article by family; `families` maps each known family to its category."""
    found: dict[str, Article] = {}
    for path in sorted((root / FOLDER).glob("*.md")):
        article = _read_article(path, root, families, problems)
        if article is not None:
            found[article.family] = article
    return found


def _read_article(
    path: Path, root: Path, families: Mapping[str, str], problems: Problems
) -> Article | None:
    name = path.relative_to(root).as_posix()
    source = read_source(path, name, problems)
    if source is None:
        return None
    _, opened, rest = source.partition("---\n")
    front, closed, body = rest.partition("\n---\n")
    if not opened or not closed or not source.startswith("---\n"):
        problems.add(f"{name}:1", "开头缺少“---”之间的说明", "先写 ---,再写 family: …,再写 ---")
        return None
    top = read_yaml(f"\n{front}", name, problems)
    if top is None:
        return None
    before = len(problems.lines)
    sections = _read_sections(body, name, front.count("\n") + 4, problems)
    article = _with_front(top, path.stem, families, sections)
    return article if len(problems.lines) == before else None


def _with_front(
    top: Value,
    stem: str,
    families: Mapping[str, str],
    sections: Mapping[Section, tuple[str, ...]],
) -> Article | None:
    fields = top.mapping()
    check_keys(top, fields, _KEYS)
    if not set(_KEYS) <= fields.keys():
        return None
    family, category = fields["family"].string(), fields["category"].string()
    if family != stem:
        fields["family"].wrong(f"“{family}”应和文件名一样", f"写成 {stem}")
    if families.get(family) != category:
        known = families.get(family)
        write = f"写成 {known}" if known else "先在话术库里加这个家族"
        fields["category"].wrong(f"话术库里没有 {category}/{family}", write)
    return Article(
        family=family,
        category=category,
        title=short(fields["title"], LONGEST_TITLE),
        audience=read_audiences(fields["audience"]),
        season=tuple(_month(one) for one in fields["season"].items()),
        sources=read_sources(fields["sources"]),
        reviewed=_day(fields["reviewed"]),
        elders=short(fields["elders"], LONGEST_ELDERS),
        group=short(fields["group"], LONGEST_GROUP),
        poster=short(fields["poster"], LONGEST_POSTER),
        sections=sections,
    )


def short(value: Value, longest: int) -> str:
    """A text of at most `longest` characters."""
    text = value.string().strip()
    if len(text) > longest:
        value.wrong(f"有 {len(text)} 个字", f"缩短到 {longest} 个字以内")
    return text


def read_audiences(value: Value) -> tuple[str, ...]:
    """Kinds of people; an unknown one is an error."""
    known = (EVERYBODY, *AUDIENCES)
    names = value.strings()
    for name in names:
        if name not in known:
            value.wrong(f"没有“{name}”这类人群", f"只能用 {'、'.join(known)}")
    return names


def _month(value: Value) -> int:
    month = value.number()
    if month > 12:
        value.wrong(f"没有 {month} 月", "写 1 到 12")
    return month


def _day(value: Value) -> date:
    typed = value.string()
    try:
        return date.fromisoformat(typed)
    except ValueError:
        value.wrong(f"“{typed[:12]}”不是日期", "写成 2026-11-26")
        return date.min


def read_sources(value: Value | None) -> tuple[Source, ...]:
    """Sources with their dates."""
    return tuple(_read_source(one) for one in value.items()) if value else ()


def _read_source(value: Value) -> Source:
    fields = value.mapping()
    check_keys(value, fields, ("title", "date"))
    read = {name: field.string() for name, field in fields.items()}
    dated = read.get("date", "")
    if "date" in fields and not re.fullmatch(r"20\d\d(-\d\d){0,2}", dated):
        fields["date"].wrong(f"“{dated[:12]}”不是日期", "写成 2026、2026-03 或 2026-03-15")
    return Source(read.get("title", ""), dated)


def _read_sections(
    body: str, name: str, first: int, problems: Problems
) -> Mapping[Section, tuple[str, ...]]:
    """The sections of the body, which begins in line `first` of the file."""
    lines: dict[Section, list[str]] = {}
    places: dict[Section, int] = {}
    current: Section | None = None
    for number, line in enumerate(body.split("\n"), first):
        if heading := _HEADING.fullmatch(line):
            title = heading[1]
            if title not in list(Section):
                problems.add(f"{name}:{number}", f"不认识“{title}”", f"只能用 {'、'.join(Section)}")
                current = None
                continue
            current = Section(title)
            lines.setdefault(current, [])
            places[current] = number
        elif current is not None and line.strip():
            lines[current].append(_MARKER.sub("", line.strip(), count=1))
            if len(line) > LONGEST_LINE:
                problems.add(
                    f"{name}:{number}", f"这一段有 {len(line)} 个字", f"{LONGEST_LINE} 字以内"
                )
    for section in Section:
        wanted = _LINES.get(section)
        count = len(lines.get(section, ()))
        if section not in lines or not count:
            problems.add(f"{name}:{first}", f"缺少“{section}”一节", f"补上“## {section}”和内容")
        elif wanted and count != wanted:
            problems.add(
                f"{name}:{places[section]}", f"“{section}”有 {count} 条", f"写 {wanted} 条"
            )
    return {section: tuple(found) for section, found in lines.items()}
