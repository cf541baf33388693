"""From the first question to the closed file: nothing planted lies in the clear anywhere.

A resident and an officer write personal data into every field there is, through the real dialogue
and the real console; then the database, its files, the logs, what was printed, every masked page
and every masked export are searched for it.
"""

from collections.abc import Iterable, Iterator
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from bot.logs import configure_logs
from bot.matching.library import Library
from bot.services.api_tokens import Scope, issue_token
from bot.services.evidence_store import EvidenceStore, open_evidence_store
from bot.storage.database import Database
from bot.storage.leads import Lead
from bot.storage.staff import Role
from bot.storage.tables import metadata
from bot.times import now
from console.parts import ConsoleParts
from tests.botapi import png
from tests.console.desk import Browser, Clock, Desk
from tests.console.test_api import client
from tests.console.test_casework import send
from tests.handlers.test_urgent import answers, begun
from tests.services.casework import officer
from tests.talk import Talk

OWN = {
    "phone": "13812340987",
    "place": "梧桐里七号楼二单元",
    "own card": "6222021234567890123",
    "identity": "11010519491231002X",
    "code": "739154",
    "password": "hunter2xyz",
}
TOLD = {"name": "欧阳紫萱", "story": "紫色的雨伞和算盘"}
SUSPECT = {"payee": "李四光头强", "account": "6228480402564890018", "wechat": "wx_refund_2026"}
NOTED = {
    "note": "他的女儿叫上官婉容",
    "why": "家住槐树胡同九号",
    "bank": "城商行东门支行",
    "receipt": "ZF20261126778",
    "basis": "柜员诸葛小花的回执",
    "case": "京公刑立字四四零一",
    "partner": "移动公司司徒经理",
}
PLANTED = OWN | TOLD | SUSPECT | NOTED
NEVER_KEPT = ("own card", "identity", "code", "password")
MASKED = (*OWN, *SUSPECT, "note")
"""What no list, masked page or masked export shows; names within a story cannot be told."""


async def resident_tells(talk: Talk) -> None:
    """Every way in which a resident writes something, with everything in it."""
    secrets = f"验证码 {OWN['code']}，密码是{OWN['password']}，身份证 {OWN['identity']}"
    everything = f"我叫{TOLD['name']}，{TOLD['story']}，我的卡号是{OWN['own card']}，{secrets}"
    suspect = " ".join(SUSPECT.values())
    await talk.says(f"{everything}，打我电话{OWN['phone']}，住{OWN['place']}，{suspect}")
    await begun(talk)
    payee = f"{suspect}，{secrets}"
    await answers(talk, OWN["phone"], OWN["place"], "我自己", f"刚才，{secrets}", "5万")
    await answers(talk, f"{TOLD['name']}，{secrets}", payee, payee)
    await answers(talk, secrets, secrets, "否")
    await talk.says("/report")
    await talk.presses("被敲诈")
    await talk.sends(png())
    await talk.presses("我自己")
    await talk.says(everything)
    await talk.says("微信")
    await talk.says(f"{suspect} 我的卡号{OWN['own card']}")
    await talk.says("3万")
    await talk.says(OWN["phone"])
    await talk.says(OWN["place"])
    await talk.presses("确认提交")
    await talk.says("/my")
    await talk.says(everything)


async def officer_works(desk: Desk, number: str) -> Browser:
    """Every form of a lead's page, with something planted in each field."""
    li = await desk.signed_in(Role.DUTY, "li")
    assert (await li.submit(f"/leads/{number}/sign")).status_code == 303
    secret = f"{NOTED['note']} {OWN['phone']}"
    forms: list[tuple[str, dict[str, object]]] = [
        ("contact", {"way": "phone", "result": "reached", "note": secret}),
        (
            "stop-payment",
            {"bank": NOTED["bank"], "amount": "12500", "receipt": NOTED["receipt"]},
        ),
        ("stop-payment/1", {"result": "stopped", "receipt": NOTED["receipt"]}),
        ("partner", {"kind": "carrier", "name": NOTED["partner"], "why": NOTED["why"]}),
        ("prank", {"why": NOTED["why"]}),
        ("prank", {"why": NOTED["why"], "undo": "1"}),
        ("appeal", {"to": "asked", "why": NOTED["why"]}),
        ("escalate", {"why": NOTED["why"]}),
        ("dispatch", {"station": "城东派出所", "why": f"{NOTED['why']} {OWN['own card']}"}),
        ("move", {"to": "met", "why": NOTED["why"]}),
        ("move", {"to": "stopped", "why": NOTED["why"]}),
        (
            "outcome",
            {"avoided": "1.25万", "basis": NOTED["basis"], "case_no": NOTED["case"], "loss": "1"},
        ),
        ("follow-up", {"day": f"{desk.clock() + timedelta(days=2):%Y-%m-%d}", "why": NOTED["why"]}),
    ]
    for form, values in forms:
        answer = await send(li, number, form, **values)
        assert answer.status_code == 303, (form, answer.text)
    return li


