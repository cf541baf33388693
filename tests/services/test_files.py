"""What a file is by its outside."""

from hashlib import sha256

import pytest

from bot.matching.library import Library
from bot.matching.lookup.blocklist import Blocklist
from bot.matching.result import Level, Reason, Verdict
from bot.services.files import FileSeen, judge_file, size_in_words

DIGEST = sha256(b"a trojan").hexdigest()


@pytest.mark.parametrize(
    ("name", "level", "code"),
    [
        ("安全防护.apk", Level.SUSPICIOUS, "file:installer"),
        ("SETUP.EXE", Level.SUSPICIOUS, "file:installer"),
        ("通知书.pdf.exe", Level.SUSPICIOUS, "file:disguised"),
        ("合同\u202egpj.exe", Level.SUSPICIOUS, "file:disguised"),
        ("报名表.xlsm", Level.UNCLEAR, "file:macro"),
        ("照片.zip", Level.UNCLEAR, "file:archive"),
        ("收据.pdf", Level.UNCLEAR, None),
        ("apk", Level.UNCLEAR, None),
        ("", Level.UNCLEAR, None),
    ],
)
def test_a_file_is_told_by_its_name(
    library: Library, name: str, level: Level, code: str | None
) -> None:
    verdict = judge_file(FileSeen(name, 10, DIGEST), library)
    assert verdict.level is level
    assert [one.code for one in verdict.reasons] == ([code] if code else [])
    assert bool(verdict.advice) is (level is not Level.UNCLEAR)


def test_a_file_on_the_officers_list_is_known_whatever_it_is_called(library: Library) -> None:
    known = library.with_blocklist(Blocklist({}, {DIGEST: "冒充银行的软件"}))
    verdict = judge_file(FileSeen("收据.pdf", 10, DIGEST), known)
    assert verdict.level is Level.HIGH
    assert "冒充银行的软件" in verdict.reasons[0].text
    assert judge_file(FileSeen("收据.pdf", 10, ""), known).level is Level.UNCLEAR


def test_what_is_written_below_a_file_counts(library: Library) -> None:
    said = Verdict(Level.HIGH, 0.9, "1", title="百万保障", reasons=(Reason("phrase", "一"),))
    verdict = judge_file(FileSeen("会议.apk", 10), library, said)
    assert (verdict.level, verdict.title) == (Level.HIGH, "百万保障")
    assert [one.code for one in verdict.reasons] == ["file:installer", "phrase"]


@pytest.mark.parametrize(("size", "words"), [(0, "1 KB"), (2048, "2 KB"), (12_900_000, "12.3 MB")])
def test_sizes_are_told_as_people_read_them(size: int, words: str) -> None:
    assert size_in_words(size) == words
