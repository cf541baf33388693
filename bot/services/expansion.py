"""From one written script many training texts: slots filled, and the forms the same text takes.

Both sides get the same treatment, so that no form by itself tells a scam from a genuine message.
Everything is drawn from a generator seeded by the text, so a build is repeatable.
"""

import random
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256

from bot.services.links import official_link, scam_link

SLOT = re.compile(r"\{([a-z0-9]+)\}")
DIGIT_SLOTS = frozenset({"amount", "phone", "date", "time", "tail4", "code", "number"})
LIST_SLOTS = frozenset(
    {"bank", "name", "surname", "platform", "courier", "app", "group", "city", "company", "product"}
)
SLOT_NAMES = DIGIT_SLOTS | LIST_SLOTS | {"link"}


class Side(StrEnum):
    """Which side of the line a text was written for."""

    SCAM = "scam"
    GENUINE = "genuine"


@dataclass(frozen=True, slots=True)
class Slots:
    """The values of the list slots by side, and the parts that links are made of."""

    values: Mapping[Side, Mapping[str, tuple[str, ...]]]
    link_parts: Mapping[str, tuple[str, ...]]


def generator(*seeds: object) -> random.Random:
    """A random generator that depends on these values only, on every machine."""
    digest = sha256("\x1f".join(map(str, seeds)).encode("utf-8", "surrogatepass")).digest()
    return random.Random(digest)  # noqa: S311


def fill(text: str, side: Side, slots: Slots, rng: random.Random) -> str:
    """The text with each slot replaced by a value drawn for that side."""

    def value(found: re.Match[str]) -> str:
        name = found[1]
        if name == "link":
            parts = slots.link_parts
            return scam_link(parts, rng) if side is Side.SCAM else official_link(parts, rng)
        if name in LIST_SLOTS:
            return rng.choice(slots.values[side][name])
        if name == "amount":
            return _amount(rng, followed_by=text[found.end() : found.end() + 1])
        return _DIGITS[name](rng)

    return SLOT.sub(value, text)


def variants(text: str, side: Side, slots: Slots, copies: int) -> Iterator[str]:
    """The text itself with its slots filled, then `copies` further forms of it."""
    rng = generator("variants", text)
    yield fill(text, side, slots, rng)
    for _ in range(copies):
        filled = fill(text.replace("{link}", "") if rng.random() < 0.3 else text, side, slots, rng)
        yield rng.choice(_FORMS)(filled, slots, rng)


def _amount(rng: random.Random, followed_by: str) -> str:
    size = rng.choice((10, 100, 1_000, 10_000, 100_000))
    value = rng.randint(1, 99) * size // 10 or 1
    if rng.random() < 0.25:
        number = f"{value + rng.random():.2f}"
    elif value >= 10_000 and rng.random() < 0.4:
        number = f"{value / 10_000:g}万"
    else:
        number = f"{value:,}" if rng.random() < 0.15 else str(value)
    if followed_by in ("元", "块", "万", "美", "港", "U", "u"):
        return number.removesuffix("万")
    return number + rng.choice(("元", "元", "元", "块", "块钱", ""))


def _phone(rng: random.Random) -> str:
    kinds: tuple[Callable[[], str], ...] = (
        lambda: f"1{rng.choice('3456789')}{rng.randint(0, 9)}{rng.randint(0, 99_999_999):08d}",
        lambda: f"400{rng.randint(0, 9_999_999):07d}",
        lambda: f"400-{rng.randint(100, 999)}-{rng.randint(0, 9999):04d}",
        lambda: f"0{rng.randint(10, 999)}-{rng.randint(2_000_000, 89_999_999)}",
        lambda: (
            f"1{rng.choice('3578')}{rng.randint(0, 9)} {rng.randint(0, 9999):04d} "
            f"{rng.randint(0, 9999):04d}"
        ),
    )
    return rng.choice((kinds[0], *kinds))()


def _date(rng: random.Random) -> str:
    month, day, year = rng.randint(1, 12), rng.randint(1, 28), rng.randint(2012, 2026)
    return rng.choice(
        (
            f"{month}月{day}日",
            f"{month}月{day}号",
            f"{year}年{month}月{day}日",
            f"{year}-{month:02d}-{day:02d}",
            f"{month:02d}月{day:02d}日",
            f"{month}.{day}",
            f"{day}号",
            f"{year}/{month}/{day}",
        )
    )


def _time(rng: random.Random) -> str:
    hour, minute = rng.randint(0, 23), rng.randint(0, 59)
    return rng.choice(
        (
            f"{hour}:{minute:02d}",
            f"{hour:02d}:{minute:02d}",
            f"{hour}点",
            f"{hour}时{minute}分",
            f"{hour:02d}:{minute:02d}:{rng.randint(0, 59):02d}",
            f"{hour}点{rng.choice((5, 10, 20, 30, 40, 50))}分",
        )
    )


