"""The scheduler of one process: its clock and its outbox workers, until told to stop."""

import asyncio
import os
import secrets
import socket
from collections.abc import Callable
from datetime import datetime

import structlog

from bot.settings import Settings
from bot.storage.database import Database
from bot.storage.leases import Guard
from bot.times import now as present_moment
from scheduler.budget import Limiter
from scheduler.clock import Clock
from scheduler.outbox import OutboxWorker
from scheduler.senders.base import Sender
from scheduler.senders.dingtalk import DingtalkSender
from scheduler.senders.feishu import FeishuSender
from scheduler.senders.wecom import WecomSender

log = structlog.get_logger(__name__)


async def run_scheduler(
    database: Database,
    settings: Settings,
    *,
    stop: asyncio.Event,
    now: Callable[[], datetime] = present_moment,
    limiter: Limiter | None = None,
) -> None:
    """Turn time into messages and send them until `stop`; then end within five seconds.

    Any number of processes may run this on one database; leases see to it that one does the work.
    `limiter` is the budget of the Telegram token, where answers of this process take their places.
    """
    holder = new_holder()
    senders = make_senders(settings, limiter)
    guard = Guard(database, holder)
    clock = Clock(database, settings, holder=holder, now=now, guard=guard)
    workers = [
        OutboxWorker(database, sender, holder=holder, now=now, guard=guard, settings=settings)
        for sender in senders
    ]
    log.info("scheduler_started", holder=holder, senders=[sender.channel for sender in senders])
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(clock.run(stop))
            for worker in workers:
                group.create_task(worker.run(stop))
    finally:
        for sender in senders:
            await sender.close()
        await guard.drop()
    log.info("scheduler_stopped", holder=holder)


def make_senders(settings: Settings, limiter: Limiter | None = None) -> list[Sender]:
    """A sender for every channel that the settings switch on."""
    senders: list[Sender] = [WecomSender(), DingtalkSender(), FeishuSender()]
    if token := settings.telegram_token.get_secret_value():
        from scheduler.senders.telegram import TelegramSender

        senders.append(TelegramSender(token, settings.telegram_api, limiter))
    return senders


def new_holder() -> str:
    """A name for this run of this process, unlike any other's."""
    return f"{socket.gethostname()[:20]}:{os.getpid()}:{secrets.token_hex(4)}"[:40]
