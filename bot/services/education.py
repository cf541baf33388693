"""What the bot teaches: articles, questions, answers, tips and drills, read together."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

from bot.services.articles import Article, read_articles
from bot.services.drill_files import Drill, read_drills
from bot.services.faq import Answered, read_faq
from bot.services.library import PATTERNS_ROOT
from bot.services.library_files import Problems
from bot.services.patterns import GENUINE_FOLDER, LibraryError
from bot.services.questions import Question, read_questions
from bot.services.tips import Tip, read_tips

KNOWLEDGE_ROOT = Path(str(files("bot"))) / "knowledge"


@dataclass(frozen=True, slots=True)
class Education:
    """Articles by family; questions, answers and drills by id; tips by day (MM-DD)."""

    articles: Mapping[str, Article]
    questions: Mapping[str, Question]
    faq: Mapping[str, Answered]
    tips: Mapping[str, Tip]
    drills: Mapping[str, Drill]


@cache
def education() -> Education:
    """What comes with the product. Raises LibraryError with every mistake, file and line."""
    return read_education(KNOWLEDGE_ROOT, families_of(PATTERNS_ROOT))


def family_titles() -> dict[str, str]:
    """What each family is called, by its id."""
    return {name: article.title for name, article in education().articles.items()}


def tricks_by_category() -> dict[str, list[tuple[str, str]]]:
    """Id and title of every article, by its category."""
    found: dict[str, list[tuple[str, str]]] = {}
    for one in education().articles.values():
        found.setdefault(one.category, []).append((one.family, one.title))
    return found


def read_education(root: Path, families: Mapping[str, str]) -> Education:
    """Read and validate the folder; `families` maps every known family to its category."""
    problems = Problems(subject="宣教内容")
    found = Education(
        articles=read_articles(root, families, problems),
        questions=read_questions(root, families, problems),
        faq=read_faq(root, problems),
        tips=read_tips(root, families, problems),
        drills=read_drills(root, families, problems),
    )
    if problems.lines:
        raise LibraryError(problems.words())
    return found


def families_of(patterns: Path) -> Mapping[str, str]:
    """Every family that has a file, with its category; nothing is read."""
    return {
        path.stem: path.parent.name
        for path in sorted(patterns.glob("*/*.yml"))
        if path.parent.name != GENUINE_FOLDER and not path.name.endswith(".cases.yml")
    }
