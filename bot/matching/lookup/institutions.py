"""Which bank, wallet or carrier a name means, however it is shortened in speech or on a sign."""

_BANKS = {
    "中国工商银行": "工商银行 工行",
    "中国农业银行": "农业银行 农行",
    "中国银行": "中国银行 中行",
    "中国建设银行": "建设银行 建行",
    "交通银行": "交通银行 交行",
    "招商银行": "招商银行 招行",
    "邮储银行": "邮储 邮政储蓄 邮政银行",
    "民生银行": "民生银行",
    "中信银行": "中信银行",
    "光大银行": "光大银行",
    "浦发银行": "浦发 浦东发展银行",
    "兴业银行": "兴业银行",
    "平安银行": "平安银行",
    "华夏银行": "华夏银行",
    "广发银行": "广发银行",
    "农商银行": "农商银行 农商行 农村商业银行 农信社 农村信用社",
}
_WALLETS = {
    "微信支付": "微信 财付通",
    "支付宝": "支付宝 余额宝 花呗",
    "云闪付": "云闪付 银联",
    "抖音支付": "抖音",
    "京东支付": "京东",
    "美团支付": "美团",
}
_CARRIERS = {
    "中国移动": "移动",
    "中国联通": "联通",
    "中国电信": "电信",
    "中国广电": "广电",
}
_ALL = {
    name: words.split() for table in (_BANKS, _WALLETS, _CARRIERS) for name, words in table.items()
}
PAYMENT = frozenset((*_BANKS, *_WALLETS))


def institutions_in(text: str) -> frozenset[str]:
    """The banks, wallets and carriers that a text names; empty where it names none."""
    return frozenset(name for name, words in _ALL.items() if any(one in text for one in words))
