"""Running the parts of the product in one process until it is told to stop."""

import asyncio
import contextlib
import errno
import signal
import socket
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING

import structlog
import uvicorn
from fastapi import FastAPI
from fastapi.responses import RedirectResponse

from bot.app import App
from bot.errors import SettingsError, system_words
from bot.heartbeat import Heartbeat
from bot.services.demonstration import refuse_demonstration
from bot.services.heartbeats import Alive
from bot.services.staff import make_setup_code
from bot.settings import Settings
from bot.times import now
from scheduler.budget import Limiter

if TYPE_CHECKING:
    from aiogram import Dispatcher

CONSOLE_PATH = "/console"
WAITING_CONNECTIONS = 128

Address = tuple[str, int]

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
    web: dict[Address, FastAPI] = field(default_factory=dict)
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


async def run_plan(
    plan: Plan, reserved: Mapping[Address, socket.socket], ready: Callable[[], None]
) -> None:
    """Run until `stop`; `ready` is called once every address takes connections.

    A part that fails stops the others and its error is raised.
    """
    tasks = list(plan.jobs)
    servers: list[QuietServer] = []
    try:
        for address, app in plan.web.items():
            _listen(address, reserved[address])
            servers.append(_server(app))
            tasks.append(asyncio.create_task(servers[-1].serve(sockets=[reserved[address]])))
        ready()
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


@contextlib.contextmanager
def reserve_addresses(
    settings: Settings, wanted: frozenset[Part]
) -> Iterator[dict[Address, socket.socket]]:
    """Take the addresses of the web apps before anything else is begun or said.

    Raises SettingsError for one that cannot be had.
    """
    addresses: list[Address] = []
    if wanted & BOT_PARTS:
        addresses.append((settings.host, settings.port))
    if Part.CONSOLE in wanted:
        addresses.append(settings.console_address)
    with contextlib.ExitStack() as taken:
        yield {address: taken.enter_context(_bind(address)) for address in dict.fromkeys(addresses)}


def _bind(address: Address) -> socket.socket:
    host, port = address
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        made = socket.socket(family, socket.SOCK_STREAM)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind(address)
    except OSError as error:
        raise _not_to_be_had(address, error) from None
    return made


def _listen(address: Address, reserved: socket.socket) -> None:
    try:
        reserved.listen(WAITING_CONNECTIONS)
    except OSError as error:
        raise _not_to_be_had(address, error) from None


def _not_to_be_had(address: Address, error: OSError) -> SettingsError:
    host, port = address
    match error:
        case OSError(errno=errno.EADDRINUSE):
            why = "端口已被别的程序占用，请关掉那个程序，或换一个端口"
        case OSError(errno=errno.EACCES):
            why = "没有权限使用这个端口，请换一个 1024 以上的端口"
        case socket.gaierror() | OSError(errno=errno.EADDRNOTAVAIL):
            why = "本机没有这个地址，请换成本机的地址，例如 127.0.0.1 或 0.0.0.0"
        case _:
            why = f"{system_words(error)}，请换一个地址或端口"
    return SettingsError(
        f"无法使用 {host} 的 {port} 端口：{why}（FANZHA_HOST、FANZHA_PORT；"
        "值班台单独设置时是 FANZHA_CONSOLE_HOST、FANZHA_CONSOLE_PORT）。"
    )


async def make_plan(app: App, wanted: frozenset[Part], stop: asyncio.Event) -> Plan:
    """Put together what is wanted and possible."""
    plan = Plan(stop)
    if wanted != {Part.CONSOLE}:
        async with app.database.reading() as session:
            await refuse_demonstration(session)
    if app.library is not None:
        plan.jobs.append(asyncio.create_task(app.library.watch(stop)))
    limiter = Limiter()
    if wanted & BOT_PARTS:
        _plan_dialogue(plan, app, limiter)
    if Part.CONSOLE in wanted:
        await _plan_console(plan, app)
    if Part.SCHEDULER in wanted:
        _plan_scheduler(plan, app, limiter)
    return plan


