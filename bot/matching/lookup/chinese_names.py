"""Addresses in Chinese letters, as 工商银行客服.公司: whose name stands in them, and what else."""

from functools import lru_cache

from bot.matching.domains import Site
from bot.matching.official_sites import OFFICIAL_SITES
from bot.matching.signal_rule import words

VERIFIED = frozenset(("政务", "公益"))
"""Endings that only bodies of the state and charities get, after a look at their papers."""

_SHORT_NAMES = {
    "工行": "中国工商银行",
    "工商银行": "中国工商银行",
    "建行": "中国建设银行",
    "建设银行": "中国建设银行",
    "农行": "中国农业银行",
    "农业银行": "中国农业银行",
    "邮储": "中国邮政储蓄银行",
    "招行": "招商银行",
    "交行": "交通银行",
    "微信": "微信",
    "支付宝": "支付宝",
    "淘宝": "淘宝",
    "京东": "京东",
    "抖音": "抖音",
    "拼多多": "拼多多",
    "顺丰": "顺丰",
    "国家电网": "国家电网",
    "etc": "ETC",
    "12306": "铁路12306",
}
_STATE = words("医保 社保 公安 法院 检察院 税务 公积金 交管 人社 民政 派出所 反诈中心 政府 国务院")
_LURES = words(
    "客服 认证 退款 退费 理赔 赔付 积分 兑换 补贴 领取 登录 验证 激活 申诉 解冻 解封 贷款 提额 "
    "中奖 注销"
)
_LEAST = 3
"""Letters of an organisation's own name, so that no ordinary word counts."""


@lru_cache(maxsize=1)
def _names() -> tuple[tuple[str, str], ...]:
    whole = {site.organisation: site.organisation for site in OFFICIAL_SITES}
    known = {name: owner for name, owner in whole.items() if len(name) >= _LEAST} | _SHORT_NAMES
    return tuple(sorted(known.items(), key=lambda one: -len(one[0])))


def is_chinese(site: Site) -> bool:
    """Whether the name that somebody registered has Chinese letters."""
    return any("\u4e00" <= char <= "\u9fff" for char in site.label)


def named_in(site: Site) -> tuple[str, bool] | None:
    """The organisation that an address in Chinese letters names, and whether a word that lures
    stands beside it; None where it names none."""
    if site.suffix in VERIFIED:
        return None
    label = f"{site.subdomain}.{site.label}"
    owner = next((owner for name, owner in _names() if name in label), None)
    return (owner, any(lure in label for lure in _LURES)) if owner is not None else None


def poses_as_state(site: Site) -> bool:
    """Whether an address in Chinese letters names a body of the state and has another ending."""
    return site.suffix not in VERIFIED and any(name in site.label for name in _STATE)
