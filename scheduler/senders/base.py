"""What every sender offers, and how a send can end."""

import logging
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from bot.services.outgoing import Outgoing

GROUP_PAUSE = timedelta(seconds=3.1)
"""Telegram groups and WeCom robots both take 20 messages a minute."""


NO_POSTER = "poster refused"


@dataclass(frozen=True, slots=True)
class Delivered:
    """It arrived; `remote_id` is the other side's number for it, if it gives one, `poll_id` that of
    a poll in it, `without` what of it did not arrive."""

    remote_id: str | None = None
    poll_id: str | None = None
    without: str | None = None


@dataclass(frozen=True, slots=True)
class PutOff:
    """Not now. With `wait` the other side said how long; without, the worker's back-off applies."""

    why: str
    wait: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Blocked:
    """This target does not take our messages any more."""

    why: str


@dataclass(frozen=True, slots=True)
class Failed:
    """This message will never be taken."""

    why: str


@dataclass(frozen=True, slots=True)
class Migrated:
    """The target has a new address; nothing was sent."""

    new_address: str


SendResult = Delivered | PutOff | Blocked | Failed | Migrated


class Sender(Protocol):
    """One way out. `send` never raises for what the other side answers."""

    channel: str
    concurrency: int

    async def send(self, address: str, message: Outgoing) -> SendResult:
        """Send one message to one address."""

    async def close(self) -> None:
        """Give the connections back."""


def quiet_http_logs() -> None:
    """httpx logs every address it calls, and ours hold tokens and keys."""
    logging.getLogger("httpx").addFilter(_only_warnings)


def _only_warnings(record: logging.LogRecord) -> bool:
    return record.levelno >= logging.WARNING
