"""Links that open an app: wallets, payment codes, invitations to groups, installers.

Forms as the apps themselves print them in their codes; read on 2026-11-26 from the apps' own
developer pages and codes as they are known, none was opened.
"""

import re
from dataclasses import dataclass
from enum import StrEnum


class DeepKind(StrEnum):
    """What a link of an app leads to."""

    PAYMENT = "payment_code"
    OWN_PAYMENT = "own_payment_code"
    WALLET = "wallet"
    CRYPTO = "crypto_wallet"
    GROUP = "group_invitation"
    INSTALLER = "installer"


@dataclass(frozen=True, slots=True)
class DeepLink:
    """One such link in the plain text: its kind, whose app it opens, and where it stands."""

    kind: DeepKind
    app: str
    start: int
    end: int


_REST = r"[\x21-\x7e]{0,300}"
_TABLE: tuple[tuple[DeepKind, str, str], ...] = (
    (DeepKind.PAYMENT, "支付宝", rf"(?:https?://)?qr\.alipay\.com/{_REST}"),
    (DeepKind.PAYMENT, "微信", rf"(?:wxp://{_REST}|(?:https?://)?payapp\.weixin\.qq\.com/{_REST})"),
    (DeepKind.PAYMENT, "云闪付", rf"(?:https?://)?qr\.95516\.com/{_REST}"),
    (DeepKind.PAYMENT, "收钱码", rf"(?:https?://)?qr\.chinaums\.com/{_REST}"),
    (DeepKind.PAYMENT, "QQ 钱包", rf"(?:https?://)?i\.qianbao\.qq\.com/{_REST}"),
    (DeepKind.PAYMENT, "数字人民币", rf"(?:dcep|ecny)://{_REST}"),
    (DeepKind.CRYPTO, "虚拟币钱包", r"(?:bitcoin|ethereum|tron|litecoin):[a-z0-9]{20,80}" + _REST),
    (
        DeepKind.CRYPTO,
        "虚拟币钱包",
        r"(?:imtokenv2|tronlinkoutside|metamask|trust|tpoutside|okx|bnc|wc):/{0,2}"
        r"(?=[\x21-\x7e]{6})" + _REST,
    ),
    (DeepKind.CRYPTO, "虚拟币地址", r"(?<![a-z0-9])0x[0-9a-f]{40}(?![a-z0-9])"),
    (DeepKind.CRYPTO, "虚拟币地址", r"(?<![a-z0-9])t[1-9a-hj-np-z]{33}(?![a-z0-9])"),
    (DeepKind.WALLET, "支付宝", rf"alipays?://{_REST}"),
    (DeepKind.WALLET, "微信", rf"(?:weixin|wechat)://{_REST}"),
    (DeepKind.WALLET, "云闪付", rf"(?:upwallet|uppay)://{_REST}"),
    (DeepKind.INSTALLER, "苹果手机", rf"itms-services://{_REST}"),
    (DeepKind.GROUP, "QQ", rf"(?:https?://)?(?:qm|jq)\.qq\.com/{_REST}"),
    (DeepKind.GROUP, "QQ", rf"mqqapi://card/show_pslcard{_REST}"),
    (DeepKind.GROUP, "微信", rf"(?:https?://)?(?:u\.wechat\.com|weixin\.qq\.com/[gr])/{_REST}"),
    (DeepKind.GROUP, "企业微信", rf"(?:https?://)?work\.weixin\.qq\.com/(?:gm|u)/{_REST}"),
    (DeepKind.GROUP, "Telegram", rf"(?:https?://)?t\.me/(?:\+|joinchat/){_REST}"),
    (DeepKind.GROUP, "Telegram", rf"tg://(?:join|resolve){_REST}"),
    (DeepKind.GROUP, "WhatsApp", rf"(?:https?://)?chat\.whatsapp\.com/{_REST}"),
    (DeepKind.GROUP, "LINE", rf"(?:https?://)?line\.me/(?:r/)?ti/g/{_REST}"),
)
_PATTERNS = tuple((kind, app, re.compile(pattern)) for kind, app, pattern in _TABLE)
_ANY_CUE = re.compile(
    r"://|qr\.|\.qq\.com|wechat\.com|t\.me/|whatsapp|line\.me|0x[0-9a-f]{8}|:[a-z0-9]{20}"
    r"|(?<![a-z0-9])t[1-9a-hj-np-z]{33}|\d{16}"
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
