"""`fanzha check`: two forms are a contract with other programs."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from bot.commands.check import show
from bot.matching.result import Level, Verdict
from tests.commands.conftest import Fanzha
from tests.conftest import ROOT

SCAM = "您好我是微信支付客服，百万保障今晚到期，下载会议软件打开共享屏幕，我教您取消扣费"
KEYS = {
    "level",
    "score",
    "category",
    "family",
    "title",
    "reasons",
    "spans",
    "advice",
    "indicators",
    "library_version",
}


def test_json_is_one_object_with_the_keys_of_the_contract(fresh_fanzha: Fanzha) -> None:
    done = fresh_fanzha("check", SCAM, "--json")
    assert done.returncode == 0, done.stderr
    verdict = json.loads(done.stdout)
    assert set(verdict) == KEYS
    assert verdict["level"] in ("high", "suspicious", "unclear", "none")
    assert 0 <= verdict["score"] <= 1
    assert verdict["spans"]
    assert all(0 <= start < end <= len(SCAM) for start, end in verdict["spans"])
    assert verdict["reasons"][0].keys() == {"code", "text", "quote"}


def test_a_person_reads_level_reasons_and_what_to_do(fanzha: Fanzha) -> None:
    words = fanzha("check", SCAM).stdout
    assert "高危" in words
    assert "共享屏幕" in words
    assert "1." in words


def test_the_text_may_come_from_a_pipe(fanzha: Fanzha) -> None:
    assert json.loads(fanzha("check", "--json", given=SCAM).stdout)["level"] == "high"


def test_an_ordinary_message_is_not_called_safe(fanzha: Fanzha) -> None:
    words = fanzha("check", "明天下午三点开家长会，请准时到校").stdout
    assert "不等于没有风险" in words
    assert "安全" not in words


@pytest.mark.parametrize("text", ["", " ", "好", "\x01\x02", "😀", "\u202e转账"])
def test_odd_texts_get_a_verdict(fanzha: Fanzha, text: str) -> None:
    done = fanzha("check", "--json", given=text)
    assert done.returncode == 0, done.stderr
    assert set(json.loads(done.stdout)) == KEYS


def test_lines_are_judged_and_bad_ones_named_at_the_end(fanzha: Fanzha, tmp_path: Path) -> None:
    lines = [
        json.dumps({"id": "a", "text": SCAM}),
        "not json",
        json.dumps({"id": "b"}),
        "",
        json.dumps({"id": 7, "text": "晚上回家吃饭"}),
        json.dumps({"id": "d", "text": ""}),
        json.dumps(["x"]),
    ]
    (tmp_path / "in.jsonl").write_text("\n".join(lines))
    done = fanzha("check", "--jsonl", "in.jsonl", "out.jsonl")
    rows = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text().splitlines()]
    assert [row["id"] for row in rows] == ["a", 7, "d"]
    assert all(row.keys() == {"id", "verdict", "score", "category"} for row in rows)
    assert {row["verdict"] for row in rows} <= {"high", "suspicious", "none"}
    assert rows[0]["verdict"] == "high"
    assert rows[0]["category"] == "fake_customer_service"
    assert done.returncode == 1
    for number in (2, 3, 7):
        assert f"第 {number} 行" in done.stderr


def test_a_missing_file_is_named_and_nothing_is_written(fanzha: Fanzha, tmp_path: Path) -> None:
    done = fanzha("check", "--jsonl", "nowhere.jsonl", "out.jsonl")
    assert done.returncode == 1
    assert "nowhere.jsonl" in done.stderr
    assert not (tmp_path / "out.jsonl").exists()


def test_a_check_imports_neither_messenger_nor_web_framework_nor_trainer() -> None:
    asked = (
        "import sys, json\n"
        "from typer.testing import CliRunner\n"
        "from bot.cli import app\n"
        f"done = CliRunner().invoke(app, ['check', {SCAM!r}, '--json'])\n"
        "assert done.exit_code == 0, done.output\n"
        "heavy = {'aiogram', 'telegram', 'fastapi', 'sqlalchemy', 'sklearn', 'scipy'}\n"
        "print(json.dumps(sorted(heavy & set(sys.modules))))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", asked],
        capture_output=True,
        text=True,
        check=True,
        env={
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(ROOT),
            "FANZHA_LIBRARY_CACHE": str(ROOT / "build" / "library"),
        },
    )
    assert json.loads(done.stdout) == []


@pytest.mark.parametrize(("nearness", "shown"), [(0.87, True), (0.3, False)])
def test_the_nearest_script_and_what_speaks_against_are_shown(
    capsys: pytest.CaptureFixture[str], nearness: float, shown: bool
) -> None:
    verdict = Verdict(
        Level.SUSPICIOUS, 0.5, "v", nearest="先垫付", nearness=nearness, against=("有官方网址",)
    )
    show("先垫付", verdict)
    said = capsys.readouterr().out
    assert ("87%" in said and "先垫付" in said) is shown
    assert "有官方网址" in said
