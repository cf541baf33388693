"""Reading a resident's answers: masked before they go anywhere, or refused with what to do."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TypeVar

from bot.errors import InvalidInputError
from bot.matching.masking import hidden_by, mask, mask_own
from bot.matching.plea import LONGEST_PLEA, Plea, plea_in
from bot.services.money import amount_named, read_amount
from bot.services.reports import (
    REPORTER_NAMES,
    SKIPPABLE,
    Draft,
    ReportStep,
    skip,
)
from bot.services.suspects import foreign_cards_only, named_in_story
from bot.services.triage import (
    CHANNEL_NAMES,
    HAPPENED_NAMES,
    MONEY_IS_GONE,
    ContactChannel,
)
from bot.storage.leads import Reporter

DESCRIPTION_LENGTH = 5000
"""More than the longest message of Telegram."""
SHORT_ANSWER_LENGTH = 1000
AREA_LENGTH = 200
BANK_CARD = "银行卡号"
UNSURE = frozenset({"不知道", "不清楚", "忘了", "不想说"})
DO_NOT_KNOW = UNSURE | {"没有", "无", "不留"}
PHONE_NUMBER = re.compile(
    r"(?<![0-9])(?:\+?86)?(1[3-9][0-9]{9}|0[0-9]{9,11}|[2-9][0-9]{6,7})(?![0-9])"
)
"""A mobile number, a landline with its area code, or one without."""
LONGEST_CHOICE = 6
"""What is no longer than this tells nothing yet: a button typed by heart, or 不知道."""
SENTENCE = 4
"""With so many characters beside what was asked for, an answer tells more than that."""
_ABOUT_A_NUMBER = re.compile(
    r"我的?|本人|手机|电话|号码?|是|打|这个|那个|联系|回电|请|找|就行|可以|谢谢|您|你|好|微信|同号|[的吧呢啊哦]"
)
_SUSPECT = re.compile("骗子|对方|客服|陌生人|嫌疑人|诈骗")
_OF_THE_SUSPECT = re.compile(rf"(?:{_SUSPECT.pattern})[^，。；、,.;0-9]{{0,8}}\Z")
_CUT_NUMBER = re.compile(r"[\dXx\s\-]+\Z")
_YEARS = r"(?:[4-9]|1[0-3]|[四五六七八九十]|十[一二三])(?:周岁|岁)"
_AT_SCHOOL = (
    r"(?:(?:正在|还在|才|在)?(?:上|读|念)(?:幼儿园|小学|[一二三四五六]年级)"
    r"|小学(?:生|[一二三四五六]年级))(?!的?老师|班主任)"
)
_SINCE = r"(?:今年|才|现在|刚|只有|只|满|是|，|,|\s){0,3}"
_CHILD = r"(?:儿子|女儿|孩子|小孩|娃|孙子|孙女|外孙|弟弟|妹妹|侄子|侄女|外甥)女?"
_OURS = r"(?:^|[，。！？；、,.!?;\s]|(?:我|俺|咱)们?家?里?的?)(?:大|小|二|有个|一个)?"
UNDER_14 = re.compile(
    rf"我{_SINCE}(?:{_YEARS}|{_AT_SCHOOL})"
    rf"|{_OURS}{_CHILD}{_SINCE}(?:{_YEARS}|{_AT_SCHOOL})"
    rf"|{_OURS}(?:{_YEARS}|{_AT_SCHOOL})的?小?{_CHILD}"
)
"""The writer, or a child of his, says to be under 14; a child that a suspect tells of is none."""
GUARDIAN_FIRST = (
    "先把手机交给爸爸妈妈或身边的大人，一起看下一步。"
    "大人同意后再点“我是监护人，同意”。害怕的话，现在就打 110。"
)


class Guardian(StrEnum):
    """Whether a child's report may be kept (children under 14 need a guardian's consent)."""

    AGREED = "agreed"
    OVER_14 = "over14"
    CHILD = "child"


GUARDIAN_NAMES: Mapping[Guardian, str] = {
    Guardian.AGREED: "我是监护人，同意",
    Guardian.OVER_14: "孩子已满14岁",
    Guardian.CHILD: "我就是孩子",
}


@dataclass(frozen=True, slots=True)
class Answered:
    """A draft after an answer, and what of the answer was one's own and is not kept, in words.

    `kept` is how many characters were kept of an answer that was too long, else 0.
    """

    draft: Draft
    hidden: tuple[str, ...] = ()
    kept: int = 0


def answer(draft: Draft, step: ReportStep, typed: str) -> Answered:
    """The draft with this answer. Raises InvalidInputError that says what to write instead."""
    typed = typed.strip()
    if not typed:
        raise InvalidInputError("没有收到文字，请再写一次。")
    reader = _READERS.get(step)
    if reader is None:
        raise InvalidInputError("请点下面的按钮。")
    if step in SKIPPABLE and typed in DO_NOT_KNOW:
        return Answered(skip(draft, step))
    return reader(draft, typed)


def read_rest_from_story(draft: Draft) -> Draft:
    """The draft with what its story says of questions that were not asked."""
    story = draft.description
    if not draft.contact:
        draft = replace(draft, contact=channel_in(story) or "")
    if draft.amount_fen is None and draft.happened in MONEY_IS_GONE:
        draft = replace(draft, amount_fen=amount_named(story))
    return draft


def channel_in(story: str) -> ContactChannel | None:
    """How the suspect came, by the first way that a story names."""
    said = {
        channel: first.start()
        for channel, words in _SAID.items()
        if (first := words.search(story)) is not None
    }
    return min(said, key=said.__getitem__, default=None)


def read_phone(typed: str) -> str | None:
    """The number in what somebody typed; one that the words call the suspect's is none."""
    plain = re.sub(r"[\s\-()（）]", "", unicodedata.normalize("NFKC", typed))
    numbers = PHONE_NUMBER.finditer(plain)
    own = (one[1] for one in numbers if not _OF_THE_SUSPECT.search(plain, 0, one.start()))
    return next(own, None)


