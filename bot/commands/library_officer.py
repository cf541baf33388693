"""`fanzha library add | retire | history | rollback | review`: asks who one is."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from bot.commands.officer import Login, signed_in
from bot.commands.screen import library_progress, out, run
from bot.errors import ConflictError

if TYPE_CHECKING:
    from bot.app import LibraryInService
    from bot.services.library_replay import Candidate, Replayed
    from bot.services.library_review import ReviewLine
    from bot.services.library_work import ChangeLine
    from bot.services.patterns import Patterns
    from bot.services.permissions import Action
    from bot.storage.database import Database
    from bot.storage.library import LibraryChange
    from bot.storage.staff import Staff

TRIES = 3
"""How often a replay is repeated when a colleague changed the library meanwhile."""
KIND_NAMES = {"add": "加入", "retire": "停用", "restore": "恢复"}
SOURCE_NAMES = {"dispute": "居民认为判断错了", "report": "核实的举报"}
LEVEL_NAMES = {"high": "高危", "suspicious": "可疑", "unclear": "拿不准", "none": "未见异常"}

Family = Annotated[str, typer.Argument(help="骗术编号，例如 cs_insurance")]
Register = Annotated[
    str, typer.Option(help="sms 短信 | chat 聊天 | call 电话 | told 转述 | post | screen")
]
Why = Annotated[str, typer.Option("--why", help="原因，会写进历史")]


def add(
    family: Family,
    text: Annotated[str, typer.Argument(help="骗子的原话；号码会先遮住")],
    why: Why,
    register: Register = "chat",
    login: Login = "",
) -> None:
    """加入一条话术：先用全部用例和正常消息重放，会误判的不收。"""
    run(lambda: _add(login, family, text, register, why))


def retire(
    script_id: Annotated[int, typer.Argument(help="话术编号，见 history")],
    why: Why,
    login: Login = "",
) -> None:
    """停用一条民警加入的话术。"""
    run(lambda: _retire(login, script_id, why))


def history(
    login: Login = "",
    limit: Annotated[int, typer.Option(min=1, max=1000, help="最多几条")] = 50,
) -> None:
    """改动的历史，新的在前。"""
    run(lambda: _history(login, limit))


def rollback(
    number: Annotated[int, typer.Argument(min=0, help="退回到第几次改动之后；0 是一条都没加时")],
    why: Why,
    login: Login = "",
) -> None:
    """退回到某次改动之后的样子；退回本身也写进历史。"""
    run(lambda: _rollback(login, number, why))


def review(
    review_id: Annotated[int, typer.Argument(help="待审编号；不写则列出")] = 0,
    family: Annotated[str, typer.Option(help="加入到哪个骗术")] = "",
    text: Annotated[str, typer.Option(help="改用这段话；不写则用原文")] = "",
    register: Register = "chat",
    why: Annotated[str, typer.Option("--why", help="原因，会写进历史")] = "",
    dismiss: Annotated[bool, typer.Option("--dismiss", help="不加入，移出待审")] = False,
    login: Login = "",
) -> None:
    """审看居民同意留下的消息：列出、加入话术库、或移出。"""
    if review_id and not (family or dismiss):
        raise typer.BadParameter("写上 --family 加入，或 --dismiss 移出。")
    if not review_id:
        run(lambda: _list_reviews(login))
    elif dismiss:
        run(lambda: _dismiss(login, review_id))
    else:
        run(lambda: _add_reviewed(login, review_id, Wanted(family, text, register, why)))


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to come into the library."""

    family: str
    text: str
    register: str
    why: str


@dataclass(frozen=True, slots=True)
class Workbench:
    """What work on the library needs: who works, where it is kept, and what replays need."""

    database: "Database"
    staff: "Staff"
    service: "LibraryInService"
    patterns: "Patterns"

    async def replayed(self, candidates: "Sequence[Candidate]") -> "Replayed":
        """Replay against the library as it is now, with a progress bar."""
        from bot.services.library_replay import replay

        with library_progress() as progress:
            return await asyncio.to_thread(
                replay, candidates, self.service.current(), self.patterns, progress
            )

    async def until_settled(
        self, work: "Callable[[], Awaitable[Sequence[LibraryChange]]]"
    ) -> "Sequence[LibraryChange]":
        """Do the work again when a colleague changed the library meanwhile."""
        for _ in range(TRIES - 1):
            try:
                return await work()
            except ConflictError:
                await self.service.take_up_changes()
        return await work()


@asynccontextmanager
async def workbench(login: str, action: "Action") -> AsyncIterator[Workbench]:
    """Everything at hand, for an officer who may do this."""
    from bot.app import open_library
    from bot.services.library import PATTERNS_ROOT, read_patterns
    from bot.services.permissions import require
    from bot.settings import load_settings

    async with signed_in(login) as (database, staff):
        require(staff.role, action)
        with library_progress() as progress:
            service = await asyncio.to_thread(open_library, load_settings(), progress)
        patterns = await asyncio.to_thread(read_patterns, PATTERNS_ROOT)
        await service.follow(database)
        yield Workbench(database, staff, service, patterns)


