"""What the bot says of its own accord, before any channel gives it a shape."""

import json
from dataclasses import asdict, dataclass, replace


@dataclass(frozen=True, slots=True)
class Button:
    """A button; `data` comes back when it is pressed."""

    label: str
    data: str


@dataclass(frozen=True, slots=True)
class Document:
    """A file that goes with a message; `content` is Base64."""

    name: str
    kind: str
    content: str


@dataclass(frozen=True, slots=True)
class PosterOrder:
    """A poster that is drawn when it is sent: what it says, its code's link, whose it is.

    `large` is the drawing for elders.
    """

    poster: str
    link: str
    district: str
    large: bool = False


def for_elders(order: PosterOrder | None, elders: bool) -> PosterOrder | None:
    """The same poster, in large letters where elders read it."""
    return replace(order, large=True) if order and elders else order


@dataclass(frozen=True, slots=True)
class PollOrder:
    """A quiz question for a group as a native, anonymous poll that closes after `seconds`.

    `quiz` and `place` say which question of ours it is.
    """

    quiz: int
    place: int
    question: str
    options: tuple[str, ...]
    answer: int
    explanation: str
    seconds: int


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A plain text with rows of buttons; channels that carry no files show the text alone.

    With `delete` those messages of ours are deleted; where they cannot be, the text is said, with
    `anyway` in any case, since others stand that cannot.
    With `menu` (commands and what they do) nothing is said: the chat's menu becomes that, and an
    empty one gives it everybody's again. With `poll` that question is asked, with `stop_poll` the
    poll of that message is ended before its time.
    """

    text: str
    rows: tuple[tuple[Button, ...], ...] = ()
    document: Document | None = None
    delete: tuple[str, ...] = ()
    poster: PosterOrder | None = None
    menu: tuple[tuple[str, str], ...] | None = None
    poll: PollOrder | None = None
    stop_poll: int | None = None
    anyway: bool = False

    def to_json(self) -> str:
        """The form kept in outbox and inbox."""
        return json.dumps(asdict(self), ensure_ascii=False)

    @classmethod
    def from_json(cls, payload: str) -> "Outgoing":
        """The reverse of to_json."""
        data = json.loads(payload)
        rows = tuple(tuple(Button(**button) for button in row) for row in data["rows"])
        document = data.get("document")
        given = Document(**document) if document else None
        poster = data.get("poster")
        order = PosterOrder(**poster) if poster else None
        menu = data.get("menu")
        poll = data.get("poll")
        return cls(
            data["text"],
            rows,
            given,
            tuple(data.get("delete", ())),
            order,
            None if menu is None else tuple((name, words) for name, words in menu),
            PollOrder(**poll | {"options": tuple(poll["options"])}) if poll else None,
            data.get("stop_poll"),
            data.get("anyway", False),
        )
