"""Methods about the bot itself: updates, webhook, commands, files, its profile."""

import json
import re
from typing import Any

from tests.botapi.backend import Backend
from tests.botapi.errors import ApiError, bad_request
from tests.botapi.model import AnsweredCallback, Bot
from tests.botapi.registry import METHODS, method
from tests.botapi.text import utf16_length
from tests.botapi.webhook import Webhook, check_webhook
from tests.botapi.wire import file_json, me_json

Params = dict[str, Any]
COMMAND = re.compile(r"[a-z0-9_]{1,32}")
SCOPES = {
    "default": set(),
    "all_private_chats": set(),
    "all_group_chats": set(),
    "all_chat_administrators": set(),
    "chat": {"chat_id"},
    "chat_administrators": {"chat_id"},
    "chat_member": {"chat_id", "user_id"},
}
PROFILE = {"Name": ("name", 64), "Description": ("description", 512)}
PROFILE["ShortDescription"] = ("short_description", 120)
TOO_OLD = "query is too old and response timeout expired or query ID is invalid"


@method("getMe")
def get_me(api: Backend, bot: Bot, given: Params) -> Any:
    """The bot's own account."""
    return me_json(bot)


@method("logOut")
@method("close")
def leave_server(api: Backend, bot: Bot, given: Params) -> bool:
    """Harmless here."""
    return True


@method("getUpdates", "offset:int limit:int timeout:int allowed_updates:list")
async def get_updates(api: Backend, bot: Bot, given: Params) -> Any:
    """Unconfirmed updates, waiting for the first at most `timeout` seconds."""
    inbox = api.inboxes[bot.id]
    inbox.allow(given.get("allowed_updates"))
    return await inbox.poll(
        given.get("offset", 0), given.get("limit", 100), given.get("timeout", 0)
    )


@method(
    "setWebhook",
    "url:str allowed_updates:list secret_token:str max_connections:int drop_pending_updates:bool",
)
async def set_webhook(api: Backend, bot: Bot, given: Params) -> bool:
    """Begin to push; an empty url takes the webhook away."""
    url = given.get("url", "")
    if not url:
        return await delete_webhook(api, bot, given)
    secret, limit = given.get("secret_token", ""), given.get("max_connections", 40)
    check_webhook(url, secret, limit)
    inbox = api.inboxes[bot.id]
    inbox.allow(given.get("allowed_updates"))
    await delete_webhook(api, bot, given)

    async def reply(call: Params) -> None:
        await answer_in_webhook(api, bot, call)

    api.webhooks[bot.id] = Webhook(inbox, url, secret, api.webhook_pause, limit, reply)
    inbox.webhook_url = url
    inbox.changed.fire()
    return True


@method("deleteWebhook", "drop_pending_updates:bool")
async def delete_webhook(api: Backend, bot: Bot, given: Params) -> bool:
    """Back to polling; fine when there is none."""
    webhook = api.webhooks.pop(bot.id, None)
    if webhook is not None:
        await webhook.stop()
    inbox = api.inboxes[bot.id]
    inbox.webhook_url = ""
    if given.get("drop_pending_updates"):
        inbox.pending.clear()
    return True


@method("getWebhookInfo")
def get_webhook_info(api: Backend, bot: Bot, given: Params) -> Any:
    """Where updates are pushed and what went wrong last."""
    if bot.id in api.webhooks:
        return api.webhooks[bot.id].info()
    waiting = len(api.inboxes[bot.id].pending)
    return {"url": "", "has_custom_certificate": False, "pending_update_count": waiting}


@method(
    "answerCallbackQuery",
    "callback_query_id:str! text:str show_alert:bool url:str cache_time:int",
)
def answer_callback_query(api: Backend, bot: Bot, given: Params) -> bool:
    """Once per query; stricter than the real server, a second answer is too late."""
    query = api.queries.get(given["callback_query_id"])
    if query is None or query.bot.id != bot.id:
        raise bad_request(TOO_OLD)
    text = given.get("text", "")
    if utf16_length(text) > 200:
        raise bad_request("MESSAGE_TOO_LONG")
    del api.queries[query.id]
    api.answered.append(
        AnsweredCallback(
            query.id, query.user, text, given.get("show_alert", False), given.get("url")
        )
    )
    return True


