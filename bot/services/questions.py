"""The question bank of the quiz: YAML files of `quiz/`, read and validated."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from bot.services.articles import read_audiences, short
from bot.services.library_files import Problems, Value, check_keys, read_file

FOLDER = "quiz"
HARDEST = 3
FEWEST_OPTIONS, MOST_OPTIONS = 2, 4
LONGEST_MESSAGE, LONGEST_QUESTION, LONGEST_OPTION, LONGEST_EXPLANATION = 200, 120, 40, 120
_COMMON = ("id", "family", "kind", "audience", "difficulty", "explanation")
_JUDGE, _CHOOSE = ("message", "answer"), ("question", "options", "answer")
ALL_OF_THE_ABOVE = ("以上都", "以上全", "上面都", "都对", "都不对")


class Kind(StrEnum):
    """What a question asks."""

    JUDGE = "judge"
    NEXT_STEP = "next_step"
    WHAT_NOW = "what_now"
    WHICH_NUMBER = "which_number"


JUDGEMENTS = {"scam": "是骗局", "genuine": "是正常消息"}
"""The two answers about a message, in the order in which they are shown."""


@dataclass(frozen=True, slots=True)
class Question:
    """One question; `answer` is the place of the right option. Of a message to judge `text` is
    the message, `options` the two judgements."""

    id: str
    family: str
    kind: Kind
    text: str
    options: tuple[str, ...]
    answer: int
    audience: tuple[str, ...]
    difficulty: int
    explanation: str


def read_questions(
    root: Path, families: Mapping[str, str], problems: Problems
) -> Mapping[str, Question]:
    """Every question by id."""
    found: dict[str, Question] = {}
    messages: dict[str, str] = {}
    for path in sorted((root / FOLDER).glob("*.yml")):
        top = read_file(path, root, problems)
        for entry in top.items() if top else ():
            question = _read_question(entry, families)
            if question is None:
                continue
            plain = "".join(question.text.split())
            if question.id in found:
                entry.wrong(f"“{question.id}”写了两次", "换一个 id")
            elif question.kind is Kind.JUDGE and plain in messages:
                entry.wrong(f"和“{messages[plain]}”是同一条消息", "换一条消息")
            found[question.id] = question
            messages[plain] = question.id
    return found


def _read_question(entry: Value, families: Mapping[str, str]) -> Question | None:
    fields = entry.mapping()
    kind = _kind(entry, fields)
    if kind is None:
        return None
    own = _JUDGE if kind is Kind.JUDGE else _CHOOSE
    check_keys(entry, fields, (*_COMMON, *own))
    if not {*_COMMON, *own} <= fields.keys():
        return None
    family = fields["family"].string()
    if family not in families:
        fields["family"].wrong(f"话术库里没有“{family}”", "改成话术库里的家族")
    difficulty = fields["difficulty"].number()
    if difficulty > HARDEST:
        fields["difficulty"].wrong(f"难度 {difficulty} 太大", f"写 1 到 {HARDEST}")
    options, answer = _judged(fields) if kind is Kind.JUDGE else _chosen(fields)
    text = fields["message" if kind is Kind.JUDGE else "question"]
    return Question(
        id=short(fields["id"], 48),
        family=family,
        kind=kind,
        text=short(text, LONGEST_MESSAGE if kind is Kind.JUDGE else LONGEST_QUESTION),
        options=options,
        answer=answer,
        audience=read_audiences(fields["audience"]),
        difficulty=difficulty,
        explanation=short(fields["explanation"], LONGEST_EXPLANATION),
    )


def _kind(entry: Value, fields: Mapping[str, Value]) -> Kind | None:
    if "kind" not in fields:
        entry.wrong("缺少“kind”", f"补上“kind: …”,可用 {'、'.join(Kind)}")
        return None
    name = fields["kind"].string()
    if name not in list(Kind):
        fields["kind"].wrong(f"“{name}”不能用在这里", f"只能写 {'、'.join(Kind)}")
        return None
    return Kind(name)


def _judged(fields: Mapping[str, Value]) -> tuple[tuple[str, ...], int]:
    answer = fields["answer"].string()
    if answer not in JUDGEMENTS:
        fields["answer"].wrong(f"“{answer}”不能用在这里", f"只能写 {'、'.join(JUDGEMENTS)}")
        return tuple(JUDGEMENTS.values()), 0
    return tuple(JUDGEMENTS.values()), list(JUDGEMENTS).index(answer)


def _chosen(fields: Mapping[str, Value]) -> tuple[tuple[str, ...], int]:
    options = tuple(short(one, LONGEST_OPTION) for one in fields["options"].items())
    if not FEWEST_OPTIONS <= len(options) <= MOST_OPTIONS or len(set(options)) < len(options):
        fields["options"].wrong(
            f"有 {len(options)} 个选项", f"写 {FEWEST_OPTIONS} 到 {MOST_OPTIONS} 个不同的选项"
        )
    for option in options:
        if any(words in option for words in ALL_OF_THE_ABOVE):
            fields["options"].wrong(f"选项“{option}”没有内容", "写成具体的做法")
    typed = fields["answer"].string()
    if not typed.isdecimal() or int(typed) >= len(options):
        fields["answer"].wrong(f"“{typed[:12]}”不是选项的序号", "从 0 数起,写正确选项的序号")
        return options, 0
    return options, int(typed)
