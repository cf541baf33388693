"""Messages that belong together: one case, one answer, which is edited as more of them come.

What comes within two seconds of the one before, or is passed on one after another, belongs
together. The texts are in memory only, so that nothing of them is kept; who repeats an update after
a restart brings its text again.
"""

import time
from collections import OrderedDict
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

from aiogram.methods import EditMessageText, SendMessage
from aiogram.types import InlineKeyboardMarkup, Message, Update

from bot.handlers.digests import is_file
from bot.handlers.filters import is_command
from bot.handlers.hidden_links import words_to_judge
from bot.handlers.keyboards import CheckButton
from bot.handlers.origins import origin_of
from bot.handlers.replies import Reply
from bot.matching.result import Level, Verdict

TOGETHER = timedelta(seconds=2)
PASSED_ON_TOGETHER = timedelta(seconds=60)
"""Between two messages that were both passed on, with nothing between them."""
MOST_MESSAGES = 30
MOST_SIGNS = 20_000
REMEMBERED = 10_000
KEPT_SECONDS = 120.0
"""Nothing is joined after a minute; the texts are forgotten with the next update after this."""
_ORDER = list(Level)


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer that stands in the chat, to which update, and its check."""

    message_id: int
    update_id: int
    reference: str


class Hears(Protocol):
    """What is answered together with a voice note."""

    def heard(self, words: str, note: str) -> bool:
        """Take its words and what is told of it; False where that is too late."""


@dataclass
class Bundle:
    """Messages that are one case."""

    texts: dict[int, str] = field(default_factory=dict)
    """By update, in order."""
    origins: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    """What is told of cards, files and voice notes."""
    heard_later: int = 0
    """How many voice notes of it are still listened to."""
    case: "Hears | None" = None
    """The pictures that came while one was listened to, and take its words."""
    verdict: Verdict | None = None
    answer: Answer | None = None
    last: datetime | None = None
    passed_on: bool = False
    touched: float = 0.0
    """When it last grew, by the machine's own clock."""

    @property
    def text(self) -> str:
        """All of it, as one text."""
        return "\n".join(text for text in self.texts.values() if text)

    @property
    def joined(self) -> bool:
        """Whether an answer to what came before is there to be edited."""
        return self.answer is not None and len(self.texts) > 1

    def belongs(self, message: Message) -> bool:
        """Whether a message goes on with what came before."""
        if self.last is None or (self.answer is None and not self.heard_later):
            return False
        full = len(self.texts) >= MOST_MESSAGES or len(self.text) > MOST_SIGNS
        both = self.passed_on and message.forward_origin is not None
        return not full and message.date - self.last <= window_between(passed_on=both)

    def add(self, update_id: int, message: Message) -> None:
        """One more message; the same one again changes nothing."""
        self.texts[update_id] = words_to_judge(message)
        self.last, self.passed_on = message.date, message.forward_origin is not None
        origin = origin_of(message)
        if origin and origin not in self.origins:
            self.origins.append(origin)

    def bring(self, update_id: int, text: str, note: str) -> None:
        """What a card, a file or a voice note came to."""
        self.texts[update_id] = text
        if note and note not in self.notes:
            self.notes.append(note)

    def judged(self, *verdicts: Verdict) -> Verdict:
        """The gravest verdict so far: what is said beside a scam does not take it back."""
        known = (self.verdict,) if self.verdict is not None else ()
        self.verdict = gravest(*verdicts, *known)
        return self.verdict

    def answered(self, update_id: int, reply: Reply, sent: Any) -> None:
        """A reply went out: where it was the verdict, later messages edit it."""
        reference = reference_of(reply)
        if reference and isinstance(sent, Message):
            first = self.answer.update_id if self.answer is not None else update_id
            self.answer = Answer(sent.message_id, first, reference)

    def stands(self, update_id: int, message_id: int, replies: Sequence[Reply]) -> None:
        """What was answered before a restart stands in the chat as that message."""
        reference = next(filter(None, map(reference_of, replies)), "")
        self.answer = Answer(message_id, update_id, reference)


def gravest(*verdicts: Verdict) -> Verdict:
    """Of verdicts the gravest, of equals the first."""
    return min(verdicts, key=lambda one: _ORDER.index(one.level))


def window_between(*, passed_on: bool) -> timedelta:
    """How long after a message another one belongs to it; `passed_on`: both of them were."""
    return PASSED_ON_TOGETHER if passed_on else TOGETHER


class Bundles:
    """What each person sent last, where more may follow."""

    def __init__(self) -> None:
        self._open: OrderedDict[Hashable, Bundle] = OrderedDict()

    def before(self, person: Hashable, message: Message) -> Bundle | None:
        """What was written just before a picture."""
        found = self._open.get(person)
        return found if found is not None and found.belongs(message) else None

    def forget(self, moment: float) -> None:
        """Forget texts to which nothing can be joined any more."""
        while self._open:
            oldest = next(iter(self._open.values()))
            if len(self._open) <= REMEMBERED and moment - oldest.touched < KEPT_SECONDS:
                return
            self._open.popitem(last=False)

    def of(self, person: Hashable, update: Update) -> Bundle | None:
        """The bundle that an update belongs to, alone or with others; None for pictures and all
        that is not judged.

        A command or a pressed button ends what was before; what somebody changes in a group, not.
        """
        moment = time.monotonic()
        self.forget(moment)
        message = update.message
        if update.edited_message is not None:
            return None
        if message is None or is_command(message.text or ""):
            self._open.pop(person, None)
            return None
        if message.chat.type != "private" or not (message.text or is_thing(message)):
            return None
        found = self._open.get(person)
        if found is not None and update.update_id in found.texts:
            return found
        if found is None or not found.belongs(message):
            found = self._open[person] = Bundle()
        self._open.move_to_end(person)
        found.touched = moment
        found.add(update.update_id, message)
        return found


def is_thing(message: Message) -> bool:
    """Whether a message is a contact card, a file or a recording."""
    return message.contact is not None or is_file(message) or is_recording(message)


def is_picture(message: Message) -> bool:
    """Whether a message is a picture that can be read."""
    image = message.document is not None and (message.document.mime_type or "")[:6] == "image/"
    return bool(message.photo) or image


def is_recording(message: Message) -> bool:
    """Whether a message is a voice note, or a file of sound."""
    sound = message.document is not None and (message.document.mime_type or "")[:6] == "audio/"
    return message.voice is not None or message.audio is not None or sound


def reference_of(reply: Reply) -> str:
    """The check that a reply tells the verdict of; empty for any other reply."""
    if not isinstance(reply, (SendMessage, EditMessageText)):
        return ""
    markup = reply.reply_markup
    rows = markup.inline_keyboard if isinstance(markup, InlineKeyboardMarkup) else []
    for data in (one.callback_data or "" for row in rows for one in row):
        if data.startswith(WRONG):
            return data.removeprefix(WRONG)
    return ""


WRONG = CheckButton(act="wrong", reference="").pack()
