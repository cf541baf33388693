"""The training in the console, and the tasks of member units."""

import io
import re

from openpyxl import load_workbook

from bot.services.units import add_unit
from bot.storage.staff import Role, staff_by_login
from bot.storage.training_sessions import Attendance
from bot.storage.units import UnitKind
from tests.console.desk import Desk

PLAN = {
    "subject": "止付<b>流程</b>",
    "held_at": "2026-11-24T12:00",
    "place": "三楼",
    "teacher": "赵老师",
    "expected": ["专班"],
}


async def test_a_session_is_planned_shown_in_the_room_and_covered(desk: Desk) -> None:
    chief, _ = await desk.signed_in(Role.CHIEF), await desk.signed_in(Role.DUTY, "li")
    sent = await chief.submit("/training", PLAN)
    assert sent.headers["location"] == "/console/training/1"
    room = (await chief.get("/training/1/room")).text
    [code] = re.findall(r'class="room-code">(\d{6})<', room)
    assert f"/attend {code}" in room
    assert "<b>流程" not in room
    desk.clock.move(minutes=2)
    assert code not in (await chief.get("/training/1/room")).text
    assert (await chief.submit("/training/1/came", {"login": ["li"]})).status_code == 303
    assert "到场 1 / 2" in (await chief.get("/training/1")).text
    page = (await chief.get("/training")).text
    assert "50.0%" in page
    assert "chief警官" in page, "the one who is missing"
    assert (await chief.submit("/training/1/cancel")).status_code == 409
    assert "/training/1/li/picture" not in (await chief.get("/training/1")).text
    for right, status in ((7, 404), (8, 200)):
        async with desk.database.writing() as session:
            li = await staff_by_login(session, "li")
            assert li is not None
            row = await session.get_one(Attendance, (1, li.id))
            row.right, row.asked = right, 10
        assert (await chief.get("/training/1/li/picture")).status_code == status
    assert "/training/1/li/picture" in (await chief.get("/training/1")).text
    picture = await chief.get("/training/1/li/picture")
    assert picture.content.startswith(b"\x89PNG")
    assert (await chief.get("/training/1/nobody/picture")).status_code == 404
    for path in ("coverage.xlsx?span=2026", "sessions.xlsx", "1/people.xlsx"):
        answer = await chief.get(f"/training/{path}")
        sheet = load_workbook(io.BytesIO(answer.content)).active
        assert sheet is not None
        assert sheet.max_row >= 2, path


async def test_wrong_entries_are_refused_in_words(small_desk: Desk) -> None:
    chief = await small_desk.signed_in(Role.CHIEF)
    for wrong, words in (
        ({"held_at": ""}, "请写明时间"),
        ({"held_at": "昨天"}, "时间要写成"),
        ({"expected": ["没有的所"]}, "勾选应到"),
    ):
        assert words in (await chief.submit("/training", PLAN | wrong)).text
    assert (await chief.get("/training/7")).status_code == 404
    assert (await chief.get("/training?span=x")).status_code == 400


async def test_a_task_is_handed_out_inspected_and_put_right(desk: Desk) -> None:
    chief = await desk.signed_in(Role.CHIEF, "boss")
    async with desk.database.writing() as session:
        boss = await staff_by_login(session, "boss")
        assert boss is not None
        await add_unit(session, boss, "坊子农商银行", UnitKind.BANK, desk.clock(), member=True)
    task = {
        "kind": "inspection",
        "unit": "1",
        "title": "查<i>开卡</i>",
        "due_at": "2026-11-30T18:00",
    }
    assert (await chief.submit("/tasks", task)).status_code == 303
    for wrong, words in (
        ({"unit": "x"}, "选择任务的类别和单位"),
        ({"due_at": ""}, "写明办理期限"),
        ({"due_at": "2026-11-01T18:00"}, "要在现在以后"),
        ({"title": " "}, "写明任务内容"),
    ):
        assert words in (await chief.submit("/tasks", task | wrong)).text
    assert (
        "问题数要写整数"
        in (await chief.submit("/tasks/1/finish", {"result": "查完", "findings": "两个"})).text
    )
    done = {"result": "登记不全", "findings": "2"}
    assert (await chief.submit("/tasks/1/finish", done)).status_code == 303
    assert (await chief.submit("/tasks/1/finish", done)).status_code == 409
    page = (await chief.get("/tasks")).text
    assert "问题 2 个" in page
    assert "查&lt;i&gt;开卡" in page
    fix = {
        "kind": "rectification",
        "unit": "1",
        "parent": "1",
        "title": "补齐",
        "due_at": "2026-12-05T18:00",
    }
    assert (await chief.submit("/tasks", fix)).status_code == 303
    assert "整改" in (await chief.get("/tasks")).text
    desk.clock.move(days=30)
    late = await desk.signed_in(Role.DUTY)
    assert "超期" in (await late.get("/tasks")).text
