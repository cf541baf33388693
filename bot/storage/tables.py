"""Every table, imported once so that the metadata is whole."""

from bot.storage import (
    broadcasts,
    checks,
    counters,
    dialogues,
    groups,
    inbox,
    leads,
    leases,
    outbox,
    residents,
    staff,
    updates,
)
from bot.storage.base import Base

metadata = Base.metadata

__all__ = [
    "broadcasts",
    "checks",
    "counters",
    "dialogues",
    "groups",
    "inbox",
    "leads",
    "leases",
    "metadata",
    "outbox",
    "residents",
    "staff",
    "updates",
]
