"""A grid worker sees what came of notices in his areas and of his own ones, route by route."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from bot.services.activities import file_activity
from bot.services.areas import add_area
from bot.services.broadcasts import schedule_notice
from bot.services.forwarding import confirm_forward, say_members
from bot.services.going_out import make_due_occurrences
from bot.services.grid import assign_areas, describe_group
from bot.services.groups import add_telegram_group, add_wechat_group
from bot.storage.areas import all_areas
from bot.storage.claims import claim_due, end_delivery
from bot.storage.outbox import DeliveryState
from bot.storage.staff import Role, Staff, staff_by_login
from tests.console.desk import NOON, Browser, Desk
from tests.console.test_access import GUARDED, WHO_MAY, fill_in

OWN = ("幸福电报群", "幸福微信群", "幸福活动室", "没登记地区的群")
OTHERS = ("和平电报群", "和平微信群", "和平活动室", "赵老师", "别人没登记地区的群")
LONG = timedelta(minutes=1)
SEEN = {
    "/campaigns/1": OWN[:1],
    "/campaigns/1/deliveries.csv": (*OWN[:2], OWN[3]),
    "/campaigns/1/areas.csv": ("幸福里",),
    "/notices": (OWN[0], OWN[3]),
    "/activities": OWN[2:3],
    "/forwards": OWN[1:2],
    "/groups": (*OWN[:2], OWN[3]),
}
PAGES = [
    path
    for (method, path) in GUARDED
    if method == "GET" and path != "/events" and Role.GRID in (WHO_MAY[method, path] or ())
]


async def with_two_workers(desk: Desk) -> Browser:
    """A chief's notice to the groups of wang and zhao, which failed; forwards, activities."""
    browser = await desk.signed_in(Role.GRID, "wang")
    await desk.staff(Role.GRID, "zhao")
    await desk.staff(Role.CHIEF, "chief")
    async with desk.database.writing() as session:
        await session.execute(update(Staff).where(Staff.login == "zhao").values(name="赵老师"))
        found = [await staff_by_login(session, name) for name in ("chief", "wang", "zhao")]
        chief, wang, zhao = [one for one in found if one is not None]
        groups, everywhere = [], (("幸福", wang, -1), ("和平", zhao, -2))
        for place, worker, chat in everywhere:
            await add_area(session, chief, "东街", f"{place}里", "", "城东所")
            area = max(one.id for one in await all_areas(session))
            await assign_areas(session, chief, worker.login, [area])
            groups += [
                await add_telegram_group(session, worker, chat, f"{place}电报群", NOON),
                await add_wechat_group(session, worker, f"{place}微信群", NOON),
            ]
            title = OWN[3] if worker is wang else OTHERS[4]
            nowhere = await add_telegram_group(session, worker, chat - 10, title, NOON)
            await describe_group(
                session, chief, nowhere.id, area_id=None, audiences=[], members=None
            )
            groups.append(nowhere)
            await file_activity(session, worker, "talk", f"{place}活动室 45", NOON)
        chosen = [group.id for group in groups]
        values = {"community": "各"}
        await schedule_notice(
            session, chief, "brush_task", values, chosen, None, now=NOON, dedupe="x"
        )
        await make_due_occurrences(session, NOON)
        taken = {"worker": "w", "channel": "telegram", "limit": 9, "now": NOON, "lease": LONG}
        for row in await claim_due(session, **taken):  # type: ignore[arg-type]
            state, error = DeliveryState.FAILED, "HTTP 500"
            await end_delivery(session, row.id, worker="w", state=state, now=NOON, error=error)
        for number, worker in ((1, wang), (2, zhao)):
            await confirm_forward(session, worker, number, NOON)
            await say_members(session, worker, number, 50)
    return browser


async def test_no_page_shows_the_groups_and_people_of_another_area(desk: Desk) -> None:
    browser = await with_two_workers(desk)
    for path in PAGES:
        where = fill_in(path, "1")
        answer = await browser.get(where)
        told = [words for words in OTHERS if words in answer.text]
        assert not told, (where, told)
        for words in SEEN.get(where, ()):
            assert words in answer.text, (where, words)
    assert set(SEEN) <= {fill_in(path, "1") for path in PAGES}


@pytest.mark.parametrize("path", SEEN)
async def test_a_chief_sees_all_of_it(small_desk: Desk, path: str) -> None:
    await with_two_workers(small_desk)
    chief = await small_desk.signed_in(Role.CHIEF, "qian")
    text = (await chief.get(path)).text
    assert any(words in text for words in (*OTHERS, "和平里")), path