async def _add(login: str, family: str, text: str, register: str, why: str) -> None:
    from bot.services.library_replay import candidate
    from bot.services.library_work import accept
    from bot.services.permissions import Action
    from bot.times import now

    async with workbench(login, Action.EDIT_LIBRARY) as bench:

        async def work() -> "Sequence[LibraryChange]":
            made = candidate(text, family, register, bench.service.current())
            found = await bench.replayed([made])
            async with bench.database.writing() as session:
                changes = await accept(session, bench.staff, found, why, now())
            _show_added(found)
            return changes

        _show_changes(await bench.until_settled(work))


async def _retire(login: str, script_id: int, why: str) -> None:
    from bot.services.library_work import retire_script
    from bot.times import now

    async with signed_in(login) as (database, staff), database.writing() as session:
        change = await retire_script(session, staff, script_id, why, now())
    _show_changes([change])


async def _rollback(login: str, number: int, why: str) -> None:
    from bot.services.library_work import plan_rollback, rollback
    from bot.services.permissions import Action
    from bot.times import now

    async with workbench(login, Action.EDIT_LIBRARY) as bench:
        async with bench.database.reading() as session:
            plan = await plan_rollback(session, bench.staff, number)
        found = await bench.replayed(plan.restore)
        async with bench.database.writing() as session:
            changes = await rollback(session, bench.staff, plan, found, why, now())
    _show_changes(changes)


async def _history(login: str, limit: int) -> None:
    from bot.services import library_work

    async with signed_in(login, looks=True) as (database, staff), database.reading() as session:
        lines = await library_work.history(session, staff, limit)
    if not lines:
        out.print("还没有改动。用 fanzha library add 加入第一条。")
        return
    from rich.table import Table

    table = Table("第几次", "时间", "谁", "改动", "话术")
    for name in ("骗术", "原话", "原因"):
        table.add_column(name, overflow="fold")
    for line in lines:
        table.add_row(*_history_cells(line))
    out.print(table)


def _history_cells(line: "ChangeLine") -> list[str]:
    from rich.markup import escape

    from bot.times import on_screen

    back = f"（退回到第 {line.back_to} 次）" if line.back_to is not None else ""
    return [
        str(line.number),
        on_screen(line.at),
        escape(line.who),
        KIND_NAMES[line.kind] + back,
        str(line.script_id),
        line.family,
        escape(line.text),
        escape(line.why),
    ]


async def _list_reviews(login: str) -> None:
    from bot.services.library_review import review_queue

    async with signed_in(login, looks=True) as (database, staff), database.reading() as session:
        lines = await review_queue(session, staff)
    if not lines:
        out.print("没有待审的消息。居民认为判断错了并同意留下的消息会出现在这里。")
        return
    for line in lines:
        _show_review(line)


def _show_review(line: "ReviewLine") -> None:
    from bot.times import on_screen

    given = line.given
    level = LEVEL_NAMES.get(given.level, given.level)
    head = (
        f"{line.id}  {on_screen(line.kept_at)}  {SOURCE_NAMES[line.source]}  当时判为 {level} "
        f"{given.score:.2f} {given.family or ''}（话术库 {given.library_version}）"
    )
    out.print(head, style="bold", markup=False)
    out.print(line.text, markup=False, soft_wrap=True)


async def _dismiss(login: str, review_id: int) -> None:
    from bot.services import library_review
    from bot.times import now

    async with signed_in(login) as (database, staff), database.writing() as session:
        await library_review.dismiss(session, staff, review_id, now())
    out.print(f"已移出待审：{review_id}。")


async def _add_reviewed(login: str, review_id: int, wanted: Wanted) -> None:
    from bot.services.library_replay import candidate
    from bot.services.library_review import accept_reviewed, reviewed_text
    from bot.services.permissions import Action
    from bot.times import now

    async with workbench(login, Action.REVIEW_LIBRARY) as bench:

        async def work() -> "Sequence[LibraryChange]":
            async with bench.database.reading() as session:
                line = await reviewed_text(session, bench.staff, review_id)
            text = wanted.text or line.text
            made = candidate(text, wanted.family, wanted.register, bench.service.current())
            found = await bench.replayed([made])
            async with bench.database.writing() as session:
                changes = await accept_reviewed(
                    session, bench.staff, review_id, found, wanted.why, now()
                )
            _show_added(found)
            return changes

        _show_changes(await bench.until_settled(work))


def _show_added(found: "Replayed") -> None:
    for one, verdict in zip(found.candidates, found.own, strict=True):
        level = LEVEL_NAMES[verdict.level]
        out.print(f"“{one.text}” 现在判为：{level} {verdict.score:.2f}", markup=False)
        if verdict.level not in ("high", "suspicious"):
            out.print("光靠这一条还判不出来，请再加几条不同说法，或告诉维护人员。", style="yellow")


def _show_changes(changes: "Sequence[LibraryChange]") -> None:
    for change in changes:
        what = KIND_NAMES[change.kind]
        out.print(f"第 {change.number} 次改动：{what}话术 {change.script_id}，一秒内全部生效。")
