"""What codes are for."""

import pytest

from bot.matching.lookup.app_links import FORMS, AppForm, AppUse, form_of
from bot.matching.lookup.codes import CodeUse, asks_for_care, code_of
from bot.matching.lookup.deep_links import find_deep_links


@pytest.mark.parametrize(
    ("content", "use", "app"),
    [
        ("wxp://f2f0AbCdEf", CodeUse.PAYMENT, "微信"),
        ("HTTPS://QR.ALIPAY.COM/FKX0123", CodeUse.PAYMENT, "支付宝"),
        ("http://qr.alipay.com/fkx0123", CodeUse.PAYMENT, "支付宝"),
        ("https://qr.95516.com/00010000/6222", CodeUse.PAYMENT, "云闪付"),
        ("https://weixin.qq.com/g/AwYAAxyz", CodeUse.GROUP, "微信"),
        ("https://qm.qq.com/cgi-bin/qm/qr?k=abc", CodeUse.GROUP, "QQ"),
        ("https://qm.qq.com/q/abc", CodeUse.FRIEND, "QQ"),
        ("https://u.wechat.com/abc", CodeUse.FRIEND, "微信"),
        ("alipays://platformapi/startapp?appId=1", CodeUse.WALLET, "支付宝"),
        ("weixin://wxpay/bizpayurl?pr=1", CodeUse.PAYMENT, "微信"),
        ("https://t.me/+AbCd", CodeUse.GROUP, "Telegram"),
        ("https://login.weixin.qq.com/l/4fgh", CodeUse.LOGIN, "微信"),
        ("otpauth://totp/a?secret=B", CodeUse.ONE_TIME, ""),
        ("TJRabPrwbZy45sbavfcjinPJC18kjpRTv8", CodeUse.COIN, "波场"),
        ("0x52908400098527886E0F7030069857D2E4169EE7", CodeUse.COIN, "以太坊"),
        ("https://dl.example.top/a.apk?x=1", CodeUse.DOWNLOAD, ""),
        ("itms-services://?action=download-manifest", CodeUse.DOWNLOAD, ""),
        ("http://gov-cn.icu/login", CodeUse.LINK, ""),
        ("www.example.top", CodeUse.LINK, ""),
        ("取件码 8-2-3041", CodeUse.TEXT, ""),
        ("https://qr.alipay.com.evil.top/x", CodeUse.LINK, ""),
    ],
)
def test_a_code_is_told_by_what_it_says(content: str, use: CodeUse, app: str) -> None:
    code = code_of(content)
    assert (code.use, code.app) == (use, app)


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.prefix)
def test_a_form_means_the_same_in_a_text_and_in_a_code(form: AppForm) -> None:
    link = f"{form.prefix}{'a1b2c3d4e5' * 3}"
    (found,) = find_deep_links(f"点这个 {link} 好吗")
    code = code_of(link)
    if form.use not in (AppUse.COIN, AppUse.INSTALLER):
        assert found.app == code.app == form.app
        assert code.use == form.use
    careless = (AppUse.GROUP, AppUse.FRIEND)
    assert asks_for_care(code) is (form.use not in careless)
    assert form_of(link.upper().replace("HTTPS:", "http:")) == form