def _number(rng: random.Random) -> str:
    size = rng.randint(6, 15)
    digits = "".join(rng.choice("0123456789") for _ in range(size))
    return rng.choice(("", "", "", "SF", "JD", "YT", "A", "NO.")) + digits


_DIGITS: Mapping[str, Callable[[random.Random], str]] = {
    "phone": _phone,
    "date": _date,
    "time": _time,
    "number": _number,
    "tail4": lambda rng: f"{rng.randint(0, 9999):04d}",
    "code": lambda rng: str(
        rng.randint(10 ** (size := rng.choice((3, 5, 5, 5))), 10 ** (size + 1) - 1)
    ),
}

_TAG = re.compile(r"^\s*【[^】]{1,20}】|【[^】]{1,20}】\s*$")
_MARKS = re.compile(
    '[\uff0c\u3002\uff01\uff1f\u3001\uff1b\uff1a\u2026,.!?;:~\uff5e\u201c\u201d"\n]+'
)
_SENTENCE_ENDS = re.compile("(?<=[\u3002\uff01\uff1f!?\n\uff1b;])|(?<=[\uff0c,])(?=.{6})")
_FULL, _HALF = "\uff0c\u3002\uff01\uff1f\uff1a\uff1b\uff08\uff09", ",.!?:;()"
_FULL_TO_HALF = str.maketrans(_FULL, _HALF)
_HALF_TO_FULL = str.maketrans(_HALF.replace(".", ""), _FULL.replace("\u3002", ""))


def _same(text: str, slots: Slots, rng: random.Random) -> str:
    return text


def _unpunctuated(text: str, slots: Slots, rng: random.Random) -> str:
    if "://" in text or "www." in text:
        return text
    return _MARKS.sub(rng.choice(("", " ", "")), text).strip() or text


def _other_marks(text: str, slots: Slots, rng: random.Random) -> str:
    if "://" in text:
        return text.translate(_FULL_TO_HALF)
    return text.translate(rng.choice((_FULL_TO_HALF, _HALF_TO_FULL)))


def _tag(text: str, slots: Slots, rng: random.Random) -> str:
    bare = _TAG.sub("", text)
    if bare != text:
        return bare or text
    name = rng.choice(
        slots.values[Side.SCAM][rng.choice(("bank", "platform", "company", "courier"))]
    )
    return f"【{name}】{text}" if rng.random() < 0.6 else f"{text}【{name}】"


def _part(text: str, slots: Slots, rng: random.Random) -> str:
    pieces = [piece for piece in _SENTENCE_ENDS.split(text) if piece]
    if len(pieces) < 3 or len(text) < 40:
        return text
    cut = rng.randint(1, len(pieces) - 1)
    first, last = "".join(pieces[:cut]), "".join(pieces[cut:])
    return max(first, last, key=len) if rng.random() < 0.6 else rng.choice((first, last))


def _captured(text: str, slots: Slots, rng: random.Random) -> str:
    """As text recognised from a screenshot: no breaks, names and times between."""
    pieces = [piece for piece in _SENTENCE_ENDS.split(text) if piece] or [text]
    name = rng.choice(slots.values[Side.SCAM]["name"])
    noise = (
        name,
        _time(rng),
        f"昨天 {_time(rng)}",
        f"{rng.randint(1, 99)}%",
        "发送",
        "< 返回",
        "4G",
        "〈",
    )
    out = [rng.choice(noise)] if rng.random() < 0.7 else []
    for piece in pieces:
        out.append(piece.strip())
        if rng.random() < 0.25:
            out.append(rng.choice(noise))
    return rng.choice((" ", "", "\n")).join(out)


def _typed(text: str, slots: Slots, rng: random.Random) -> str:
    """A slip of the hand: two neighbours swapped, a character doubled or lost."""
    if len(text) < 12 or "://" in text:
        return text
    at = rng.randrange(1, len(text) - 2)
    one, two = text[at], text[at + 1]
    middle = rng.choice((two + one, one + one + two, two))
    return text[:at] + middle + text[at + 2 :]


def _greeted(text: str, slots: Slots, rng: random.Random) -> str:
    surname = rng.choice(slots.values[Side.SCAM]["surname"])
    return (
        rng.choice(
            ("您好,", f"{surname}先生您好,", f"{surname}女士,", "你好 ", "在吗?", "喂,", "亲,")
        )
        + text
    )


_FORMS: tuple[Callable[[str, Slots, random.Random], str], ...] = (
    _same,
    _unpunctuated,
    _other_marks,
    _tag,
    _part,
    _part,
    _captured,
    _typed,
    _greeted,
)
