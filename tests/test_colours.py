"""The pages of residents can be read in every look: light, dark, high contrast."""

import pytest

from bot.board.views import STATIC as BOARD
from bot.channels.web import STATIC as CHAT
from tests.contrast import TEXT, colours_by_look, contrast

SIGN = 3.0
ON_PAPER = [(ink, "paper") for ink in ("ink", "blue", "red", "amber")]
TEXTS = {
    CHAT / "chat.css": [
        *[("ink", ground) for ground in ("ground", "paper", "amber-soft", "red-soft")],
        *[("ink", "accent-soft"), ("muted", "accent-soft")],
        *[("muted", ground) for ground in ("ground", "paper")],
        *[("accent", ground) for ground in ("paper", "accent-soft")],
        *[("white", ground) for ground in ("bar", "alarm", "button", "amber", "yellow", "grey")],
        ("mine-ink", "mine"),
        ("red", "paper"),
    ],
    BOARD / "board.css": [
        *ON_PAPER[:3],
        *[("muted", ground) for ground in ("paper", "ground")],
        ("ink", "bar-ground"),
        ("paper", "blue"),
        ("white", "navy"),
        ("red", "red-soft"),
        ("amber", "amber-soft"),
    ],
    BOARD / "strip.css": ON_PAPER,
}
SIGNS = {
    CHAT / "chat.css": [("edge", "paper"), ("edge", "ground")],
    BOARD / "board.css": [("blue", "bar-ground"), ("blue", "paper"), ("green", "paper")],
}
LOOKS = [(path, look) for path in TEXTS for look in colours_by_look(path)]


@pytest.mark.parametrize(("path", "look"), LOOKS, ids=lambda one: getattr(one, "name", one))
def test_text_and_signs_stand_out_from_their_ground(path, look) -> None:
    named = colours_by_look(path)[look]
    asked = [(pair, TEXT) for pair in TEXTS[path]] + [(pair, SIGN) for pair in SIGNS.get(path, [])]
    faint = {
        pair: round(contrast(named[pair[0]], named[pair[1]]), 2)
        for pair, least in asked
        if contrast(named[pair[0]], named[pair[1]]) < least
    }
    assert faint == {}


def test_every_look_is_found() -> None:
    assert {len(colours_by_look(path)) for path in (CHAT / "chat.css", BOARD / "board.css")} == {4}
    dark = "(prefers-color-scheme: dark)"
    for path in TEXTS:
        looks = colours_by_look(path)
        assert looks[dark]["paper"] != looks[""]["paper"]
