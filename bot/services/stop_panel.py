"""The stop-payment panel at the head of the queue: leads about money that may still be stopped."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from bot.services.desk import station_of
from bot.services.leads import QueueLine, lines_of
from bot.services.permissions import Action, require
from bot.services.stop_payment import RESULT_NAMES
from bot.storage.desk import money_first
from bot.storage.staff import Staff
from bot.storage.stop_payments import StopResult, newest_stops

SHOWN = 20
POLICE_STOP = timedelta(hours=48)
"""So long a stop-payment of the police lasts (practice.md, "Stopping a payment")."""


@dataclass(frozen=True, slots=True)
class PanelLine:
    """A lead with its newest stop-payment; `ends_at` of one that holds."""

    line: QueueLine
    bank: str
    said: str
    asked_at: datetime | None
    ends_at: datetime | None


async def stop_panel(session: AsyncSession, staff: Staff) -> list[PanelLine]:
    """Those without a stop-payment that holds first, then by when the next step is due."""
    require(staff.role, Action.SEE_QUEUE)
    leads = await money_first(session, station_of(staff), SHOWN)
    stops = await newest_stops(session, [lead.id for lead in leads])
    shown = []
    for lead, line in zip(leads, await lines_of(session, leads), strict=True):
        stop = stops.get(lead.id)
        if stop is None:
            shown.append(PanelLine(line, "", "", None, None))
            continue
        result = StopResult(stop.result)
        held = stop.asked_at + POLICE_STOP if result is StopResult.STOPPED else None
        shown.append(PanelLine(line, stop.bank, RESULT_NAMES[result], stop.asked_at, held))
    return sorted(shown, key=lambda one: one.ends_at is not None)
