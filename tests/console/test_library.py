"""The library's pages: trying, adding after a replay, reviewing, going back."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from bot.app import LibraryInService
from bot.matching.indicators import find_indicators
from bot.matching.library import Library
from bot.matching.normalize import normalize
from bot.matching.result import Level
from bot.matching.verdict import judge
from bot.services.library_review import Given, Source, keep_text
from bot.services.patterns import Patterns
from bot.storage.staff import Role
from console.flag_names import FLAG_NAMES
from console.workshop import Workshop
from tests.console.desk import NOON, Browser, Desk
from tests.services.conftest import small_library, small_patterns, small_root
from tests.services.test_library_replay import LIKE_REPORT, NEW, REPORT, with_case

__all__ = ["small_library", "small_patterns", "small_root"]

SCRIPT = {"family": "police_case", "register": "call", "text": NEW, "why": "昨天接报两起"}


@pytest.fixture
async def service(
    small_desk: Desk, small_root: Path, small_library: Library, small_patterns: Patterns
) -> LibraryInService:
    """The small library in service, at hand in the console."""
    made = LibraryInService(small_root, small_root, small_library)
    await made.follow(small_desk.database)
    patterns = with_case(small_patterns, REPORT)
    shop = Workshop(made.current, lambda: patterns)
    small_desk.console.state.parts = replace(small_desk.console.state.parts, workshop=shop)
    return made


@pytest.fixture
async def officer(small_desk: Desk) -> Browser:
    return await small_desk.signed_in(Role.DUTY, "li")


async def add(officer: Browser, **other: str) -> str:
    return (await officer.submit("/library/scripts", SCRIPT | other)).headers.get("location", "")


async def test_a_script_that_is_added_changes_the_verdict(
    service: LibraryInService, officer: Browser
) -> None:
    async def shown() -> str:
        return (await officer.submit("/library/try", {"text": NEW})).text

    before = await shown()
    assert await add(officer) == "/console/library/versions"
    await service.take_up_changes()
    after = await shown()
    assert 'level-high"' not in before
    assert 'level-high"' in after or 'level-suspicious"' in after
    assert "+1" in after
    assert judge(NEW, service.current()).level in (Level.HIGH, Level.SUSPICIOUS)


async def test_a_replay_shows_what_would_be_judged_wrongly_and_keeps_nothing(
    service: LibraryInService, officer: Browser
) -> None:
    form = SCRIPT | {"text": LIKE_REPORT}
    shown = (await officer.submit("/library/replay", form)).text
    assert "加入后会判错 1 条" in shown
    assert REPORT[:20] in shown
    refused = await officer.submit("/library/scripts", form)
    assert refused.status_code == 400
    assert "没有加入" in refused.text
    assert LIKE_REPORT in refused.text
    assert "没有误伤" in (await officer.submit("/library/replay", SCRIPT)).text
    assert "还没有改动" in (await officer.get("/library/versions")).text


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("text", "短"),
        ("family", "nothing"),
        ("register", "smoke"),
        ("why", ""),
        ("text", "好" * 1001),
    ],
)
async def test_a_wrong_form_says_so_and_keeps_what_was_typed(
    service: LibraryInService, officer: Browser, field: str, value: str
) -> None:
    answer = await officer.submit("/library/scripts", SCRIPT | {field: value})
    assert answer.status_code == 400
    assert 'role="alert"' in answer.text
    assert (value if field == "text" else NEW) in answer.text


async def test_taken_out_compared_and_put_back(service: LibraryInService, officer: Browser) -> None:
    await add(officer)
    page = (await officer.get("/library/versions")).text
    script = re.search(r"/library/scripts/(\d+)/retire", page)
    assert script
    await service.take_up_changes()
    await officer.submit(f"/library/scripts/{script[1]}/retire", {"why": "写错了"})
    await service.take_up_changes()
    assert "后来停用" in (await officer.get("/library/versions?number=1")).text
    at_first = (await officer.get("/library/versions?number=0")).text
    assert "还没有改动的时候" in at_first
    family = service.current().family(SCRIPT["family"])
    assert family
    assert family.title in at_first
    assert family.id not in at_first
    back = await officer.submit("/library/versions/1/rollback", {"why": "又用得上"})
    assert back.status_code == 303
    await service.take_up_changes()
    page = (await officer.get("/library/versions?number=1")).text
    assert "没有差别" in page
    assert "退回第 1 次" in page
    assert (await officer.get("/library/versions?number=9")).status_code == 404


async def test_a_disputed_text_is_added_or_dismissed(
    small_desk: Desk, service: LibraryInService, officer: Browser
) -> None:
    given = Given("none", 0.1, None, "v")
    async with small_desk.database.writing() as session:
        await keep_text(session, Source.DISPUTE, NEW, given, NOON)
        await keep_text(session, Source.DISPUTE, REPORT, given, NOON)
    page = (await officer.get("/library/review")).text
    assert NEW in page
    ids = re.findall(r"/library/review/(\d+)/accept", page)
    added = await officer.submit(f"/library/review/{ids[0]}/accept", SCRIPT)
    assert added.status_code == 303
    assert (await officer.submit(f"/library/review/{ids[1]}/dismiss")).status_code == 303
    assert "没有待审的文字" in (await officer.get("/library/review")).text
    assert (await officer.submit(f"/library/review/{ids[1]}/dismiss")).status_code == 409


async def test_families_are_found_by_name(service: LibraryInService, officer: Browser) -> None:
    assert "谎称百万保障到期" in (await officer.get("/library?q=百万保障")).text
    assert "没有找到" in (await officer.get("/library?q=不存在的骗术")).text


async def test_a_hostile_text_is_shown_and_not_run(
    service: LibraryInService, officer: Browser
) -> None:
    evil = "<script>alert(1)</script>您的百万保障今晚到期\x00"
    answer = await officer.submit("/library/try", {"text": evil.replace("\x00", "")})
    assert "<script>alert" not in answer.text
    assert "&lt;script&gt;" in answer.text


async def test_without_a_library_the_pages_say_so(small_desk: Desk, officer: Browser) -> None:
    answer = await officer.get("/library")
    assert answer.status_code == 404
    assert "没有装载话术库" in answer.text


async def test_scripts_are_found_by_their_words_and_stand_on_their_familys_page(
    service: LibraryInService, officer: Browser
) -> None:
    assert await add(officer)
    await service.take_up_changes()
    words = NEW[2:12]
    found = (await officer.get(f"/library?q={words}")).text
    assert NEW in found
    assert "民警加入，编号 1" in found
    shown = (await officer.get("/library/families/police_case")).text
    assert NEW in shown
    of_files = re.findall(r'<span class="story">([^<]+)</span>', shown)
    assert len(of_files) > 1
    again = (await officer.get(f"/library?q={of_files[-1][:12]}")).text
    assert of_files[-1] in again
    form = {"why": "写错了"}
    assert (await officer.submit("/library/scripts/1/retire", form)).status_code == 303
    assert NEW not in (await officer.get(f"/library?q={words}")).text
    assert "没有找到" in (await officer.get("/library?q=没有人这样说话")).text
    assert (await officer.get("/library/families/nothing")).status_code == 404
    assert "这一页没有话术" in (await officer.get("/library/families/police_case?page=999")).text


async def test_what_is_odd_about_addresses_and_numbers_is_said_in_chinese(
    service: LibraryInService, officer: Browser
) -> None:
    text = (
        "www.nhsa-gov.top icbc.com.cn.abc.com t.cn/A6 http://103.45.6.7:8080/a.apk www.icbc.com.cn "
        "hxxp://a@evil。com раураl.com 电话+852 6127 3381 17012345678 4008108888 010-88886666 "
        "卡号6222021234567890123，50美元 50港币 50usdt"
    )
    found = find_indicators(normalize(text))
    flags = {flag for one in found for flag in one.flags}
    assert flags == set(FLAG_NAMES)
    shown = (await officer.submit("/library/try", {"text": text})).text
    assert not [name for name in FLAG_NAMES.values() if name not in shown]
    assert "odd_tld" not in shown
