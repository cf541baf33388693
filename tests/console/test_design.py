"""The design system: colours that can be read in light and dark, and a menu by role."""

import re

import pytest

from bot.services.permissions import may
from bot.storage.staff import Role
from console.menu import SECTIONS, menu_for
from console.pages import STATIC
from tests.contrast import TEXT, contrast

PAIRS = [
    *[(ink, ground) for ink in ("ink", "muted", "blue") for ground in ("ground", "paper")],
    *[("ink", ground) for ground in ("paper-soft", "field", "red-soft", "amber-soft", "blue-soft")],
    *[(name, f"{name}-soft") for name in ("red", "amber", "green", "blue")],
    *[("muted", ground) for ground in ("paper-soft", "field", "red-soft", "amber-soft")],
    ("red", "paper"),
    ("chip-ink", "chip"),
    ("on-navy-soft", "navy"),
    ("white", "alarm"),
    ("white", "accent"),
    ("white", "accent-strong"),
]


def colours(scheme: str) -> dict[str, str]:
    """The colours of a scheme by name, as #rrggbb."""
    style = (STATIC / "console.css").read_text()
    light, _, dark = style.partition("@media (prefers-color-scheme: dark)")
    found = {"white": "#fff", **_named(light)}
    return found | (_named(dark.partition("}")[0]) if scheme == "dark" else {})


def _named(style: str) -> dict[str, str]:
    return dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{3,6});", style))


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("ink", "ground"), PAIRS)
def test_text_can_be_read_on_its_ground(scheme: str, ink: str, ground: str) -> None:
    named = colours(scheme)
    assert contrast(named[ink], named[ground]) >= TEXT


def test_both_schemes_differ_in_every_ground() -> None:
    light, dark = colours("light"), colours("dark")
    assert all(light[name] != dark[name] for name in ("ground", "paper", "field", "ink", "line"))


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.RESIDENT])
def test_the_menu_offers_what_somebody_may_and_nothing_else(role: Role) -> None:
    offered = set()
    for tab in menu_for(role, "/").sections:
        offered |= {one.path for one in menu_for(role, tab.path).pages} or {tab.path}
    allowed = {
        one.path
        for section in SECTIONS
        for one in section.entries
        if one.action is None or may(role, one.action)
    }
    assert offered == allowed


@pytest.mark.parametrize(
    ("here", "section", "page"),
    [
        ("/", "首页", None),
        ("/leads/FZ261124-0001-1", "线索", "线索列表"),
        ("/find", "线索", "线索列表"),
        ("/notices/new", "宣传", "通知"),
        ("/campaigns", "宣传", "批准和建议"),
        ("/campaigns/7", "宣传", "通知"),
        ("/campaigns/calendar", "宣传", "日历"),
        ("/looks", "管理", "查看记录"),
        ("/account", None, None),
    ],
)
def test_the_menu_says_where_one_is(here: str, section: str | None, page: str | None) -> None:
    menu = menu_for(Role.CHIEF, here)
    assert [tab.name for tab in menu.sections if tab.current] == ([section] if section else [])
    assert [tab.name for tab in menu.pages if tab.current] == ([page] if page else [])
