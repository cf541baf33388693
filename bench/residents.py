"""A Bot API double whose residents report by themselves: `python -m bench.residents PORT`.

It keeps updates until they are confirmed, as the real server does, so that whoever reads them may
be killed at any time. A resident acts on each question once and remembers which of his answers
were acknowledged. `/control/start` sets residents going, `/control/state` tells of them.
"""

import asyncio
import json
import random
import sys
import time
from collections import Counter, defaultdict, deque
from dataclasses import asdict, dataclass, field
from typing import Any

from bench.loopback import serve
from bot.event_loop import run as run_fast

WAIT_SECONDS = 1.0
MOST_UPDATES, MOST_SIGNS = 100, 4096
FIRST_USER = 7_000_000_001
SENDS = ("sendMessage", "answerCallbackQuery")
"""Methods by which a report is answered."""


@dataclass(frozen=True, slots=True)
class Move:
    """What a resident does, and the step of the question that answers it."""

    text: str
    press: str
    then: str


def report_moves(user: int) -> tuple[Move, ...]:
    """Six steps from the command to the receipt."""
    return (
        Move("/report", "", "happened"),
        Move("", "not_paid", "who"),
        Move("", "self", "description"),
        Move(f"有人让我扫码领补贴，编号甲{user % 100_000:05d}乙", "", "contact"),
        Move("", "finish", "confirm"),
        Move("", "file", "undo"),
    )


def paid_moves(user: int) -> tuple[Move, ...]:
    """Money is gone: the first answer files, four more follow."""
    return (
        Move("/report", "", "happened"),
        Move("", "paid", "phone"),
        Move(f"138{user % 100_000_000:08d}", "", "where"),
        Move(f"和平路甲{user % 100_000:05d}乙", "", "who"),
        Move("", "self", "when"),
        Move("刚才", "", "amount"),
        Move("", "end", "add"),
    )


@dataclass(slots=True)
class Resident:
    """One person: how far he is, how many answers were acknowledged, his lead's number."""

    user: int
    paid: bool
    leaves_after: int
    acknowledged: int = 0
    sent: int = 0
    number: str = ""
    moves: tuple[Move, ...] = field(default=(), repr=False)

    @property
    def done(self) -> bool:
        """Whether he has nothing more to do."""
        return self.acknowledged >= min(self.leaves_after, len(self.moves))


