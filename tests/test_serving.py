"""`fanzha serve` as a process: what runs where, what is said, how it ends."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from bot.matching.library import Library
from tests.conftest import ROOT

pytestmark = pytest.mark.slow

WAIT_SECONDS = 60


def free_port() -> str:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return str(listening.getsockname()[1])


@contextmanager
def serving(folder: Path, *words: str, **settings: str) -> Iterator[subprocess.Popen[str]]:
    """A process of `fanzha`, ended at the end."""
    env = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "PYTHONUNBUFFERED": "1",
        "PYTHONIOENCODING": "utf-8",
        "COLUMNS": "160",
        "FANZHA_DATA_DIR": str(folder / "data"),
        "FANZHA_LIBRARY_CACHE": str(ROOT / "build" / "library"),
        **{f"FANZHA_{name.upper()}": value for name, value in settings.items()},
    }
    process = subprocess.Popen(
        [sys.executable, "-c", "from bot.cli import main; main()", *words],
        cwd=folder,
        env=env,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait(10)
        assert process.stdout
        process.stdout.close()


def screen(process: subprocess.Popen[str], until: str) -> str:
    """What a process prints until it says `until` or ends."""
    assert process.stdout
    lines = []
    for line in process.stdout:
        lines.append(line)
        if until in line:
            break
    return "".join(lines)


def get(url: str) -> httpx.Response:
    """The answer of a server that is just starting."""
    deadline = time.monotonic() + WAIT_SECONDS
    while True:
        try:
            return httpx.get(url, trust_env=False)
        except httpx.TransportError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)


def test_the_screen_says_what_runs_what_is_off_and_how_the_first_officer_gets_in(
    tmp_path: Path, library: Library
) -> None:
    port = free_port()
    with serving(tmp_path, "serve", port=port) as process:
        words = screen(process, "Ctrl+C")
        assert f"http://127.0.0.1:{port}/" in words
        assert "没有设置 FANZHA_TELEGRAM_TOKEN" in words
        link = re.search(r"http://\S+/console/setup\?code=\S+", words)[0]
        assert get(link).status_code == 200
        assert "反诈机器人" in get(f"http://127.0.0.1:{port}/").text
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0


def test_what_is_said_to_run_takes_connections(tmp_path: Path, library: Library) -> None:
    port = free_port()
    with serving(tmp_path, "serve", port=port) as process:
        screen(process, "聊天网页")
        assert httpx.get(f"http://127.0.0.1:{port}/healthz", trust_env=False).status_code == 200


def test_the_console_can_have_an_address_of_its_own(tmp_path: Path, library: Library) -> None:
    chat, console = free_port(), free_port()
    with serving(tmp_path, "serve", port=chat, console_port=console) as process:
        screen(process, "Ctrl+C")
        assert get(f"http://127.0.0.1:{console}/console/login").status_code == 200
        assert get(f"http://127.0.0.1:{chat}/console/login").status_code == 404
        assert get(f"http://127.0.0.1:{console}/chat/inbox").status_code == 404


@pytest.mark.parametrize(
    ("part", "path", "status"),
    [("bot", "/", 200), ("bot", "/console/", 404), ("console", "/console/login", 200)],
)
def test_parts_run_alone(
    tmp_path: Path, library: Library, part: str, path: str, status: int
) -> None:
    port = free_port()
    with serving(tmp_path, part, port=port) as process:
        screen(process, "Ctrl+C")
        assert get(f"http://127.0.0.1:{port}{path}").status_code == status


@pytest.mark.parametrize("setting", ["port", "console_port"])
def test_a_port_in_use_is_said_in_one_sentence_before_anything_runs(
    tmp_path: Path, library: Library, setting: str
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        taken = str(listening.getsockname()[1])
        with serving(tmp_path, "serve", **{"port": free_port(), setting: taken}) as process:
            words = screen(process, "nothing at all")
            assert process.wait(20) == 1
    assert words.count("\n") == 1
    assert f"127.0.0.1 的 {taken} 端口" in words
    assert f"FANZHA_{setting.upper()}" in words
    assert "运行" not in words
    assert not (tmp_path / "data").exists()


def test_an_address_of_another_machine_is_said(tmp_path: Path, library: Library) -> None:
    with serving(tmp_path, "console", host="203.0.113.1", port=free_port()) as process:
        words = screen(process, "nothing at all")
        assert process.wait(20) == 1
    assert "本机没有这个地址" in words
    assert words.count("\n") == 1


def test_a_database_that_is_gone_is_said_at_the_start(tmp_path: Path, library: Library) -> None:
    url = "postgresql+asyncpg://nobody:topsecret@127.0.0.1:1/nothing"
    with serving(tmp_path, "serve", database_url=url) as process:
        words = screen(process, "nothing at all")
        assert process.wait(20) == 1
        assert "数据库" in words
        assert "topsecret" not in words
        assert "Traceback" not in words
