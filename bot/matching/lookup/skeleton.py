"""What a name looks like: signs that resemble each other become one sign."""

import unicodedata
from functools import lru_cache

_FOREIGN = {
    **dict(zip("аеорсухіјѕԁһӏԛԝкмтвнг", "aeopcyxijsdhlqwkmtbhr", strict=True)),
    **dict(zip("αεορυνιτκχβγη", "aeopuvitkxbyn", strict=True)),
    **dict(zip("ɑɡɩʟıłøđßæ", "agiliiodba", strict=True)),
}
"""Cyrillic, Greek and further Latin letters that look like plain ones (Unicode's confusables)."""

_PLAIN = str.maketrans(_FOREIGN)
_ALIKE = str.maketrans(
    {
        **dict(zip("0123456789", "olzeasbtbg", strict=True)),
        **dict.fromkeys("i|!", "l"),
        "$": "s",
        "@": "a",
        "q": "g",
        "v": "u",
    }
)
_PAIRS = (("m", "rn"), ("w", "vv"), ("d", "cl"))


@lru_cache(maxsize=4096)
def skeleton(name: str) -> str:
    """The name with every sign as the plain sign it resembles, without hyphens."""
    bare = in_plain_letters(name)
    for one, pair in _PAIRS:
        bare = bare.replace(one, pair)
    return bare.translate(_ALIKE)


def in_plain_letters(name: str) -> str:
    """The name in small Latin letters without accents and hyphens."""
    bare = "".join(
        sign
        for sign in unicodedata.normalize("NFKD", name.lower())
        if not unicodedata.combining(sign)
    )
    return bare.replace("-", "").replace("_", "").translate(_PLAIN)


def readable(host: str) -> str:
    """A host with its xn-- parts as they are shown in an address bar."""
    return ".".join(map(_decoded, host.split(".")))


def _decoded(label: str) -> str:
    if not label.startswith("xn--"):
        return label
    try:
        return label[4:].encode("ascii").decode("punycode")
    except (UnicodeError, ValueError, OverflowError):
        return label


def one_slip_apart(one: str, other: str) -> bool:
    """Whether one insertion, removal, replacement or swap turns one into the other."""
    if len(one) > len(other):
        one, other = other, one
    if len(other) - len(one) > 1:
        return False
    start = 0
    while start < len(one) and one[start] == other[start]:
        start += 1
    if len(one) < len(other):
        return one[start:] == other[start + 1 :]
    if one[start + 1 :] == other[start + 1 :]:
        return True
    swapped = one[start : start + 2] == other[start : start + 2][::-1]
    return swapped and one[start + 2 :] == other[start + 2 :]
