"""Near-identical stories and shared sites link leads; nothing readable is kept."""

import pytest
from sqlalchemy import select

from bot.services.linking import linked
from bot.services.traces import bands, site_to_trace, trace_waiting
from bot.storage.database import Database
from bot.storage.traces import LeadTrace
from tests.services.casework import filed, officer

STORY = "对方自称短视频平台客服，说我开了百万保障会员要扣费，让我下载会议软件打开共享屏幕再转账"


@pytest.mark.parametrize(
    ("other", "shared"),
    [
        (STORY, True),
        (STORY + "。", True),
        (STORY.replace("打开共享屏幕", "打开了共享屏幕"), True),
        (
            "有人加我微信，带我在一个平台上投资黄金期货，先赚了两千，再投就提不出来了，说要交税",
            False,
        ),
        (STORY[:15], False),
    ],
)
def test_stories_share_bands_when_they_are_nearly_the_same(other: str, shared: bool) -> None:
    assert (len(set(bands(STORY)) & set(bands(other))) >= 2) is shared


@pytest.mark.parametrize(
    ("link", "site"),
    [
        ("pay.etc-vip.top/a?x=1", "etc-vip.top"),
        ("etc-vip.top:8080", "etc-vip.top"),
        ("10.2.3.4/x", "10.2.3.4"),
        ("www.icbc.com.cn/x", ""),
        ("t.cn/A6x", ""),
    ],
)
def test_only_sites_that_say_something_are_traced(link: str, site: str) -> None:
    assert site_to_trace(link) == site


@pytest.mark.parametrize("traced", [True, False])
async def test_leads_with_the_same_story_or_site_are_listed(
    database: Database, traced: bool
) -> None:
    async with database.writing() as session:
        staff = await officer(session)
        answers = {"description": STORY, "phone": "", "suspects": ""}
        one = await filed(session, **(answers | {"suspects": "pay.etc-vip.top/a"}))
        story = await filed(session, account=2, **answers)
        site = await filed(
            session, account=3, description="短", phone="", suspects="www.etc-vip.top/b"
        )
        await filed(
            session, account=4, description="别的事情，和上面的没有关系", phone="", suspects=""
        )
        assert await trace_waiting(session) == 4
        assert await trace_waiting(session) == 0
        if not traced:
            await session.execute(
                LeadTrace.__table__.delete().where(LeadTrace.lead_id == 1)  # type: ignore[attr-defined]
            )
        links = await linked(session, staff, one)
        found = {link.line.number: [shared.kind for shared in link.shared] for link in links}
        assert found == {story: ["script"], site: ["domain"]}
        kept = (await session.scalars(select(LeadTrace.value_hash))).all()
        assert all(len(value) == 32 and "etc" not in value for value in kept)
