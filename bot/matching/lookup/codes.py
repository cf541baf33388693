"""What a two-dimensional code is for, told by its content alone: nothing is ever opened."""

import re
from dataclasses import dataclass
from enum import StrEnum

from bot.matching.lookup.app_links import ETHEREUM_ADDRESS, TRON_ADDRESS, AppUse, form_of


class CodeUse(StrEnum):
    """What happens to who scans it."""

    PAYMENT = "payment"
    WALLET = "wallet"
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


_USES = {use: CodeUse(use) for use in AppUse if use is not AppUse.INSTALLER}
_COIN_ADDRESS = re.compile(
    rf"(?P<tron>{TRON_ADDRESS})|(?P<eth>{ETHEREUM_ADDRESS})"
    r"|(?P<btc>(?:bc1[0-9a-z]{25,62}|[13][1-9a-km-z]{25,34}))",
    re.IGNORECASE,
)
_COINS = {"tron": "波场", "eth": "以太坊", "btc": "比特币"}
_DOWNLOAD = re.compile(r"\.(?:apk|ipa|mobileconfig|exe)(?:$|[?#])|^itms-services:", re.IGNORECASE)
_LINK = re.compile(r"^(?:[a-z][a-z0-9+.\-]{1,20}://|www\.|[a-z0-9\-]+(?:\.[a-z0-9\-]+)+/)", re.I)


def code_of(content: str) -> Code:
    """What a content is for."""
    content = content.strip()
    form = form_of(content)
    if form is not None and form.use in _USES:
        return Code(content, _USES[form.use], form.app)
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
        CodeUse.WALLET,
        CodeUse.COIN,
        CodeUse.LOGIN,
        CodeUse.ONE_TIME,
        CodeUse.DOWNLOAD,
    )
