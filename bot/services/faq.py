"""Questions that residents ask, with our answers: `faq.yml`, read and validated."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bot.services.articles import Source, read_sources, short
from bot.services.library_files import Problems, Value, check_keys, read_file

FILE = "faq.yml"
LONGEST_QUESTION, LONGEST_ANSWER = 60, 300


@dataclass(frozen=True, slots=True)
class Answered:
    """A question, other ways to put it, and the answer."""

    id: str
    question: str
    also: tuple[str, ...]
    answer: str
    sources: tuple[Source, ...]


def read_faq(root: Path, problems: Problems) -> Mapping[str, Answered]:
    """Every answered question by id."""
    found: dict[str, Answered] = {}
    top = read_file(root / FILE, root, problems)
    for entry in top.items() if top else ():
        one = _read_one(entry)
        if one is None:
            continue
        if one.id in found:
            entry.wrong(f"“{one.id}”写了两次", "换一个 id")
        found[one.id] = one
    return found


def _read_one(entry: Value) -> Answered | None:
    fields = entry.mapping()
    check_keys(entry, fields, ("id", "question", "also", "answer", "sources"), {"sources"})
    if not {"id", "question", "also", "answer"} <= fields.keys():
        return None
    return Answered(
        id=short(fields["id"], 48),
        question=short(fields["question"], LONGEST_QUESTION),
        also=tuple(short(one, LONGEST_QUESTION) for one in fields["also"].items()),
        answer=short(fields["answer"], LONGEST_ANSWER),
        sources=read_sources(fields.get("sources")),
    )
