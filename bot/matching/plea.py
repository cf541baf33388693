"""Pleas for help: somebody who does not ask about a message but says that it has happened."""

import re
from enum import StrEnum


class Plea(StrEnum):
    """What the person needs first."""

    PAID = "paid"
    DESPAIR = "despair"


LONGEST_PLEA = 60
"""Characters; a longer text is a message to judge, which may tell of the same."""

_DESPAIR = re.compile(r"我?(?:想死|不想活|活不下去|不活了|想自杀|要自杀|跳楼)")
_PAID = re.compile(
    r"(?:我|我们|我妈|我爸|我家|老伴|爸|妈|孩子|老公|老婆).{0,6}(?<![不防止免别怕没])(?:被骗|上当|受骗)"
    r"|^(?:被骗|上当)了"
    r"|(?:钱|款|元|块|万).{0,4}(?:转|汇|打|付)(?:给|到)了?.{0,4}(?:骗子|他们|对方)"
    r"|我.{0,8}(?:转|汇|打|付)(?:给|了).{0,10}(?:骗子)"
    r"|(?:钱|款|余额|块|元|万).{0,8}被(?:人|他们)?(?:转走|划走|刷走|盗刷|骗走|取走)"
    r"|验证码.{0,6}(?:告诉|给|报给|发给)(?:了)?.{0,4}(?:他|她|对方|骗子)"
    r"|(?:怎么|如何|要|想)报(?:案|警)|^救命"
)


def find_plea(text: str) -> Plea | None:
    """The plea of a short text, in the folded form that texts are judged in; else None."""
    if len(text) > LONGEST_PLEA:
        return None
    if _DESPAIR.search(text):
        return Plea.DESPAIR
    return Plea.PAID if _PAID.search(text) else None
