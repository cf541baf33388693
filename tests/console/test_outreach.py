"""Groups and notices in the browser."""

import re
from datetime import timedelta
from urllib.parse import quote

import httpx
import pytest

from bot.services.broadcast_lines import list_broadcasts
from bot.services.going_out import make_due_occurrences
from bot.services.groups import add_telegram_group
from bot.services.notice_templates import NoticeTemplate, load_notice_templates
from bot.storage.areas import all_areas, keep_area
from bot.storage.claims import claim_due, put_off
from bot.storage.staff import Role, staff_by_login
from bot.times import on_screen
from tests.console.desk import NOON, ORIGIN, Browser, Desk, csrf_of

KEY = "693a91f6-7xxx-4bc4-97a0-0ec2sifa5aaa"
WEBHOOK = f"https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key={KEY}"


def a_template() -> NoticeTemplate:
    return next(one for one in load_notice_templates() if one.variables)


async def with_group(desk: Desk) -> Browser:
    worker = await desk.signed_in(Role.GRID, "sun")
    async with desk.database.writing() as session:
        staff = await staff_by_login(session, "sun")
        assert staff is not None
        await add_telegram_group(session, staff, -100123, "幸福里业主群", desk.clock())
    return worker


def filled(when: str = "现在", **more: str) -> dict[str, object]:
    template = a_template()
    values = {f"value_{name}": value for name, value in template.examples.items()}
    return {"template": template.id, "group": "1", "when": when, **values, **more}


async def notices(desk: Desk) -> list[tuple[str, str]]:
    async with desk.database.reading() as session:
        staff = await staff_by_login(session, "sun")
        assert staff is not None
        lines = await list_broadcasts(session, staff, desk.clock())
    return [(line.state.value, line.text) for line in lines]


def hidden(page: str) -> dict[str, object]:
    """What the confirming form of the preview sends."""
    form = page[page.index('action="/console/notices"') :]
    return dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form))


async def test_a_robot_is_added_and_its_address_never_shown(desk: Desk) -> None:
    worker = await desk.signed_in(Role.GRID)
    added = await worker.submit("/groups", {"title": "一区群", "webhook": WEBHOOK})
    assert added.status_code == 303
    page = (await worker.get("/groups")).text
    assert "一区群" in page
    assert KEY not in page
    assert (await worker.submit("/groups/1/remove")).status_code == 303
    assert "已停用" in (await worker.get("/groups")).text


@pytest.mark.parametrize(
    ("title", "webhook"),
    [
        ("", WEBHOOK),
        ("群", "http://127.0.0.1:22/cgi-bin/webhook/send?key=abcdefgh1"),
        ("群", WEBHOOK.replace("https", "http")),
        ("群", "<script>"),
        ("群", ""),
    ],
)
async def test_a_wrong_robot_is_told(small_desk: Desk, title: str, webhook: str) -> None:
    worker = await small_desk.signed_in(Role.GRID)
    answer = await worker.submit("/groups", {"title": title, "webhook": webhook})
    assert answer.status_code == 400
    assert "<script>" not in answer.text
    assert f'name="title" maxlength="60" value="{title}"' in answer.text
    assert webhook == "" or webhook not in answer.text


async def test_a_wrong_size_is_told_beside_the_group_and_one_stays_where_one_was(
    small_desk: Desk,
) -> None:
    worker = await with_group(small_desk)
    form: dict[str, object] = {"members": "很多", "find": "业主", "number": "1"}
    wrong = await worker.submit("/groups/1/describe", form)
    assert wrong.status_code == 400
    group = wrong.text[wrong.text.index("<details open>") : wrong.text.index("</details>")]
    assert ('value="很多"' in group, "群人数要写 1 到 200,000" in group) == (True, True)
    form["members"] = "300"
    right = await worker.submit("/groups/1/describe", form)
    assert right.headers["location"] == f"/console/groups?find={quote('业主')}&page=1"


async def test_a_notice_is_previewed_and_then_sent_once(desk: Desk) -> None:
    worker = await with_group(desk)
    template = a_template()
    example = next(iter(template.examples.values()))
    page = (await worker.get(f"/notices/new?template={template.id}")).text
    assert "幸福里业主群" in page
    preview = await worker.submit("/notices/preview", filled())
    assert preview.status_code == 200
    assert example in preview.text
    assert await notices(desk) == []
    for _ in range(2):
        sent = await worker.submit("/notices", hidden(preview.text))
        assert sent.status_code == 303
    assert len(await notices(desk)) == 1
    shown = (await worker.get("/notices")).text
    assert "待发送" in shown
    assert template.title in shown


async def test_a_scheduled_notice_can_be_cancelled(desk: Desk) -> None:
    worker = await with_group(desk)
    preview = await worker.submit("/notices/preview", filled("明天 8:00"))
    assert "2026-11-25 08:00" in preview.text
    await worker.submit("/notices", hidden(preview.text))
    assert "11-25 08:00" in (await worker.get("/notices")).text
    assert (await worker.submit("/notices/1/cancel")).status_code == 303
    assert [state for state, _ in await notices(desk)] == ["cancelled"]
    assert (await worker.submit("/notices/1/cancel")).status_code == 409


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"when": "昨天"}, "没有看懂"),
        ({"when": "2026-11-01 08:00"}, "已经过了"),
        ({"group": "x"}, "至少选择一个群"),
    ],
)
async def test_a_wrong_notice_keeps_what_was_typed(
    small_desk: Desk, more: dict[str, str], words: str
) -> None:
    worker = await with_group(small_desk)
    answer = await worker.submit("/notices/preview", {**filled(), **more})
    assert answer.status_code == 400
    assert words in answer.text
    assert next(iter(a_template().examples.values())) in answer.text


