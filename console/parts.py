"""What the console is given to work with."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, cast

from fastapi import Depends, Request

from bot.services.evidence_store import EvidenceStore
from bot.settings import Settings
from bot.storage.database import Database
from bot.times import now
from console.pulse import Pulse
from console.workshop import Workshop


@dataclass(frozen=True)
class ConsoleParts:
    """Made once by the composition root; `categories` names each category id in Chinese.

    Without a `pulse` pages renew themselves every so often only.
    """

    database: Database
    settings: Settings
    now: Callable[[], datetime] = now
    categories: Mapping[str, str] = field(default_factory=dict)
    evidence: EvidenceStore | None = None
    pulse: Pulse | None = None
    workshop: Workshop | None = None


def parts_of(request: Request) -> ConsoleParts:
    """The parts of the running console."""
    return cast(ConsoleParts, request.app.state.parts)


Parts = Annotated[ConsoleParts, Depends(parts_of)]
