"""Nothing a resident leaves with us lies in the clear: not in files, logs or exports."""

from pathlib import Path

import pytest

from bot.matching.library import Library
from bot.services.exports import lead_rows, to_json
from bot.storage.database import Database
from bot.times import now
from tests.handlers.test_urgent import answers, begun
from tests.services.casework import officer
from tests.talk import Talk

PLANTED = {
    "phone": "13812340987",
    "place": "梧桐里七号楼",
    "story": "紫色的雨伞和算盘",
    "own card": "6222021234567890123",
    "identity": "11010519491231002X",
    "code": "739154",
    "password": "hunter2xyz",
    "payee": "李四光头强",
    "payer": "欧阳锦瑟华",
}
NEVER_KEPT = ("own card", "identity", "code", "password")


async def everything_told(talk: Talk) -> None:
    """A report by each way, with everything in it that must not lie in the clear."""
    await begun(talk)
    await talk.says(
        f"{PLANTED['story']}，我的卡号是{PLANTED['own card']}，验证码 {PLANTED['code']}"
    )
    payee = f"{PLANTED['payee']}，密码是{PLANTED['password']}"
    await answers(talk, PLANTED["phone"], PLANTED["place"], "我自己", "刚才", "5万")
    await answers(talk, f"{PLANTED['payer']}，身份证{PLANTED['identity']}", "工商银行", payee)
    await talk.presses("先到这里")
    await talk.says("/report")
    await talk.presses("被敲诈")
    await talk.presses("我自己")
    await talk.says(f"{PLANTED['story']}，身份证 {PLANTED['identity']}，在{PLANTED['place']}")
    await talk.says("微信")
    await talk.says(f"{PLANTED['payee']} 我的卡号{PLANTED['own card']}")
    await talk.says(PLANTED["phone"])
    await talk.says(PLANTED["place"])


async def test_the_database_files_and_logs_hold_no_plaintext(
    sqlite_database: Database, library: Library, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    talk = Talk(sqlite_database, library)
    await everything_told(talk)
    _grep(tmp_path)
    await talk.presses("确认提交")
    await talk.presses("点错了，撤销")
    _grep(tmp_path)
    logged = "".join(capfd.readouterr())
    assert not [name for name, value in PLANTED.items() if value in logged]


def _grep(folder: Path) -> None:
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert any(path.name.endswith("-wal") for path in files)
    for path in files:
        content = path.read_bytes()
        found = [name for name, value in PLANTED.items() if value.encode() in content]
        assert found == [], path.name


async def test_exports_hold_nothing_of_ones_own(database: Database, library: Library) -> None:
    talk = Talk(database, library)
    await everything_told(talk)
    await talk.presses("确认提交")
    async with database.writing() as session:
        staff = await officer(session)
        masked = to_json(await lead_rows(session, staff, None, None, False, now())).decode()
        full = to_json(await lead_rows(session, staff, None, None, True, now())).decode()
    assert PLANTED["phone"] not in masked
    assert PLANTED["phone"] in full
    assert PLANTED["story"] in full
    assert not [name for name in NEVER_KEPT if PLANTED[name] in full + masked]
