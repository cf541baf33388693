"""How fast it starts and how much it holds: `make bench-start`.

Runs the real commands as processes of their own with a data folder that is thrown away.
"""

import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import httpx
from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).parents[1]
TEXT = "您好我是微信支付客服，百万保障今晚到期，下载会议软件打开共享屏幕，我教您取消扣费"
COLD_CHECKS = 5
IDLE_SECONDS = 10
GOALS = {"cold check": 2.0, "start to first answer": 15.0, "idle memory": 400.0}
UNITS = {"cold check": "s", "start to first answer": "s", "idle memory": "MB"}
"""The limits the product is held to; the library is built before the clock starts."""


def main() -> int:
    """Measure, print a table, return 1 where a goal is missed."""
    with tempfile.TemporaryDirectory(prefix="fanzha-bench-") as folder:
        env = environment(Path(folder))
        fanzha("library", "build", env=env)
        figures = {"cold check": cold_check(env), **serve_and_look(env)}
    return report(figures)


def environment(folder: Path) -> dict[str, str]:
    """Settings for the measured processes."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("FANZHA_")}
    library = {"FANZHA_LIBRARY_CACHE": str(ROOT / "build" / "library")}
    return kept | library | {"FANZHA_DATA_DIR": str(folder), "FANZHA_PORT": str(free_port())}


def free_port() -> int:
    """A port that nobody listens on just now."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port: int = listening.getsockname()[1]
    return port


def command(*words: str) -> list[str]:
    """The command line of `fanzha`."""
    return [sys.executable, "-c", "from bot.cli import main; main()", *words]


def fanzha(*words: str, env: dict[str, str]) -> None:
    """Run a command to its end; its failure is ours."""
    subprocess.run(command(*words), env=env, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)


def cold_check(env: dict[str, str]) -> float:
    """Seconds of a `fanzha check` in a fresh process, the median of five."""
    taken = []
    for _ in range(COLD_CHECKS):
        begun = time.perf_counter()
        fanzha("check", TEXT, env=env)
        taken.append(time.perf_counter() - begun)
    return sorted(taken)[COLD_CHECKS // 2]


def serve_and_look(env: dict[str, str]) -> dict[str, float]:
    """Seconds from `fanzha serve` to the first answered message, and idle memory in MB."""
    begun = time.perf_counter()
    serving = subprocess.Popen(command("serve"), env=env, cwd=ROOT, stdout=subprocess.DEVNULL)
    try:
        first_answer(f"http://127.0.0.1:{env['FANZHA_PORT']}", begun)
        answered = time.perf_counter() - begun
        time.sleep(IDLE_SECONDS)
        return {"start to first answer": answered, "idle memory": resident_megabytes(serving.pid)}
    finally:
        serving.send_signal(signal.SIGTERM)
        serving.wait(20)


def first_answer(url: str, begun: float) -> None:
    """Ask until a message is answered, for a minute at most."""
    with httpx.Client(base_url=url, trust_env=False) as client:
        while time.perf_counter() - begun < 60:
            try:
                page = client.get("/").text
            except httpx.TransportError:
                time.sleep(0.05)
                continue
            token = re.search(r'name="csrf" content="([0-9a-f]+)"', page)
            answer = client.post(
                "/chat/messages",
                json={"id": "bench-message", "text": TEXT},
                headers={"X-CSRF-Token": token[1] if token else ""},
            )
            answer.raise_for_status()
            return
    raise TimeoutError("no answer within a minute")


def resident_megabytes(pid: int) -> float:
    """Memory that a process holds (VmRSS)."""
    status = Path(f"/proc/{pid}/status").read_text()
    found = re.search(r"VmRSS:\s+(\d+) kB", status)
    return int(found[1]) / 1024 if found else float("inf")


def report(figures: dict[str, float]) -> int:
    """The table of measure, goal, figure and ok/short."""
    table = Table("measure", "goal", "figure", "")
    short = False
    for name, goal in GOALS.items():
        missed = figures[name] > goal
        short = short or missed
        mark = "[red]short[/]" if missed else "[green]ok[/]"
        unit = UNITS[name]
        table.add_row(name, f"≤ {goal:g} {unit}", f"{figures[name]:.2f} {unit}", mark)
    Console().print(table)
    return 1 if short else 0


if __name__ == "__main__":
    sys.exit(main())
