"""What a verdict tells people to do, family by family."""

import re

import pytest
import yaml

from bot.services.education import families_of
from bot.services.library import PATTERNS_ROOT
from tests.content.test_content import BLAME, PROMISES

LONGEST_LEAD = 24
PRESUMES = re.compile(r"^(?:马上)?停|^不再|^不要再|^已")
"""Fits only somebody who has paid, installed or handed over already."""
ODD_SIGNS = re.compile(r"[,;:!?「」]|你(?!们)")


def told(family: str, category: str) -> tuple[str, ...]:
    """The advice, the one action first, and what a genuine sender does."""
    path = PATTERNS_ROOT / category / f"{family}.yml"
    lines = path.read_text(encoding="utf-8").splitlines()
    said = yaml.safe_load(
        "\n".join(one for one in lines if one.startswith(("advice:", "differs_from_genuine:")))
    )
    return (*said["advice"], said["differs_from_genuine"])


FAMILIES = sorted(families_of(PATTERNS_ROOT).items())


def test_the_one_action_fits_who_has_done_nothing_yet() -> None:
    leads = [told(*one)[0] for one in FAMILIES]
    assert len(leads) > 80
    assert not [lead for lead in leads if PRESUMES.search(lead) or len(lead) > LONGEST_LEAD]


def test_advice_is_written_as_people_read_it() -> None:
    texts = [text for one in FAMILIES for text in told(*one)]
    assert not [text for text in texts if ODD_SIGNS.search(text)]


@pytest.mark.parametrize("words", [BLAME, PROMISES])
def test_advice_neither_blames_nor_promises(words: tuple[str, ...]) -> None:
    texts = [text for one in FAMILIES for text in told(*one)]
    assert not [text for text in texts for word in words if word in text]
