"""The loaded library: families, categories, the classifier and the index, all immutable."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from types import MappingProxyType

from bot.matching.classifier import Classifier
from bot.matching.index import Entry, Index
from bot.matching.lookup.blocklist import NOTHING_BLOCKED, Blocklist
from bot.matching.neighbours import NO_NEIGHBOURS, Neighbours
from bot.matching.result import ActionCode


class FamilyStatus(StrEnum):
    """How far a family is trusted: drafts and retired ones are not in the library at all."""

    DRAFT = "draft"
    TRIAL = "trial"
    STABLE = "stable"
    RETIRED = "retired"


class Severity(StrEnum):
    """What a victim of the family stands to lose."""

    HIGH = "high"
    MEDIUM = "medium"


STAGES = ("hook", "trust", "transfer")
"""The steps of a trick, in order."""


@dataclass(frozen=True, slots=True)
class Reference:
    """Where a fact about a family was read."""

    title: str
    url: str
    accessed: str


@dataclass(frozen=True, slots=True)
class Family:
    """One trick, as a resident reads about it. `stages` maps each of STAGES to short phrases."""

    id: str
    title: str
    category: str
    also: tuple[str, ...]
    status: FamilyStatus
    severity: Severity
    version: int
    modified: str
    targets: tuple[str, ...]
    action: ActionCode
    description: str
    stages: Mapping[str, tuple[str, ...]]
    differs_from_genuine: str
    advice: tuple[str, ...]
    references: tuple[Reference, ...] = ()


@dataclass(frozen=True, slots=True)
class Library:
    """All that a judgement needs. A check keeps the library it began with."""

    version: str
    families: Mapping[str, Family]
    categories: Mapping[str, str]
    classifier: Classifier
    index: Index
    neighbours: Neighbours = NO_NEIGHBOURS
    blocklist: Blocklist = NOTHING_BLOCKED

    def __post_init__(self) -> None:
        object.__setattr__(self, "families", MappingProxyType(dict(self.families)))
        object.__setattr__(self, "categories", MappingProxyType(dict(self.categories)))

    def family(self, family_id: str) -> Family | None:
        """The family of that id, None when it is retired or was never there."""
        return self.families.get(family_id)

    def with_scripts(self, scripts: tuple[Entry, ...], version: str) -> "Library":
        """A library in which retrieval also knows these scripts; the classifier stays."""
        return replace(self, version=version, index=self.index.extended(scripts))

    def with_blocklist(self, blocklist: Blocklist) -> "Library":
        """A library that also knows what officers block now."""
        return replace(self, blocklist=blocklist)
