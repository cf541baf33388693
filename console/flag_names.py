"""What is odd about a number or an address, as officers read it."""

from collections.abc import Mapping

FLAG_NAMES: Mapping[str, str] = {
    "official": "官方",
    "lookalike": "像官方",
    "brand_in_subdomain": "前面带官方名字",
    "odd_tld": "少见后缀",
    "shortener": "短链接",
    "ip": "数字地址",
    "odd_port": "少见端口",
    "apk": "安装包",
    "userinfo": "前面藏了别的名字",
    "punycode": "外文字母",
    "disguised": "写法被藏",
    "overseas": "境外",
    "virtual": "虚拟运营商",
    "hotline": "400 号码",
    "landline": "固定电话",
    "check_digit_wrong": "校验位不对",
    "usd": "美元",
    "usdt": "USDT",
    "hkd": "港币",
}
