"""Personal values as lists and chats show them: enough to tell them apart, not enough to use."""

import re

LONG_NUMBER = re.compile(r"[0-9][0-9 -]{4,}[0-9]|[A-Za-z0-9_.-]*[0-9][A-Za-z0-9_.-]{5,}")


def mask_middle(value: str) -> str:
    """A number, account or name with its middle gone: 13812345678 is 138****5678."""
    if len(value) >= 8:
        return f"{value[:3]}****{value[-4:]}"
    return f"{value[0]}***" if value else ""


def mask_name(value: str) -> str:
    """The first character of somebody's name, however much stands behind it."""
    return f"{value[0]}***" if value else ""


def mask_numbers(text: str) -> str:
    """A text with every long number or account in it masked."""
    return LONG_NUMBER.sub(lambda found: mask_middle(found[0]), text)


def mask_area(value: str) -> str:
    """The beginning of an address: enough to know the street."""
    return value if len(value) <= 4 else f"{value[:4]}…"