class Double:
    """The server: updates not confirmed yet, residents, and how long each step took."""

    def __init__(self) -> None:
        self.updates: deque[dict[str, Any]] = deque()
        self.residents: dict[int, Resident] = {}
        self.waiting: deque[int] = deque()
        self.latencies: list[float] = []
        self.handed: dict[int, float] = {}
        self.next_update, self.next_message = 1, 1
        self.handed_upto = 0
        self.sends = 0
        self.sent: defaultdict[str, Counter[str]] = defaultdict(Counter)
        """By token: calls by which reports were answered, with their letters and buttons."""
        self.rate = 0.0
        self.at_once = 0
        self.begun = self.ended = 0.0
        self.news = asyncio.Event()
        self.ready: deque[tuple[Resident, list[list[dict[str, str]]]]] = deque()

    async def answer(self, path: str, given: dict[str, Any]) -> Any:
        """What a call to that path is answered; ValueError where it is not as it must be."""
        if path.startswith("/bot"):
            token, _, name = path.removeprefix("/bot").rpartition("/")
            if name in SENDS:
                self._count(token, given)
            return {"ok": True, "result": await self._method(name, given)}
        controls = {
            "/control/start": self._start,
            "/control/state": self._state,
            "/control/people": self._people,
        }
        return controls[path](given)

    def _start(self, asked: dict[str, Any]) -> dict[str, Any]:
        """Set residents going: `count` in all, `at_once` side by side, `rate` updates a second."""
        rng = random.Random(asked.get("seed", 1))
        self.rate, self.latencies, self.at_once = asked.get("rate", 0.0), [], asked["at_once"]
        first = FIRST_USER + len(self.residents)
        fresh = []
        for user in range(first, first + asked["count"]):
            paid = rng.random() < asked.get("paid", 0.0)
            moves = paid_moves(user) if paid else report_moves(user)
            leaves = rng.randint(1, len(moves)) if rng.random() < asked.get("leave", 0.0) else 99
            fresh.append(Resident(user, paid, leaves, moves=moves))
        self.residents |= {one.user: one for one in fresh}
        self.waiting.extend(one.user for one in fresh)
        self.begun, self.ended = time.perf_counter(), 0.0
        for _ in range(min(self.at_once, len(fresh))):
            self._next_resident()
        return {}

    def _state(self, _: dict[str, Any]) -> dict[str, Any]:
        """How far everybody is."""
        people = self.residents.values()
        return {
            "done": sum(one.done for one in people),
            "count": len(people),
            "sends": self.sends,
            "sent": self.sent,
            "acknowledged": sum(one.acknowledged for one in people),
            "seconds": (self.ended or time.perf_counter()) - self.begun,
            "processor": time.process_time(),
            "latencies": self.latencies,
        }

    def _people(self, _: dict[str, Any]) -> list[dict[str, Any]]:
        """Everybody with what was acknowledged to him."""
        return [asdict(one) | {"done": one.done} for one in self.residents.values()]

    def _count(self, token: str, given: dict[str, Any]) -> None:
        sent = self.sent[token]
        sent["calls"] += 1
        sent["letters"] += len(given.get("text", ""))
        sent["buttons"] += sum(len(row) for row in _rows(given.get("reply_markup")))

    async def _method(self, name: str, given: dict[str, Any]) -> Any:
        """One call of the bot."""
        if name == "getUpdates":
            return await self._updates(int(given.get("offset", 0)))
        if name == "sendMessage":
            return self._sent(int(given["chat_id"]), given["text"], given.get("reply_markup"))
        if name == "answerCallbackQuery" and not given["callback_query_id"]:
            raise ValueError("query is not named")
        return True

    def _sent(self, chat: int, text: str, markup: Any) -> dict[str, Any]:
        if not 1 <= len(text) <= MOST_SIGNS:
            raise ValueError("message text is empty or too long")
        self.sends += 1
        self.next_message += 1
        if markup:
            self._hear(chat, _rows(markup))
        return _message(chat, self.next_message, text)

    async def _updates(self, offset: int) -> list[dict[str, Any]]:
        while self.updates and self.updates[0]["update_id"] < offset:
            self.updates.popleft()
        if not self.updates:
            self.news.clear()
            try:
                await asyncio.wait_for(self.news.wait(), WAIT_SECONDS)
            except TimeoutError:
                return []
        found = [update for update, _ in zip(self.updates, range(MOST_UPDATES), strict=False)]
        moment = time.perf_counter()
        for update in found:
            if update["update_id"] > self.handed_upto:
                self.handed_upto = update["update_id"]
                message = update.get("message") or update["callback_query"]
                self.handed[message["from"]["id"]] = moment
        return found

    def _hear(self, chat: int, rows: list[list[dict[str, str]]]) -> None:
        """A message to a resident: if it is the question he waits for, he goes on."""
        resident = self.residents.get(chat)
        if resident is None or resident.sent == resident.acknowledged:
            return
        parts = [button["callback_data"].split(":") for row in rows for button in row]
        steps = {one[1] if one[0] == "own" else one[2] for one in parts}
        if resident.moves[resident.acknowledged].then not in steps:
            return
        resident.acknowledged += 1
        if (begun := self.handed.pop(chat, None)) is not None:
            self.latencies.append(time.perf_counter() - begun)
        resident.number = next((one[2] for one in parts if one[0] == "own"), resident.number)
        if resident.done:
            self._next_resident()
        elif self.rate:
            self.ready.append((resident, rows))
        else:
            self._act(resident, rows)

    def _next_resident(self) -> None:
        if not self.waiting:
            if all(one.done for one in self.residents.values()):
                self.ended = time.perf_counter()
            return
        resident = self.residents[self.waiting.popleft()]
        if self.rate:
            self.ready.append((resident, []))
        else:
            self._act(resident, [])

    def _act(self, resident: Resident, rows: list[list[dict[str, str]]]) -> None:
        move = resident.moves[resident.acknowledged]
        resident.sent += 1
        person = {"id": resident.user, "is_bot": False, "first_name": "居民"}
        update: dict[str, Any] = {"update_id": self.next_update}
        if move.text:
            message = _message(resident.user, self.next_update, move.text)
            update["message"] = message | {"from": person}
        else:
            data = [one["callback_data"] for row in rows for one in row]
            pressed = next(one for one in data if one.endswith(f":{move.press}"))
            update["callback_query"] = {
                "id": str(self.next_update),
                "from": person,
                "chat_instance": "1",
                "message": _message(resident.user, 1, "?"),
                "data": pressed,
            }
        self.next_update += 1
        self.updates.append(update)
        self.news.set()

    async def pace(self) -> None:
        """At a rate, let somebody act every so often, whatever the bot does."""
        due = time.perf_counter()
        while True:
            if not self.rate or not self.ready:
                due = time.perf_counter()
                await asyncio.sleep(0.002)
                continue
            due += 1 / self.rate
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            if self.ready:
                self._act(*self.ready.popleft())


def _rows(markup: Any) -> list[list[dict[str, str]]]:
    """The buttons of a message; none where it has no keyboard."""
    if not markup:
        return []
    keyboard = json.loads(markup) if isinstance(markup, str) else markup
    rows: list[list[dict[str, str]]] = keyboard["inline_keyboard"]
    return rows


def _message(chat: int, number: int, text: str) -> dict[str, Any]:
    place = {"id": chat, "type": "private", "first_name": "居民"}
    return {"message_id": number, "date": 1_795_000_000, "chat": place, "text": text}


async def run(port: int) -> None:
    """Serve on 127.0.0.1 until told to stop."""
    double = Double()
    await asyncio.gather(serve(port, double.answer), double.pace())


def main() -> None:
    """Serve on the port that is given."""
    run_fast(run(int(sys.argv[1])))


if __name__ == "__main__":
    main()
