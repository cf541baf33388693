"""`fanzha serve | bot | scheduler | console`: running the product, whole or in parts."""

import asyncio
from typing import TYPE_CHECKING

from bot.commands.screen import errors_as_sentences, library_progress, out

if TYPE_CHECKING:
    from bot.serving import Part, Plan


def serve() -> None:
    """在一个进程里运行机器人、值班台和定时任务。"""
    from bot.serving import ALL_PARTS

    _run(ALL_PARTS)


def bot() -> None:
    """只运行聊天网页和 Telegram。"""
    from bot.serving import BOT_PARTS

    _run(BOT_PARTS)


def scheduler() -> None:
    """只运行定时任务和群发。"""
    from bot.serving import Part

    _run(frozenset({Part.SCHEDULER}))


def console() -> None:
    """只运行值班台。"""
    from bot.serving import Part

    _run(frozenset({Part.CONSOLE}))


def _run(parts: "frozenset[Part]") -> None:
    from bot.event_loop import run

    with errors_as_sentences():
        run(_serve(parts))


async def _serve(parts: "frozenset[Part]") -> None:
    from bot.app import open_app
    from bot.garbage import keep_what_is_loaded
    from bot.logs import configure_logs
    from bot.serving import Part, make_plan, reserve_addresses, run_plan, stop_on_signals
    from bot.settings import load_settings

    settings = load_settings()
    configure_logs(settings.log_level)
    stop = asyncio.Event()
    stop_on_signals(stop)
    needs_library = parts != {Part.SCHEDULER}
    with reserve_addresses(settings, parts) as reserved:
        with library_progress() as progress:
            opening = open_app(settings, progress, with_library=needs_library)
            app = await opening.__aenter__()
        try:
            plan = await make_plan(app, parts, stop)
            keep_what_is_loaded()
            await run_plan(plan, reserved, lambda: show_plan(plan))
        finally:
            await opening.__aexit__(None, None, None)


def show_plan(plan: "Plan") -> None:
    """What runs, where, and what is off and why."""
    from rich.table import Table

    table = Table(title="反诈机器人", title_justify="left", show_header=False, box=None)
    for line in plan.lines:
        state = "[green]●[/] 运行" if line.running else "[yellow]○[/] 未开"
        table.add_row(state, line.name, line.where)
    out.print(table)
    if plan.setup_link:
        out.print("\n还没有人能登录值班台。第一位民警请打开（24 小时内有效，只能用一次）：")
        out.print(plan.setup_link, style="bold cyan", soft_wrap=True)
    out.print("\n按 Ctrl+C 停止。")
