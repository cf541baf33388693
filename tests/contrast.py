"""Colours of a style sheet by look, and how well two of them can be told apart."""

import re
from pathlib import Path

TEXT = 4.5
"""The least contrast of text on its ground, as WCAG 2 (AA) has it; of signs and edges it is 3."""
BLOCK = re.compile(r"(?:@media ([^{]+?) \{\s*)?:root(\.[a-z]+)? \{([^}]*)\}")
COLOUR = re.compile(r"--([a-z-]+): (#[0-9a-f]{3,6});")


def colours_by_look(path: Path) -> dict[str, dict[str, str]]:
    """The colours of every look by name, as #rrggbb. A look is named by what makes it: "" by
    nothing, else the media query or class, joined by " and " where several hold at once."""
    blocks = [
        (" and ".join(filter(None, (media, switch))), dict(COLOUR.findall(body)))
        for media, switch, body in BLOCK.findall(path.read_text())
    ]
    conditions = {one for name, found in blocks if found for one in name.split(" and ") if one}
    looks: dict[str, dict[str, str]] = {}
    for wanted in _subsets(sorted(conditions)):
        named = {"white": "#fff"}
        for name, found in blocks:
            if set(filter(None, name.split(" and "))) <= set(wanted):
                named |= found
        looks[" and ".join(wanted)] = named
    return looks


def contrast(one: str, other: str) -> float:
    """The contrast of two colours, 1 to 21."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    """Relative luminance as WCAG 2 defines it."""
    signs = colour.removeprefix("#")
    signs = "".join(sign * 2 for sign in signs) if len(signs) == 3 else signs
    parts = [int(signs[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (
        part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _subsets(names: list[str]) -> list[tuple[str, ...]]:
    found: list[tuple[str, ...]] = [()]
    for name in names:
        found += [(*one, name) for one in found]
    return found
