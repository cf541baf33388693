"""Masks for texts that are stored: what must not be kept is replaced before it is written.

It fails closed: any longer number that is not plainly a sum of money, a date or a known hotline
goes, whether or not we can say what it was.
"""

import re

from bot.matching.indicators import locate
from bot.matching.normalize import Normalized, normalize
from bot.matching.ownership import owner_before
from bot.matching.result import IndicatorKind

_WORDS = {
    IndicatorKind.BANK_CARD: "[银行卡号]",
    IndicatorKind.ID_NUMBER: "[身份证号]",
    IndicatorKind.CODE: "[验证码]",
    IndicatorKind.PHONE: "[电话号码]",
}
_PRIVATE = (
    _WORDS[IndicatorKind.ID_NUMBER],
    _WORDS[IndicatorKind.CODE],
    _WORDS[IndicatorKind.BANK_CARD],
)
NUMBER = "[号码]"
SECRET = "[密码]"  # noqa: S105
ADDRESS = "[邮箱]"

_DIGIT_LIKE = r"0-9零一二三四五六七八九壹贰叁肆伍陆柒捌玖幺〇⓪①②③④⑤⑥⑦⑧⑨"
_LONG_NUMBER = re.compile(rf"[{_DIGIT_LIKE}](?:[\s\-._·*/]{{0,2}}[{_DIGIT_LIKE}]){{5,}}x?")
_DATE = re.compile(
    r"(?:19|20)\d{2}[\-./年](?:0?[1-9]|1[0-2])[\-./月](?:[0-2]?\d|3[01])(?: [0-2]?\d)?"
)
_SECRET = re.compile(
    r"(?:密码|口令|pin码?|cvv2?|安全码)(?:是|为|:|=| |改成|设成|设为){0,3}"
    r"(?P<secret>[\x21-\x7e]{3,32})"
)
_MAIL = re.compile(r"(?<![a-z0-9_.+\-])[a-z0-9_.+\-]{1,64}@(?=[a-z0-9\-]{1,63}\.)")

_IDENTITY = re.compile(
    r"(?<!\d)[1-9]\d{5}(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dx](?!\d)"
)
"""An identity number, whether or not its check digit is right."""

_MOST_KEPT_DIGITS = 10
"""A date with its hour has ten; from eleven on it may be somebody's phone, money or not."""

_Cut = tuple[int, int, str]


def mask(text: str) -> str:
    """The text with cards, identity and phone numbers, codes, passwords and mailboxes replaced.

    Masking twice changes nothing more. Links, names of accounts and sums of money stay.
    """
    plain = normalize(text)
    cuts: list[_Cut] = []
    for start, end, word in _cuts(plain):
        span = plain.span(start, end)
        cuts.append((span.start, span.end, word))
    return _replace(text, cuts)


def mask_own(text: str) -> str:
    """The same for answers that name a suspect: his numbers stay, one's own and secrets go."""
    plain = normalize(text)
    own = frozenset({IndicatorKind.BANK_CARD, IndicatorKind.PHONE})
    cuts: list[_Cut] = [
        (*match.span(), _WORDS[IndicatorKind.ID_NUMBER]) for match in _IDENTITY.finditer(plain.text)
    ]
    for start, end, found in locate(plain):
        secret = found.kind in _WORDS and found.kind not in own
        if secret or (found.kind in own and owner_before(plain.text, start) == "own"):
            cuts.append((start, end, _WORDS[found.kind]))
    cuts += [(*match.span("secret"), SECRET) for match in _SECRET.finditer(plain.text)]
    spans = [(plain.span(start, end), word) for start, end, word in cuts]
    return _replace(text, [(span.start, span.end, word) for span, word in spans])


def hidden_by(masked: str, typed: str) -> tuple[str, ...]:
    """What of a person's own a mask took out, in words; suspects' numbers are not meant."""
    return tuple(
        word.strip("[]") for word in (*_PRIVATE, SECRET) if masked.count(word) > typed.count(word)
    )


def _cuts(plain: Normalized) -> list[_Cut]:
    """What goes, in the plain text; what was recognised first, then whatever looks like it."""
    kept = bytearray(len(plain.text))
    cuts: list[_Cut] = []
    for match in _IDENTITY.finditer(plain.text):
        cuts.append((*match.span(), _WORDS[IndicatorKind.ID_NUMBER]))
    for start, end, found in locate(plain):
        if found.kind in _WORDS and "official" not in found.flags:
            cuts.append((start, end, _WORDS[found.kind]))
        elif found.kind is IndicatorKind.AMOUNT:
            _keep(kept, start, end)
        elif found.kind is IndicatorKind.LINK:
            _keep(kept, start, start + _length_of_host(plain.text[start:end]))
    for match in _DATE.finditer(plain.text):
        _keep(kept, *match.span())
    cuts += [(*match.span("secret"), SECRET) for match in _SECRET.finditer(plain.text)]
    cuts += [(match.start(), match.end() - 1, ADDRESS) for match in _MAIL.finditer(plain.text)]
    for match in _LONG_NUMBER.finditer(plain.text):
        digits = sum(char.isdigit() for char in match.group())
        if digits > _MOST_KEPT_DIGITS or 0 in kept[match.start() : match.end()]:
            cuts.append((*match.span(), NUMBER))
    return cuts


def _keep(kept: bytearray, start: int, end: int) -> None:
    kept[start:end] = b"\x01" * (end - start)


def _length_of_host(link: str) -> int:
    begin = link.find("//") + 2 if "//" in link else 0
    ends = [place for mark in "/?#" if (place := link.find(mark, begin)) >= 0]
    return min(ends, default=len(link))


def _replace(text: str, cuts: list[_Cut]) -> str:
    """Overlapping cuts become one; of those that begin together the first recognised names it."""
    parts: list[str] = []
    done = 0
    for start, end, word in sorted(cuts, key=lambda cut: cut[0]):
        if start >= done:
            parts += (text[done:start], word)
        done = max(done, end)
    parts.append(text[done:])
    return "".join(parts)
