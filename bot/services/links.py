"""Made-up links for training: bad-looking ones in great variety, and official ones."""

import random
from collections.abc import Callable, Mapping
from string import ascii_lowercase, digits

Parts = Mapping[str, tuple[str, ...]]

PART_NAMES = ("brand", "glue", "ending", "path", "short", "official")
_LETTERS = ascii_lowercase + digits


def scam_link(parts: Parts, rng: random.Random) -> str:
    """A link as scams carry them: imitations, short links, addresses, meaningless names."""
    link = rng.choice((_imitation, _imitation, _imitation, _meaningless, _short, _address))(
        parts, rng
    )
    prefix = rng.choice(("http://", "https://", "", "", "www." if link[0].isalpha() else ""))
    return prefix + link


def official_link(parts: Parts, rng: random.Random) -> str:
    """A link to a site of a bank, carrier, courier, platform or government office."""
    link = rng.choice(parts["official"])
    if rng.random() < 0.3:
        link = link.removeprefix("https://")
    return link if rng.random() < 0.6 else f"{link}/{_word(rng, rng.randint(3, 8))}"


def _word(rng: random.Random, size: int) -> str:
    return "".join(rng.choice(_LETTERS) for _ in range(size))


def _imitation(parts: Parts, rng: random.Random) -> str:
    brand, glue = rng.choice(parts["brand"]), rng.choice(parts["glue"])
    shapes: tuple[Callable[[], str], ...] = (
        lambda: f"{brand}{glue}",
        lambda: f"{glue}{brand}" if glue not in ("", "-") else brand,
        lambda: f"{brand}{_word(rng, rng.randint(1, 4))}",
        lambda: f"{brand}.{_word(rng, rng.randint(3, 7))}",
        lambda: f"{rng.choice('awm')}{brand}{rng.choice(digits)}",
    )
    name = rng.choice(shapes)().strip("-")
    return f"{name}.{rng.choice(parts['ending'])}{rng.choice(parts['path'])}"


def _meaningless(parts: Parts, rng: random.Random) -> str:
    name = _word(rng, rng.randint(3, 9))
    tail = f"/{_word(rng, rng.randint(2, 6))}" if rng.random() < 0.5 else rng.choice(parts["path"])
    port = f":{rng.randint(1024, 60000)}" if rng.random() < 0.08 else ""
    return f"{name}.{rng.choice(parts['ending'])}{port}{tail}"


def _short(parts: Parts, rng: random.Random) -> str:
    letters = _LETTERS + ascii_lowercase.upper()
    code = "".join(rng.choice(letters) for _ in range(rng.randint(4, 8)))
    return f"{rng.choice(parts['short'])}/{code}"


def _address(parts: Parts, rng: random.Random) -> str:
    numbers = ".".join(str(rng.randint(1, 250)) for _ in range(4))
    port = f":{rng.randint(80, 60000)}" if rng.random() < 0.6 else ""
    return f"{numbers}{port}{rng.choice(parts['path'])}"
