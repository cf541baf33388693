"""What a telephone number says by itself: whose it is, from where, and what it only pretends.

Mobile prefixes by the ministry's numbering plan for public networks, area codes by province by the
same plan, country codes by ITU-T E.164; written down on 2026-11-26.
"""

import re
from collections.abc import Iterator

from bot.matching.lookup.service_numbers import SERVICE_NUMBERS

_MOBILE = {
    "中国移动": "134 135 136 137 138 139 147 148 150 151 152 157 158 159 172 178 182 183 184 187 "
    "188 195 197 198",
    "中国联通": "130 131 132 145 146 155 156 166 175 176 185 186 196",
    "中国电信": "133 149 153 173 177 180 181 189 190 191 193 199",
    "中国广电": "192",
}
_VIRTUAL = frozenset({"162", "165", "167", "170", "171"})
_HOSTS = {
    "中国移动": "1703 1705 1706 165",
    "中国联通": "1704 1707 1708 1709 171 167",
    "中国电信": "1700 1701 1702 162",
}
"""On whose network the numbers of virtual operators are, by the same plan."""
_PLACES = {
    "010": "北京", "020": "广州", "021": "上海", "022": "天津", "023": "重庆", "024": "沈阳",
    "025": "南京", "027": "武汉", "028": "成都", "029": "西安",
    "031": "河北", "033": "河北", "034": "山西", "035": "山西", "037": "河南", "039": "河南",
    "041": "辽宁", "042": "辽宁", "043": "吉林", "044": "吉林", "045": "黑龙江", "046": "黑龙江",
    "047": "内蒙古", "048": "内蒙古", "051": "江苏", "052": "江苏", "053": "山东", "054": "山东",
    "063": "山东", "055": "安徽", "056": "安徽", "057": "浙江", "058": "浙江", "059": "福建",
    "066": "广东", "075": "广东", "076": "广东", "069": "云南", "087": "云南", "088": "云南",
    "070": "江西", "079": "江西", "071": "湖北", "072": "湖北", "073": "湖南", "074": "湖南",
    "077": "广西", "081": "四川", "082": "四川", "083": "四川", "085": "贵州", "089": "西藏或海南",
    "090": "新疆", "099": "新疆", "091": "陕西", "093": "甘肃", "094": "甘肃", "095": "宁夏",
    "097": "青海",
}  # fmt: skip
_COUNTRIES = {
    "1": "美国或加拿大", "7": "俄罗斯或哈萨克斯坦", "20": "埃及", "27": "南非", "30": "希腊",
    "31": "荷兰", "33": "法国", "34": "西班牙", "39": "意大利", "44": "英国", "49": "德国",
    "55": "巴西", "60": "马来西亚", "61": "澳大利亚", "62": "印度尼西亚", "63": "菲律宾",
    "64": "新西兰", "65": "新加坡", "66": "泰国", "81": "日本", "82": "韩国", "84": "越南",
    "90": "土耳其", "91": "印度", "92": "巴基斯坦", "94": "斯里兰卡", "95": "缅甸", "98": "伊朗",
    "233": "加纳", "234": "尼日利亚", "254": "肯尼亚", "852": "中国香港", "853": "中国澳门",
    "855": "柬埔寨", "856": "老挝", "880": "孟加拉国", "886": "中国台湾", "966": "沙特阿拉伯",
    "971": "阿联酋", "977": "尼泊尔", "995": "格鲁吉亚", "996": "吉尔吉斯斯坦",
}  # fmt: skip
_AS_DIGITS = str.maketrans("oli|", "0111")
_NEARLY = re.compile(r"(?<![0-9a-z.])[19il|][0-9oli|]{4}(?![0-9a-z.])")
_SERVICE = re.compile(
    r"(?<![0-9a-z.,+\-])(?:9[56][0-9]{3,6}|1[0-9]{2,4})"
    r"(?![0-9a-z%*]|[.,\-][0-9]|元|块|万|年|月|日|点|个|克|斤|人|份|号楼|栋)"
)
_OF_A_CALL = re.compile("电话|号码|来电|短信|客服|热线|打|拨|谁的|哪里的|哪儿的|是谁|真的|官方")
_BARE = re.compile(r"[^0-9a-z\u4e00-\u9fff]*[0-9]{3,8}[^0-9a-z\u4e00-\u9fff]*")
LONGEST_QUESTION = 30
"""Characters of a message up to which a short number in it is taken for what is asked about."""


def what_number_says(number: str) -> str | None:
    """One sentence on a number of digits, perhaps after a plus; None where there is none to say."""
    if number.startswith("+") or number.startswith("00"):
        return _overseas(number.removeprefix("+").removeprefix("00"))
    if number in SERVICE_NUMBERS:
        return (
            f"{number} 是{SERVICE_NUMBERS[number]}的号码，但来电显示可以造假："
            "挂断后自己拨回去，才是真的"
        )
    if len(number) == 11 and number.startswith("1"):
        return _mobile(number)
    if number.startswith(("400", "800")) and len(number) == 10:
        return f"{number[:3]} 号码交钱就能租，也打不出电话；显示它打来的，多半是改了号"
    if number.startswith("95") and len(number) in range(5, 9):
        return "95 开头的客服号，不在官方名单里；请到官方 App 里查客服电话再拨"
    if number.startswith("96") and len(number) in range(5, 7):
        return "96 开头是各地自己的服务号，不在官方名单里；请先核对是哪家的"
    if number.startswith("0"):
        return _landline(number)
    return None


def service_numbers(plain: str) -> Iterator[tuple[int, int, str]]:
    """Where a short message asks about a service number: nothing else, or with a word of calls."""
    if len(plain) > LONGEST_QUESTION or not (_BARE.fullmatch(plain) or _OF_A_CALL.search(plain)):
        return
    for match in _SERVICE.finditer(plain):
        number = match.group()
        if number in SERVICE_NUMBERS or number.startswith(("95", "96")):
            yield (*match.span(), number)


def pretended_services(plain: str) -> Iterator[tuple[int, int, str]]:
    """Where a plain text only seems to name a service number, as 96ll0 does, and which one."""
    for match in _NEARLY.finditer(plain):
        digits = match.group().translate(_AS_DIGITS)
        if not match.group().isdigit() and digits in SERVICE_NUMBERS:
            yield (*match.span(), digits)


def carrier_of(number: str) -> str | None:
    """Whose network a mobile number was given out on; None for any other number.

    A number that its owner has taken along to another carrier still begins as before.
    """
    if len(number) != 11 or not number.isdecimal():
        return None
    plans = (*_HOSTS.items(), *_MOBILE.items())
    return next((name for name, heads in plans if number.startswith(tuple(heads.split()))), None)


def _overseas(digits: str) -> str:
    for size in (3, 2, 1):
        if digits[:size] in _COUNTRIES:
            return f"境外号码（{_COUNTRIES[digits[:size]]}）；国内的单位不会用境外号码打给您"
    return "境外号码；国内的单位不会用境外号码打给您"


def _mobile(number: str) -> str | None:
    head = number[:3]
    if head in _VIRTUAL:
        return "虚拟运营商的手机号，不少骗子用这类号码；单位办事不会用它"
    carrier = carrier_of(number)
    return f"普通手机号（{carrier}）；单位办事不会用个人手机号" if carrier else None


def _landline(number: str) -> str | None:
    place = _PLACES.get(number[:3])
    return f"固定电话（{place}）；来电显示可以造假，请查到单位公布的号码再拨" if place else None
