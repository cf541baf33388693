"""`fanzha library`: the scam scripts; what changes them asks who one is."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated

import typer

from bot.commands import library_officer
from bot.commands.screen import errors_as_sentences, library_progress, out, run

if TYPE_CHECKING:
    from bot.matching.library import Library
    from bot.services.library import CaseReport, CaseResult
    from bot.services.library_stats import LibraryStats, TitleWord
    from bot.services.patterns import Patterns

MOST_FAILURES = 50
MOST_TITLE_WORDS = 8

app = typer.Typer(help="话术库", no_args_is_help=True)
app.command("add")(library_officer.add)
app.command("retire")(library_officer.retire)
app.command("history")(library_officer.history)
app.command("rollback")(library_officer.rollback)
app.command("review")(library_officer.review)


@dataclass(frozen=True, slots=True)
class Tested:
    """A family, or a kind of genuine messages, and what the library makes of it."""

    name: str
    title: str
    report: "CaseReport"


@app.command()
def build() -> None:
    """编译话术库（已是最新则什么也不做）。"""
    from bot.services.library import PATTERNS_ROOT, load_library
    from bot.settings import load_settings

    with errors_as_sentences(), library_progress() as progress:
        library = load_library(PATTERNS_ROOT, load_settings().library_dir, progress)
    out.print(f"话术库 {library.version}：{len(library.families)} 个骗术。")


@app.command()
def check() -> None:
    """检查所有文件的写法，列出每个错误的文件和行。"""
    from bot.services.library import PATTERNS_ROOT, read_patterns

    with errors_as_sentences():
        patterns = read_patterns(PATTERNS_ROOT)
    out.print(f"没有错误：{len(patterns.families)} 个骗术。")


@app.command()
def stats() -> None:
    """话术库的构成：两边的写法是否相称，有没有重复，词汇还在不在增加。"""
    from bot.services.library import PATTERNS_ROOT, read_patterns
    from bot.services.library_stats import library_stats

    with errors_as_sentences(), library_progress() as progress:
        found = library_stats(read_patterns(PATTERNS_ROOT), progress)
    show_stats(found)


@app.command("test")
def run_cases_of_all(
    live: Annotated[bool, typer.Option("--live", help="连同民警添加的话术")] = False,
) -> None:
    """用全部用例和正常消息测试；有判错的（已知漏判除外）则以 1 结束。"""
    from bot.services.library import PATTERNS_ROOT, read_patterns

    with errors_as_sentences():
        patterns = read_patterns(PATTERNS_ROOT)
    library = run(lambda: _library(live))
    with library_progress() as progress:
        tested = judge_all(library, patterns, progress)
    show_tested(tested)
    failed = [case for one in tested for case in one.report.failed]
    show_failed(failed)
    raise typer.Exit(1 if failed else 0)


async def _library(live: bool) -> "Library":
    from bot.app import open_database, open_library
    from bot.settings import load_settings

    settings = load_settings()
    with library_progress() as progress:
        service = await asyncio.to_thread(open_library, settings, progress)
    if live:
        async with open_database(settings) as database:
            await service.follow(database)
    return service.current()


def judge_all(
    library: "Library", patterns: "Patterns", progress: Callable[[float, str], None]
) -> "list[Tested]":
    """Each family, then each kind of genuine messages, with what the library makes of it."""
    from bot.services.library import run_cases

    parts = [
        (name, patterns.families[name].title, replace(patterns, cases={name: cases}, genuine=()))
        for name, cases in patterns.cases.items()
    ]
    parts += [
        (one.id, one.title, replace(patterns, cases={}, genuine=(one,))) for one in patterns.genuine
    ]
    tested = []
    for number, (name, title, part) in enumerate(parts, 1):
        tested.append(Tested(name, title, run_cases(library, part)))
        progress(number / len(parts), "测试")
    return tested


def show_tested(tested: "list[Tested]") -> None:
    """One line a family, one a kind of genuine messages, and the sum."""
    from rich.table import Table

    table = Table("编号", "名称", "应命中", "不应命中", "已知漏判", "正常消息")
    for one in tested:
        table.add_row(one.name, one.title, *_cells([one]))
    table.add_section()
    table.add_row("合计", "", *_cells(tested), style="bold")
    out.print(table)


def _cells(tested: "list[Tested]") -> list[str]:
    columns = (
        [case for one in tested for case in one.report.match],
        [case for one in tested for case in one.report.no_match],
        [case for one in tested for case in one.report.todo_match],
        [case for one in tested for case in one.report.genuine],
    )
    must_pass = (True, True, False, True)
    return [_cell(cases, must) for cases, must in zip(columns, must_pass, strict=True)]


def _cell(cases: "list[CaseResult]", must_pass: bool) -> str:
    if not cases:
        return ""
    passed = sum(case.passed for case in cases)
    words = f"{passed}/{len(cases)}"
    return f"[red]{words}[/]" if must_pass and passed < len(cases) else words


def show_failed(failed: "list[CaseResult]") -> None:
    """What was judged wrongly, with its place; the first MOST_FAILURES."""
    for case in failed[:MOST_FAILURES]:
        words = " ".join(case.text.split())[:60]
        line = f"{case.place}  {case.verdict.level} {case.verdict.score:.2f}  {words}"
        out.print(line, markup=False, soft_wrap=True)
    if len(failed) > MOST_FAILURES:
        out.print(f"……还有 {len(failed) - MOST_FAILURES} 条")
    out.print(f"判错 {len(failed)} 条。" if failed else "全部判对。")


def show_stats(found: "LibraryStats") -> None:
    """The figures by register, which should read alike on both sides; growth; words of titles."""
    from rich.table import Table

    from bot.services.library_stats import SIDE_NAMES
    from bot.services.patterns import REGISTER_NAMES

    title = f"{found.families} 个骗术，{found.genuine_kinds} 类正常消息"
    table = Table(title=title, title_justify="left")
    for name in ("来源", "哪边", "条数", "字数", "有标点", "有链接", "有署名", "近似重复"):
        table.add_column(name, justify="left" if name in ("来源", "哪边") else "right")
    for line in sorted(found.lines, key=lambda line: list(REGISTER_NAMES).index(line.register)):
        shares = (line.punctuation, line.links, line.tags, line.near_duplicates)
        table.add_row(
            f"{REGISTER_NAMES[line.register]} {line.register}",
            SIDE_NAMES[line.side],
            str(line.texts),
            str(line.length),
            *(f"{share:.1%}" for share in shares),
        )
    out.print(table)
    for side, growth in found.growth.items():
        quarters = " → ".join(f"{rate:.2f}" for rate in growth)
        out.print(f"{SIDE_NAMES[side]}：每条带来的新词，四个四分之一依次为 {quarters}")
    show_title_words(found.title_words[:MOST_TITLE_WORDS])


def show_title_words(words: "Sequence[TitleWord]") -> None:
    """The families whose scripts name their trick most often."""
    from rich.table import Table

    table = Table(title="标题里的词在话术里有多常见", title_justify="left")
    for name in ("骗术", "词", "本骗术的话术", "全部正常消息"):
        table.add_column(name, justify="left" if name in ("骗术", "词") else "right")
    for one in words:
        table.add_row(one.family, one.word, f"{one.scripts:.0%}", f"{one.genuine:.1%}")
    out.print(table)
