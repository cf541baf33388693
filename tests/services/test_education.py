"""Content that is not as it must be names its file, its line and what to write."""

from pathlib import Path

import pytest

from bot.services.articles import Section
from bot.services.education import read_education
from bot.services.patterns import LibraryError
from bot.services.questions import Kind
from tests.services.small_education import FAMILIES, write_education

ARTICLE, QUIZ, FAQ, TIPS, DRILL = (
    "articles/brush_task.md",
    "quiz/all.yml",
    "faq.yml",
    "tips.yml",
    "drills/d1.yml",
)
MISTAKES = [
    (ARTICLE, "title: 垫钱做任务\n", "", 2, "缺少“title”"),
    (ARTICLE, "family: brush_task", "family: other", 2, "应和文件名一样"),
    (ARTICLE, "category: brushing", "category: romance", 3, "写成 brushing"),
    (ARTICLE, "[学生, 居民]", "[学生, 路人]", 5, "没有“路人”这类人群"),
    (ARTICLE, "[3, 11]", "[3, 13]", 6, "没有 13 月"),
    (ARTICLE, "date: '2025-06'", "date: '去年'", 8, "不是日期"),
    (ARTICLE, "reviewed: 2026-11-01", "reviewed: 昨天", 9, "不是日期"),
    (ARTICLE, "不做。'\ngroup", "不做。" + "长" * 60 + "'\ngroup", 10, "缩短到 60 个字以内"),
    (ARTICLE, "5. 五\n", "", 14, "“怎么骗”有 4 条"),
    (ARTICLE, "- 丙\n", "", 20, "“三个特征”有 2 条"),
    (ARTICLE, "## 谁容易遇到\n找活的人。\n", "", 14, "缺少“谁容易遇到”一节"),
    (ARTICLE, "## 钱已经转出", "## 别的", 28, "不认识“别的”"),
    (ARTICLE, "---\nfamily", "family", 1, "开头缺少“---”"),
    (QUIZ, "  family: brush_task\n", "", 1, "缺少“family”"),
    (QUIZ, "kind: judge", "kind: guess", 3, "“guess”不能用在这里"),
    (QUIZ, "answer: scam", "answer: maybe", 7, "“maybe”不能用在这里"),
    (QUIZ, "answer: 0", "answer: 3", 16, "不是选项的序号"),
    (QUIZ, "'12345']", "'以上都对']", 15, "没有内容"),
    (QUIZ, "id: q2", "id: q1", 9, "“q1”写了两次"),
    (QUIZ, "difficulty: 2", "difficulty: 4", 13, "难度 4 太大"),
    (QUIZ, "family: police_case", "family: nobody", 10, "话术库里没有“nobody”"),
    (FAQ, "  answer: '要接。'\n", "", 1, "缺少“answer”"),
    (FAQ, "id: call_96110", "ids: call_96110", 1, "不认识“ids”"),
    (TIPS, "- {day: '03-05', text: '今天先停一停。'}\n", "", 1, "有 1 天没有提示:03-05"),
    (TIPS, "'02-29'", "'02-30'", 60, "不是一天"),
    (TIPS, "'01-02'", "'01-01'", 2, "“01-01”写了两次"),
    (DRILL, "to: danger", "to: nowhere", 9, "没有“nowhere”这一步"),
    (DRILL, "to: stopped}", "to: danger}", 9, "走不到“stopped”"),
    (DRILL, "result: danger", "result: lost", 15, "“lost”不能用在这里"),
    (DRILL, "for_minors: false", "for_minors: maybe", 5, "只能写 true 或 false"),
    (DRILL, "      - {text: '不做', to: stopped}\n", "", 10, "有 1 个回答"),
]


def test_a_right_folder_is_read_whole(tmp_path: Path) -> None:
    found = read_education(write_education(tmp_path), FAMILIES)
    article = found.articles["brush_task"]
    assert article.sections[Section.HOW] == ("一", "二", "三", "四", "五")
    assert article.in_season(3)
    assert article.is_for("老人"), "what concerns everybody concerns elders"
    assert found.questions["q1"].options[found.questions["q1"].answer] == "是骗局"
    assert found.questions["q2"].kind is Kind.WHICH_NUMBER
    assert len(found.tips) == 366
    assert found.drills["d1"].nodes["hook"].choices[0].missed == "先垫钱"


@pytest.mark.parametrize(("name", "old", "new", "line", "words"), MISTAKES)
def test_a_mistake_is_named_with_file_and_line(
    tmp_path: Path, name: str, old: str, new: str, line: int, words: str
) -> None:
    path = write_education(tmp_path) / name
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    with pytest.raises(LibraryError) as refused:
        read_education(tmp_path, FAMILIES)
    assert "宣教内容有" in refused.value.words
    told = [told for told in refused.value.words.splitlines() if words in told]
    assert told, refused.value.words
    assert told[0].startswith(f"{name}:{line}:"), told


@pytest.mark.parametrize("name", [FAQ, TIPS])
def test_a_missing_file_is_named(tmp_path: Path, name: str) -> None:
    (write_education(tmp_path) / name).unlink()
    with pytest.raises(LibraryError, match=f"{name}:1: 缺少这个文件"):
        read_education(tmp_path, FAMILIES)


def test_what_is_no_text_is_named(tmp_path: Path) -> None:
    (write_education(tmp_path) / ARTICLE).write_bytes(b"---\n\xff\xfe")
    with pytest.raises(LibraryError, match="不是 UTF-8 编码"):
        read_education(tmp_path, FAMILIES)
