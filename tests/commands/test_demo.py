"""`fanzha demo year`: two years in an empty folder, reported as page of text and as document."""

import re
from pathlib import Path

from docx import Document

from bot.services.demonstration import DEMONSTRATION
from tests.commands.conftest import Fanzha


def test_a_small_year_is_made_reported_and_not_made_twice(
    fanzha: Fanzha, fresh_fanzha: Fanzha, tmp_path: Path
) -> None:
    words = ("demo", "year", "--district", "坊子", "--seed", "7", "--share", "0.001")
    made = fresh_fanzha(*words)
    assert made.returncode == 0, made.stderr
    assert "已生成 2023 年和 2024 年的演示数据（坊子）。" in made.stdout
    login, password = re.findall(r"登录名 (\S+)，口令 (\S+)", made.stdout)[0]
    target = tmp_path / "报告.docx"
    show = ("report", "year", "2024", "--as", login)
    told = fanzha(*show, "--docx", str(target), given=f"{password}\n")
    assert told.returncode == 0, told.stderr
    assert told.stdout.startswith(f"{DEMONSTRATION}\n坊子2024年反诈工作报告")
    assert DEMONSTRATION in told.stderr
    assert Document(str(target)).sections[0].header.paragraphs[0].text == DEMONSTRATION
    again = fanzha(*words)
    assert (again.returncode, "已经有演示数据" in again.stderr) == (1, True)
    upstream = tmp_path / "a.csv"
    upstream.write_text("编号,时间\n1,2026-11-03\n", encoding="utf-8")
    sent = fanzha(
        *("leads", "import", str(upstream), "--source", "省厅平台", "--as", login),
        given=f"{password}\n",
    )
    assert (sent.returncode, "演示数据库" in sent.stderr) == (1, True)
