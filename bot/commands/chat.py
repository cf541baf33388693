"""`fanzha chat`: the dialogue in a terminal; buttons are numbers."""

import asyncio
import getpass
import secrets
import socket
import sys
from typing import TYPE_CHECKING

from bot.commands.screen import library_progress, out, run

if TYPE_CHECKING:
    from bot.channels.local import Shown
    from bot.channels.terminal import TerminalChat


def chat() -> None:
    """在终端里和机器人对话。"""
    run(_chat)


async def _chat() -> None:
    from bot.app import open_app
    from bot.channels.terminal import TerminalChat
    from bot.handlers.dispatcher import make_dispatcher
    from bot.handlers.middlewares import AnswerParts
    from bot.services.demonstration import refuse_demonstration
    from bot.settings import load_settings
    from bot.times import now

    settings = load_settings()
    with library_progress() as progress:
        opening = open_app(settings, progress)
        app = await opening.__aenter__()
    try:
        if app.library is None:
            raise ValueError("the dialogue needs the library")
        async with app.database.reading() as session:
            await refuse_demonstration(session)
        parts = AnswerParts(app.database, app.library.current, now, settings.messages_per_minute)
        who = f"{getpass.getuser()}@{socket.gethostname()}"
        talk = TerminalChat(make_dispatcher(parts, settings), app.database, who)
        await talk_until_end(talk)
    finally:
        await opening.__aexit__(None, None, None)


async def talk_until_end(talk: "TerminalChat") -> None:
    """Read lines until end of input or /quit."""
    out.print("输入可疑的内容后回车；按数字选按钮；/quit 退出。", style="dim")
    show(await talk.answer(secrets.token_hex(8), "/start"))
    while True:
        if sys.stdin.isatty():
            out.print("您> ", end="")
        line = await asyncio.to_thread(sys.stdin.readline)
        if not line or line.strip() == "/quit":
            return
        if line.strip():
            show(await talk.answer(secrets.token_hex(8), line.rstrip("\n")))


def show(messages: "list[Shown]") -> None:
    """Messages with their buttons numbered through."""
    from rich.panel import Panel
    from rich.text import Text

    number = 0
    for message in messages:
        body = Text(message.text)
        for start, end in message.bold:
            body.stylize("bold", start, end)
        out.print(Panel(body, expand=False))
        labels = [label for row in message.rows for label, _ in row]
        if labels:
            marks = [f"[{number + place}] {label}" for place, label in enumerate(labels, 1)]
            for line in in_lines(marks, out.width):
                out.print(line, style="cyan", markup=False, soft_wrap=True)
            number += len(labels)


def in_lines(marks: list[str], width: int) -> list[str]:
    """Buttons in lines of the screen's width, none of them broken in two."""
    from rich.cells import cell_len

    lines = [marks[0]]
    for mark in marks[1:]:
        together = f"{lines[-1]}  {mark}"
        if cell_len(together) <= width:
            lines[-1] = together
        else:
            lines.append(mark)
    return lines
