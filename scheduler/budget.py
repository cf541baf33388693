"""The one budget of a bot token: pure, so that a simulated clock can drive it.

Times are seconds of any clock that never runs back. Nothing here sleeps or asks what time it is.
"""

from bisect import insort
from collections.abc import Sequence

OVERALL = 30
"""Messages that Telegram takes from a token within any second."""
PER_SECOND = 24.5
"""What of it goes out of its own accord; the rest is for answers."""
CHAT_PAUSE = 3.1
"""Telegram takes 20 messages a minute in a group."""
FAIR_TURN = 5
_LONGEST_HOLD = 1.0
"""Seconds that answers hold back what goes out of its own accord, urgent alerts among it."""
_HAIR = 1e-6


class Limiter:
    """Gives out moments at which a send may go: evenly spaced, and each chat at its own pace.

    A wait for one chat holds up no other: the overall place is taken only once the chat is free.
    Answers take their places here, too: they wait only where a second is full, and a burst of them
    that outgrows its share holds back what goes out of its own accord.
    """

    def __init__(
        self,
        per_second: float = PER_SECOND,
        chat_pause: float = CHAT_PAUSE,
        overall: int = OVERALL,
    ) -> None:
        self._gap = 1 / per_second
        self._share = max(overall - per_second, 0.0)
        self._overall = overall
        self._chat_pause = chat_pause
        self._next = 0.0
        self._spare, self._spare_at = self._share, 0.0
        self._taken: list[float] = []
        self._chats: dict[str, float] = {}

    def chat_turn(self, now: float, chat: str) -> float:
        """The moment from which this chat takes the next message, which is then spoken for."""
        moment = max(now, self._chats.get(chat, now))
        if len(self._chats) > 10_000:
            self._chats = {one: until for one, until in self._chats.items() if until > now}
        self._chats[chat] = moment + self._chat_pause
        return moment

    def turn(self, now: float) -> float:
        """The moment at which the next send of all may go; never two in one gap, never a burst."""
        self._forget(now)
        moment = self._free_from(max(now, self._next))
        insort(self._taken, moment)
        self._next = moment + self._gap
        return moment

    def answer_turn(self, now: float) -> float:
        """The moment at which an answer may go: now, unless the second is full."""
        moment = self.answer_at(now)
        self.take_answer(moment)
        return moment

    def answer_at(self, now: float) -> float:
        """When an answer may go, by what has been sent and given out until now; takes nothing."""
        self._forget(now)
        return self._free_from(now)

    def take_answer(self, moment: float) -> None:
        """An answer goes at that moment."""
        insort(self._taken, moment)
        grown = max(moment - self._spare_at, 0.0) * self._share
        self._spare = min(self._spare + grown, self._share) - 1
        self._spare_at = max(moment, self._spare_at)
        if self._spare < 0:
            self._next = min(max(self._next, moment) + self._gap, moment + _LONGEST_HOLD)
            self._spare = 0.0

    def landed(self, begun: float, ended: float) -> None:
        """A message was on its way so long: the other side counts it somewhere in between."""
        if begun in self._taken:
            self._taken.remove(begun)
        insort(self._taken, ended)

    def _forget(self, now: float) -> None:
        self._taken = [one for one in self._taken if one > now - 1]

    def _free_from(self, moment: float) -> float:
        while (full := self._full_until(moment)) is not None:
            moment = full
        return moment

    def _full_until(self, moment: float) -> float | None:
        """When to ask again where a second around the moment is full; None where none is."""
        near = [one for one in self._taken if moment - 1 < one < moment + 1]
        spans = zip(near, near[self._overall - 1 :], strict=False)
        full = [begin for begin, end in spans if max(end, moment) - min(begin, moment) < 1]
        return full[-1] + 1 + _HAIR if full else None


class Turns:
    """Whose turn it is: mostly the most pressing, every fifth time a kind that has waited.

    The fair turns go round among the kinds that wait too long, so an urgent alert waits for
    nothing, and a digest behind ten thousand campaign messages still gets its share.
    """

    def __init__(self, fair_turn: int = FAIR_TURN) -> None:
        self._fair_turn = fair_turn
        self._taken = 0

    def next(self) -> int | None:
        """The number of the fair turn that begins now; None where the most pressing goes."""
        self._taken += 1
        turn, rest = divmod(self._taken, self._fair_turn)
        return None if rest else turn


def chosen_kind(waiting: Sequence[int], starved: Sequence[int], fair_turn: int | None) -> int:
    """The priority to send from: the most pressing, in a fair turn the next of the starved."""
    if fair_turn is None or not starved:
        return min(waiting)
    return sorted(starved)[fair_turn % len(starved)]
