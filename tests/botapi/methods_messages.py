"""Methods that make and change messages."""

from typing import Any

from tests.botapi.backend import Backend
from tests.botapi.errors import TOO_LARGE, bad_request
from tests.botapi.keyboards import read_markup
from tests.botapi.model import Bot, Chat, SentMessage, StoredFile, Upload
from tests.botapi.pictures import is_picture
from tests.botapi.registry import method
from tests.botapi.text import MAX_CAPTION, MAX_TEXT, Formatted, read_text

Params = dict[str, Any]
SENDING = (
    "chat_id:chat! disable_notification:bool protect_content:bool "
    "reply_parameters:object reply_markup:object "
)
CAPTION = "caption:str parse_mode:str caption_entities:list show_caption_above_media:bool "
TARGET = "chat_id:chat! message_id:int! "
NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly "
    "the same as a current content and reply markup of the message"
)


@method(
    "sendMessage",
    SENDING + "text:str! parse_mode:str entities:list link_preview_options:object",
    paced=True,
)
def send_message(api: Backend, bot: Bot, given: Params) -> Any:
    """Text of 1-4096 UTF-16 units after parsing."""
    chat = api.world.writable_chat(bot, given["chat_id"])
    return _send(api, bot, chat, given, _text(given))


@method("sendPhoto", SENDING + CAPTION + "photo:file! has_spoiler:bool", paced=True)
def send_photo(api: Backend, bot: Bot, given: Params) -> Any:
    """A picture of up to 10 MB, uploaded or known by its id."""
    chat = api.world.writable_chat(bot, given["chat_id"])
    file = _file(api, bot, "photo", given["photo"], api.limits.photo)
    return _send(api, bot, chat, given, _caption(given), kind="photo", file=file)


@method("sendVoice", SENDING + CAPTION + "voice:file! duration:int", paced=True)
def send_voice(api: Backend, bot: Bot, given: Params) -> Any:
    """A voice note of up to 50 MB, uploaded or known by its id."""
    chat = api.world.writable_chat(bot, given["chat_id"])
    file = _file(api, bot, "voice", given["voice"], api.limits.upload)
    return _send(api, bot, chat, given, _caption(given), kind="voice", file=file)


@method(
    "sendDocument",
    SENDING + CAPTION + "document:file! thumbnail:file disable_content_type_detection:bool",
    paced=True,
)
def send_document(api: Backend, bot: Bot, given: Params) -> Any:
    """Any file of up to 50 MB, uploaded or known by its id."""
    chat = api.world.writable_chat(bot, given["chat_id"])
    file = _file(api, bot, "document", given["document"], api.limits.upload)
    return _send(api, bot, chat, given, _caption(given), kind="document", file=file)


@method(
    "editMessageText",
    TARGET + "text:str! parse_mode:str entities:list link_preview_options:object "
    "reply_markup:object",
    paced=True,
)
def edit_message_text(api: Backend, bot: Bot, given: Params) -> Any:
    """New text; leaving the keyboard out removes it."""
    message = _own(api, bot, given)
    if message.file is not None:
        raise bad_request("there is no text in the message to edit")
    return _edit(api, message, given, _text(given))


@method("editMessageCaption", TARGET + CAPTION + "reply_markup:object", paced=True)
def edit_message_caption(api: Backend, bot: Bot, given: Params) -> Any:
    """New words below a file."""
    message = _own(api, bot, given)
    if message.file is None:
        raise bad_request("there is no caption in the message to edit")
    return _edit(api, message, given, _caption(given))


@method("editMessageReplyMarkup", TARGET + "reply_markup:object", paced=True)
def edit_message_reply_markup(api: Backend, bot: Bot, given: Params) -> Any:
    """Another inline keyboard, or none."""
    message = _own(api, bot, given)
    return _edit(api, message, given, Formatted(message.text, message.entities))


@method("deleteMessage", TARGET)
def delete_message(api: Backend, bot: Bot, given: Params) -> bool:
    """Own messages anywhere, others' in private chats and as an administrator."""
    chat = api.world.chat_for(bot, given["chat_id"])
    message = api.world.find(chat, given["message_id"], "message to delete not found")
    own = message.sender.id == bot.id
    if not (own or chat.private or api.world.is_admin(bot, chat)):
        raise bad_request("message can't be deleted")
    api.world.change(message, deleted=True)
    return True


@method("deleteMessages", "chat_id:chat! message_ids:list!")
def delete_messages(api: Backend, bot: Bot, given: Params) -> bool:
    """1-100 messages; those not found are passed over."""
    chat = api.world.chat_for(bot, given["chat_id"])
    whole = all(type(message_id) is int for message_id in given["message_ids"])
    if not whole or not 1 <= len(given["message_ids"]) <= 100:
        raise bad_request("message identifiers must be 1-100")
    known = api.world.messages[chat.thread]
    for message_id in given["message_ids"]:
        if message_id in known:
            delete_message(api, bot, {"chat_id": chat.id, "message_id": message_id})
    return True


@method(
    "forwardMessage",
    "chat_id:chat! from_chat_id:chat! message_id:int! disable_notification:bool "
    "protect_content:bool",
    paced=True,
)
def forward_message(api: Backend, bot: Bot, given: Params) -> Any:
    """The same words and file, with its origin shown and without a keyboard."""
    chat = api.world.writable_chat(bot, given["chat_id"])
    source = _source(api, bot, given, "message to forward not found")
    origin = source.forward_origin or {
        "type": "user",
        "date": source.date,
        "sender_user": {
            "id": source.sender.id,
            "is_bot": source.sender.is_bot,
            "first_name": source.sender.first_name,
        },
    }
    message = api.world.add_message(
        chat,
        bot.user,
        text=source.text,
        entities=source.entities,
        kind=source.kind,
        file=source.file,
        silent=given.get("disable_notification", False),
        forward_origin=origin,
    )
    return api.world.message_json(message)


