"""What the links and codes of apps are for, by how they begin: the one table of their forms.

Forms as the apps themselves print them in their codes; read on 2026-11-26 from the apps' own
developer pages and codes as they are known, none was opened.
"""

from dataclasses import dataclass
from enum import StrEnum


class AppUse(StrEnum):
    """What a link of an app leads to."""

    PAYMENT = "payment"
    WALLET = "wallet"
    COIN = "coin"
    GROUP = "group"
    FRIEND = "friend"
    LOGIN = "login"
    ONE_TIME = "one_time"
    INSTALLER = "installer"


@dataclass(frozen=True, slots=True)
class AppForm:
    """How such a link begins, in small letters, pages with https; its use and its app."""

    prefix: str
    use: AppUse
    app: str


_TABLE: tuple[tuple[AppUse, str, str], ...] = (
    (
        AppUse.PAYMENT,
        "微信",
        "wxp:// weixin://wxpay https://wx.tenpay.com/ https://payapp.weixin.qq.com/",
    ),
    (
        AppUse.PAYMENT,
        "支付宝",
        "https://qr.alipay.com/ https://qrcode.alipay.com/ alipayqr://",
    ),
    (AppUse.PAYMENT, "QQ 钱包", "https://i.qianbao.qq.com/ https://mqq.tenpay.com/"),
    (AppUse.PAYMENT, "云闪付", "https://qr.95516.com/"),
    (AppUse.PAYMENT, "收钱码", "https://qr.chinaums.com/"),
    (AppUse.PAYMENT, "数字人民币", "dcep:// ecny://"),
    (AppUse.WALLET, "支付宝", "alipays:// alipay://"),
    (AppUse.WALLET, "微信", "weixin:// wechat://"),
    (AppUse.WALLET, "云闪付", "upwallet:// uppay://"),
    (AppUse.COIN, "比特币", "bitcoin:"),
    (AppUse.COIN, "以太坊", "ethereum:"),
    (AppUse.COIN, "波场", "tron:"),
    (AppUse.COIN, "莱特币", "litecoin:"),
    (AppUse.GROUP, "微信", "https://weixin.qq.com/g/"),
    (AppUse.GROUP, "企业微信", "https://work.weixin.qq.com/gm/"),
    (
        AppUse.GROUP,
        "QQ",
        "https://qm.qq.com/cgi-bin/qm/qr https://jq.qq.com/ https://qun.qq.com/ "
        "mqqapi://card/show_pslcard",
    ),
    (AppUse.GROUP, "钉钉", "https://qr.dingtalk.com/action/joingroup"),
    (AppUse.GROUP, "WhatsApp", "https://chat.whatsapp.com/"),
    (AppUse.GROUP, "Telegram", "https://t.me/+ https://t.me/joinchat tg://"),
    (AppUse.GROUP, "LINE", "https://line.me/r/ti/g/ https://line.me/ti/g/"),
    (AppUse.FRIEND, "Telegram", "https://t.me/"),
    (AppUse.FRIEND, "微信", "https://u.wechat.com/ https://weixin.qq.com/r/"),
    (AppUse.FRIEND, "企业微信", "https://work.weixin.qq.com/ca/ https://work.weixin.qq.com/u/"),
    (AppUse.FRIEND, "QQ", "https://qm.qq.com/"),
    (AppUse.LOGIN, "微信", "https://login.weixin.qq.com/ https://weixin.qq.com/x/"),
    (AppUse.LOGIN, "QQ", "https://txz.qq.com/"),
    (AppUse.LOGIN, "支付宝", "https://qrlogin.alipay.com/"),
    (AppUse.LOGIN, "Telegram", "tg://login"),
    (AppUse.ONE_TIME, "", "otpauth://"),
    (AppUse.INSTALLER, "苹果手机", "itms-services://"),
)
FORMS: tuple[AppForm, ...] = tuple(
    sorted(
        (AppForm(prefix, use, app) for use, app, all_of in _TABLE for prefix in all_of.split()),
        key=lambda form: -len(form.prefix),
    )
)
"""The longer ones first: what is more exact counts."""

TRON_ADDRESS = r"t(?=[a-z]{0,30}\d)[1-9a-z]{33}"
ETHEREUM_ADDRESS = "0x[0-9a-f]{40}"
"""Addresses for coins as they stand in small letters: of the capitals the first has all but I and
O, of the small ones all but l."""


def form_of(link: str) -> AppForm | None:
    """The form that a link has; http counts as https, capitals as small letters."""
    plain = link.strip().lower()
    if plain.startswith("http:"):
        plain = f"https:{plain[5:]}"
    return next((form for form in FORMS if plain.startswith(form.prefix)), None)
