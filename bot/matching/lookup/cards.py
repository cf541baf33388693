"""Which bank a card seems to be of, by the first six digits.

A few of the widespread prefixes of each bank, as printed on its cards and in the public tables of
payment services; written down on 2026-11-26. What is not listed is not guessed.
"""

_PREFIXES = {
    "中国工商银行": "620058 621225 621226 621281 622200 622202 622203 622208",
    "中国农业银行": "622841 622845 622846 622848 622849 623052",
    "中国银行": "456351 601382 621660 621661 621663 621785 621790",
    "中国建设银行": "436742 436745 621081 621284 621467 621700 622280 622700",
    "交通银行": "405512 601428 622258 622260 622261 622262",
    "招商银行": "410062 468203 621286 621483 621485 621486 622575 622576 622577 622580 622588 "
    "622598 622609",
    "邮储银行": "621096 621098 621799 622150 622151 622188 622199",
    "民生银行": "415599 421393 621691 622615 622617 622618 622622",
    "中信银行": "433670 433680 442729 442730 621773 622690 622691 622696 622698",
    "光大银行": "620535 622660 622662 622663 622664 622665 622666 622667 622668 622669 "
    "622670 622671 622672",
    "浦发银行": "622516 622517 622518 622521 622522 622523",
    "兴业银行": "438588 438589 622908 622909",
    "平安银行": "622155 622156 622298 622986 622989",
    "华夏银行": "622630 622631 622632 622633",
    "广发银行": "622555 622556 622557 622558 622568",
}
_ISSUERS = {prefix: bank for bank, prefixes in _PREFIXES.items() for prefix in prefixes.split()}


def issuer_of(number: str) -> str | None:
    """The bank that the first six digits point to; None where the table does not know them."""
    return _ISSUERS.get(number[:6])


def what_card_says(number: str, *, check_digit_wrong: bool) -> str:
    """One sentence on a card number."""
    if check_digit_wrong:
        return "卡号的校验位不对，可能抄错了，也可能是编出来的"
    bank = issuer_of(number)
    whose = f"看开头像是{bank}的卡" if bank else "是一张银行卡的卡号"
    return f"{whose}；单位收款用对公账户，要您转到个人卡的都要先停下"
