"""The one proactive budget of a bot token: pure, so that a simulated clock can drive it.

Times are seconds of any clock that never runs back. Nothing here sleeps or asks what time it is.
"""

from collections.abc import Sequence

PER_SECOND = 24.5
"""Of the 30 messages a second that Telegram gives a token; the rest is for answers."""
CHAT_PAUSE = 3.1
"""Telegram takes 20 messages a minute in a group."""
FAIR_TURN = 5


class Limiter:
    """Gives out moments at which a send may go: evenly spaced, and each chat at its own pace.

    A wait for one chat holds up no other: the overall place is taken only once the chat is free.
    """

    def __init__(self, per_second: float = PER_SECOND, chat_pause: float = CHAT_PAUSE) -> None:
        self._gap = 1 / per_second
        self._chat_pause = chat_pause
        self._next = 0.0
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
        moment = max(now, self._next)
        self._next = moment + self._gap
        return moment


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
