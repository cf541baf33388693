"""Every text that residents are taught by, with its place, for the tests of content."""

import re
from dataclasses import dataclass

from bot.services.articles import Section
from bot.services.education import education
from bot.services.questions import Kind

SENTENCE_END = re.compile(r"[。！？；!?\n]+")
QUOTED = re.compile(r"“[^”]*”")
NOT_LETTERS = re.compile(r"[^\w]")


@dataclass(frozen=True, slots=True)
class Said:
    """A text of ours; `quotes` where it imitates a scammer, who speaks as he likes."""

    place: str
    text: str
    quotes: bool = False

    @property
    def own_words(self) -> str:
        """The text without what others say in it."""
        return "" if self.quotes else QUOTED.sub("“”", self.text)


def article_texts() -> list[Said]:
    found = []
    for name, one in education().articles.items():
        for part in ("title", "elders", "group", "poster"):
            found.append(Said(f"{name}.{part}", getattr(one, part)))
        for section in Section:
            found += [
                Said(f"{name}.{section}", line, section is Section.HOW)
                for line in one.sections[section]
            ]
    return found


def question_texts() -> list[Said]:
    found = []
    for one in education().questions.values():
        found.append(Said(one.id, one.text, one.kind is Kind.JUDGE))
        found += [Said(f"{one.id}.options", option, quotes=True) for option in one.options]
        found.append(Said(f"{one.id}.explanation", one.explanation))
    return found


def drill_texts() -> list[Said]:
    found = []
    for name, one in education().drills.items():
        found += [Said(f"{name}.{part}", getattr(one, part)) for part in ("opening", "closing")]
        found += [Said(f"{name}.marks", mark) for mark in one.marks]
        found += [Said(f"{name}.{key}", end.text) for key, end in one.ends.items()]
        for key, node in one.nodes.items():
            found += [Said(f"{name}.{key}", line, quotes=True) for line in node.says]
            found += [Said(f"{name}.{key}", choice.text, quotes=True) for choice in node.choices]
            found += [Said(f"{name}.{key}", choice.missed) for choice in node.choices]
    return found


def faq_texts() -> list[Said]:
    found = []
    for name, one in education().faq.items():
        found += [Said(f"{name}.question", one.question, quotes=True)]
        found += [Said(f"{name}.answer", one.answer)]
    return found


def tip_texts() -> list[Said]:
    return [Said(day, one.text) for day, one in education().tips.items()]


def all_texts() -> list[Said]:
    return [*article_texts(), *question_texts(), *drill_texts(), *faq_texts(), *tip_texts()]


def sentences(text: str) -> list[str]:
    return [part for part in SENTENCE_END.split(text) if part.strip()]


def letters(sentence: str) -> int:
    return len(NOT_LETTERS.sub("", sentence))
