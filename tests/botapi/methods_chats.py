"""Methods about chats and who is in them."""

from typing import Any

from tests.botapi.backend import Backend
from tests.botapi.errors import bad_request
from tests.botapi.model import Bot, Chat
from tests.botapi.registry import method
from tests.botapi.state import GONE
from tests.botapi.wire import full_chat_json, member_json

Params = dict[str, Any]
ACTIONS = frozenset(
    [
        "typing",
        "upload_photo",
        "record_video",
        "upload_video",
        "record_voice",
        "upload_voice",
        "upload_document",
        "choose_sticker",
        "find_location",
        "record_video_note",
        "upload_video_note",
    ]
)


@method("sendChatAction", "chat_id:chat! action:str!")
def send_chat_action(api: Backend, bot: Bot, given: Params) -> bool:
    """`typing` and its kin."""
    chat = api.world.writable_chat(bot, given["chat_id"])
    if given["action"] not in ACTIONS:
        raise bad_request("wrong parameter action in request")
    api.actions.append((chat.id, given["action"]))
    return True


@method("getChat", "chat_id:chat!")
def get_chat(api: Backend, bot: Bot, given: Params) -> Any:
    """The chat, even where the bot is blocked."""
    chat = api.world.chat_for(bot, given["chat_id"])
    return full_chat_json(chat, api.world.users[chat.id] if chat.private else None)


@method("getChatMember", "chat_id:chat! user_id:int!")
def get_chat_member(api: Backend, bot: Bot, given: Params) -> Any:
    """What somebody is in a group."""
    chat = api.world.writable_chat(bot, given["chat_id"])
    user = api.world.users.get(given["user_id"])
    if user is None:
        raise bad_request("PARTICIPANT_ID_INVALID")
    if chat.private:
        return member_json(user, "member")
    status = api.world.status(chat, user.id)
    if status is None:
        raise bad_request("member not found")
    return member_json(user, status)


@method("getChatMemberCount", "chat_id:chat!")
def get_chat_member_count(api: Backend, bot: Bot, given: Params) -> int:
    """How many are in a chat now, bots included."""
    chat = api.world.writable_chat(bot, given["chat_id"])
    return 2 if chat.private else len(_present(api, chat))


@method("getChatAdministrators", "chat_id:chat!")
def get_chat_administrators(api: Backend, bot: Bot, given: Params) -> Any:
    """Administrators and the creator, without other bots."""
    chat = api.world.writable_chat(bot, given["chat_id"])
    if chat.private:
        raise bad_request("there are no administrators in the private chat")
    return [
        member_json(api.world.users[user_id], status)
        for user_id, status in _present(api, chat).items()
        if status in ("administrator", "creator")
        and (user_id == bot.id or not api.world.users[user_id].is_bot)
    ]


@method("leaveChat", "chat_id:chat!")
def leave_chat(api: Backend, bot: Bot, given: Params) -> bool:
    """Groups only; afterwards the bot reads and writes nothing there."""
    chat = api.world.writable_chat(bot, given["chat_id"])
    if chat.private:
        raise bad_request("chat member status can't be changed in private chats")
    api.world.members[chat.id][bot.id] = "left"
    return True


def _present(api: Backend, chat: Chat) -> dict[int, str]:
    there = api.world.members[chat.id]
    return {user_id: status for user_id, status in there.items() if status not in GONE}
