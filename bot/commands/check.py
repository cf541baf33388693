"""`fanzha check`: the verdict for a text, for a person or for a program."""

import gc
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.commands.screen import err, errors_as_sentences, library_progress, out

if TYPE_CHECKING:
    from bot.matching.library import Library
    from bot.matching.result import Verdict

LEVEL_STYLES = {
    "high": ("高危", "bold white on red"),
    "suspicious": ("可疑", "bold black on yellow"),
    "unclear": ("拿不准", "bold black on white"),
    "none": ("未见异常", "bold"),
}
MARK_STYLES = {"reason": "underline red", "script": "on grey23"}
"""How a phrase looks that a reason quotes, and one that the nearest known script has too."""

LINE_VERDICTS = {"high": "high", "suspicious": "suspicious", "unclear": "none", "none": "none"}
"""In line files unclear counts as none."""


def check(
    text: Annotated[str | None, typer.Argument(help="要检查的文字；不写则从标准输入读")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="输出一个 JSON 对象")] = False,
    jsonl: Annotated[
        tuple[Path, Path] | None,
        typer.Option("--jsonl", metavar="IN OUT", help="逐行检查 {id, text}，写出判断"),
    ] = None,
) -> None:
    """判断一段文字像不像骗局。"""
    with errors_as_sentences():
        library = open_library()
        if jsonl is not None:
            raise typer.Exit(check_lines(library, *jsonl))
        from bot.matching.verdict import judge

        written = text if text is not None else read_stdin()
        verdict = judge(written, library)
    if as_json:
        out.out(printable(json.dumps(as_object(verdict), ensure_ascii=False)))
    else:
        show(written, verdict)


def read_stdin() -> str:
    """The text on standard input; bytes that are no UTF-8 become a replacement mark."""
    return sys.stdin.buffer.read().decode("utf-8", "replace")


def open_library() -> "Library":
    """The compiled library, built first where it has to be.

    It stays to the end: the garbage collector need not walk it again and again.
    """
    from bot.services.library import PATTERNS_ROOT, load_library
    from bot.settings import load_settings

    gc.disable()
    with library_progress() as progress:
        library = load_library(PATTERNS_ROOT, load_settings().library_dir, progress)
    gc.freeze()
    gc.enable()
    return library


def printable(text: str) -> str:
    """Lone surrogates as escapes, which in JSON mean the same."""
    return text.encode("utf-8", "backslashreplace").decode()


def as_object(verdict: "Verdict") -> dict[str, Any]:
    """The verdict as the JSON object of the contract."""
    return {
        "level": verdict.level,
        "score": round(verdict.score, 4),
        "category": verdict.category,
        "family": verdict.family,
        "title": verdict.title,
        "reasons": [
            {"code": reason.code, "text": reason.text, "quote": reason.quote}
            for reason in verdict.reasons
        ],
        "spans": [[span.start, span.end] for span in verdict.spans],
        "advice": list(verdict.advice),
        "indicators": [
            {
                "kind": found.kind,
                "value": found.value,
                "span": [found.span.start, found.span.end],
                "flags": list(found.flags),
            }
            for found in verdict.indicators
        ],
        "library_version": verdict.library_version,
    }


def show(text: str, verdict: "Verdict") -> None:
    """The verdict as a person reads it: one action first, then why."""
    from rich.text import Text

    from bot.matching.alignment import percent, shows_script

    name, style = LEVEL_STYLES[verdict.level]
    head = Text.assemble((f" {name} ", style), f"  {verdict.title or ''}")
    out.print(head)
    if verdict.advice:
        out.print(Text(verdict.advice[0], style="bold"))
    if verdict.reasons:
        out.print(marked(text, verdict))
    for reason in verdict.reasons:
        quote = f"“{' '.join(reason.quote.split())}” " if reason.quote else ""
        out.print(Text(f"· {quote}{reason.text}"))
    if shows_script(verdict):
        alike = f"{percent(verdict.nearness)}% 相似，相同的字有底色"
        out.print(Text(f"最相近的已知话术（{alike}）：{verdict.nearest}", style="dim"))
    for words in verdict.against:
        out.print(Text(f"也有不像骗局的地方：{words}", style="dim"))
    for number, step in enumerate(verdict.advice[1:], 1):
        out.print(Text(f"{number}. {step}"))
    if verdict.question:
        out.print(Text(verdict.question))
    if verdict.genuine:
        out.print(Text(f"怎么分真假：{verdict.genuine}", style="dim"))
    if verdict.level == "none":
        out.print(Text("没有发现已知的骗术，但不等于没有风险。拿不准就打 96110。"))


def marked(text: str, verdict: "Verdict", longest: int = 300) -> Any:
    """The beginning of the text with the phrases that count marked in it."""
    from rich.text import Text

    from bot.matching.alignment import evidence

    shown = Text("".join(sign if sign.isprintable() else " " for sign in text[:longest]))
    for found in evidence(text, verdict):
        shown.stylize(MARK_STYLES[found.kind], found.span.start, min(found.span.end, longest))
    return shown


def check_lines(library: "Library", source: Path, target: Path) -> int:
    """Check a file line by line; returns 1 where lines were bad, which are named at the end."""
    from rich.progress import Progress

    from bot.matching.verdict import judge

    bad: list[tuple[int, str]] = []
    replaceable = target.is_file() or not target.exists()
    draft = target.with_name(f"{target.name}.part") if replaceable else target
    try:
        size = max(source.stat().st_size, 1)
        with (
            source.open("rb") as lines,
            draft.open("w", encoding="utf-8", errors="backslashreplace") as written,
            Progress(console=err, transient=True) as progress,
        ):
            task = progress.add_task("检查", total=size)
            for number, raw in enumerate(lines, 1):
                progress.advance(task, len(raw))
                row = read_line(number, raw, bad)
                if row is not None:
                    written.write(judged_line(row, judge(row["text"], library)))
        if replaceable:
            draft.replace(target.resolve())
    except OSError as error:
        from bot.errors import system_words

        err.print(
            f"无法读写文件 {error.filename}：{system_words(error)}。", style="red", markup=False
        )
        return 1
    for number, why in bad:
        err.print(f"第 {number} 行：{why}", style="red", markup=False)
    return 1 if bad else 0


def read_line(number: int, raw: bytes, bad: list[tuple[int, str]]) -> dict[str, Any] | None:
    """A row with id and text; None for an empty line, or a bad one, which is noted."""
    if not raw.strip():
        return None
    try:
        row = json.loads(raw)
    except (ValueError, RecursionError):
        bad.append((number, '不是 JSON，应为 {"id": …, "text": …}'))
        return None
    if not isinstance(row, dict) or "id" not in row or not isinstance(row.get("text"), str):
        bad.append((number, '缺少 id 或 text，应为 {"id": …, "text": …}'))
        return None
    return row


def judged_line(row: dict[str, Any], verdict: "Verdict") -> str:
    """The output line of the contract."""
    judged = {
        "id": row["id"],
        "verdict": LINE_VERDICTS[verdict.level],
        "score": round(verdict.score, 6),
        "category": verdict.category,
    }
    return json.dumps(judged, ensure_ascii=False) + "\n"