def tells_more(typed: str) -> bool:
    """Whether an answer to how to call somebody says more than a number."""
    rest = _ABOUT_A_NUMBER.sub("", typed)
    beside = sum(sign.isalpha() and not sign.isascii() for sign in rest)
    return beside >= SENTENCE or _SUSPECT.search(typed) is not None


def tells_story(typed: str) -> bool:
    """Whether an answer to how far it went is no choice but tells what happened."""
    a_choice = typed in {word for pair in HAPPENED_NAMES.items() for word in pair}
    told = sum(not sign.isascii() for sign in typed) > LONGEST_CHOICE
    return (told or plea_in(typed[:LONGEST_PLEA]) is not None) and not a_choice


def despairs(typed: str) -> bool:
    """Whether somebody's words say that he may take his life."""
    return plea_in(typed[:LONGEST_PLEA]) is Plea.DESPAIR


def shortened(typed: str, length: int) -> str:
    """The beginning of a text, without a number that would be cut in two and not be masked."""
    return typed if len(typed) <= length else _CUT_NUMBER.sub("", typed[:length])


def kept_of(typed: str, length: int) -> int:
    """How many characters are kept of a text that is too long; 0 where all of it is."""
    return length if len(typed) > length else 0


def masked_story(typed: str) -> tuple[str, tuple[str, ...]]:
    """A story as it is kept, and what was taken out of it that is the writer's own."""
    told = shortened(typed, DESCRIPTION_LENGTH)
    masked = mask(told)
    hidden = hidden_by(masked, told)
    if BANK_CARD in hidden and foreign_cards_only(told):
        hidden = tuple(word for word in hidden if word != BANK_CARD)
    return masked, hidden


def masked_short(typed: str, length: int = SHORT_ANSWER_LENGTH) -> tuple[str, tuple[str, ...]]:
    """A short answer about the suspect as it is kept, and what was taken out of it."""
    told = shortened(typed, length)
    masked = mask_own(told)
    return masked, hidden_by(masked, told)


def masked_place(typed: str) -> tuple[str, tuple[str, ...]]:
    """A place as it is kept, and what was taken out of it."""
    told = shortened(typed, AREA_LENGTH)
    masked = mask(told)
    return masked, hidden_by(masked, told)


def _read_happened(draft: Draft, typed: str) -> Answered:
    happened = chosen(typed, HAPPENED_NAMES)
    amount = draft.amount_fen if happened in MONEY_IS_GONE else None
    return Answered(replace(draft, happened=happened, amount_fen=amount))


