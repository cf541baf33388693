"""Who and what exists in the double's world. All frozen: an edit replaces the record."""

from dataclasses import dataclass, field
from typing import Any, NamedTuple


@dataclass(frozen=True)
class User:
    """A person, or the account behind a bot."""

    id: int
    first_name: str
    is_bot: bool = False
    username: str | None = None
    language_code: str = "zh-hans"


@dataclass(frozen=True)
class Bot:
    """A bot account; with `privacy` it sees only commands, mentions and replies in groups."""

    token: str
    user: User
    privacy: bool = False

    @property
    def id(self) -> int:
        """The number before the colon of the token."""
        return self.user.id

    @property
    def username(self) -> str:
        """Without the `@`."""
        return self.user.username or ""


class Thread(NamedTuple):
    """Where messages live: private chats of one user with two bots are two threads."""

    chat_id: int
    bot_id: int


@dataclass(frozen=True)
class Chat:
    """A private chat (`bot_id` set, `id` equals the user's), a group, a supergroup or a channel."""

    id: int
    type: str
    title: str = ""
    bot_id: int = 0
    username: str | None = None

    @property
    def private(self) -> bool:
        """Whether it is a chat of one user with one bot."""
        return self.type == "private"

    @property
    def thread(self) -> Thread:
        """The key under which its messages are kept."""
        return Thread(self.id, self.bot_id)


@dataclass(frozen=True)
class Button:
    """One button; `data` is the callback data, both None for a plain reply-keyboard button."""

    text: str
    data: str | None = None
    url: str | None = None


@dataclass(frozen=True)
class StoredFile:
    """An upload; `size` may be set larger than the content to try the download limit."""

    file_id: str
    bot_id: int
    kind: str
    name: str
    content: bytes = field(repr=False)
    size: int = 0
    mime_type: str = "application/octet-stream"

    @property
    def path(self) -> str:
        """The `file_path` that getFile answers."""
        return f"{self.kind}s/{self.file_id}"


@dataclass(frozen=True)
class Poll:
    """A poll as it stands; `votes` says which option a voter took, which nobody else learns."""

    id: str
    question: str
    options: tuple[str, ...]
    quiz: bool = False
    anonymous: bool = True
    correct: int | None = None
    explanation: str = ""
    open_period: int | None = None
    votes: tuple[tuple[int, int], ...] = ()
    closed: bool = False


@dataclass(frozen=True)
class SentMessage:
    """A message as it stands now; `text` is the caption when there is a file."""

    message_id: int
    chat: Chat
    sender: User
    date: int
    text: str = ""
    entities: tuple[dict[str, Any], ...] = ()
    kind: str = "text"
    file: StoredFile | None = None
    keyboard: tuple[tuple[Button, ...], ...] = ()
    markup: dict[str, Any] | None = None
    reply_to: int | None = None
    silent: bool = False
    forward_origin: dict[str, Any] | None = None
    poll_id: str = ""
    extra: dict[str, Any] = field(default_factory=dict)
    edits: int = 0
    deleted: bool = False
    pinned: bool = False

    @property
    def inline(self) -> bool:
        """Whether its keyboard hangs on the message (and not below the input line)."""
        return "inline_keyboard" in (self.markup or {})

    @property
    def buttons(self) -> list[str]:
        """All button texts, row by row."""
        return [button.text for row in self.keyboard for button in row]

    def button(self, text: str) -> Button:
        """The button with exactly this text; LookupError names those that are there."""
        for row in self.keyboard:
            for button in row:
                if button.text == text:
                    return button
        raise LookupError(f"no button {text!r}; there are {self.buttons}")


@dataclass
class Call:
    """One request as it came; `status` is 0 while it has no answer (hanging or dropped)."""

    method: str
    bot: Bot
    params: dict[str, Any]
    time: float
    status: int = 0
    description: str = ""

    @property
    def ok(self) -> bool:
        """Whether it was answered and not refused."""
        return self.status == 200


@dataclass(frozen=True)
class AnsweredCallback:
    """What answerCallbackQuery said to whom."""

    query_id: str
    user: User
    text: str = ""
    show_alert: bool = False
    url: str | None = None


@dataclass(frozen=True)
class Upload:
    """A file part of a multipart request."""

    filename: str
    content: bytes = field(repr=False)
    mime_type: str = "application/octet-stream"
