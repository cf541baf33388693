"""The guided check of a call in words: questions, answers, verdicts."""

from collections.abc import Mapping, Sequence
from enum import StrEnum

from aiogram.utils.formatting import Bold, Text

from bot.handlers.views import LEVEL_HEADS
from bot.matching.result import ActionCode
from bot.services.call_check import (
    Call,
    CallBack,
    CallVerdict,
    Given,
    Numbers,
    Question,
    Told,
    Want,
    Who,
    Why,
)
from bot.services.knowledge import (
    Contact,
    actions,
    call_back_contacts,
    contact,
    verification_contacts,
)

INTRO = "正在通话，先别照对方说的做。最多五个问题，点按钮就行，不保存您的回答。\n\n"
QUESTIONS: Mapping[Question, str] = {
    Question.WHO: "他说他是谁？",
    Question.WANT: "他要您做什么？",
    Question.HUSHED: "有没有要您保密，或不许挂电话？",
    Question.VIDEO: "有没有开视频，出示证件或通缉令？",
    Question.GIVEN: "您已经给了什么没有？",
}
LABELS: Mapping[Question, Mapping[StrEnum, str]] = {
    Question.WHO: {
        Who.POLICE: "公安、法院",
        Who.BANK: "银行",
        Who.SERVICE: "客服（平台、快递）",
        Who.ACQUAINTANCE: "亲友、领导",
        Who.LENDER: "贷款、投资",
        Who.OTHER: "其他",
    },
    Question.WANT: {
        Want.TRANSFER: "转账",
        Want.CODE: "给验证码、卡号",
        Want.SCREEN: "共享屏幕、装软件",
        Want.CASH: "见面交现金",
        Want.NOTICE: "只是通知",
    },
    Question.HUSHED: {Told.YES: "有", Told.NO: "没有"},
    Question.VIDEO: {Told.YES: "有", Told.NO: "没有"},
    Question.GIVEN: {
        Given.NOTHING: "都没有",
        Given.PAID: "已转账、交钱",
        Given.CODE: "已给验证码",
        Given.SCREEN: "正在共享屏幕",
    },
}
HANG_UP = "先挂断电话。"
WHY: Mapping[Why, str] = {
    Why.CASH_GIVEN: "现金、黄金已经交出，越早报警越好。",
    Why.PAID: "钱已经转出，越早报警止付越好。",
    Why.SCREEN: "共享屏幕、装了他的软件，他就能看到验证码，操作您的手机。",
    Why.CODE_GIVEN: "有了验证码和卡号，他就能动您的钱。",
    Why.BADGE_ON_VIDEO: "真的办案不会在视频里出示证件、通缉令。",
    Why.POLICE: "公安、法院不会在电话里要钱、要验证码，也不会不许您告诉家人。",
    Why.ORGANISATION: "正规的银行、客服、贷款机构不会打电话来要您转账、交现金、报验证码。",
    Why.HUSHED: "又要钱要验证码，又不许告诉别人，这是骗子的做法。",
    Why.ASKED: "声音、头像、号码都能造假，光听电话认不出是谁。",
    Why.HUSHED_NOTICE: "只是通知，用不着保密，也用不着不让您挂电话。",
    Why.NOTICE: "光凭这些还判断不了，来电号码也可以造假。",
}
_WHERE: Mapping[Who, str] = {
    Who.BANK: "拨银行卡背面的客服电话核实。",
    Who.SERVICE: "自己打开官方 App，从里面找客服核实。",
    Who.ACQUAINTANCE: "用您自己存的号码打给本人，或当面问。",
    Who.LENDER: "不交任何“手续费”“保证金”。",
}

LISTS: Mapping[Numbers, str] = {
    Numbers.BANK: "各银行客服电话",
    Numbers.SERVICE: "平台、快递、通信客服电话",
}
"""What the button is called."""
DIAL_YOURSELF = "先挂断，再自己拨。不要回拨来电，也别让对方转接："
_UNLISTED: Mapping[Numbers, str] = {
    Numbers.BANK: "没有列到的，拨银行卡背面的号码。",
    Numbers.SERVICE: "没有列到的，自己打开官方 App，从里面找客服。",
}


def question(asked: Question) -> Text:
    """One question; before the first one, what this is."""
    return Text(INTRO if asked is Question.WHO else "", Bold(QUESTIONS[asked]))


def verdict(call: Call, judged: CallVerdict) -> Text:
    """One action, then why, then whom to call back."""
    first, *steps = _steps(call, judged)
    numbered = "".join(f"\n{n}. {step}" for n, step in enumerate(steps, 1))
    return Text(
        Bold(first),
        f"\n{LEVEL_HEADS[judged.level]}：{WHY[judged.why]}\n",
        numbered,
        f"\n\n{_call_back(judged.call_back)}",
    )


def numbers(whose: Numbers) -> str:
    """Official numbers to dial, a line each."""
    lines = "\n".join(f"{one.name} {one.number}" for one in call_back_contacts(whose))
    return f"{DIAL_YOURSELF}\n\n{lines}\n\n{_UNLISTED[whose]}"


def _steps(call: Call, judged: CallVerdict) -> list[str]:
    """What to do, the first thing first: who sees the screen is cut off before hanging up."""
    advice = actions()[judged.action]
    if judged.action is ActionCode.SCREEN_SHARED:
        return [advice.now, HANG_UP, *advice.steps]
    if judged.action is not ActionCode.STOP_AND_VERIFY:
        return [HANG_UP, advice.now, *advice.steps]
    return [HANG_UP, advice.now, _where(call.who)]


def _where(who: Who | None) -> str:
    if who is Who.POLICE:
        known = _listed(call_back_contacts("police"))
        return f"不要回拨他的号码，也别让他“转接”，自己拨：{known}。"
    if who is not None and who in _WHERE:
        return _WHERE[who]
    return f"不要回拨他的号码，打官方电话核实：{_listed(verification_contacts())}。"


def _listed(contacts: Sequence[Contact]) -> str:
    return "、".join(f"{one.name.replace('、', '和')} {one.number}" for one in contacts)


def _call_back(whom: CallBack) -> str:
    found = contact(whom)
    purpose = "报警、核实" if whom is CallBack.EMERGENCY else "核实"
    return f"{purpose}请自己拨：{found.number}（{found.name}）。"
