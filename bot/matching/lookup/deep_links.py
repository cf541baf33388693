"""Links in a text that open an app: wallets, payment codes, invitations to groups, installers."""

import re
from dataclasses import dataclass
from enum import StrEnum

from bot.matching.lookup.app_links import (
    ETHEREUM_ADDRESS,
    FORMS,
    TRON_ADDRESS,
    AppForm,
    AppUse,
)


class DeepKind(StrEnum):
    """What a link of an app leads to."""

    PAYMENT = "payment_code"
    OWN_PAYMENT = "own_payment_code"
    WALLET = "wallet"
    CRYPTO = "crypto_wallet"
    GROUP = "group_invitation"
    LOGIN = "login"
    ONE_TIME = "one_time"
    INSTALLER = "installer"


@dataclass(frozen=True, slots=True)
class DeepLink:
    """One such link in the plain text: its kind, whose app it opens, and where it stands."""

    kind: DeepKind
    app: str
    start: int
    end: int


_REST = r"[\x21-\x7e]{0,300}"
_KINDS = {
    AppUse.PAYMENT: DeepKind.PAYMENT,
    AppUse.WALLET: DeepKind.WALLET,
    AppUse.COIN: DeepKind.CRYPTO,
    AppUse.GROUP: DeepKind.GROUP,
    AppUse.FRIEND: DeepKind.GROUP,
    AppUse.LOGIN: DeepKind.LOGIN,
    AppUse.ONE_TIME: DeepKind.ONE_TIME,
    AppUse.INSTALLER: DeepKind.INSTALLER,
}
_COIN_WALLET, _COIN_ADDRESS = "虚拟币钱包", "虚拟币地址"
_COINS: tuple[tuple[str, str], ...] = (
    (
        _COIN_WALLET,
        r"(?:imtokenv2|tronlinkoutside|metamask|trust|tpoutside|okx|bnc|wc):/{0,2}"
        r"(?=[\x21-\x7e]{6})" + _REST,
    ),
    (_COIN_ADDRESS, rf"(?<![a-z0-9]){ETHEREUM_ADDRESS}(?![a-z0-9])"),
    (_COIN_ADDRESS, rf"(?<![a-z0-9]){TRON_ADDRESS}(?![a-z0-9])"),
)


def _pattern(form: AppForm) -> str:
    """In a plain text, where weixin before anything but a dot has become 微信."""
    if form.use is AppUse.COIN:
        return rf"{re.escape(form.prefix)}[a-z0-9]{{20,80}}{_REST}"
    page = form.prefix.removeprefix("https://")
    scheme = r"(?:https?://)?" if page != form.prefix else ""
    return scheme + re.escape(page).replace("weixin:", "(?:weixin|微信):") + _REST


_PATTERNS = (
    *(
        (
            _KINDS[form.use],
            _COIN_WALLET if form.use is AppUse.COIN else form.app,
            re.compile(_pattern(form)),
        )
        for form in FORMS
    ),
    *((DeepKind.CRYPTO, app, re.compile(pattern)) for app, pattern in _COINS),
)
_ANY_CUE = re.compile(
    r"://|qr\.|\.qq\.com|tenpay|weixin|dingtalk|wechat\.com|t\.me/|whatsapp"
    r"|line\.me|0x[0-9a-f]{8}|:[a-z0-9]{20}"
    rf"|(?<![a-z0-9]){TRON_ADDRESS}|\d{{16}}"
)
_OWN_CODE = re.compile(r"\s*(?:(?P<weixin>1[0-5]\d{16})|(?P<alipay>(?:2[5-9]|30)\d{14,22}))\s*")
"""The number under one's own payment code: WeChat's 18 digits from 10 on, Alipay's from 25 on."""


def find_deep_links(plain: str) -> list[DeepLink]:
    """Every such link of a plain text, in order; none overlaps another."""
    if not _ANY_CUE.search(plain):
        return []
    found: list[DeepLink] = []
    for kind, app, pattern in _PATTERNS:
        for match in pattern.finditer(plain):
            if all(match.end() <= one.start or match.start() >= one.end for one in found):
                found.append(DeepLink(kind, app, *match.span()))
    return sorted(found, key=lambda one: one.start)


def own_payment_code(plain: str) -> DeepLink | None:
    """A message that is nothing but the number under somebody's own payment code."""
    match = _OWN_CODE.fullmatch(plain)
    if match is None:
        return None
    app = "微信" if match["weixin"] else "支付宝"
    return DeepLink(DeepKind.OWN_PAYMENT, app, 0, len(plain))
