"""Triage: how far it went, how the suspect came, and what the person does first."""

from collections.abc import Mapping
from enum import StrEnum

from bot.matching.plea import LONGEST_PLEA, Plea, plea_in
from bot.matching.result import ActionCode


class Happened(StrEnum):
    """How far it went: the first thing that is asked."""

    NOT_PAID = "not_paid"
    PAID = "paid"
    ON_CALL = "on_call"
    GAVE_CODE = "gave_code"
    BLACKMAILED = "blackmailed"
    CASH = "cash"
    CHILD = "child"


class ContactChannel(StrEnum):
    """How the suspect reached the resident."""

    PHONE = "phone"
    SMS = "sms"
    WECHAT = "wechat"
    QQ = "qq"
    VIDEO_APP = "video_app"
    SHOPPING_APP = "shopping_app"
    WEB = "web"
    PARCEL = "parcel"
    IN_PERSON = "in_person"
    OTHER = "other"


HAPPENED_NAMES: Mapping[Happened, str] = {
    Happened.NOT_PAID: "还没转账",
    Happened.PAID: "已转账",
    Happened.ON_CALL: "正在通话或共享屏幕",
    Happened.GAVE_CODE: "给了验证码或卡号",
    Happened.BLACKMAILED: "被敲诈",
    Happened.CASH: "交出现金黄金",
    Happened.CHILD: "孩子遇到",
}
CHANNEL_NAMES: Mapping[ContactChannel, str] = {
    ContactChannel.PHONE: "电话",
    ContactChannel.SMS: "短信",
    ContactChannel.WECHAT: "微信",
    ContactChannel.QQ: "QQ",
    ContactChannel.VIDEO_APP: "短视频、直播",
    ContactChannel.SHOPPING_APP: "购物平台",
    ContactChannel.WEB: "网页、其他软件",
    ContactChannel.PARCEL: "快递、传单",
    ContactChannel.IN_PERSON: "当面",
    ContactChannel.OTHER: "其他",
}
FILED_AT_ONCE = frozenset({Happened.PAID, Happened.CASH})
"""Where minutes count: the first answer makes an urgent lead, see services.urgent."""
MONEY_IS_GONE = FILED_AT_ONCE | {Happened.CHILD, Happened.GAVE_CODE}
ACTION_BY_HAPPENED: Mapping[Happened, ActionCode] = {
    Happened.NOT_PAID: ActionCode.STOP_AND_VERIFY,
    Happened.PAID: ActionCode.PAID,
    Happened.ON_CALL: ActionCode.SCREEN_SHARED,
    Happened.GAVE_CODE: ActionCode.CARD_GIVEN,
    Happened.BLACKMAILED: ActionCode.BLACKMAILED,
    Happened.CASH: ActionCode.CASH_HANDED_OVER,
    Happened.CHILD: ActionCode.MINOR,
}
TELLS_OF_MONEY_GONE = frozenset({Plea.PAID, Plea.CASH, Plea.PERHAPS_PAID})


def money_gone_in(story: str) -> bool:
    """Whether a report's story begins with money or valuables that left, whatever was tapped."""
    return plea_in(story[:LONGEST_PLEA]) in TELLS_OF_MONEY_GONE
