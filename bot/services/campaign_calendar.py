"""What goes out on which day: one-off and recurring campaigns, days without any, seasons."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from bot.errors import InvalidInputError
from bot.services.recurrence import Rule, next_after, parse_rule
from bot.services.sending_rules import Rules, blackout_on
from bot.storage.broadcasts import Broadcast

ANY_TIME = Rules(None, 99, ())
"""A rule was held to the rules in force when it was made; reading it again refuses nothing."""


def slots_of(rule: Rule, since: datetime, until: datetime, rules: Rules) -> Iterator[datetime]:
    """The moments of a rule after `since` and up to `until`, days without notices left out."""
    at = since
    while (found := next_after(rule, at, lambda day: blackout_on(day, rules) is not None)) and (
        found <= until
    ):
        yield found
        at = found


def coming_slots(
    broadcast: Broadcast, since: datetime, until: datetime, rules: Rules
) -> list[datetime]:
    """When a broadcast will go out in a time; `send_at` is its next one."""
    first = [broadcast.send_at] if since <= broadcast.send_at <= until else []
    if not broadcast.rule:
        return first
    try:
        rule = parse_rule(broadcast.rule, ANY_TIME)
    except InvalidInputError:
        return first
    begin = max(since - timedelta(microseconds=1), broadcast.send_at)
    return first + list(slots_of(rule, begin, until, rules))
