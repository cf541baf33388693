"""Upstream files in the console: looked at, taken in once, the refused lines as a file."""

import re
from base64 import b64decode

import httpx
import pytest
from sqlalchemy import func, select

from bot.storage.lead_imports import ImportSource
from bot.storage.leads import Lead
from bot.storage.staff import Role
from tests.console.desk import ORIGIN, Browser, Desk, csrf_of

FILE = """编号,下发,手机号,类型,金额,内容
A1,2026-11-03 10:00,13812345678,资金预警,1.2万,转给陌生账户
A2,2026-11-03 11:00,13812345678,触网预警,,同一人
A3,没有时间,13912345678,触网预警,,=HYPERLINK("x")
"""
COLUMNS = "时间＝下发\n"


async def send(duty: Browser, content: bytes, path: str = "", **form: str) -> httpx.Response:
    return await duty.client.post(
        f"/console/import{path}",
        data={"csrf": csrf_of(await duty.get("/account")), "source": "省厅平台", **form},
        files={"table": ("a.csv", content)},
        headers={"origin": ORIGIN},
    )


async def leads(desk: Desk) -> int:
    async with desk.database.reading() as session:
        return await session.scalar(select(func.count()).select_from(Lead)) or 0


async def test_a_file_is_looked_at_taken_in_and_a_second_time_changes_nothing(
    small_desk: Desk,
) -> None:
    duty = await small_desk.signed_in(Role.DUTY)
    content, before = FILE.encode("gb18030"), await leads(small_desk)
    looked = await send(duty, content, "/look", columns=COLUMNS)
    assert looked.headers["content-disposition"].endswith('filename="refused-lines.csv"')
    lines = looked.content.decode("utf-8-sig").splitlines()
    assert lines[0] == "行号,原因,编号,下发,手机号,类型,金额,内容"
    assert lines[1].startswith("4,没看懂时间“没有时间”。,A3,")
    assert "'=HYPERLINK" in lines[1]
    assert await leads(small_desk) == before
    async with small_desk.database.reading() as session:
        assert (await session.scalars(select(ImportSource))).all() == []
    first = (await send(duty, content, columns=COLUMNS)).text
    assert "1 条（资金预警 1 条）" in first
    assert "没看懂时间" in first
    [linked] = re.findall(r'href="data:text/csv;charset=utf-8;base64,([^"]+)"', first)
    assert b64decode(linked).decode("utf-8-sig").splitlines() == lines
    assert await leads(small_desk) == before + 1
    again = (await send(duty, content)).text
    assert "0 条（资金预警 0 条）" in again
    assert await leads(small_desk) == before + 1
    whole = "\n".join(FILE.splitlines()[:3]).encode()
    assert "2 行都能收" in (await send(duty, whole, "/look")).text


@pytest.mark.parametrize(
    ("content", "form", "words"),
    [
        (b"PK\x03\x04broken", {}, "另存为 CSV"),
        ("甲,乙\n1,2".encode(), {}, "前 10 行里要有表头"),
        (FILE.encode(), {"columns": "下发"}, "时间=预警时间"),
        (FILE.encode(), {"columns": "钟点=下发"}, "没有“钟点”这一项"),
        (FILE.encode(), {"source": " "}, "请写明来源"),
        (("编号,时间\n" + "1,2026-11-03\n" * 20_001).encode(), {}, "一次最多 20000 行"),
    ],
)
@pytest.mark.parametrize("path", ["", "/look"])
async def test_what_is_wrong_is_said_and_the_form_keeps_what_was_typed(
    small_desk: Desk, path: str, content: bytes, form: dict[str, str], words: str
) -> None:
    duty = await small_desk.signed_in(Role.DUTY)
    before = await leads(small_desk)
    answer = await send(duty, content, path, **form)
    assert answer.status_code == 400
    assert words in answer.text
    assert f'value="{form.get("source", "省厅平台")}"' in answer.text
    assert await leads(small_desk) == before
