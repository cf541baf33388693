"""No file may grow any more, as on a full disk: one plain sentence, and recovery by itself."""

import json
import subprocess
import sys
from pathlib import Path

from bot.matching.library import Library
from bot.storage.database import Database
from tests.conftest import ROOT

CHILD = """
import asyncio, json, resource, sys
from pathlib import Path
from obstore.store import LocalStore
from bot.services.evidence_store import EvidenceStore
from bot.services.library import PATTERNS_ROOT, load_library
from bot.storage.database import Database
from bot.storage.vault import Vault
from tests.botapi.pictures import png
from tests.handlers.test_report import answered, leads
from tests.handlers.test_urgent import begun
from tests.talk import Talk

STORY = "骗子说了很多话，" * 60


def let_files_grow(limit):
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, hard))


async def main(path, cache):
    vault = Vault({1: b"k" * 32}, b"f" * 32)
    database = Database(f"sqlite+aiosqlite:///{path}", vault)
    store = EvidenceStore(LocalStore(Path(path).parent / "evidence", mkdir=True), vault)
    library = load_library(PATTERNS_ROOT, cache)
    reporting, paid = (Talk(database, library, store=store) for _ in range(2))
    await answered(reporting, 2)
    await begun(paid)
    let_files_grow(Path(f"{path}-wal").stat().st_size)
    said = {
        "story": [await reporting.says(STORY, f"full-story-{n}") for n in range(5)],
        "paid": [await paid.says("13800138000", f"full-first-{n}") for n in range(3)],
        "checked": [await Talk(database, library).says("您的快递丢了，加客服退款双倍赔付")],
        "leads": await leads(database),
    }
    let_files_grow(1000)
    said["file"] = await reporting.sends(png(400, 400) + bytes(9000))
    let_files_grow(resource.RLIM_INFINITY)
    said["then"] = [
        await paid.says("13800138000", "again-first"),
        await reporting.says(STORY, "again-story"),
        await reporting.sends(png(400, 400) + bytes(9000)),
        await reporting.presses("先到这里，去核对"),
        await reporting.presses("确认提交"),
    ]
    said["leads then"] = await leads(database)
    await database.close()
    print(json.dumps(said))


asyncio.run(main(sys.argv[1], Path(sys.argv[2])))
"""


def test_a_file_size_limit_is_one_sentence_and_passes(
    sqlite_database: Database, library: Library, tmp_path: Path
) -> None:
    script = tmp_path / "child.py"
    script.write_text(CHILD)
    path = str(sqlite_database.engine.url.database)
    done = subprocess.run(
        [sys.executable, str(script), path, str(ROOT / "build" / "library")],
        capture_output=True,
        text=True,
        env={"PYTHONPATH": str(ROOT), "PATH": "", "PYTHONUTF8": "1"},
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    said = json.loads(done.stdout.splitlines()[-1])
    for one in (*said["story"], *said["paid"]):
        assert one.count("系统暂时无法保存") == 1
        assert "系统出了点问题" not in one
    assert "系统暂时无法保存，判断不受影响" in said["checked"][0]
    assert said["leads"] == 0
    assert "暂时存不了" in said["file"] or "暂时无法保存" in said["file"]
    first, story, file, preview, receipt = said["then"]
    assert "已提交" in first
    assert "对方是怎么找到您的" in story
    assert "收到图片" in file
    assert "确认后才提交" in preview
    assert "线索编号" in receipt
    assert said["leads then"] == 2
