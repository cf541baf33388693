"""Keyboards of a lead in the duty team's chats.

A button carries the version of the lead that its message showed, so that a press on an old message
never overwrites what somebody did since. `ACTS` lists every kind of button with what it needs.
"""

from collections.abc import Mapping, Sequence
from zlib import crc32

from aiogram.filters.callback_data import CallbackData
from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup

from bot.handlers.keyboards import LeadButton, button, rows
from bot.services.contacts import RESULT_NAMES, WAY_NAMES
from bot.services.desk import LeadView
from bot.services.leads import STATE_NAMES
from bot.services.permissions import Action, may
from bot.services.transitions import REASONS
from bot.storage.contacts import ContactResult, ContactWay
from bot.storage.leads import LeadState
from bot.storage.staff import Role, Staff

SHOW, SIGN = "show", "sign"
WAY, CONTACT, MOVE, WHY, STATIONS, STATION, TAKE = (
    "way",
    "contact",
    "move",
    "why",
    "stations",
    "station",
    "take",
)
ACTS: Mapping[str, Action] = {
    SHOW: Action.SEE_LEAD,
    SIGN: Action.SIGN_FOR_LEAD,
    WAY: Action.REPORT_BACK,
    CONTACT: Action.REPORT_BACK,
    MOVE: Action.REPORT_BACK,
    WHY: Action.REPORT_BACK,
    STATIONS: Action.WORK_LEAD,
    STATION: Action.WORK_LEAD,
    TAKE: Action.WORK_LEAD,
}
"""What may be pressed under a lead, and what one must be allowed to do for it."""
MARKS: Mapping[LeadState, str] = {
    LeadState.STOPPED: "✅ ",
    LeadState.DEFRAUDED: "❗",
}
WAYS_IN_CHAT = (ContactWay.PHONE, ContactWay.VISIT, ContactWay.FAMILY)


class WorkButton(CallbackData, prefix="work"):
    """A button under a lead at version `seen`; `value` is what was chosen."""

    act: str
    value: str
    number: str
    seen: int


def under_lead(lead: LeadView, staff: Staff) -> InlineKeyboardMarkup | None:
    """Everything this officer can do with the lead as it now stands."""
    line, book = lead.line, lead.book
    role = Role(staff.role)
    if line.state is LeadState.NEW and may(role, Action.SIGN_FOR_LEAD):
        return rows([button("签收", LeadButton(act=SIGN, number=line.number))])
    made: list[InlineKeyboardButton] = []
    if book.held:
        made += [_work(lead, WAY_NAMES[way], WAY, way) for way in WAYS_IN_CHAT]
    if book.works and book.held and not book.mine:
        made.append(_work(lead, "我来接手", TAKE))
    if book.works and line.state is LeadState.DISPATCHED:
        made.append(_work(lead, "改派", STATIONS))
    for to in book.moves:
        if to is LeadState.DISPATCHED and book.works:
            made.append(_work(lead, "转派出所", STATIONS))
        else:
            reopens = to is LeadState.SIGNED
            label = "重新打开" if reopens else f"{MARKS.get(to, '')}{STATE_NAMES[to]}"
            made.append(_work(lead, label, WHY if to in REASONS else MOVE, to))
    return rows(made, width=3) if made else None


def contact_results(lead: LeadView, way: ContactWay) -> InlineKeyboardMarkup:
    """What came of a try."""
    return rows(
        [_work(lead, name, CONTACT, f"{way}-{result}") for result, name in RESULT_NAMES.items()]
        + [_back(lead)]
    )


def reasons(lead: LeadView, to: LeadState) -> InlineKeyboardMarkup:
    """The usual reasons of a state; others are written in the console."""
    usual = [_work(lead, why, MOVE, f"{to}-{place}") for place, why in enumerate(REASONS[to])]
    return rows([*usual, _back(lead)], width=1)


def stations(lead: LeadView) -> InlineKeyboardMarkup:
    """The stations to hand a lead to, the one of its area first."""
    names = sorted(lead.book.stations, key=lambda name: name != lead.book.suggested)
    return rows([*(_work(lead, name, STATION, station_key(name)) for name in names), _back(lead)])


def station_key(name: str) -> str:
    """A station in the few bytes of a button."""
    return f"{crc32(name.encode()):08x}"


def named_station(names: Sequence[str], key: str) -> str | None:
    """The station behind a button; None where it is no longer one."""
    return next((name for name in names if station_key(name) == key), None)


def read_contact(value: str) -> tuple[ContactWay, ContactResult]:
    """Way and result of a pressed button. Raises ValueError on one that we never made."""
    way, _, result = value.partition("-")
    return ContactWay(way), ContactResult(result)


def read_move(value: str) -> tuple[LeadState, str]:
    """State and reason of a pressed button. Raises ValueError on one that we never made."""
    state, _, place = value.partition("-")
    to = LeadState(state)
    why = REASONS[to][int(place)] if place.isdecimal() and to in REASONS else ""
    return to, why


def _work(lead: LeadView, label: str, act: str, value: str = "") -> InlineKeyboardButton:
    data = WorkButton(act=act, value=value, number=lead.line.number, seen=lead.line.version)
    return button(label, data)


def _back(lead: LeadView) -> InlineKeyboardButton:
    return button("返回", LeadButton(act=SHOW, number=lead.line.number))
