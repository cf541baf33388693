"""`fanzha leads export|verify|import` and `blocklist`: files that go out and come in."""

import json
from hashlib import sha256
from pathlib import Path

from sqlalchemy import select

from bot.app import open_database
from bot.services.evidence_store import new_key, open_evidence_store
from bot.storage.evidence import Evidence
from bot.storage.leads import Lead
from bot.storage.staff import Look
from bot.times import now
from tests.commands.conftest import Fanzha
from tests.commands.test_leads import PASSWORD, desk, fanzha, settings

__all__ = ["desk", "fanzha"]


async def test_an_export_is_verified_and_a_changed_one_is_not(
    fanzha: Fanzha, desk: list[str], tmp_path: Path
) -> None:
    words = ("leads", "export", "out", "--since", "2026-01-01", "--sign", "--full", "--as", "li")
    done = fanzha(*words, given=f"{PASSWORD}\n")
    assert done.returncode == 0, done.stderr
    key = done.stdout.split("公钥：")[1].strip()
    rows = [json.loads(line) for line in (tmp_path / "out/leads.jsonl").read_text().splitlines()]
    assert [row["number"] for row in rows] == desk
    assert rows[0]["phone"] == "13800138000"
    assert "校验通过：2 条" in fanzha("leads", "verify", "out", "--public-key", key).stdout
    own = fanzha("leads", "verify", "out", "--as", "li", given=f"{PASSWORD}\n")
    assert "校验通过" in own.stdout
    for name, change, words_of in (
        ("leads.jsonl", lambda text: text.replace("13800138000", "13800138001"), "被改动过"),
        ("manifest.json", lambda text: text.replace('"leads": 2', '"leads": 1'), "签名不对"),
        ("more.txt", lambda _: "x", "多了清单里没有的文件"),
    ):
        path = tmp_path / "out" / name
        before = path.read_text() if path.exists() else None
        path.write_text(change(before or ""))
        wrong = fanzha("leads", "verify", "out", "--public-key", key)
        assert wrong.returncode == 1
        assert words_of in wrong.stderr
        path.write_text(before) if before is not None else path.unlink()
    assert "签名不对" in fanzha("leads", "verify", "out", "--public-key", "0" * 64).stderr
    assert "64 位" in fanzha("leads", "verify", "out", "--public-key", "abc").stderr
    assert "已经存在" in fanzha(*words, given=f"{PASSWORD}\n").stderr
    masked = fanzha("leads", "export", "masked", "--as", "li", given=f"{PASSWORD}\n")
    assert masked.returncode == 0
    assert "未含附件" in masked.stdout
    assert "13800138000" not in (tmp_path / "masked/leads.jsonl").read_text()
    async with open_database(settings(tmp_path)) as database, database.reading() as session:
        looks = await session.scalars(select(Look.subject).where(Look.way == "signed_export"))
        assert sorted(looks) == sorted(desk)


async def test_files_of_a_lead_go_with_a_full_export(
    fanzha: Fanzha, desk: list[str], tmp_path: Path
) -> None:
    picture = b"\x89PNG\r\n\x1a\n" + b"x" * 100
    async with open_database(settings(tmp_path)) as database:
        store = open_evidence_store(settings(tmp_path), database.vault)
        key = new_key()
        await store.put(key, picture)
        async with database.writing() as session:
            lead = (await session.scalars(select(Lead).where(Lead.number == desk[0]))).one()
            session.add(
                Evidence(
                    lead_id=lead.id,
                    key=key,
                    sha256=sha256(picture).hexdigest(),
                    size=len(picture),
                    kind="png",
                    created_at=now(),
                )
            )
    done = fanzha("leads", "export", "out", "--full", "--sign", "--as", "li", given=f"{PASSWORD}\n")
    assert done.returncode == 0, done.stderr
    (file,) = (tmp_path / "out/attachments" / desk[0]).iterdir()
    assert file.read_bytes() == picture
    verify = ("leads", "verify", "out", "--as", "li")
    assert "2 个文件" in fanzha(*verify, given=f"{PASSWORD}\n").stdout
    file.unlink()
    assert "少了文件" in fanzha(*verify, given=f"{PASSWORD}\n").stderr


async def test_leads_are_imported_once_and_refused_lines_are_given_back(
    fanzha: Fanzha, desk: list[str], tmp_path: Path
) -> None:
    lines = "序列号,下发,手机号\nA1,2026-01-01 10:00,13900000001\nA2,=cmd,13900000002\n"
    (tmp_path / "in.csv").write_bytes(lines.encode("gb18030"))
    words = ("leads", "import", "in.csv", "--source", "省厅平台", "--as", "li")
    first = fanzha(*words, "--column", "时间=下发", given=f"{PASSWORD}\n")
    unwrapped = first.stdout.replace("\n", "")
    counted = "以前收过 0 条，按上级更正 0 条，没收 1 行。"
    assert f"新收 1 条（资金预警 0 条），并入在办线索 0 条，{counted}" in unwrapped
    assert "新收 0 条" in fanzha(*words, given=f"{PASSWORD}\n").stdout
    refused = (tmp_path / "in-没收的行.csv").read_text("utf-8-sig")
    assert refused.splitlines()[1] == "3,没看懂时间“=cmd”。,A2,'=cmd,13900000002"
    missing = fanzha("leads", "import", "no.csv", "--source", "x", "--as", "li", given="x\n")
    assert (missing.returncode, "读不了 no.csv" in missing.stderr) == (1, True)


async def test_a_blocklist_is_imported_listed_and_emptied(
    fanzha: Fanzha, desk: list[str], tmp_path: Path
) -> None:
    sites = tmp_path / "sites.csv"
    sites.write_text("网址,原因\nevil-shop.com,假客服\n")

    def officer(*words: str) -> str:
        done = fanzha("blocklist", *words, "--as", "li", given=f"{PASSWORD}\n")
        return done.stdout + done.stderr

    assert "已加入 1 条" in officer("import", str(sites))
    assert "假客服" in officer("list")
    assert "已移除" in officer("remove", "evil-shop.com")
    assert "是空的" in officer("list")
    assert "官方网站" in officer("add", "icbc.com.cn")
    sites.write_text("不是网址\n")
    assert "第 1 行" in officer("import", str(sites))
