"""Class codes in the console."""

import re

from bot.services.drill_offers import tell_offers
from bot.services.drills import Who, begin, choose
from bot.services.education import education
from bot.services.sending_rules import Rules
from bot.services.study_classes import enter
from bot.storage.residents import find_or_add_resident
from bot.storage.staff import Role
from tests.console.desk import Desk
from tests.handlers.test_drill import FOR_ADULTS, FOR_MINORS, Result, way_to


async def test_a_class_is_made_joined_and_closed(desk: Desk) -> None:
    worker = await desk.signed_in(Role.GRID, "zhao")
    made = (await worker.submit("/classes", {"kind": "school", "name": "坊子<b>一中</b>"})).text
    [contact] = re.findall(r'<p class="code">([\w-]+)</p>', made)
    [code] = re.findall(r'class="number">([\w-]{9})<', made)
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
    for act in ("close", "contact", "drill/end"):
        assert (await other.submit(f"/classes/1/{act}")).status_code == 404
    invited = {"drill": FOR_ADULTS.id}
    assert (await other.submit("/classes/1/drill", invited)).status_code == 404
    assert (await zhao.submit("/classes/1/drill", {"drill": "nothing"})).status_code == 404
    for wrong in ({"kind": "x", "name": "某"}, {"kind": "school", "name": " "}):
        assert "这样写" in (await zhao.submit("/classes", wrong)).text


async def test_a_class_is_invited_to_a_drill_and_its_totals_stand_on_the_page(desk: Desk) -> None:
    worker = await desk.signed_in(Role.GRID, "zhao")
    made = (await worker.submit("/classes", {"kind": "company", "name": "宏达物流"})).text
    [code] = re.findall(r'class="number">([\w-]{9})<', made)
    taught, rules = education(), Rules(blackouts=())
    async with desk.database.writing() as session:
        people = [
            await find_or_add_resident(session, "web", account, desk.clock())
            for account in range(5)
        ]
        for one in people:
            await enter(session, one, code, desk.clock())
    invited = {"drill": FOR_ADULTS.id}
    assert (await worker.submit("/classes/1/drill", invited)).status_code == 303
    assert "演练中" in (await worker.get("/classes")).text
    assert (await worker.submit("/classes/1/drill", invited)).status_code == 409
    async with desk.database.writing() as session:
        assert await tell_offers(session, taught, rules, desk.clock(), 10) == 5
        for one in people:
            resident = await session.merge(one)
            step = await begin(session, taught, resident, FOR_ADULTS.id, Who.ADULT, desk.clock(), 1)
            run, name = step.run_id, step.name
            for label in way_to(FOR_ADULTS, Result.STOPPED):
                labels = [choice.text for choice in FOR_ADULTS.nodes[name].choices]
                number = labels.index(label)
                await choose(session, taught, resident, run, name, number, desk.clock())
                name = FOR_ADULTS.nodes[name].choices[number].to
    assert "做完的" not in (await worker.get("/classes")).text, "it goes on"
    assert (await worker.submit("/classes/1/drill/end")).status_code == 303
    async with desk.database.writing() as session:
        await tell_offers(session, taught, rules, desk.clock(), 10)
    page = (await worker.get("/classes")).text
    assert "做完的：5 人；共 5 次，及时停住约 100%" in page


async def test_a_schools_class_is_offered_what_minors_may_do(small_desk: Desk) -> None:
    worker = await small_desk.signed_in(Role.GRID, "zhao")
    await worker.submit("/classes", {"kind": "school", "name": "坊子一中"})
    page = (await worker.get("/classes")).text
    assert f'value="{FOR_MINORS.id}"' in page
    assert f'value="{FOR_ADULTS.id}"' not in page
    refused = await worker.submit("/classes/1/drill", {"drill": FOR_ADULTS.id})
    assert "只给成年人" in refused.text
