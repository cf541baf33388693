"""What a new script would change, before it comes in: a replay of all cases and genuine messages.

Nothing here touches the database; `library_work` puts in what was replayed.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from bot.errors import ExpectedError, InvalidInputError
from bot.matching.features import fold
from bot.matching.index import Entry, build_index
from bot.matching.keys import key_of
from bot.matching.library import Library
from bot.matching.masking import mask
from bot.matching.normalize import normalize
from bot.matching.result import Level, Verdict
from bot.matching.verdict import judge
from bot.services.expansion import Side, fill, generator
from bot.services.library import CaseResult
from bot.services.library_files import Text
from bot.services.patterns import REGISTERS, Patterns, all_texts
from bot.storage.library import LibraryScript

SHORTEST_SCRIPT = 8
"""Fewer letters, digits and characters would make ordinary sentences known scripts."""
LONGEST_SCRIPT = 1000
TOO_NEAR = 0.92
"""From this nearness on a text says nothing that the library does not already hold."""
MOST_NAMED = 10
MOST_LIKE = 5

_MASKED_NUMBER = re.compile(r"\[(?:银行卡号|身份证号|验证码|电话号码|号码)\]")
_FLAGGED = frozenset({Level.HIGH, Level.SUSPICIOUS})

Progress = Callable[[float, str], None]


class ScriptRefusedError(ExpectedError):
    """The replay speaks against a script; `wrong` holds what it would judge wrongly."""

    def __init__(self, wrong: Sequence[CaseResult]) -> None:
        named = [f"{case.place}: {_shortened(case.text)}" for case in wrong[:MOST_NAMED]]
        rest = len(wrong) - MOST_NAMED
        more = [f"……还有 {rest} 条"] if rest > 0 else []
        super().__init__(
            "\n".join(
                [
                    f"没有加入：加入后会判错 {len(wrong)} 条现有的用例或正常消息。",
                    "请换成更具体的说法：",
                    *named,
                    *more,
                ]
            )
        )
        self.wrong = tuple(wrong)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A script that may come into the library; `text` is masked. `script_id`: one taken out."""

    family: str
    register: str
    text: str
    script_id: int | None = None

    @property
    def entry(self) -> Entry:
        """What retrieval holds of it."""
        return entry_of(self.family, self.text)


@dataclass(frozen=True, slots=True)
class Replayed:
    """What the library of change number `change` would judge differently with the candidates."""

    candidates: tuple[Candidate, ...]
    change: int
    own: tuple[Verdict, ...]
    wrong: tuple[CaseResult, ...]


def live_library(base: Library, scripts: Iterable[LibraryScript], change: int) -> Library:
    """The compiled library with officers' scripts; its version names the change, as in 3f2a+7."""
    entries = tuple(
        entry_of(script.family, script.text)
        for script in scripts
        if base.family(script.family) is not None
    )
    return base.with_scripts(entries, f"{base.version}+{change}" if change else base.version)


def change_of(version: str) -> int:
    """The change number in a version made by `live_library`; 0 where there was none."""
    return int(version.partition("+")[2] or 0)


def entry_of(family: str, text: str) -> Entry:
    """A masked text as retrieval holds it: a masked number is compared like any number."""
    plain = normalize(_MASKED_NUMBER.sub("0", text)).text
    return Entry(text, key_of(fold(plain)), family, family)


def visible_text(text: str) -> str:
    """What a person sees of a text: no NUL, lone surrogate or mark of direction is stored."""
    return "".join(sign for sign in text if sign.isprintable() or sign == "\n").strip()


def _families_like(family: str, library: Library) -> str:
    """The families that may have been meant, by their ids and titles; all of them where none is
    near."""
    near = get_close_matches(family, library.families, MOST_LIKE)
    near += [one.id for one in library.families.values() if family in one.title]
    if not near:
        return f"全部编号：{'、'.join(sorted(library.families))}。"
    named = [f"{one}（{library.families[one].title}）" for one in dict.fromkeys(near)]
    return f"相近的有 {'、'.join(named[:MOST_LIKE])}。"


def candidate(text: str, family: str, register: str, library: Library) -> Candidate:
    """A script as it may be replayed, masked. Raises InvalidInputError that says what to change."""
    if not family:
        raise InvalidInputError("请选择这条话术属于哪个骗术。")
    if library.family(family) is None:
        raise InvalidInputError(f"没有“{family}”这个骗术。{_families_like(family, library)}")
    if register not in REGISTERS:
        raise InvalidInputError(f"没有“{register}”这种来源，可以写：{'、'.join(REGISTERS)}。")
    visible = visible_text(text)
    if len(visible) > LONGEST_SCRIPT:
        raise InvalidInputError(
            f"有 {len(visible)} 个字，太长。请只留骗子的原话，最多 {LONGEST_SCRIPT} 个字。"
        )
    made = Candidate(family, register, mask(visible))
    if len(made.entry.key) < SHORTEST_SCRIPT:
        raise InvalidInputError(f"太短，容易误伤正常的话。请写至少 {SHORTEST_SCRIPT} 个字的整句。")
    _require_new(made, library)
    return made


def replay(
    candidates: Sequence[Candidate],
    library: Library,
    patterns: Patterns,
    progress: Progress = lambda share, what: None,
) -> Replayed:
    """Judge every case and genuine message again with the candidates in the library.

    Runs for seconds; call it in a thread. A text that shares no 4-gram with any candidate cannot
    change its verdict and is not judged twice.
    """
    entries = tuple(one.entry for one in candidates)
    extended = library.with_scripts(entries, library.version)
    nearby = build_index(entries)
    wrong: list[CaseResult] = []
    texts = list(_cases(patterns)) if entries else []
    for number, (owner, text, side) in enumerate(texts, 1):
        filled = fill(text.text, side, patterns.slots, generator("case", text.text))
        if nearby.candidates(key_of(fold(normalize(filled).text))):
            verdict = judge(filled, extended)
            if _is_wrong(verdict, side) and not _is_wrong(judge(filled, library), side):
                wrong.append(CaseResult(owner, filled, text.place, verdict, passed=False))
        if number % 200 == 0 or number == len(texts):
            progress(number / len(texts), "用全部用例和正常消息重放")
    own = tuple(judge(one.text, extended) for one in candidates)
    return Replayed(tuple(candidates), change_of(library.version), own, tuple(wrong))


def _cases(patterns: Patterns) -> Iterator[tuple[str, Text, Side]]:
    for family, cases in patterns.cases.items():
        yield from ((family, text, Side.SCAM) for text in cases.match)
        yield from ((family, text, Side.GENUINE) for text in cases.no_match)
    for genuine in patterns.genuine:
        yield from ((genuine.id, text, Side.GENUINE) for text in all_texts(genuine.messages))


def _is_wrong(verdict: Verdict, side: Side) -> bool:
    return (verdict.level in _FLAGGED) is not (side is Side.SCAM)


def _require_new(made: Candidate, library: Library) -> None:
    nearest = next(iter(library.index.search(made.entry.key)), None)
    if nearest is None or nearest.nearness < TOO_NEAR:
        return
    shown, family = _shortened(nearest.entry.text), library.family(nearest.entry.owner)
    if family is None:
        raise InvalidInputError(f"正常消息里有几乎一样的话：{shown}。请核对它是不是骗术。")
    raise InvalidInputError(f"骗术“{family.title}”里已有几乎一样的话：{shown}。不用再加。")


def _shortened(text: str, length: int = 40) -> str:
    line = " ".join(text.split())
    return line if len(line) <= length else line[: length - 1] + "…"
