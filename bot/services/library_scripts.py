"""The scripts of the library as officers read and search them: those of the files and their own."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from bot.services.library_files import Text
from bot.services.patterns import Patterns
from bot.storage.library import LibraryScript


@dataclass(frozen=True, slots=True)
class ScriptLine:
    """A script in use; `script_id` of one that an officer added, None of one in the files."""

    family: str
    register: str
    text: str
    script_id: int | None = None


@dataclass(frozen=True, slots=True)
class ScriptPage:
    """Some scripts of a list, and how many there are."""

    lines: tuple[ScriptLine, ...]
    count: int


def scripts_with(
    patterns: Patterns,
    added: Sequence[LibraryScript],
    words: str = "",
    family: str = "",
    *,
    limit: int = 50,
    offset: int = 0,
) -> ScriptPage:
    """Scripts that hold the words, of one family or all; officers' own first."""
    found = [
        one
        for one in _every(patterns.scripts, added)
        if words in one.text and family in ("", one.family)
    ]
    return ScriptPage(tuple(islice(found, offset, offset + limit)), len(found))


def _every(
    scripts: Mapping[str, Mapping[str, tuple[Text, ...]]], added: Sequence[LibraryScript]
) -> Iterator[ScriptLine]:
    for one in added:
        yield ScriptLine(one.family, one.register, one.text, one.id)
    for family, registers in scripts.items():
        for register, texts in registers.items():
            for text in texts:
                yield ScriptLine(family, register, text.text)
