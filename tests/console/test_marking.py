"""What is marked in a text, and why."""

import pytest

from bot.matching.alignment import Evidence, EvidenceKind
from bot.matching.result import Span
from console.marking import Piece, marked


def reason(start: int, end: int) -> Evidence:
    return Evidence(EvidenceKind.REASON, Span(start, end))


def script(start: int, end: int) -> Evidence:
    return Evidence(EvidenceKind.SCRIPT, Span(start, end))


@pytest.mark.parametrize(
    ("found", "pieces"),
    [
        ([], [("甲乙丙丁", "")]),
        ([reason(1, 2)], [("甲", ""), ("乙", "reason"), ("丙丁", "")]),
        ([reason(0, 4)], [("甲乙丙丁", "reason")]),
        ([reason(0, 2), script(1, 3)],
         [("甲", "reason"), ("乙", "reason script"), ("丙", "script"), ("丁", "")]),
    ],
)  # fmt: skip
def test_each_piece_has_its_marks(found: list[Evidence], pieces: list[tuple[str, str]]) -> None:
    assert marked("甲乙丙丁", found) == tuple(Piece(*piece) for piece in pieces)


def test_an_empty_text_has_no_pieces() -> None:
    assert marked("", []) == ()
