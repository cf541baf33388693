"""Whether a clause says the contrary of the words in it: "do not …", "never …", "… is a scam"."""

import re

_BEFORE = re.compile(
    r"(?:不要|不可|不能|不得|不会|不应|不需|不用|无需|从不|绝不|决不|切勿|请勿|勿|切忌|莫|"
    r"拒绝|谨防|警惕|提防|当心|小心|防范|避免|凡是?|如遇|遇到|任何|一旦|所有|没有|不存在|"
    r"别(?!人|的|墅|克|名))"
    r"[^,。!?;\n]{0,18}\Z"
)
_AFTER = re.compile(
    r"^[^。!?;\n]{0,30}?(?:(?:都|均|就|全|一律|全部|一定|肯定|必)是?(?:诈骗|骗|假)|是诈骗|是骗|"
    r"(?:都|均)?(?:不要|切勿|请勿|别|勿)(?:轻信|相信|信|点|理|随意|轻易)|构成犯罪|是违法)"
)

DISSUADES = re.compile(
    r"别(?!人|的|墅|克|名)|不要|不可|不许|不准|不让|不得|不会|不用|不应|不存在|从不|绝不|决不|切勿|"
    r"请勿|切忌|莫|拒绝|违法|犯法"
)
"""Somebody is told not to, that it is against the law, or that there is no such thing."""


def is_denied(text: str, start: int, end: int) -> bool:
    """Looks at 22 characters before the range and 40 after it, within its own clause."""
    if _BEFORE.search(text[max(0, start - 22) : start]):
        return True
    return _AFTER.match(text[end : end + 40]) is not None
