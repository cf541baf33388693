"""Drafts in the browser: kept from the composer, listed, opened as they were, submitted."""

import re

import httpx
from sqlalchemy import select

from bot.storage.broadcasts import BroadcastTarget
from bot.storage.drafts import BroadcastDraft
from bot.storage.staff import Role
from tests.console.desk import Desk
from tests.console.test_outreach import filled, notices, with_group

WORDS = "冒充社区收费的，请先拨 96110。"
HALF: dict[str, object] = {
    "words": WORDS,
    "elder": "陌生来电先挂断。",
    "text_wecom": "各位同事请注意。",
    "poster": "一行",
    "audience": "老人",
    "channel": "telegram",
    "subscribers": "1",
    "when": "改天",
    "rule": "mon 99:00",
    "late": "skip",
    "emergency": "1",
    "once": "abc",
}
TICKED = ("audience", "channel", "subscribers", "late", "emergency")


def place(answer: httpx.Response) -> str:
    assert answer.status_code == 303, answer.text
    return answer.headers["location"].removeprefix("/console")


def ref_of(page: str) -> dict[str, object]:
    return dict(re.findall(r'type="hidden" name="(draft|version|once)" value="([^"]*)"', page))


async def drafts(desk: Desk) -> list[int]:
    async with desk.database.reading() as session:
        return list(await session.scalars(select(BroadcastDraft.id).order_by(BroadcastDraft.id)))


async def test_half_a_notice_is_kept_listed_opened_as_it_was_and_not_sent(desk: Desk) -> None:
    worker = await with_group(desk)
    for _ in range(2):
        shown = await worker.submit("/notices/drafts", HALF)
        page = (await worker.get(place(shown))).text
    assert await drafts(desk) == [1]
    assert "草稿存好了，还没有提交，不会发出。" in page
    for name, value in HALF.items():
        if name in TICKED:
            assert f'name="{name}" value="{value}" checked' in page, name
        elif name != "once":
            assert str(value) in page, name
    for wrong in ("没有看懂这个时间", "五行", "没有任何群"):
        assert wrong in page, wrong
    assert await notices(desk) == []
    assert WORDS in (await worker.get("/notices")).text
    other = await desk.signed_in(Role.GRID, "qian")
    assert WORDS not in (await other.get("/notices")).text
    for answer in (
        await other.get("/notices/drafts/1"),
        await other.submit("/notices/drafts/1/drop"),
    ):
        assert answer.status_code == 404
    chief = await desk.signed_in(Role.CHIEF, "zhang")
    listed = (await chief.get("/notices")).text
    assert (WORDS in listed, "sun警官" in listed) == (True, True)
    assert "sun警官写的" in (await chief.get("/notices/drafts/1")).text


async def test_a_draft_is_put_right_submitted_and_gone(small_desk: Desk) -> None:
    worker = await with_group(small_desk)
    kept = place(await worker.submit("/notices/drafts", {"words": "先", "once": "a"}))
    opened = ref_of((await worker.get(kept)).text)
    saved = await worker.submit("/notices/drafts", {**opened, "words": WORDS})
    assert place(saved).startswith("/notices/drafts/1?kept")
    newer = ref_of((await worker.get(place(saved))).text)
    refused = await worker.submit("/campaigns", {**opened, "words": "旧页面上的话。"})
    assert (refused.status_code, "别处刚改过" in refused.text) == (400, True)
    assert "旧页面上的话。" in refused.text
    apart = await worker.submit("/notices/drafts", {**opened, "words": "旧页面上的话。"})
    assert place(apart).startswith("/notices/drafts/2?apart")
    assert "另存成了一份" in (await worker.get(place(apart))).text
    for _ in range(2):
        assert place(await worker.submit("/campaigns", {**newer, "words": WORDS})) == "/campaigns/1"
    assert await notices(small_desk) == [("awaiting", WORDS)]
    assert await drafts(small_desk) == [2]
    assert place(await worker.submit("/notices/drafts/2/drop")) == "/notices"
    assert await drafts(small_desk) == []
    gone = await worker.get("/notices/drafts/2")
    assert (gone.status_code, "可能已经提交或删掉了" in gone.text) == (404, True)


async def test_groups_named_one_by_one_stay_named(small_desk: Desk) -> None:
    worker = await with_group(small_desk)
    kept = await worker.submit("/notices/drafts", {**filled("明天 8:00"), "once": "a"})
    page = (await worker.get(place(kept))).text
    assert 'name="group" value="1" checked>幸福里业主群' in page
    assert 'value="2026-11-25 08:00"' in page
    sent = {**filled("2026-11-25 08:00"), **ref_of(page)}
    assert place(await worker.submit("/campaigns", sent)) == "/campaigns/1"
    async with small_desk.database.reading() as session:
        targets = (await session.scalars(select(BroadcastTarget.group_id))).all()
    assert targets == [1]
    assert 'name="group" value="1" checked' in (await worker.get("/campaigns/new?like=1")).text
    other = await small_desk.signed_in(Role.GRID, "qian")
    stranger = (await other.get("/campaigns/new?like=1")).text
    assert ("幸福里业主群" in stranger, "不在您的网格里" in stranger) == (False, True)


async def test_what_was_not_approved_is_a_draft_again(small_desk: Desk) -> None:
    worker = await with_group(small_desk)
    chief = await small_desk.signed_in(Role.CHIEF, "zhang")
    assert (await worker.submit("/campaigns", {"words": WORDS})).status_code == 303
    assert (await worker.submit("/campaigns/1/draft")).status_code == 409
    await chief.submit("/campaigns/1/refuse", {"why": "太短"})
    assert "/campaigns/1/draft" in (await worker.get("/campaigns/1")).text
    for _ in range(2):
        again = place(await worker.submit("/campaigns/1/draft"))
    page = (await worker.get(again)).text
    assert ("上次没通过：太短" in page, f">{WORDS}</textarea>" in page) == (True, True)
    assert await drafts(small_desk) == [1]
    other = await small_desk.signed_in(Role.GRID, "qian")
    assert (await other.submit("/campaigns/1/draft")).status_code == 403
    assert "/campaigns/1/draft" not in (await other.get("/campaigns/1")).text


async def test_a_station_reads_what_was_sent_and_sees_no_draft(small_desk: Desk) -> None:
    worker = await with_group(small_desk)
    await worker.submit("/notices/drafts", {"words": "没写完的话。"})
    await worker.submit("/campaigns", {"words": WORDS})
    for role in (Role.STATION, Role.DUTY):
        reader = await small_desk.signed_in(role)
        page = (await reader.get("/notices")).text
        assert WORDS in page
        for hidden in ("没写完的话。", "选一条通知", "/notices/1/cancel"):
            assert hidden not in page, hidden
        assert 'href="/console/notices"' in (await reader.get("/campaigns")).text
