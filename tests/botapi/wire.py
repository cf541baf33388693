"""Records of the double's world as the JSON a client receives."""

from typing import Any

from tests.botapi.model import Bot, Chat, Poll, SentMessage, StoredFile, User
from tests.botapi.pictures import dimensions

Json = dict[str, Any]
ADMIN_RIGHTS = [
    "can_be_edited",
    "is_anonymous",
    "can_manage_chat",
    "can_delete_messages",
    "can_manage_video_chats",
    "can_restrict_members",
    "can_promote_members",
    "can_change_info",
    "can_invite_users",
    "can_post_stories",
    "can_edit_stories",
    "can_delete_stories",
    "can_pin_messages",
    "can_send_welcome_messages",
]


def user_json(user: User) -> Json:
    """A User object; bots have no language."""
    body: Json = {"id": user.id, "is_bot": user.is_bot, "first_name": user.first_name}
    if user.username:
        body["username"] = user.username
    if not user.is_bot:
        body["language_code"] = user.language_code
    return body


def me_json(bot: Bot) -> Json:
    """What getMe adds to a User."""
    return {
        **user_json(bot.user),
        "can_join_groups": True,
        "can_read_all_group_messages": not bot.privacy,
        "supports_inline_queries": False,
        "can_connect_to_business": False,
        "has_main_web_app": False,
    }


def chat_json(chat: Chat, user: User | None) -> Json:
    """A Chat object; `user` is the other side of a private chat."""
    body: Json = {"id": chat.id, "type": chat.type}
    if user is not None:
        body["first_name"] = user.first_name
        if user.username:
            body["username"] = user.username
        return body
    body["title"] = chat.title
    if chat.username:
        body["username"] = chat.username
    return body


def full_chat_json(chat: Chat, user: User | None) -> Json:
    """A ChatFullInfo with the fields that cannot be left out."""
    gifts = ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription")
    return {
        **chat_json(chat, user),
        "accent_color_id": 0,
        "max_reaction_count": 11,
        "accepted_gift_types": dict.fromkeys((*gifts, "gifts_from_channels"), False),
    }


def member_json(user: User, status: str, *, in_channel: bool = False) -> Json:
    """A ChatMember of one of the six kinds."""
    body: Json = {"status": status, "user": user_json(user)}
    if status == "creator":
        body["is_anonymous"] = False
    if status == "administrator":
        body |= {name: name != "is_anonymous" for name in ADMIN_RIGHTS}
        body |= (
            dict.fromkeys(("can_post_messages", "can_edit_messages"), True) if in_channel else {}
        )
    if status == "kicked":
        body["until_date"] = 0
    return body


def message_json(message: SentMessage, chat: Json, reply: Json | None) -> Json:
    """A Message; keyboards below the input line are never echoed, inline ones are."""
    body: Json = {
        "message_id": message.message_id,
        "date": message.date,
        "chat": chat,
    }
    if chat["type"] == "channel":
        body["sender_chat"] = chat
    else:
        body["from"] = user_json(message.sender)
    if message.file is None:
        if message.text or message.kind == "text":
            body |= _words(message, "text", "entities")
    else:
        body |= _file_field(message.file) | _words(message, "caption", "caption_entities")
    if reply is not None:
        body["reply_to_message"] = reply
    if message.forward_origin is not None:
        body["forward_origin"] = message.forward_origin
    if message.inline and message.keyboard:
        body["reply_markup"] = message.markup
    if message.edits:
        body["edit_date"] = message.date
    return body | message.extra


def poll_json(poll: Poll) -> Json:
    """A Poll: how often each option was taken, never by whom."""
    taken = [option for _, option in poll.votes]
    body: Json = {
        "id": poll.id,
        "question": poll.question,
        "options": [
            {"persistent_id": str(place), "text": text, "voter_count": taken.count(place)}
            for place, text in enumerate(poll.options)
        ],
        "total_voter_count": len(taken),
        "is_closed": poll.closed,
        "is_anonymous": poll.anonymous,
        "type": "quiz" if poll.quiz else "regular",
        "allows_multiple_answers": False,
        "allows_revoting": not poll.quiz,
        "members_only": False,
    }
    if poll.correct is not None:
        body["correct_option_ids"] = [poll.correct]
    if poll.explanation:
        body["explanation"] = poll.explanation
    if poll.open_period is not None:
        body["open_period"] = poll.open_period
    return body


def file_json(file: StoredFile) -> Json:
    """The fields every kind of file has."""
    return {
        "file_id": file.file_id,
        "file_unique_id": f"u{file.file_id}",
        "file_size": file.size,
    }


def _words(message: SentMessage, text: str, entities: str) -> Json:
    if not message.text:
        return {}
    if not message.entities:
        return {text: message.text}
    return {text: message.text, entities: list(message.entities)}


def _file_field(file: StoredFile) -> Json:
    if file.kind == "photo":
        width, height = dimensions(file.content)
        return {"photo": [{**file_json(file), "width": width, "height": height}]}
    if file.kind == "voice":
        return {"voice": {**file_json(file), "duration": 1, "mime_type": "audio/ogg"}}
    named = {"file_name": file.name, "mime_type": file.mime_type}
    return {file.kind: {**file_json(file), **named}}