async def test_an_empty_or_marked_up_blank_is_refused(small_desk: Desk) -> None:
    worker = await with_group(small_desk)
    blank = f"value_{a_template().variables[0].name}"
    for value in ("", "<script>alert(1)</script>" * 20, "http://evil.test"):
        answer = await worker.submit("/notices/preview", {**filled(), blank: value})
        assert answer.status_code == 400
        assert "<script>alert" not in answer.text
        sent = await worker.submit("/notices", {**filled(), blank: value})
        assert sent.status_code == 400
    assert await notices(small_desk) == []


async def test_going_back_from_the_preview_keeps_what_was_typed(small_desk: Desk) -> None:
    worker = await with_group(small_desk)
    preview = await worker.submit("/notices/preview", filled("明天 8:00"))
    back = await worker.submit("/notices/preview", {**hidden(preview.text), "edit": "1"})
    assert 'value="2026-11-25 08:00"' in back.text
    assert next(iter(a_template().examples.values())) in back.text


async def test_without_groups_the_form_says_where_to_add_one(small_desk: Desk) -> None:
    worker = await small_desk.signed_in(Role.GRID)
    page = (await worker.get(f"/notices/new?template={a_template().id}")).text
    assert "去添加群" in page
    assert (await worker.get("/notices/new?template=nothing")).status_code == 404


async def test_a_robot_that_cannot_be_reached_is_shown_with_reason_and_next_try(
    desk: Desk,
) -> None:
    worker = await with_group(desk)
    preview = await worker.submit("/notices/preview", filled())
    await worker.submit("/notices", hidden(preview.text))
    moment = desk.clock()
    async with desk.database.writing() as session:
        await make_due_occurrences(session, moment)
        (row,) = await claim_due(
            session, worker="w", channel="telegram", limit=1, now=moment, lease=timedelta(minutes=1)
        )
        until = moment + timedelta(minutes=2)
        await put_off(session, row.id, worker="w", until=until, now=moment, error="ConnectError")
    page = (await worker.get("/notices")).text
    assert "排队 1" in page
    assert "幸福里业主群：排队，连不上对方服务器" in page
    assert f"{on_screen(until)} 再试" in page


async def test_groups_are_imported_from_a_file_or_refused_line_by_line(small_desk: Desk) -> None:
    worker = await small_desk.signed_in(Role.CHIEF)
    token = csrf_of(await worker.get("/groups"))
    head = "名称,地址,密钥,街道,社区,小区,人群,人数,转发人\n"

    async def send(lines: str) -> httpx.Response:
        return await worker.client.post(
            "/console/groups/import",
            data={"csrf": token},
            files={"table": ("groups.csv", (head + lines).encode())},
            headers={"origin": ORIGIN},
        )

    refused = await send(f"一区群,{WEBHOOK},,,,,,,\n二区群,x,,,,,,,")
    assert refused.status_code == 400
    assert "第 3 行：机器人地址不对" in refused.text
    assert "<b>一区群</b>" not in refused.text
    done = await send(f"一区群,{WEBHOOK},,,,,老人,320,\n三区微信群,,,,,,,,")
    assert "已导入 2 个群" in done.text
    assert "<b>一区群</b>" in done.text
    assert WEBHOOK not in done.text


async def test_many_groups_are_turned_page_by_page_and_found_by_name_and_place(
    small_desk: Desk,
) -> None:
    chief = await small_desk.signed_in(Role.CHIEF, "zhang")
    assert "查找群" not in (await chief.get("/groups")).text
    async with small_desk.database.writing() as session:
        zhang = await staff_by_login(session, "zhang")
        assert zhang is not None
        await keep_area(session, "东街", "幸福里", "", "城东所")
        (area,) = await all_areas(session)
        for number in range(120):
            made = await add_telegram_group(session, zhang, -number - 1, f"{number:03d} 号楼", NOON)
            made.area_id = area.id if number == 119 else None
    first, last = [(await chief.get(f"/groups?page={n}")).text for n in (1, 3)]
    assert first.count("/describe") == 50
    assert last.count("/describe") == 20
    assert "第 3 / 3 页，共 120 条" in last
    for words, title in (("077", "077 号楼"), ("幸福里", "119 号楼")):
        found = (await chief.get(f"/groups?find={quote(words)}")).text
        assert found.count("/describe") == 1
        assert title in found
    assert "没有找到" in (await chief.get(f"/groups?find={quote('没有的')}")).text
    assert (await chief.get("/groups?page=4")).status_code == 404
    form = (await chief.get("/notices/new?template=brush_task")).text
    assert form.count('name="group"') == 100
    assert "还有 20 个群没有列出" in form
    assert "/campaigns/new?template=brush_task" in form
