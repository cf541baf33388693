"""Polls: what may be asked, and ending one before its time."""

from typing import Any

from tests.botapi.backend import Backend
from tests.botapi.errors import bad_request
from tests.botapi.keyboards import read_markup
from tests.botapi.methods_messages import SENDING, Params
from tests.botapi.model import Bot
from tests.botapi.registry import method
from tests.botapi.text import utf16_length
from tests.botapi.wire import poll_json

LONGEST_QUESTION, LONGEST_OPTION, LONGEST_EXPLANATION = 300, 100, 200
FEWEST_OPTIONS, MOST_OPTIONS = 2, 10
SHORTEST, LONGEST = 5, 600
MOST_BREAKS = 2


@method(
    "sendPoll",
    SENDING + "question:str! options:list! is_anonymous:bool type:str "
    "allows_multiple_answers:bool correct_option_ids:list explanation:str open_period:int",
    paced=True,
)
def send_poll(api: Backend, bot: Bot, given: Params) -> Any:
    """A poll or a quiz; formatted questions and closing dates are not taken here."""
    chat = api.world.writable_chat(bot, given["chat_id"])
    question = given["question"].strip()
    if utf16_length(question) > LONGEST_QUESTION:
        raise bad_request("poll question length must not exceed 300")
    options = _options(given["options"])
    quiz = given.get("type", "regular") == "quiz"
    if given.get("type", "regular") not in ("quiz", "regular"):
        raise bad_request("unsupported poll type specified")
    markup = given.get("reply_markup")
    poll = api.world.add_poll(
        question=question,
        options=options,
        quiz=quiz,
        anonymous=given.get("is_anonymous", True),
        correct=_correct(given, options, quiz=quiz),
        explanation=_explanation(given, quiz=quiz),
        open_period=_open_period(given),
    )
    message = api.world.add_message(
        chat,
        bot.user,
        kind="poll",
        poll_id=poll.id,
        keyboard=read_markup(markup, chat),
        markup=markup,
        silent=given.get("disable_notification", False),
    )
    return api.world.message_json(message)


@method("stopPoll", "chat_id:chat! message_id:int! reply_markup:object")
def stop_poll(api: Backend, bot: Bot, given: Params) -> Any:
    """End one's own poll; what was chosen is answered and sent as an update."""
    chat = api.world.writable_chat(bot, given["chat_id"])
    message = api.world.find(chat, given["message_id"], "message with poll to stop not found")
    if message.sender.id != bot.id or not message.poll_id:
        raise bad_request("message with poll to stop not found")
    if api.world.polls[message.poll_id].closed:
        raise bad_request("poll has already been closed")
    return poll_json(api.close_poll(bot, message))


def _options(given: list[Any]) -> tuple[str, ...]:
    if not FEWEST_OPTIONS <= len(given) <= MOST_OPTIONS:
        few = len(given) < FEWEST_OPTIONS
        words = "at least 2 options" if few else "at most 10 options"
        raise bad_request(f"poll must have {words}")
    options = tuple(_option(one) for one in given)
    if any(utf16_length(option) > LONGEST_OPTION for option in options):
        raise bad_request("poll options length must not exceed 100")
    if not all(options):
        raise bad_request("poll options must be non-empty")
    return options


def _option(given: Any) -> str:
    if isinstance(given, dict):
        if not given.keys() <= {"text", "text_parse_mode", "text_entities"}:
            raise bad_request("can't parse poll option: unknown field")
        given = given.get("text")
    if not isinstance(given, str):
        raise bad_request("can't parse poll option")
    return given.strip()


def _correct(given: Params, options: tuple[str, ...], *, quiz: bool) -> int | None:
    chosen = given.get("correct_option_ids")
    if not quiz:
        if chosen is not None:
            raise bad_request("correct_option_ids is allowed for quizzes only")
        return None
    if given.get("allows_multiple_answers"):
        raise bad_request("quiz can't have multiple answers")
    if not chosen or len(chosen) != 1 or type(chosen[0]) is not int:
        raise bad_request("quiz must have a correct option")
    if not 0 <= chosen[0] < len(options):
        raise bad_request("wrong correct option ID specified")
    return chosen[0]


def _explanation(given: Params, *, quiz: bool) -> str:
    words = given.get("explanation", "").strip()
    if words and not quiz:
        raise bad_request("explanation is allowed for quizzes only")
    if utf16_length(words) > LONGEST_EXPLANATION:
        raise bad_request("message is too long")
    if words.count("\n") > MOST_BREAKS:
        raise bad_request("explanation must have at most 2 line feeds")
    return words


def _open_period(given: Params) -> int | None:
    seconds = given.get("open_period")
    if seconds is not None and not SHORTEST <= seconds <= LONGEST:
        raise bad_request("poll open period must be 5-600 seconds")
    return seconds
