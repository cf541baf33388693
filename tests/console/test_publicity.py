"""Campaigns, approvals, the grid and activities in the browser."""

import io

from openpyxl import Workbook

from bot.storage.staff import Role
from tests.console.desk import Desk
from tests.console.test_outreach import notices, with_group

WORDS = "有人冒充社区收费，请先拨 96110 核实。"
POSTER = "冒充收费都是骗局\n先说欠费\n再发链接\n催您转账\n挂断，拨 96110"


async def test_own_words_are_previewed_kept_approved_and_paused(desk: Desk) -> None:
    worker = await with_group(desk)
    chief = await desk.signed_in(Role.CHIEF, "zhang")
    form: dict[str, object] = {"words": WORDS, "poster": POSTER, "once": "abc"}
    shown = await worker.submit("/campaigns/preview", form)
    assert "Telegram 群 · 1 个群" in shown.text
    assert await notices(desk) == []
    for _ in range(2):
        assert (await worker.submit("/campaigns", form)).status_code == 303
    assert await notices(desk) == [("awaiting", WORDS)]
    assert WORDS in (await chief.get("/campaigns")).text
    assert WORDS not in (await (await desk.signed_in(Role.GRID, "qian")).get("/campaigns")).text
    assert (await chief.submit("/campaigns/1/refuse", {"why": ""})).status_code == 400
    assert (await chief.submit("/campaigns/1/approve")).status_code == 303
    assert (await worker.submit("/notices/1/pause")).status_code == 303
    assert "已暂停" in (await worker.get("/notices")).text
    assert (await worker.submit("/notices/1/resume")).status_code == 303
    assert [state for state, _ in await notices(desk)] == ["scheduled"]
    picture = await worker.get("/notices/1/poster/phone")
    assert picture.content.startswith(b"\x89PNG")
    assert (await worker.get("/notices/1/poster/huge")).status_code == 404


async def test_what_is_wrong_with_a_campaign_is_said_and_nothing_typed_is_lost(
    small_desk: Desk,
) -> None:
    worker = await with_group(small_desk)
    for more, words in (
        ({"rule": "monthly 32 09:00"}, "没有 32 日"),
        ({"words": WORDS + "{名字}"}, "没有 {名字} 这个变量"),
        ({"audience": "老人"}, "没有任何群"),
        ({"poster": "一行"}, "五行"),
        ({"test": "1"}, "还没有绑定聊天"),
    ):
        answer = await worker.submit("/campaigns", {"words": WORDS, **more})
        assert answer.status_code == 400
        assert words in answer.text
        assert WORDS in answer.text
    assert await notices(small_desk) == []


async def test_a_table_of_areas_is_looked_at_before_it_is_imported(desk: Desk) -> None:
    chief = await desk.signed_in(Role.CHIEF)
    book = Workbook()
    for line in (
        ["街道", "社区", "小区", "派出所"],
        ["东街", "幸福里", "一区", "城东所"],
        ["东街", "", "二区", "城东所"],
        ["东街", "幸福里", "一区", "城西所"],
        ["西街", None, None, "城西所"],
    ):
        book.active.append(line)
    out = io.BytesIO()
    book.save(out)
    token = (await chief.get("/areas")).text.split('name="csrf" value="')[1][:32]
    answer = await chief.client.post(
        "/console/areas/preview",
        data={"csrf": token},
        files={"table": ("grid.xlsx", out.getvalue())},
        headers={"origin": "http://console.test"},
    )
    assert "<b>2</b> 行可以导入" in answer.text
    assert "第 3 行：请写明街道" in answer.text
    assert "第 4 行：这个地区前面写过了" in answer.text
    table = "街道,社区,小区,派出所\n东街,幸福里,一区,城东所\n西街,,,城西所\n"
    assert (await chief.submit("/areas/import", {"table": table})).status_code == 303
    worker = await with_group(desk)
    done = await chief.submit("/areas/assign", {"login": "sun", "area": "1"})
    assert done.status_code == 303, done.text[-900:]
    described = {"area": "1", "audience": "老人", "members": "320"}
    assert (await worker.submit("/groups/1/describe", described)).status_code == 303
    page = (await worker.get("/groups")).text
    assert "东街 幸福里 一区 老人 320 人" in page
    assert (await worker.submit("/groups/1/describe", {"area": "2"})).status_code == 400