@method(
    "copyMessage",
    SENDING + "from_chat_id:chat! message_id:int! " + CAPTION,
    paced=True,
)
def copy_message(api: Backend, bot: Bot, given: Params) -> Any:
    """The same content as a message of the bot's own; a caption given replaces the old one."""
    chat = api.world.writable_chat(bot, given["chat_id"])
    source = _source(api, bot, given, "message to copy not found")
    words = Formatted(source.text, source.entities)
    if source.file is not None and "caption" in given:
        words = _caption(given)
    sent = _send(api, bot, chat, given, words, kind=source.kind, file=source.file)
    return {"message_id": sent["message_id"]}


@method("pinChatMessage", TARGET + "disable_notification:bool")
def pin_chat_message(api: Backend, bot: Bot, given: Params) -> bool:
    """In groups only as an administrator."""
    return _pin(api, bot, given, pinned=True)


@method("unpinChatMessage", "chat_id:chat! message_id:int!")
def unpin_chat_message(api: Backend, bot: Bot, given: Params) -> bool:
    """Stricter than the real server: which message must be said."""
    return _pin(api, bot, given, pinned=False)


def _pin(api: Backend, bot: Bot, given: Params, *, pinned: bool) -> bool:
    chat = api.world.writable_chat(bot, given["chat_id"])
    message = api.world.find(chat, given["message_id"], "message to pin not found")
    if not (chat.private or api.world.is_admin(bot, chat)):
        raise bad_request("not enough rights to manage pinned messages in the chat")
    api.world.change(message, pinned=pinned)
    return True


def _text(given: Params) -> Formatted:
    words = read_text(
        given["text"],
        given.get("parse_mode"),
        given.get("entities"),
        MAX_TEXT,
        "message is too long",
    )
    if not words.text:
        raise bad_request("message text is empty")
    return words


def _caption(given: Params) -> Formatted:
    return read_text(
        given.get("caption", ""),
        given.get("parse_mode"),
        given.get("caption_entities"),
        MAX_CAPTION,
        "message caption is too long",
    )


def _send(
    api: Backend, bot: Bot, chat: Chat, given: Params, words: Formatted, **fields: Any
) -> Any:
    markup = given.get("reply_markup")
    message = api.world.add_message(
        chat,
        bot.user,
        text=words.text,
        entities=words.entities,
        keyboard=read_markup(markup, chat),
        markup=markup,
        reply_to=_reply_to(api, chat, given.get("reply_parameters")),
        silent=given.get("disable_notification", False),
        **fields,
    )
    return api.world.message_json(message)


def _reply_to(api: Backend, chat: Chat, reply: Params | None) -> int | None:
    if not reply:
        return None
    if not reply.keys() <= {"message_id", "chat_id", "allow_sending_without_reply"}:
        raise bad_request("can't parse reply parameters: unknown field")
    message_id = reply.get("message_id")
    if reply.get("chat_id", chat.id) != chat.id or type(message_id) is not int:
        raise bad_request("can't parse reply parameters")
    message = api.world.messages[chat.thread].get(message_id)
    if message is not None and not message.deleted:
        return message_id
    if reply.get("allow_sending_without_reply"):
        return None
    raise bad_request("message to be replied not found")


def _own(api: Backend, bot: Bot, given: Params) -> SentMessage:
    chat = api.world.writable_chat(bot, given["chat_id"])
    message = api.world.find(chat, given["message_id"], "message to edit not found")
    below_input = message.markup is not None and not message.inline
    if message.sender.id != bot.id or message.forward_origin or below_input:
        raise bad_request("message can't be edited")
    return message


def _edit(api: Backend, message: SentMessage, given: Params, words: Formatted) -> Any:
    markup = given.get("reply_markup") or None
    keyboard = read_markup(markup, message.chat, inline_only=True)
    unchanged = (message.text, message.entities) == (words.text, words.entities)
    if unchanged and _shown(message.markup) == _shown(markup):
        raise bad_request(NOT_MODIFIED)
    changed = api.world.change(
        message,
        text=words.text,
        entities=words.entities,
        keyboard=keyboard,
        markup=markup,
        edits=message.edits + 1,
    )
    return api.world.message_json(changed)


def _shown(markup: Params | None) -> list[Any]:
    return [row for row in (markup or {}).get("inline_keyboard", []) if row]


def _source(api: Backend, bot: Bot, given: Params, missing: str) -> SentMessage:
    source = api.world.chat_for(bot, given["from_chat_id"])
    return api.world.find(source, given["message_id"], missing)


def _file(api: Backend, bot: Bot, kind: str, given: Upload | str, limit: int) -> StoredFile:
    if isinstance(given, str):
        return _known_file(api, bot, kind, given)
    if not given.content:
        raise bad_request("file must be non-empty")
    if len(given.content) > limit:
        raise TOO_LARGE
    if kind == "photo" and not is_picture(given.content):
        raise bad_request("IMAGE_PROCESS_FAILED")
    return api.world.add_file(
        bot.id, kind, given.filename, given.content, given.mime_type, len(given.content)
    )


def _known_file(api: Backend, bot: Bot, kind: str, file_id: str) -> StoredFile:
    if file_id.startswith(("http://", "https://")):
        raise bad_request("failed to get HTTP URL content")
    file = api.world.file_of(bot, file_id)
    if file is None:
        raise bad_request("wrong file identifier/HTTP URL specified")
    if file.kind != kind:
        raise bad_request(f"can't use file of type {file.kind.title()} as {kind.title()}")
    return file
