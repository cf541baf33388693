"""The page of everything that is linked to a lead."""

import re

from bot.services.casebook import LINKS_SHOWN
from bot.services.traces import trace_waiting
from bot.storage.staff import Role
from tests.console.desk import Desk


async def test_every_linked_lead_is_there_with_what_it_shares(small_desk: Desk) -> None:
    first = await small_desk.report(suspects="微信 wx_refund_2026", phone="13900001111")
    others = [
        await small_desk.report(account=one, suspects="微信 wx_refund_2026", phone=f"1380000{one}")
        for one in range(1000, 1000 + LINKS_SHOWN + 2)
    ]
    story = "房东说房子要拆，押金不退了，让我先搬走"
    apart = await small_desk.report(
        account=7, suspects="QQ 10086123", phone="13700001111", description=story
    )
    async with small_desk.database.writing() as session:
        await trace_waiting(session)
    duty = await small_desk.signed_in(Role.DUTY)
    lead = (await duty.get(f"/leads/{first}")).text
    assert "还有更多，看全部关联" in lead
    shown = (await duty.get(f"/leads/{first}/linked")).text
    assert set(re.findall(r'data-row href="[^"]+/(FZ[^"]+)"', shown)) >= set(others)
    assert apart not in shown
    assert f"<b>{len(others)}</b> 条线索里也有" in shown
    assert "wx_refund_2026" not in shown
    assert "wx_****2026" in shown


async def test_without_links_it_says_so(small_desk: Desk) -> None:
    number = await small_desk.report()
    duty = await small_desk.signed_in(Role.DUTY)
    assert "没有关联的线索" in (await duty.get(f"/leads/{number}/linked")).text
    assert (await duty.get("/leads/FZ261124-9999-9/linked")).status_code == 404
