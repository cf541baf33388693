"""Which partners a lead concerns: whose cards, numbers and accounts it names.

A card tells its bank by its prefix, a number its carrier, and names that were told tell the rest.
Where something names no partner that is registered, every one of its kind is concerned.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from bot.matching.lookup.cards import issuer_of
from bot.matching.lookup.institutions import PAYMENT, institutions_in
from bot.matching.lookup.phones import carrier_of
from bot.matching.result import IndicatorKind
from bot.services.leads import open_value
from bot.services.stop_steps import StopStep
from bot.storage.leads import IDENTIFIER, PHONE, Lead, identifiers_of
from bot.storage.partner_requests import RequestKind
from bot.storage.stop_payments import stop_payments_of
from bot.storage.transfers import read_elements
from bot.storage.units import Unit, UnitKind, partners

QUICK: Mapping[UnitKind, RequestKind] = {
    UnitKind.BANK: RequestKind.CARD_FREEZE,
    UnitKind.PAY: RequestKind.CARD_FREEZE,
    UnitKind.CARRIER: RequestKind.SUSPEND,
}
"""What each kind of partner is asked."""
SUBSCRIBED = re.compile(r"(?!00)\d{7,}")
"""Numbers that a carrier here has given out: neither from abroad nor a service's, which is shown
falsely."""
TELLING = (StopStep.PAYER_BANK, StopStep.PAYEE, StopStep.CHANNEL)
"""Answers about a payment that may name a bank or wallet."""


@dataclass(frozen=True, slots=True)
class Trace:
    """A suspect's card or number, and whose it is; None where that cannot be told."""

    value: str
    of: str | None


@dataclass(frozen=True, slots=True)
class Told:
    """What a lead tells of whom it concerns."""

    phone: str
    cards: tuple[Trace, ...]
    numbers: tuple[Trace, ...]
    payment: frozenset[str]

    def named(self, kind: RequestKind) -> tuple[frozenset[str], bool]:
        """The institutions that a request of that kind concerns, and whether something is left
        that may be anybody's."""
        traces = self.cards if kind is RequestKind.CARD_FREEZE else self.numbers
        known = {one.of for one in traces if one.of is not None}
        own = carrier_of(self.phone)
        if kind is RequestKind.CARD_FREEZE:
            known |= self.payment
        elif own is not None:
            known.add(own)
        return frozenset(known), any(one.of is None for one in traces)


@dataclass(frozen=True, slots=True)
class Concerned:
    """Whom one tap asks; `everybody` where that is every partner, and how many there are."""

    units: tuple[Unit, ...]
    partners: int

    @property
    def everybody(self) -> bool:
        """Whether no partner is left out."""
        return len(self.units) == self.partners

    @property
    def names(self) -> tuple[str, ...]:
        """Their names."""
        return tuple(one.name for one in self.units)


async def told_by(session: AsyncSession, lead: Lead, banks: Sequence[str] | None = None) -> Told:
    """What a lead tells: its phone, the suspect's cards and numbers, banks and wallets by name.

    `banks` are those of its stop-payments, where they were read already.
    """
    found: dict[str, list[str]] = {IndicatorKind.BANK_CARD: [], IndicatorKind.PHONE: []}
    for one in await identifiers_of(session, lead.id):
        if one.kind in found:
            found[one.kind].append(open_value(session, one.value_sealed, IDENTIFIER))
    elements = await read_elements(session, lead.id)
    said = [elements.get(step, "") for step in TELLING]
    if banks is None:
        banks = [stop.bank for stop in await stop_payments_of(session, lead.id)]
    numbers = [one for one in found[IndicatorKind.PHONE] if SUBSCRIBED.fullmatch(one)]
    return Told(
        open_value(session, lead.phone_sealed, PHONE),
        tuple(Trace(one, issuer_of(one)) for one in found[IndicatorKind.BANK_CARD]),
        tuple(Trace(one, carrier_of(one)) for one in numbers),
        institutions_in(" ".join((*said, *banks))) & PAYMENT,
    )


async def concerned_by(
    session: AsyncSession, lead: Lead, banks: Sequence[str] | None = None
) -> Concerned:
    """The partners that one tap asks about a lead, by name; `banks` as in told_by."""
    units = await partners(session, list(QUICK))
    told = await told_by(session, lead, banks) if units else None
    return Concerned(tuple(choose(units, told)) if told else (), len(units))


def choose(units: Sequence[Unit], told: Told) -> list[Unit]:
    """Of these partners those that a lead concerns."""
    chosen: set[int] = set()
    for kind in dict.fromkeys(QUICK.values()):
        able = [one for one in units if QUICK[UnitKind(one.kind)] is kind]
        named, unknown = told.named(kind)
        found = [one for one in able if institutions_in(one.name) & named]
        missing = named - _named_by(found)
        chosen |= {one.id for one in (able if unknown or missing or not named else found)}
    return [one for one in units if one.id in chosen]


def values_for(unit: Unit, told: Told, *, everything: bool) -> list[str]:
    """The suspect's cards or numbers that a partner is told: its own, and those that may be."""
    kind = QUICK[UnitKind(unit.kind)]
    traces = told.cards if kind is RequestKind.CARD_FREEZE else told.numbers
    of = institutions_in(unit.name)
    return [one.value for one in traces if everything or one.of is None or one.of in of or not of]


def _named_by(units: Iterable[Unit]) -> frozenset[str]:
    return frozenset(name for one in units for name in institutions_in(one.name))
