"""The one budget of a token on a simulated clock, against the Bot API double's own flood clock."""

import heapq
from collections.abc import Iterator, Sequence

from bench.goals import Goal
from bot.storage.outbox import Priority
from scheduler.budget import Limiter, Turns, chosen_kind
from tests.botapi.errors import ApiError
from tests.botapi.faults import Flood
from tests.botapi.model import Chat

REPLIES_A_SECOND = 5
OVERALL = 30
ALERT, EMERGENCY, CAMPAIGN, DIGEST = (
    int(one) for one in (Priority.ALERT, Priority.EMERGENCY, Priority.CAMPAIGN, Priority.DIGEST)
)
EMERGENCY_PART = 50


def simulated(groups: int, burst: int = 1) -> list[Goal]:
    """Campaign, alerts, a digest, an emergency and answers on one token, against the flood clock.

    Answers that come in bursts leave places unused between them and take more than their share when
    they come, so the floor is not reached then. The emergency is approved in the middle of the
    campaign and goes to one group in fifty.
    """
    clock = [0.0]
    flood = Flood(1, 20, OVERALL, clock=lambda: clock[0])
    limiter, turns = Limiter(), Turns()
    approved, urgent = groups / 50, groups // EMERGENCY_PART
    queues: dict[int, list[tuple[float, int]]] = {
        ALERT: [(float(at), 10_000_000 + at) for at in range(5, groups // 25, 10)],
        EMERGENCY: [(approved, groups + n) for n in range(urgent)],
        CAMPAIGN: [(0.0, n) for n in range(groups)],
        DIGEST: [(0.0, 20_000_000)],
    }
    for waiting in queues.values():
        heapq.heapify(waiting)
    answers = Answers(limiter, burst)
    refused, worst_alert, went = 0, 0.0, list[tuple[float, int]]()
    while any(queues.values()):
        now = limiter.turn(clock[0])
        for moment, chat in answers.until(now):
            refused += _sent(flood, clock, moment, chat)
        clock[0] = now
        heads = {kind: waiting[0][0] for kind, waiting in queues.items() if waiting}
        due = {kind: at for kind, at in heads.items() if at <= now}
        if not due:
            continue
        starved = [kind for kind, at in due.items() if now - at > 60]
        kind = chosen_kind(list(due), starved, turns.next())
        due_at, chat = heapq.heappop(queues[kind])
        limiter.chat_turn(now, str(chat))
        refused += _sent(flood, clock, now, chat)
        went.append((now, kind))
        if kind == ALERT:
            worst_alert = max(worst_alert, now - due_at)
    floor = (groups + urgent) / (OVERALL - REPLIES_A_SECOND)
    last = max(at for at, kind in went if kind == CAMPAIGN)
    how = f"answers {burst} at once" if burst > 1 else "answers evenly"
    most = 1.3 if burst > 1 else 1.05
    return [
        Goal(f"{groups} groups, {how}: × the floor of {floor:.0f} s", most, last / floor),
        Goal(f"429 answers, {how}", 0, refused),
        Goal(f"an answer waits at most, {how}, s", burst / 25, answers.longest),
        Goal(f"an alert waits at most, {how}, s", 1, worst_alert),
        Goal(
            f"a digest behind them all goes after, {how}, s",
            120,
            next(at for at, kind in went if kind == DIGEST),
        ),
        *_of_emergency(went, approved, urgent, how),
    ]


def _of_emergency(
    went: Sequence[tuple[float, int]], approved: float, urgent: int, how: str
) -> list[Goal]:
    """Its first message, what less pressing went before that, and what share it had until done.

    One turn in five may be a fair one for what has waited longer than a minute.
    """
    first = next(at for at, kind in went if kind == EMERGENCY)
    done = max(at for at, kind in went if kind == EMERGENCY)
    before = [kind for at, kind in went if approved <= at < first and kind > EMERGENCY]
    meanwhile = [kind for at, kind in went if first <= at <= done]
    less = sum(kind > EMERGENCY for kind in meanwhile)
    return [
        Goal(f"an emergency's first message goes after, {how}, s", 60, first - approved),
        Goal(f"less pressing before an emergency's first, {how}", 1, len(before)),
        Goal(f"less pressing beside {urgent} of an emergency, {how}", urgent / 4 + 1, less),
    ]


class Answers:
    """What the dialogue says meanwhile, five a second on the whole, `burst` of them at once."""

    def __init__(self, limiter: Limiter, burst: int) -> None:
        self.longest = 0.0
        self._limiter = limiter
        self._burst = burst
        self._number = 0
        self._going: list[tuple[float, int]] = []

    def until(self, now: float) -> Iterator[tuple[float, int]]:
        """The answers that go by then, in order: when, and to which chat."""
        while (asked := self._number // self._burst * self._burst / REPLIES_A_SECOND) <= now:
            moment = self._limiter.answer_turn(asked)
            self.longest = max(self.longest, moment - asked)
            heapq.heappush(self._going, (moment, 30_000_000 + self._number))
            self._number += 1
        while self._going and self._going[0][0] <= now:
            yield heapq.heappop(self._going)


def _sent(flood: Flood, clock: list[float], moment: float, chat: int) -> int:
    """1 where the double's flood clock refuses a message at that moment."""
    clock[0] = moment
    private = chat >= 10_000_000
    try:
        flood.check(1, Chat(chat if private else -chat - 1, "private" if private else "group"))
    except ApiError:
        return 1
    return 0
