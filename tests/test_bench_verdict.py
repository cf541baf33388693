"""The benchmark of verdicts works on a tiny library; its figures are for people."""

import io
import json
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

from bench import disguised, monotone, speed, verdict
from bot.matching.library import Library
from bot.matching.result import Level, Verdict
from bot.services.patterns import Patterns, read_patterns
from bot.services.training import library_texts
from tests.services.small_patterns import load_small, write_small_patterns


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_small_patterns(tmp_path_factory.mktemp("patterns"))


@pytest.fixture(scope="module")
def patterns(root: Path) -> Patterns:
    return read_patterns(root)


@pytest.fixture(scope="module")
def small_library(root: Path) -> Library:
    return load_small(root)


def test_every_text_is_judged_by_a_library_without_its_family(
    patterns: Patterns, capsys: pytest.CaptureFixture[str]
) -> None:
    judged = verdict.unseen(patterns, False, folds=3)
    texts = sorted(text.text for text in library_texts(patterns))
    assert sorted(one.text.text for one in judged) == texts
    assert all(one.verdict.family != one.text.family for one in judged if one.text.family)
    verdict.report(judged, "a title")
    shown = capsys.readouterr().out
    for part in ("AUC", "1.0%", "genuine files most flagged", "score band"):
        assert part in shown


def test_register_left_out_is_judged_once(patterns: Patterns) -> None:
    texts = {text.text: text.register for text in library_texts(patterns)}
    judged = verdict.unseen(patterns, True, folds=3)
    found = [one.text.text for one in judged]
    assert found
    assert len(found) == len(set(found))
    for register in {texts[text] for text in found}:
        assert {text for text in found if texts[text] == register} == {
            text for text in texts if texts[text] == register
        }


def test_auc_and_threshold_by_hand() -> None:
    scams, genuine = np.array([0.9, 0.5]), np.array([0.1, 0.5, 0.7, 0.2])
    assert verdict.auc(scams, genuine) == pytest.approx((4 + 2.5) / 8)
    assert verdict.score_at([0.1, 0.2, 0.3, 0.4], 0.25) == 0.3


def test_each_disguise_has_two_goals(
    small_library: Library, patterns: Patterns, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = io.StringIO()
    names = ["full width", "zero width"]
    monkeypatch.setattr(disguised, "BLIND", Path("nowhere"))
    goals = verdict.report_disguised(small_library, patterns, Console(file=shown), names)
    assert [goal.measure for goal in goals][::2] == [f"recall hidden/plain: {n}" for n in names]
    assert all(goal.met for goal in goals)


def test_more_of_a_trick_makes_no_verdict_of_the_real_library_milder(library: Library) -> None:
    trial = monotone.measure(library, disguised.blind_scams()[::150], monotone.TACTICS[::5])
    assert (trial.sentences > 500, trial.clauses > 800) == (True, True)
    assert trial.drops == ()


def test_milder_verdicts_are_counted_and_shown(
    small_library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    def judged(text: str, library: Library) -> Verdict:
        if "明天" in text:
            return Verdict(Level.NONE, 0.3, library.version)
        if "\n" in text:
            return Verdict(Level.HIGH, 0.7, library.version)
        milder = "快点" in text
        return Verdict(Level.SUSPICIOUS if milder else Level.HIGH, 0.8, library.version)

    shown = io.StringIO()
    monkeypatch.setattr(monotone, "judge", judged)
    monkeypatch.setattr(monotone, "measure", partial(monotone.measure, tactics=["快点"]))
    goals = verdict.report_monotone(small_library, ["转账吧", "明天开会"], Console(file=shown))
    assert [(goal.met, goal.figure) for goal in goals] == [(False, 2), (False, 1)]
    said = shown.getvalue().replace("\n", " ")
    assert "3 times one sentence more, 8 times one clause more, in 1 suspect texts" in said
    assert "8 fell" in said
    assert "high 0.8 → suspicious 0.8, 快点 at the end: 转账吧" in said


def test_a_sentence_is_added_in_every_place() -> None:
    assert monotone.with_more("好。在吗", "快点") == {
        "at the end": "好。在吗。快点",
        "on a line of its own": "好。在吗\n快点",
        "at the beginning": "快点。好。在吗",
        "in between": "好。快点。在吗",
    }
    assert monotone.with_more("在吗?", "快点")["at the end"] == "在吗?快点"


def test_a_clause_is_joined_in_every_way() -> None:
    joined = monotone.with_clause("好，在吗。", "快点")
    assert list(joined.values()) == [
        *("好，在吗，快点。", "好，在吗,快点。", "好，在吗、快点。", "好，在吗 快点。"),
        *("好，在吗，并快点。", "好，在吗然后快点。", "快点，好，在吗。", "快点 好，在吗。"),
        *("好，快点，在吗。", "好，快点、在吗。"),
    ]


def test_nothing_is_promised_where_a_text_is_about_a_trick_or_denies_it() -> None:
    code = "把验证码发给我"
    assert monotone.is_promised("您的账户异常", code, f"您的账户异常，{code}")
    for text in ("警方提醒谨防诈骗", "在忙。骗子会冒充客服"):
        assert not monotone.is_promised(text, code, f"{text}，{code}")
    assert not monotone.is_promised("您好", code, f"您好，不要{code}")
    assert not monotone.is_promised("将拆表并收滞纳金", code, f"将拆表{code}、并收滞纳金")


def test_other_peoples_rows_are_counted_by_label(small_library: Library, tmp_path: Path) -> None:
    rows = [
        {"text": "您好这里是微信客服,您的百万保障今晚到期,请下载会议软件共享屏幕", "label": "scam"},
        {"text": "今晚回来吃饭吗", "label": "ham"},
        {"text": "明天开会", "label": "ham"},
    ]
    path = tmp_path / "rows.jsonl"
    path.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    shown = io.StringIO()
    verdict.report_dev(small_library, [path], Console(file=shown, width=120))
    assert "ham 0/2" in shown.getvalue()
    assert "scam 1/1" in shown.getvalue()
    assert "AUC 1.0000" in shown.getvalue()


def test_long_messages_are_long_and_judged(small_library: Library) -> None:
    assert all(len(unit) < speed.LONG for unit in speed.LONG_UNITS.values())
    assert speed.long_message(small_library) > 0
