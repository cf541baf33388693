"""Running the parts of the product in one process until it is told to stop."""

import asyncio
import contextlib
import signal
import socket
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

import structlog
import uvicorn
from fastapi import FastAPI
from fastapi.responses import RedirectResponse

from bot.app import App
from bot.errors import SettingsError
from bot.services.staff import make_setup_code
from bot.settings import Settings
from bot.times import now

CONSOLE_PATH = "/console"

log = structlog.get_logger(__name__)


class Part(StrEnum):
    """What a process can run."""

    CHAT = "chat"
    TELEGRAM = "telegram"
    SCHEDULER = "scheduler"
    CONSOLE = "console"


BOT_PARTS = frozenset({Part.CHAT, Part.TELEGRAM})
ALL_PARTS = frozenset(Part)


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the start-up screen: what, where, or why not."""

    name: str
    running: bool
    where: str


@dataclass
class Plan:
    """What will run: jobs that end when `stop` is set, web apps by address, lines to show."""

    stop: asyncio.Event
    web: dict[tuple[str, int], FastAPI] = field(default_factory=dict)
    jobs: list[asyncio.Task[None]] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    setup_link: str | None = None


class QuietServer(uvicorn.Server):
    """A server that leaves signals to the process."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def stop_on_signals(stop: asyncio.Event) -> None:
    """Set `stop` on SIGINT and SIGTERM."""
    loop = asyncio.get_running_loop()
    for sign in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(sign, stop.set)


async def run_plan(plan: Plan) -> None:
    """Run until `stop`; a part that fails stops the others and its error is raised."""
    tasks = list(plan.jobs)
    servers: list[QuietServer] = []
    try:
        for address, app in plan.web.items():
            listening = _bind(address)
            servers.append(_server(app))
            tasks.append(asyncio.create_task(servers[-1].serve(sockets=[listening])))
        stopping = asyncio.create_task(plan.stop.wait())
        await asyncio.wait({stopping, *tasks}, return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
    finally:
        plan.stop.set()
        for server in servers:
            server.should_exit = True
        results = await asyncio.gather(*tasks, return_exceptions=True)
    for result in results:
        if isinstance(result, Exception):
            raise result


def _server(app: FastAPI) -> QuietServer:
    return QuietServer(
        uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            proxy_headers=False,
            server_header=False,
            lifespan="off",
            timeout_graceful_shutdown=5,
        )
    )


def _bind(address: tuple[str, int]) -> socket.socket:
    host, port = address
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        made = socket.socket(family, socket.SOCK_STREAM)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind(address)
    except OSError as error:
        raise SettingsError(
            f"无法使用 {host}:{port}({error.strerror or error})。"
            "请关掉占用它的程序，或用 FANZHA_HOST、FANZHA_PORT 换一个。"
        ) from None
    return made


async def make_plan(app: App, wanted: frozenset[Part], stop: asyncio.Event) -> Plan:
    """Put together what is wanted and possible."""
    plan = Plan(stop)
    if wanted & BOT_PARTS:
        _plan_dialogue(plan, app)
    if Part.CONSOLE in wanted:
        await _plan_console(plan, app)
    if Part.SCHEDULER in wanted:
        _plan_scheduler(plan, app)
    return plan


def _plan_dialogue(plan: Plan, app: App) -> None:
    from bot.channels.telegram import Polling, serve_webhook, telegram_bot
    from bot.channels.web import WebParts, chat_app
    from bot.handlers.dispatcher import make_dispatcher
    from bot.handlers.middlewares import AnswerParts

    settings, library = app.settings, app.library
    if library is None:
        raise ValueError("the dialogue needs the library")
    parts = AnswerParts(app.database, library.current, now, settings.messages_per_minute)
    dispatcher = make_dispatcher(parts, settings)
    plan.jobs.append(asyncio.create_task(library.watch(plan.stop)))
    telegram = telegram_bot(settings) if settings.telegram_token.get_secret_value() else None
    webhook = telegram if settings.telegram_webhook_secret.get_secret_value() else None
    chat = chat_app(WebParts(settings, app.database, dispatcher, now, webhook))
    plan.web[(settings.host, settings.port)] = chat
    plan.lines.append(Line("聊天网页", True, f"{own_address(settings)}/"))
    if telegram is None:
        plan.lines.append(Line("Telegram", False, "没有设置 FANZHA_TELEGRAM_TOKEN"))
    elif webhook is not None:
        plan.jobs.append(asyncio.create_task(serve_webhook(telegram, settings, plan.stop)))
        plan.lines.append(Line("Telegram", True, f"webhook {settings.public_url}"))
    else:
        plan.jobs.append(asyncio.create_task(Polling(telegram, dispatcher).run(plan.stop)))
        plan.lines.append(Line("Telegram", True, f"polling {settings.telegram_api}"))


async def _plan_console(plan: Plan, app: App) -> None:
    from console.app import console_app
    from console.parts import ConsoleParts

    settings = app.settings
    categories = app.library.current().categories if app.library else {}
    console = console_app(ConsoleParts(app.database, settings, now, categories))
    address = settings.console_address
    shell = plan.web.setdefault(address, _shell())
    shell.mount(CONSOLE_PATH, console)
    link = f"{console_url(settings)}{CONSOLE_PATH}"
    plan.lines.append(Line("值班台", True, f"{link}/"))
    async with app.database.writing() as session:
        code = await make_setup_code(session, now())
    plan.setup_link = f"{link}/setup?code={code}" if code else None


def _plan_scheduler(plan: Plan, app: App) -> None:
    from scheduler.run import run_scheduler

    running = run_scheduler(app.database, app.settings, stop=plan.stop)
    plan.jobs.append(asyncio.create_task(running))
    plan.lines.append(Line("定时与群发", True, "到点发送、重试、清理"))


def _shell() -> FastAPI:
    shell = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)

    @shell.get("/")
    async def to_console() -> RedirectResponse:
        return RedirectResponse(f"{CONSOLE_PATH}/")

    return shell


def own_address(settings: Settings) -> str:
    """Where people find the chat page."""
    return settings.public_url or f"http://{settings.host}:{settings.port}"


def console_url(settings: Settings) -> str:
    """Where officers find the console."""
    host, port = settings.console_address
    if (host, port) == (settings.host, settings.port):
        return own_address(settings)
    return f"http://{host}:{port}"
