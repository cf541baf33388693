"""Telephone, card and identity numbers and one-time codes."""

import re
from collections.abc import Iterator

from bot.matching.normalize import Normalized
from bot.matching.result import Indicator, IndicatorKind

Found = tuple[int, int, Indicator]

_RUN_OF_SEVEN = re.compile(r"\d(?:[ \-]?\d){6}")
_LONG = re.compile(r"(?<![\d.])\d(?:[ \-]?\d){13,20}x?(?![\da-z])")
_MOBILE = re.compile(r"(?<![\d.])(?:(?:\+|00)86[ \-]?)?1[3-9]\d[ \-]?\d{4}[ \-]?\d{4}(?!\d)")
_OVERSEAS = re.compile(r"(?<![\d.+])(?:\+|00)(?!86)(?:[ \-]?[1-9])\d{0,2}(?:[ \-]?\d){6,12}(?!\d)")
_HOTLINE = re.compile(r"(?<![\d.\-])[48]00[ \-]?\d{3,4}[ \-]?\d{3,4}(?!\d)")
_LANDLINE = re.compile(r"(?<![\d.])0[1-9]\d{1,2}[ \-]?[2-8]\d{2,3}[ \-]?\d{4}(?!\d)")
_SERVICE = re.compile(
    r"[19](?<![\da-z.,\-*_第].)(?:(?<=9)(?:6110|5598|5022|55\d{2}|53\d{2})"
    r"|(?<=1)(?:10|2306|2333|2393|2366|2345|2123|2381|2321|2110|2315|2328|0086|0010|0000|0099|1183))"
    r"(?![\d.,\-元块年月日点%*人名次户份件]|号(?!码)|个|克)"
)
"""The police, hotlines of the state, carriers and banks; they begin with 1 or 9."""

_FAKE_SERVICE = re.compile(r"(?<![a-z0-9])96[1il|][1il|][0o](?![a-z0-9])")
_CODE_WORD = r"(?:验证码|校验码|动态码|确认码|随机码|动态密码|动态口令|短信码|激活码|口令)"
_CODE_AFTER = re.compile(
    rf"{_CODE_WORD}[^\da-z,。;\n]{{0,10}}(?P<code>[a-z0-9]{{4,8}})(?![a-z0-9])"
)
_CODE_BEFORE = re.compile(
    rf"(?<![\da-z])(?P<code>\d{{4,8}})(?=[)\]】\" ]?(?:是|为|,|\()?[^\d。;\n]{{0,14}}{_CODE_WORD})"
)
_VIRTUAL = ("170", "171", "162", "165", "167")
_PLAIN_NUMBER = re.compile(r"[0-9 \-+()]*")
_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def find_numbers(text: Normalized) -> Iterator[Found]:
    """Numbers by decreasing certainty; where two claim the same digits the first one counts."""
    plain = text.text
    if _RUN_OF_SEVEN.search(plain):
        yield from _long_numbers(text)
    for match in _SERVICE.finditer(plain):
        yield _phone(text, match, ("official",))
    for match in _FAKE_SERVICE.finditer(plain) if "96" in plain else ():
        if match.group() != "96110":
            span = text.span(*match.span())
            flags = ("lookalike", "disguised")
            yield (*match.span(), Indicator(IndicatorKind.PHONE, "96110", span, flags))
    yield from _codes(text)


def _long_numbers(text: Normalized) -> Iterator[Found]:
    plain = text.text
    for match in _LONG.finditer(plain):
        if (found := _long_number(text, match)) is not None:
            yield found
    for match in _OVERSEAS.finditer(plain):
        if sum(char.isdigit() for char in match.group()) >= 9:
            yield _phone(text, match, ("overseas",))
    for match in _MOBILE.finditer(plain):
        digits = _digits(match.group())[-11:]
        yield _phone(text, match, ("virtual",) if digits.startswith(_VIRTUAL) else (), digits)
    for match in _HOTLINE.finditer(plain):
        if len(_digits(match.group())) == 10:
            yield _phone(text, match, ("hotline",))
    for match in _LANDLINE.finditer(plain):
        yield _phone(text, match, ("landline",))


def _codes(text: Normalized) -> Iterator[Found]:
    if "码" not in text.text and "口令" not in text.text and "密码" not in text.text:
        return
    for pattern in (_CODE_AFTER, _CODE_BEFORE):
        for match in pattern.finditer(text.text):
            code = match["code"]
            if any(char.isdigit() for char in code):
                start, end = match.span("code")
                span = text.span(start, end)
                yield start, end, Indicator(IndicatorKind.CODE, code, span)


def _long_number(text: Normalized, match: re.Match[str]) -> Found | None:
    written = match.group()
    number = re.sub(r"[ \-]", "", written)
    span = text.span(*match.span())
    flags = _disguise(text, match)
    if is_id_number(number):
        return (*match.span(), Indicator(IndicatorKind.ID_NUMBER, number, span, flags))
    if is_card_number(number):
        return (*match.span(), Indicator(IndicatorKind.BANK_CARD, number, span, flags))
    if len(number) in range(16, 20) and number.startswith("62") and number.isdigit():
        flags = (*flags, "check_digit_wrong")
        return (*match.span(), Indicator(IndicatorKind.BANK_CARD, number, span, flags))
    return None


def is_card_number(number: str) -> bool:
    """13 to 19 digits of a card scheme with a right Luhn digit."""
    if not number.isdecimal() or not 14 <= len(number) <= 19 or number[0] not in "345689":
        return False
    if len(set(number)) == 1:
        return False
    total = 0
    for place, char in enumerate(reversed(number)):
        value = int(char) * (2 if place % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def is_id_number(number: str) -> bool:
    """A resident identity number: 17 digits, a real month and day, and its check digit."""
    if len(number) != 18 or not number[:17].isdecimal() or number[0] not in "12345678":
        return False
    year, month, day = int(number[6:10]), int(number[10:12]), int(number[12:14])
    if not (1900 <= year <= 2099 and 1 <= month <= 12 and 1 <= day <= 31):
        return False
    total = sum(int(char) * weight for char, weight in zip(number[:17], _ID_WEIGHTS, strict=True))
    return "10x98765432"[total % 11] == number[17]


def _phone(
    text: Normalized, match: re.Match[str], flags: tuple[str, ...], value: str | None = None
) -> Found:
    span = text.span(*match.span())
    written = match.group()
    number = value or ("+" if written[0] == "+" else "") + _digits(written)
    found = Indicator(IndicatorKind.PHONE, number, span, (*flags, *_disguise(text, match)))
    return (*match.span(), found)


def _disguise(text: Normalized, match: re.Match[str]) -> tuple[str, ...]:
    span = text.span(*match.span())
    written = text.original[span.start : span.end]
    return () if _PLAIN_NUMBER.fullmatch(written.rstrip("xX")) else ("disguised",)


def _digits(written: str) -> str:
    return re.sub(r"\D", "", written)
