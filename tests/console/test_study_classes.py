"""Class codes in the console."""

import re

from bot.services.study_classes import enter
from bot.storage.residents import find_or_add_resident
from bot.storage.staff import Role
from tests.console.desk import Desk


async def test_a_class_is_made_joined_and_closed(desk: Desk) -> None:
    worker = await desk.signed_in(Role.GRID, "zhao")
    made = (await worker.submit("/classes", {"kind": "school", "name": "坊子<b>一中</b>"})).text
    [contact] = re.findall(r'<p class="code">([\w-]+)</p>', made)
    [code] = re.findall(r'class="mono">([\w-]{9})<', made)
    assert "坊子&lt;b&gt;" in made
    async with desk.database.writing() as session:
        for account in range(5):
            pupil = await find_or_add_resident(session, "web", account, desk.clock())
            await enter(session, pupil, code, desk.clock())
        head = await find_or_add_resident(session, "web", 99, desk.clock())
        await enter(session, head, contact, desk.clock())
    desk.clock.move(days=1)
    worker = await desk.signed_in(Role.CHIEF)
    page = (await worker.get("/classes")).text
    assert contact not in page
    assert "加入：5 人" in page
    assert "做过题：不到 5 人" in page
    assert "已结束" in (await worker.submit("/classes/1/close")).text
    assert (await worker.submit("/classes/1/close")).status_code == 409


async def test_one_sees_ones_own_classes_and_wrong_ones_are_refused(small_desk: Desk) -> None:
    zhao = await small_desk.signed_in(Role.GRID, "zhao")
    other = await small_desk.signed_in(Role.STATION, "wu")
    await zhao.submit("/classes", {"kind": "company", "name": "宏达物流"})
    assert "宏达物流" not in (await other.get("/classes")).text
    for act in ("close", "contact"):
        assert (await other.submit(f"/classes/1/{act}")).status_code == 404
    for wrong in ({"kind": "x", "name": "某"}, {"kind": "school", "name": " "}):
        assert "这样写" in (await zhao.submit("/classes", wrong)).text
