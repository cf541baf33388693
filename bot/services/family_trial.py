"""A trial of one family of tricks: what the library makes of its cases, and which genuine messages
it would take for that trick."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from bot.errors import NotFoundError
from bot.matching.library import Library
from bot.services.expansion import Side, Slots
from bot.services.library import CaseResult, judged
from bot.services.library_files import Text
from bot.services.patterns import Patterns, all_texts

AT_ONCE = 50
"""Texts judged before the progress is told and others have their turn."""
MOST_SHOWN = 30


class Kind(StrEnum):
    """Which texts a trial judges."""

    MATCH = "match"
    NO_MATCH = "no_match"
    KNOWN_MISS = "todo_match"
    GENUINE = "genuine"


@dataclass(frozen=True, slots=True)
class Part:
    """Some texts of one kind; `owner` is the family or the file of genuine messages."""

    kind: Kind
    owner: str
    texts: tuple[Text, ...]

    @property
    def side(self) -> Side:
        """What they really are."""
        scam = self.kind in (Kind.MATCH, Kind.KNOWN_MISS)
        return Side.SCAM if scam else Side.GENUINE


@dataclass(slots=True)
class Count:
    """How many were judged, and how many of them rightly."""

    of: int = 0
    right: int = 0


@dataclass(slots=True)
class Trial:
    """How far a trial has come with the library of `version`, of `total` texts.

    `wrong` are its cases judged wrongly and the genuine messages taken for this trick; `elsewhere`
    counts genuine messages that were flagged, but not for this trick.
    """

    family: str
    version: str
    total: int
    done: int = 0
    counts: dict[Kind, Count] = field(default_factory=lambda: {kind: Count() for kind in Kind})
    wrong: list[CaseResult] = field(default_factory=list)
    elsewhere: int = 0

    @property
    def over(self) -> bool:
        """Whether every text was judged."""
        return self.done == self.total

    @property
    def shown(self) -> Sequence[CaseResult]:
        """The first of those that were judged wrongly."""
        return self.wrong[:MOST_SHOWN]

    def add(self, kind: Kind, results: Sequence[CaseResult]) -> None:
        """Take up what was judged."""
        for one in results:
            another = kind is Kind.GENUINE and one.verdict.family != self.family
            right = one.passed or another
            self.elsewhere += another and not one.passed
            self.counts[kind].of += 1
            self.counts[kind].right += right
            if not right and kind is not Kind.KNOWN_MISS:
                self.wrong.append(one)
        self.done += len(results)


def parts_of(patterns: Patterns, family: str) -> list[Part]:
    """What a trial judges, a few texts at a time. Raises NotFoundError where there is no such
    family among the files."""
    cases = patterns.cases.get(family)
    if family not in patterns.families or cases is None:
        raise NotFoundError("这个骗术没有用例，不能试跑。")
    whole = [
        Part(Kind.MATCH, family, cases.match),
        Part(Kind.NO_MATCH, family, cases.no_match),
        Part(Kind.KNOWN_MISS, family, cases.todo_match),
        *(Part(Kind.GENUINE, one.id, all_texts(one.messages)) for one in patterns.genuine),
    ]
    return [few for part in whole for few in _cut(part)]


def begin_trial(library: Library, family: str, parts: Sequence[Part]) -> Trial:
    """A trial of which nothing was judged yet."""
    return Trial(family, library.version, sum(len(part.texts) for part in parts))


def judge_part(library: Library, slots: Slots, part: Part) -> list[CaseResult]:
    """Judge a few texts. Takes tens of milliseconds: call it in a thread."""
    return list(judged(library, slots, part.owner, part.texts, part.side))


def _cut(part: Part) -> Iterator[Part]:
    for start in range(0, len(part.texts), AT_ONCE):
        yield Part(part.kind, part.owner, part.texts[start : start + AT_ONCE])