def _plan_dialogue(plan: Plan, app: App, limiter: Limiter) -> None:
    from bot.channels.telegram import Polling, serve_webhook, telegram_bot
    from bot.channels.web import WebParts, chat_app
    from bot.handlers.dispatcher import make_dispatcher
    from bot.handlers.middlewares import AnswerParts
    from bot.services.evidence_store import open_evidence_store
    from bot.services.hearing import HEARS, HOW_TO_HEAR, installed_hearing
    from bot.vision.reader import HOW_TO_READ, READS, PictureReader, vision_installed

    settings, library = app.settings, app.library
    if library is None:
        raise ValueError("the dialogue needs the library")
    evidence = open_evidence_store(settings, app.database.vault)
    reader = PictureReader() if vision_installed() else None
    hearing = installed_hearing(settings.hearing_model)
    pace = settings.messages_per_minute
    parts = AnswerParts(app.database, library.current, now, pace, evidence, reader, hearing)
    dispatcher = make_dispatcher(parts, settings)
    plan.jobs.append(asyncio.create_task(_shut_down(dispatcher, plan.stop)))
    token = settings.telegram_token.get_secret_value()
    telegram = telegram_bot(settings, limiter) if token else None
    webhook = telegram if settings.telegram_webhook_secret.get_secret_value() else None
    chat = chat_app(WebParts(settings, app.database, dispatcher, now, webhook))
    plan.web[(settings.host, settings.port)] = chat
    plan.lines.append(Line("聊天网页", True, f"{own_address(settings)}/"))
    plan.lines.append(Line("图片识别", reader is not None, READS if reader else HOW_TO_READ))
    plan.lines.append(Line("语音识别", hearing is not None, HEARS if hearing else HOW_TO_HEAR))
    _plan_heartbeat(plan, app, Alive.CHAT)
    _plan_board(plan, app, chat)
    if telegram is None:
        plan.lines.append(Line("Telegram", False, "没有设置 FANZHA_TELEGRAM_TOKEN"))
    elif webhook is not None:
        plan.jobs.append(asyncio.create_task(serve_webhook(telegram, settings, plan.stop)))
        _plan_heartbeat(plan, app, Alive.TELEGRAM)
        plan.lines.append(Line("Telegram", True, f"webhook {settings.public_url}"))
    else:
        polling = Polling(telegram, dispatcher)
        plan.jobs.append(asyncio.create_task(polling.run(plan.stop)))
        _plan_heartbeat(plan, app, Alive.TELEGRAM, polling.works)
        plan.lines.append(Line("Telegram", True, f"polling {settings.telegram_api}"))


def _plan_heartbeat(
    plan: Plan, app: App, part: Alive, works: Callable[[], bool] = lambda: True
) -> None:
    beating = Heartbeat(app.database, part, now, works)
    plan.jobs.append(asyncio.create_task(beating.run(plan.stop)))


async def _shut_down(dispatcher: "Dispatcher", stop: asyncio.Event) -> None:
    await stop.wait()
    await dispatcher.emit_shutdown()


def _plan_board(plan: Plan, app: App, chat: FastAPI) -> None:
    from bot.board.app import PATH, BesideBoard, BoardApp

    address = own_address(app.settings).rstrip("/")
    board = BoardApp(app.database, app.settings, address, now)
    chat.add_middleware(BesideBoard, board=board)
    plan.jobs.append(asyncio.create_task(board.keep_fresh(plan.stop)))
    plan.lines.append(Line("宣传栏", True, f"{address}{PATH}"))


async def _plan_console(plan: Plan, app: App) -> None:
    from bot.services.evidence_store import open_evidence_store
    from bot.services.library import read_patterns
    from console.api import API_PATH, api_app
    from console.app import console_app
    from console.parts import ConsoleParts
    from console.pulse import Pulse
    from console.workshop import Workshop

    settings, library = app.settings, app.library
    categories = library.current().categories if library else {}
    shop = Workshop(library.current, partial(read_patterns, library.root)) if library else None
    evidence = open_evidence_store(settings, app.database.vault)
    pulse = Pulse(app.database)
    plan.jobs.append(asyncio.create_task(pulse.run(plan.stop)))
    parts = ConsoleParts(app.database, settings, now, categories, evidence, pulse, shop)
    console = console_app(parts)
    address = settings.console_address
    shell = plan.web.setdefault(address, _shell())
    shell.mount(CONSOLE_PATH, console)
    shell.mount(API_PATH, api_app(parts))
    link = f"{console_url(settings)}{CONSOLE_PATH}"
    plan.lines.append(Line("值班台", True, f"{link}/"))
    async with app.database.writing() as session:
        code = await make_setup_code(session, now())
    plan.setup_link = f"{link}/setup?code={code}" if code else None


def _plan_scheduler(plan: Plan, app: App, limiter: Limiter) -> None:
    from scheduler.run import run_scheduler

    running = run_scheduler(app.database, app.settings, stop=plan.stop, limiter=limiter)
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
    return settings.public_url or f"http://{_in_link(settings.host)}:{settings.port}"


def console_url(settings: Settings) -> str:
    """Where officers find the console."""
    host, port = settings.console_address
    if (host, port) == (settings.host, settings.port):
        return own_address(settings)
    return f"http://{_in_link(host)}:{port}"


def _in_link(host: str) -> str:
    """The host as a browser on this machine opens it, where it means every address, too."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104
    return f"[{host}]" if ":" in host else host
