"""Digits in disguise: 一三八…, ①③⑧, 壹叁捌, 幺, and letters among the digits of a phone number."""

import re

from bot.matching.folding_tables import CIRCLED

_WORDS = dict(zip("零一二三四五六七八九", "0123456789", strict=True))
_FORMAL = dict(zip("壹贰叁肆伍陆柒捌玖幺两洞拐", "1234567891207", strict=True))
_PLAIN = _WORDS | _FORMAL | {char: str(value) for value, char in enumerate(CIRCLED)}
_TO_DIGITS = str.maketrans(_PLAIN)
_DISGUISED = "".join(_PLAIN)

_RUN = re.compile(rf"[{_DISGUISED}0-9](?:[ \-]?[{_DISGUISED}0-9]){{4,63}}")
_ANY = re.compile(
    f"[{_DISGUISED}0-9](?:(?<=[{CIRCLED}])|(?<=[0-9])[{_DISGUISED}]"
    f"|(?<=[{_DISGUISED}])[{_DISGUISED}0-9])"
)
_LETTERED_PHONE = re.compile(r"[1il](?<![a-z0-9./@_\-].)[3-9][0-9oil]{9}(?![a-z0-9@_\-])")
"""Patterns begin with what is rare, so that the scan for it is fast; what stood before it comes
second."""

_LETTERS = str.maketrans("oil", "011")
_CONTEXT = "号码信q电话机卡加:群扣"

Edit = tuple[int, int, str, str]


def digit_edits(text: str) -> list[Edit]:
    """Replacements that turn disguised numbers of phones and accounts into plain digits.

    Seven digits in a row are a number; five or six only after a word that announces one.
    """
    edits: list[Edit] = []
    if _ANY.search(text):
        for match in _RUN.finditer(text):
            edits += _run_edits(text, match.start(), match.end())
    for match in _LETTERED_PHONE.finditer(text):
        edits += _letter_edits(match.group(), match.start())
    return edits


def _run_edits(text: str, start: int, end: int) -> list[Edit]:
    run = text[start:end]
    count = sum(char not in " -" for char in run)
    announced = any(char in _CONTEXT for char in text[max(0, start - 4) : start])
    if count < 7 and not announced:
        return []
    plain = run.translate(_TO_DIGITS)
    return [
        (start + i, start + i + 1, plain[i], "digit") for i in range(len(run)) if plain[i] != run[i]
    ]


def _letter_edits(number: str, start: int) -> list[Edit]:
    plain = number.translate(_LETTERS)
    if sum(char.isdigit() for char in number) < 5:
        return []
    return [
        (start + i, start + i + 1, plain[i], "digit")
        for i in range(len(number))
        if plain[i] != number[i]
    ]
