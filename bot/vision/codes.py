"""What a two-dimensional code is for, told by its content alone: nothing is ever opened. Pure.

The prefixes are those that the apps themselves write into the codes they show.
"""

import re
from dataclasses import dataclass
from enum import StrEnum


class CodeUse(StrEnum):
    """What happens to who scans it."""

    PAYMENT = "payment"
    COIN = "coin"
    GROUP = "group"
    FRIEND = "friend"
    LOGIN = "login"
    ONE_TIME = "one_time"
    DOWNLOAD = "download"
    LINK = "link"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class Code:
    """The content of a code, its use, and the app that it belongs to ("" where none is known)."""

    content: str
    use: CodeUse
    app: str = ""


_KNOWN: tuple[tuple[str, CodeUse, str], ...] = (
    ("wxp://", CodeUse.PAYMENT, "微信"),
    ("weixin://wxpay", CodeUse.PAYMENT, "微信"),
    ("https://wx.tenpay.com/", CodeUse.PAYMENT, "微信"),
    ("https://payapp.weixin.qq.com/", CodeUse.PAYMENT, "微信"),
    ("https://i.qianbao.qq.com/", CodeUse.PAYMENT, "QQ 钱包"),
    ("https://mqq.tenpay.com/", CodeUse.PAYMENT, "QQ 钱包"),
    ("https://qr.alipay.com/", CodeUse.PAYMENT, "支付宝"),
    ("https://qrcode.alipay.com/", CodeUse.PAYMENT, "支付宝"),
    ("alipays://", CodeUse.PAYMENT, "支付宝"),
    ("alipayqr://", CodeUse.PAYMENT, "支付宝"),
    ("https://qr.95516.com/", CodeUse.PAYMENT, "云闪付"),
    ("bitcoin:", CodeUse.COIN, "比特币"),
    ("ethereum:", CodeUse.COIN, "以太坊"),
    ("tron:", CodeUse.COIN, "波场"),
    ("https://weixin.qq.com/g/", CodeUse.GROUP, "微信"),
    ("https://work.weixin.qq.com/gm/", CodeUse.GROUP, "企业微信"),
    ("https://qm.qq.com/cgi-bin/qm/qr", CodeUse.GROUP, "QQ"),
    ("https://jq.qq.com/", CodeUse.GROUP, "QQ"),
    ("https://qun.qq.com/", CodeUse.GROUP, "QQ"),
    ("https://qr.dingtalk.com/action/joingroup", CodeUse.GROUP, "钉钉"),
    ("https://chat.whatsapp.com/", CodeUse.GROUP, "WhatsApp"),
    ("https://t.me/+", CodeUse.GROUP, "Telegram"),
    ("https://t.me/joinchat", CodeUse.GROUP, "Telegram"),
    ("tg://", CodeUse.GROUP, "Telegram"),
    ("https://t.me/", CodeUse.FRIEND, "Telegram"),
    ("https://u.wechat.com/", CodeUse.FRIEND, "微信"),
    ("https://weixin.qq.com/r/", CodeUse.FRIEND, "微信"),
    ("https://work.weixin.qq.com/ca/", CodeUse.FRIEND, "企业微信"),
    ("https://qm.qq.com/", CodeUse.FRIEND, "QQ"),
    ("https://login.weixin.qq.com/", CodeUse.LOGIN, "微信"),
    ("https://weixin.qq.com/x/", CodeUse.LOGIN, "微信"),
    ("https://txz.qq.com/", CodeUse.LOGIN, "QQ"),
    ("https://qrlogin.alipay.com/", CodeUse.LOGIN, "支付宝"),
    ("tg://login", CodeUse.LOGIN, "Telegram"),
    ("otpauth://", CodeUse.ONE_TIME, ""),
)
_BY_LENGTH = sorted(_KNOWN, key=lambda known: -len(known[0]))
_COIN_ADDRESS = re.compile(
    r"(?P<tron>T[1-9A-HJ-NP-Za-km-z]{33})|(?P<eth>0x[0-9a-fA-F]{40})"
    r"|(?P<btc>(?:bc1[0-9a-z]{25,62}|[13][1-9A-HJ-NP-Za-km-z]{25,34}))"
)
_COINS = {"tron": "波场", "eth": "以太坊", "btc": "比特币"}
_DOWNLOAD = re.compile(r"\.(?:apk|ipa|mobileconfig|exe)(?:$|[?#])|^itms-services:", re.IGNORECASE)
_LINK = re.compile(r"^(?:[a-z][a-z0-9+.\-]{1,20}://|www\.|[a-z0-9\-]+(?:\.[a-z0-9\-]+)+/)", re.I)


def code_of(content: str) -> Code:
    """What a content is for."""
    content = content.strip()
    plain = re.sub(r"^http:", "https:", content.lower())
    for prefix, use, app in _BY_LENGTH:
        if plain.startswith(prefix):
            return Code(content, use, app)
    if coin := _COIN_ADDRESS.fullmatch(content):
        return Code(content, CodeUse.COIN, _COINS[str(coin.lastgroup)])
    if _DOWNLOAD.search(content):
        return Code(content, CodeUse.DOWNLOAD)
    return Code(content, CodeUse.LINK if _LINK.match(content) else CodeUse.TEXT)


def is_to_be_judged(code: Code) -> bool:
    """Whether a content says something of its own; what an app wrote for itself does not."""
    return code.use in (CodeUse.LINK, CodeUse.DOWNLOAD, CodeUse.TEXT)


def asks_for_care(code: Code) -> bool:
    """Whether scanning alone may cost money or an account."""
    return code.use in (
        CodeUse.PAYMENT,
        CodeUse.COIN,
        CodeUse.LOGIN,
        CodeUse.ONE_TIME,
        CodeUse.DOWNLOAD,
    )
