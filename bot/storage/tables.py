"""Every table, imported once so that the metadata is whole."""

from bot.storage import (
    broadcasts,
    checks,
    contacts,
    counters,
    dialogues,
    groups,
    inbox,
    leads,
    leases,
    library,
    linking,
    once,
    outbox,
    residents,
    roster,
    seals,
    staff,
    stop_payments,
    updates,
)
from bot.storage.base import Base

metadata = Base.metadata

__all__ = [
    "broadcasts",
    "checks",
    "contacts",
    "counters",
    "dialogues",
    "groups",
    "inbox",
    "leads",
    "leases",
    "library",
    "linking",
    "once",
    "metadata",
    "outbox",
    "residents",
    "roster",
    "seals",
    "staff",
    "stop_payments",
    "updates",
]
