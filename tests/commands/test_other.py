"""`fanzha staff`, `db`, `library`, `chat`, and what a wrong setting says."""

import pytest

from bot.commands.chat import in_lines
from bot.storage.schema import newest_version
from tests.commands.conftest import Fanzha


def test_an_invitation_shows_the_code_and_how_to_use_it(
    fanzha: Fanzha, fresh_fanzha: Fanzha
) -> None:
    done = fresh_fanzha("staff", "invite", "--role", "duty")
    assert done.returncode == 0, done.stderr
    assert "/bind " in done.stdout
    assert "/console/setup?code=" in done.stdout
    assert "duty1" in fanzha("staff", "list").stdout


def test_an_unknown_role_is_told_the_known_ones(fanzha: Fanzha) -> None:
    done = fanzha("staff", "invite", "--role", "king")
    assert done.returncode == 1
    assert "duty" in done.stderr


def test_the_database_goes_up_and_down(fanzha: Fanzha, fresh_fanzha: Fanzha) -> None:
    newest = newest_version()
    assert newest
    assert newest in fresh_fanzha("db", "upgrade").stdout
    assert newest in fanzha("db", "current").stdout
    assert "空" in fanzha("db", "downgrade", "base", given="y\n").stdout


def test_the_library_is_checked(fanzha: Fanzha) -> None:
    assert "没有错误" in fanzha("library", "check").stdout


def test_buttons_in_a_terminal_are_never_broken_in_two() -> None:
    marks = [f"[{number}] 交出了现金" for number in range(1, 6)]
    lines = in_lines(marks, 40)
    assert lines == [f"{marks[0]}  {marks[1]}", f"{marks[2]}  {marks[3]}", marks[4]]
    assert in_lines(marks[:1], 3) == marks[:1]


def test_a_dialogue_in_the_terminal_by_numbers(fresh_fanzha: Fanzha) -> None:
    typed = "有人让我下载会议软件共享屏幕取消百万保障\n1\n1\n对方说不取消就扣费\n/quit\n"
    words = fresh_fanzha("chat", given=typed).stdout.replace("\xa0", " ")
    assert "[1] 我已转账" in words
    assert "立即拨打 110" in words
    assert "民警打哪个电话找您" in words
    assert "线索编号" in words


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("FANZHA_PORT", "eighty"),
        ("FANZHA_DATABASE_URL", "mysql://x"),
        ("FANZHA_TELEGRAM_TOKEN", "abc"),
        ("FANZHA_PUBLIC_URL", "fanzha.example"),
        ("FANZHA_TELEGRAM_WEBHOOK_SECRET", "alone"),
        ("FANZHA_LOG_LEVEL", "LOUD"),
        ("FANZHA_CHECK_RETENTION_DAYS", "0"),
    ],
)
def test_a_wrong_setting_is_named_with_what_is_expected(
    fanzha: Fanzha, name: str, value: str
) -> None:
    done = fanzha("serve", **{name: value})
    assert done.returncode == 1
    assert name in done.stderr
    assert "Traceback" not in done.stderr


def test_a_secret_in_a_wrong_setting_is_not_repeated(fanzha: Fanzha) -> None:
    done = fanzha("serve", FANZHA_DATABASE_URL="mysql://user:topsecret@host/db")
    assert "topsecret" not in done.stderr + done.stdout


def test_a_data_folder_that_cannot_be_made_is_said(fanzha: Fanzha) -> None:
    done = fanzha("serve", FANZHA_DATA_DIR="/dev/null/data")
    assert done.returncode == 1
    assert "FANZHA_DATA_DIR" in done.stderr