async def masked_views(
    desk: Desk, li: Browser, numbers: Iterable[str]
) -> Iterator[tuple[str, str]]:
    """Every page, list, export and pull that shows leads masked, by name."""
    pages = ["/", "/leads", "/leads?state=all", "/roster", "/reports", "/notices", "/areas"]
    found = [(path, (await li.get(path)).text) for path in pages]
    found += [(number, (await li.get(f"/leads/{number}")).text) for number in numbers]
    for form in ("csv", "json"):
        found.append((form, (await li.submit("/export", {"form": form}, page="/export")).text))
    book = load_workbook(BytesIO((await li.submit("/export", {"form": "xlsx"})).content))
    found.append(("xlsx", str([list(sheet.values) for sheet in book])))
    async with desk.database.writing() as session:
        boss = await officer(session, "boss", Role.CHIEF)
        shown = await issue_token(session, boss, "inner", [Scope.READ], 30, desk.clock())
    pulled = await client(desk, shown).get("/leads")
    assert pulled.status_code == 200
    assert shown.encode() not in await everything_kept(desk.database)
    return iter([*found, ("pull", pulled.text)])


async def everything_kept(database: Database) -> bytes:
    """Every value of every table, as it lies there."""
    values: list[bytes] = []
    async with database.reading() as session:
        for table in metadata.sorted_tables:
            for row in (await session.execute(select(table))).all():
                values += [one if isinstance(one, bytes) else str(one).encode() for one in row]
    return b"\n".join(values)


def files_under(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def leaks(content: bytes | str, names: Iterable[str] = PLANTED) -> list[str]:
    raw = content.encode() if isinstance(content, str) else content
    return [name for name in names if PLANTED[name].encode() in raw]


async def worked_through(
    database: Database, library: Library, folder: Path
) -> tuple[Desk, Browser, list[str], EvidenceStore]:
    """Residents and an officer have written everything; the leads' numbers, the first worked."""
    configure_logs("DEBUG")
    desk = Desk(database, clock=Clock(now()))
    settings = desk.settings.model_copy(update={"data_dir": folder})
    store = open_evidence_store(settings, database.vault)
    desk.console.state.parts = ConsoleParts(database, desk.settings, desk.clock, {}, store)
    async with database.writing() as session:
        await officer(session, "boss", Role.CHIEF, chat=77)
    await resident_tells(Talk(database, library, store=store))
    async with database.reading() as session:
        numbers = list(await session.scalars(select(Lead.number).order_by(Lead.id)))
    assert len(numbers) == 2
    return desk, await officer_works(desk, numbers[0]), numbers, store


async def test_nothing_planted_lies_in_the_clear(
    database: Database, library: Library, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    desk, li, numbers, _ = await worked_through(database, library, tmp_path)
    for name, shown in await masked_views(desk, li, numbers):
        assert leaks(shown, MASKED) == [], name
        assert leaks(shown, NEVER_KEPT) == [], name
    full = (await li.submit(f"/leads/{numbers[0]}/full")).text
    assert leaks(full, ("phone", "place", "payee", *NOTED)) == [
        "phone",
        "place",
        "payee",
        *(name for name in NOTED if PLANTED[name] in full),
    ]
    assert leaks(full, NEVER_KEPT) == []
    assert leaks(await everything_kept(database)) == []
    lie = files_under(tmp_path)
    assert any(path.name.endswith("-wal") for path in lie) == database.is_sqlite
    assert [path.name for path in lie if leaks(path.read_bytes())] == []
    assert leaks("".join(capfd.readouterr())) == []
