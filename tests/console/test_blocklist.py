"""Officers keep the blocklist in the console: by hand, from a file, until a day."""

import httpx
import pytest

from bot.services.blocklist import blocklist_now
from bot.storage.staff import Role
from tests.console.desk import ORIGIN, Browser, Desk, csrf_of

DIGEST = "a" * 64
FORM = {"value": "http://etc-cn.icu/rz", "why": "冒充 ETC", "days": "30"}


async def in_force(desk: Desk) -> tuple[set[str], set[str]]:
    async with desk.database.reading() as session:
        blocked, _ = await blocklist_now(session, desk.clock())
    return set(blocked.domains), set(blocked.files)


async def test_an_entry_is_added_found_and_removed_and_ends_by_itself(small_desk: Desk) -> None:
    duty = await small_desk.signed_in(Role.DUTY)
    assert (await duty.submit("/blocklist", FORM)).status_code == 303
    assert (await duty.submit("/blocklist", FORM | {"value": DIGEST})).status_code == 303
    assert await in_force(small_desk) == ({"etc-cn.icu"}, {DIGEST})
    page = (await duty.get("/blocklist?q=etc-cn")).text
    assert "etc-cn.icu" in page
    assert DIGEST not in page
    assert "冒充 ETC" in page
    await duty.submit("/blocklist/remove", {"value": "etc-cn.icu"})
    assert await in_force(small_desk) == (set(), {DIGEST})
    small_desk.clock.move(days=31)
    assert await in_force(small_desk) == (set(), set())


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"value": "www.icbc.com.cn"}, "官方网站"),
        ({"value": "不是网址"}, "不是网址"),
        ({"value": " "}, "请写网址"),
        ({"days": "0"}, "1 到 730"),
        ({"days": "一个月"}, "1 到 730"),
    ],
)
async def test_a_wrong_entry_is_told_what_is_wrong_and_shown_again(
    small_desk: Desk, wrong: dict[str, str], words: str
) -> None:
    duty = await small_desk.signed_in(Role.DUTY)
    answer = await duty.submit("/blocklist", FORM | wrong)
    assert answer.status_code == 400
    assert words in answer.text
    assert "冒充 ETC" in answer.text
    assert await in_force(small_desk) == (set(), set())


async def send(duty: Browser, content: bytes) -> httpx.Response:
    return await duty.client.post(
        "/console/blocklist/import",
        data={"csrf": csrf_of(await duty.get("/account")), "source": "市局通报", "days": "90"},
        files={"table": ("a.csv", content)},
        headers={"origin": ORIGIN},
    )


async def test_a_file_comes_in_whole_or_not_at_all(small_desk: Desk) -> None:
    duty = await small_desk.signed_in(Role.DUTY)
    bad = f"a-b-c.top,冒充客服\nwww.icbc.com.cn\n{DIGEST},木马".encode()
    answer = await send(duty, bad)
    assert answer.status_code == 400
    assert "第 2 行" in answer.text
    assert await in_force(small_desk) == (set(), set())
    good = f"0.0.0.0 d-e-f.top\n{DIGEST},木马".encode()
    answer = await send(duty, good)
    assert answer.status_code == 303
    assert await in_force(small_desk) == ({"d-e-f.top"}, {DIGEST})
    assert "市局通报" in (await duty.get("/blocklist")).text