def _read_guardian(draft: Draft, typed: str) -> Answered:
    guardian = chosen(typed, GUARDIAN_NAMES)
    if guardian is Guardian.CHILD:
        raise InvalidInputError(GUARDIAN_FIRST)
    return Answered(replace(draft, guardian=guardian))


def _read_who(draft: Draft, typed: str) -> Answered:
    who = chosen(typed, REPORTER_NAMES)
    phone = "" if who is Reporter.ANONYMOUS else draft.phone
    return Answered(replace(draft, who=who, phone=phone))


def _read_contact(draft: Draft, typed: str) -> Answered:
    contact = next((key for key, name in CHANNEL_NAMES.items() if typed in (key, name)), None)
    if contact is not None:
        return Answered(replace(draft, contact=contact))
    contact = channel_in(typed)
    if contact is None:
        raise InvalidInputError("请点下面的按钮选一项。")
    return with_story(replace(draft, contact=contact), typed)


def with_story(draft: Draft, typed: str) -> Answered:
    """The draft with more of what happened, told beside an answer."""
    story, hidden = masked_story(typed)
    told = f"{draft.description}\n{story}".strip()
    mentioned = tuple(sorted({*draft.mentioned, *named_in_story(typed)}))
    minor = draft.minor or UNDER_14.search(typed) is not None
    draft = replace(draft, description=told, mentioned=mentioned, minor=minor)
    return Answered(draft, hidden, kept_of(typed, DESCRIPTION_LENGTH))


def _read_description(draft: Draft, typed: str) -> Answered:
    masked, hidden = masked_story(typed)
    mentioned = tuple(sorted(named_in_story(typed[:DESCRIPTION_LENGTH])))
    minor = UNDER_14.search(typed) is not None
    told = replace(draft, description=masked, mentioned=mentioned, minor=minor)
    return Answered(told, hidden, kept_of(typed, DESCRIPTION_LENGTH))


def _read_suspects(draft: Draft, typed: str) -> Answered:
    masked, hidden = masked_short(typed)
    return Answered(replace(draft, suspects=masked), hidden, kept_of(typed, SHORT_ANSWER_LENGTH))


def _read_area(draft: Draft, typed: str) -> Answered:
    area, hidden = masked_place(typed)
    return Answered(replace(draft, area=area), hidden, kept_of(typed, AREA_LENGTH))


def _read_amount(draft: Draft, typed: str) -> Answered:
    fen = read_amount(typed)
    if fen is None:
        raise InvalidInputError("没看懂金额，请写数字，例如 3500 或 1.2万；不清楚可点“跳过”。")
    return Answered(replace(draft, amount_fen=fen))


def _read_phone(draft: Draft, typed: str) -> Answered:
    phone = read_phone(typed)
    if phone is None:
        raise InvalidInputError("电话号码好像不对，请检查后再写；不想留可点“跳过”。")
    answered = replace(draft, phone=phone)
    return with_story(answered, typed) if tells_more(typed) else Answered(answered)


_READERS: Mapping[ReportStep, Callable[[Draft, str], Answered]] = {
    ReportStep.HAPPENED: _read_happened,
    ReportStep.GUARDIAN: _read_guardian,
    ReportStep.WHO: _read_who,
    ReportStep.DESCRIPTION: _read_description,
    ReportStep.CONTACT: _read_contact,
    ReportStep.SUSPECTS: _read_suspects,
    ReportStep.AMOUNT: _read_amount,
    ReportStep.PHONE: _read_phone,
    ReportStep.AREA: _read_area,
}
_SAID: Mapping[ContactChannel, re.Pattern[str]] = {
    ContactChannel.PHONE: re.compile("电话|来电"),
    ContactChannel.SMS: re.compile("短信"),
    ContactChannel.WECHAT: re.compile("微信"),
    ContactChannel.QQ: re.compile("QQ|qq"),
    ContactChannel.VIDEO_APP: re.compile("抖音|快手|直播|短视频"),
    ContactChannel.SHOPPING_APP: re.compile("淘宝|京东|拼多多|闲鱼"),
    ContactChannel.PARCEL: re.compile("快递|传单"),
}


Choice = TypeVar("Choice", bound=StrEnum)


def chosen(typed: str, names: Mapping[Choice, str]) -> Choice:
    """The choice whose value or name was typed. Raises InvalidInputError."""
    for choice, name in names.items():
        if typed in (choice, name):
            return choice
    raise InvalidInputError("请点下面的按钮选一项。")