@method("getFile", "file_id:str!")
def get_file(api: Backend, bot: Bot, given: Params) -> Any:
    """Where to download a file of at most 20 MB."""
    file = api.world.file_of(bot, given["file_id"])
    if file is None:
        raise bad_request("invalid file_id")
    if file.size > api.limits.download:
        raise bad_request("file is too big")
    return {**file_json(file), "file_path": file.path}


@method("setMyCommands", "commands:list! scope:object language_code:str")
def set_my_commands(api: Backend, bot: Bot, given: Params) -> bool:
    """At most 100 commands for one scope and language."""
    commands = given["commands"]
    if len(commands) > 100:
        raise bad_request("BOT_COMMANDS_TOO_MUCH")
    for command in commands:
        _check_command(command)
    api.commands[_command_key(api, bot, given)] = commands
    return True


@method("getMyCommands", "scope:object language_code:str")
def get_my_commands(api: Backend, bot: Bot, given: Params) -> Any:
    """What was set for exactly this scope and language."""
    return api.commands.get(_command_key(api, bot, given), [])


@method("deleteMyCommands", "scope:object language_code:str")
def delete_my_commands(api: Backend, bot: Bot, given: Params) -> bool:
    """Forget the commands of exactly this scope and language."""
    api.commands.pop(_command_key(api, bot, given), None)
    return True


@method("setChatMenuButton", "chat_id:int menu_button:object")
def set_chat_menu_button(api: Backend, bot: Bot, given: Params) -> bool:
    """Accepted and forgotten."""
    return True


def _declare_profile(suffix: str, name: str, limit: int) -> None:
    @method(f"setMy{suffix}", f"{name}:str language_code:str")
    def write(api: Backend, bot: Bot, given: Params) -> bool:
        text = given.get(name, "")
        if utf16_length(text) > limit:
            raise bad_request(f"bot {name} is too long")
        api.profile[bot.id, name, given.get("language_code", "")] = text
        return True

    @method(f"getMy{suffix}", "language_code:str")
    def read(api: Backend, bot: Bot, given: Params) -> Any:
        return {name: api.profile.get((bot.id, name, given.get("language_code", "")), "")}


for _suffix, (_name, _limit) in PROFILE.items():
    _declare_profile(_suffix, _name, _limit)


def _check_command(command: Any) -> None:
    if not isinstance(command, dict) or command.keys() != {"command", "description"}:
        raise bad_request("can't parse BotCommand: expected command and description")
    if not COMMAND.fullmatch(str(command["command"]).removeprefix("/")):
        raise bad_request("BOT_COMMAND_INVALID")
    if not 1 <= len(str(command["description"]).strip()) <= 256:
        raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")


def _command_key(api: Backend, bot: Bot, given: Params) -> tuple[int, str, str]:
    scope = given.get("scope") or {"type": "default"}
    wanted = SCOPES.get(str(scope.get("type")))
    if wanted is None or scope.keys() - {"type"} != wanted:
        raise bad_request("can't parse BotCommandScope")
    if not isinstance(scope.get("chat_id", ""), int | str):
        raise bad_request("can't parse BotCommandScope")
    if "chat_id" in scope:
        api.world.chat_for(bot, scope["chat_id"])
    return bot.id, json.dumps(scope, sort_keys=True), given.get("language_code", "")


async def answer_in_webhook(api: Backend, bot: Bot, call: Params) -> None:
    """Run the call in a webhook's answer; its outcome reaches nobody but the record of calls."""
    name = str(call.pop("method"))
    if name.lower() in METHODS:
        try:
            await api.call(bot, name, call)
        except ApiError as error:
            api.webhooks[bot.id].last_error = error.description
