"""Campaigns, approvals, the grid and activities in the browser."""

import io
from dataclasses import replace
from urllib.parse import quote

import zxingcpp
from openpyxl import Workbook
from PIL import Image
from sqlalchemy import select

from bot.services.outgoing import Outgoing
from bot.services.poster import SMALL_WIDTH
from bot.storage.areas import keep_area
from bot.storage.outbox import PAYLOAD, OutboxMessage
from bot.storage.residents import find_or_add_resident
from bot.storage.staff import Role, bind_resident, staff_by_login
from bot.storage.surges import Surge
from tests.console.desk import NOON, ORIGIN, Desk, csrf_of
from tests.console.test_outreach import notices, with_group

WORDS = "有人冒充社区收费，请先拨 96110 核实。"
POSTER = "冒充收费都是骗局\n先说欠费\n再发链接\n催您转账\n挂断，拨 96110"


async def test_own_words_are_previewed_kept_approved_and_paused(desk: Desk) -> None:
    worker = await with_group(desk)
    chief = await desk.signed_in(Role.CHIEF, "zhang")
    form: dict[str, object] = {"words": WORDS, "poster": POSTER, "once": "abc"}
    shown = await worker.submit("/campaigns/preview", form)
    assert "<b>Telegram 群</b> · 1 个群" in shown.text
    assert "<b>1</b> 个群" in shown.text
    assert await notices(desk) == []
    for _ in range(2):
        assert (await worker.submit("/campaigns", form)).status_code == 303
    assert await notices(desk) == [("awaiting", WORDS)]
    assert WORDS in (await chief.get("/campaigns")).text
    assert WORDS not in (await (await desk.signed_in(Role.GRID, "qian")).get("/campaigns")).text
    assert (await chief.submit("/campaigns/1/refuse", {"why": ""})).status_code == 400
    approved = await chief.submit("/campaigns/1/approve")
    assert approved.headers["location"].endswith("/campaigns/1")
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
        ({"when": "昨天"}, "没有看懂这个时间"),
    ):
        answer = await worker.submit("/campaigns", {"words": WORDS, **more})
        assert answer.status_code == 400
        assert words in answer.text
        assert WORDS in answer.text
    assert await notices(small_desk) == []
    answer = await worker.submit("/campaigns/test", {"words": WORDS})
    assert answer.status_code == 400
    assert "还没有绑定聊天" in answer.text


async def test_the_composer_says_at_once_all_that_is_wrong(small_desk: Desk) -> None:
    worker = await with_group(small_desk)
    form: dict[str, object] = {"words": "{小区}保证追回", "rule": "mon 23:00", "poster": "一行"}
    answer = await worker.submit("/campaigns/preview", form)
    assert answer.status_code == 200
    for words in ("不能写“保证追回”", "夜间免打扰", "五行"):
        assert words in answer.text
    assert await notices(small_desk) == []


async def test_a_template_is_sent_at_once_with_its_place_names_open(small_desk: Desk) -> None:
    worker = await with_group(small_desk)
    form: dict[str, object] = {"template": "parcel_gift_card", "words": "", "once": "abc"}
    refused = await worker.submit("/campaigns", form)
    assert "没有登记社区" in refused.text
    form["value_community"] = "幸福里社区"
    shown = await worker.submit("/campaigns/preview", form)
    assert "【幸福里社区反诈提醒】" in shown.text
    assert "提交后按时发出" in shown.text
    assert (await worker.submit("/campaigns", form)).status_code == 303
    assert [state for state, _ in await notices(small_desk)] == ["scheduled"]
    assert (await worker.get("/campaigns/new?template=nothing")).status_code == 404
    assert "这个季节合适" in (await worker.get("/campaigns/new?words=abc")).text


async def test_a_test_goes_to_oneself_in_every_wording_with_the_poster(small_desk: Desk) -> None:
    worker = await with_group(small_desk)
    async with small_desk.database.writing() as session:
        sun = await staff_by_login(session, "sun")
        resident = await find_or_add_resident(session, "telegram", 77, small_desk.clock())
        assert sun is not None
        await bind_resident(session, resident.id, sun.id, small_desk.clock())
    form: dict[str, object] = {"words": WORDS, "elder": "陌生来电先挂断。", "poster": POSTER}
    answer = await worker.submit("/campaigns/test", form)
    assert "已发到您绑定的 1 个聊天" in answer.text
    async with small_desk.database.reading() as session:
        rows = await session.scalars(select(OutboxMessage).order_by(OutboxMessage.id))
        vault = small_desk.database.vault
        sent = [Outgoing.from_json(vault.open(row.payload_sealed, PAYLOAD)) for row in rows]
    assert [(one.text.partition("\n")[0], bool(one.poster)) for one in sent] == [
        ("【测试，只发给您 · Telegram 群】", True),
        ("【测试，只发给您 · 给老人的短文】", False),
    ]
    assert await notices(small_desk) == []


async def test_the_calendar_by_month_and_week(small_desk: Desk) -> None:
    worker = await with_group(small_desk)
    form: dict[str, object] = {"words": WORDS, "when": "明天 8:00"}
    assert (await worker.submit("/campaigns", form)).status_code == 303
    for query in ("", "?month=2026-11", "?week=2026-11-24"):
        shown = (await worker.get(f"/campaigns/calendar{query}")).text
        assert "08:00" in shown
        assert "有人冒充社区收费，请先拨" in shown
    assert "春节停发" in (await worker.get("/campaigns/calendar?month=2027-02")).text
    for wrong in ("?month=2026-13", "?week=abc", "?month=0001-01", "?week=9999-12-31"):
        answer = await worker.get(f"/campaigns/calendar{wrong}")
        assert answer.status_code == 400, wrong


async def test_a_poster_is_drawn_while_it_is_written(small_desk: Desk) -> None:
    worker = await with_group(small_desk)
    for size in ("phone", "a4"):
        picture = await worker.get(f"/campaigns/poster/{size}?words={quote(POSTER)}")
        assert picture.content.startswith(b"\x89PNG")
        assert Image.open(io.BytesIO(picture.content)).width == SMALL_WIDTH
    assert (await worker.get("/campaigns/poster/phone?words=x")).status_code == 400
    assert (await worker.get("/campaigns/poster/huge")).status_code == 404


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


async def test_a_table_of_more_than_a_thousand_areas_is_looked_at_and_imported(
    small_desk: Desk,
) -> None:
    chief = await small_desk.signed_in(Role.CHIEF)
    lines = [f"东街街道,幸福里社区{number},第{number}小区,城东派出所" for number in range(1200)]
    table = "\n".join(["街道,社区,小区,派出所", *lines])
    token = csrf_of(await chief.get("/areas"))
    files = {"table": ("grid.csv", table.encode())}
    shown = await chief.client.post(
        "/console/areas/preview", data={"csrf": token}, files=files, headers={"origin": ORIGIN}
    )
    assert "<b>1200</b> 行可以导入" in shown.text
    assert (await chief.submit("/areas/import", {"table": table})).status_code == 303
    assert "第1199小区" in (await chief.get("/areas")).text
    too_large = {"table": ("grid.csv", b"x" * 1_100_000)}
    refused = await chief.client.post(
        "/console/areas/preview", data={"csrf": token}, files=too_large, headers={"origin": ORIGIN}
    )
    assert refused.status_code == 413


async def test_a_second_person_sees_everything_before_the_tap(small_desk: Desk) -> None:
    worker = await with_group(small_desk)
    form: dict[str, object] = {"words": WORDS, "elder": "陌生来电先挂断。", "poster": POSTER}
    assert (await worker.submit("/campaigns", form)).headers["location"].endswith("/campaigns/1")
    li = await small_desk.signed_in(Role.DUTY, "li")
    assert "/console/campaigns/1" in (await li.get("/campaigns")).text
    page = (await li.get("/campaigns/1")).text
    for words in (
        WORDS,
        "陌生来电先挂断。",
        "全部地区",
        "/notices/1/poster/phone",
        "批准</button>",
    ):
        assert words in page
    assert "批准</button>" not in (await worker.get("/campaigns/1")).text
    assert (await li.submit("/campaigns/1/refuse", {"why": "太短"})).status_code == 303
    assert "太短" in (await worker.get("/campaigns/1")).text


async def test_a_suggestion_is_taken_up_as_a_draft_or_turned_down_once(small_desk: Desk) -> None:
    surge = {"family": "cs_insurance", "count": 9, "usual": 0.5, "chance": 0.0}
    async with small_desk.database.writing() as session:
        for street in ("东街", "西街"):
            await keep_area(session, street, "", "", "城东所")
            session.add(
                Surge(**surge, street=street, day=NOON.date(), found_at=NOON, decided_by=None)
            )
    chief = await small_desk.signed_in(Role.CHIEF)
    li = await small_desk.signed_in(Role.DUTY, "li")
    assert "用这段文字写通知" not in (await li.get("/campaigns")).text
    taken = await chief.submit("/surges/1/take")
    begun = (await chief.get(taken.headers["location"].removeprefix("/console"))).text
    assert '<input type="checkbox" name="area" value="1" checked>东街<' in begun
    assert '<input type="checkbox" name="area" value="2">西街<' in begun
    assert "拿不准，拨 96110；已转账，马上拨 110。</textarea>" in begun
    assert (await li.submit("/surges/2/drop")).status_code == 303
    assert "最近多起来的骗局" not in (await li.get("/campaigns")).text
    assert (await chief.submit("/surges/2/take")).status_code == 409


async def test_a_seasons_notice_is_taken_up_once_or_the_season_turned_down(
    small_desk: Desk,
) -> None:
    chief = await small_desk.signed_in(Role.CHIEF)
    li = await small_desk.signed_in(Role.DUTY, "li")
    page = (await chief.get("/campaigns")).text
    assert "积分和医保" in page
    assert "积分和医保" not in (await li.get("/campaigns")).text
    form: dict[str, object] = {"begin": "2026-11-01", "notice": "points_and_insurance"}
    taken = await chief.submit("/seasons", form)
    begun = await chief.get(taken.headers["location"].removeprefix("/console"))
    assert begun.status_code == 200
    assert "points_and_insurance" in begun.text
    assert (await chief.submit("/seasons", form)).status_code == 409
    assert "积分和医保" not in (await chief.get("/campaigns")).text
    assert (await chief.submit("/seasons", form | {"notice": "none-某季"})).status_code == 404
    small_desk.clock.move(days=98)
    chief = await small_desk.signed_in(Role.CHIEF, "zhao")
    form = {"begin": "2027-03-01", "notice": "none-求职季"}
    assert (await chief.submit("/seasons", form)).headers["location"].endswith("/campaigns")
    page = (await chief.get("/campaigns")).text
    assert ("个税汇算" in page, "求职季" in page) == (True, False)


async def test_a_refused_notice_is_written_again_without_typing_it_anew(small_desk: Desk) -> None:
    worker = await with_group(small_desk)
    chief = await small_desk.signed_in(Role.CHIEF, "zhang")
    form: dict[str, object] = {
        "words": WORDS,
        "elder": "陌生来电先挂断。",
        "text_wecom": "各位同事请注意。",
        "poster": POSTER,
        "channel": "telegram",
        "subscribers": "1",
        "rule": "工作日 07:30",
        "late": "skip",
    }
    assert (await worker.submit("/campaigns", form)).status_code == 303
    await chief.submit("/campaigns/1/refuse", {"why": "太短"})
    assert "/campaigns/new?like=1" in (await worker.get("/campaigns/1")).text
    again = (await worker.get("/campaigns/new?like=1")).text
    for typed in (
        f">{WORDS}</textarea>",
        ">陌生来电先挂断。</textarea>",
        ">各位同事请注意。</textarea>",
        f">{POSTER}</textarea>",
        'name="channel" value="telegram" checked',
        'name="subscribers" value="1" checked',
        'value="工作日 07:30"',
        'name="late" value="skip" checked',
    ):
        assert typed in again, typed
    assert "还不能提交" not in again
    template = {"template": "parcel_gift_card", "value_community": "幸福里社区", "once": "b"}
    assert (await worker.submit("/campaigns", template)).status_code == 303
    again = (await worker.get("/campaigns/new?like=2")).text
    assert '<option value="parcel_gift_card" selected>' in again
    assert 'value="幸福里社区"' in again
    assert (await worker.get("/campaigns/new?like=99")).status_code == 404


async def test_a_poster_whose_code_names_the_area_of_a_worker_or_the_one_asked_for(
    small_desk: Desk,
) -> None:
    named = small_desk.settings.model_copy(update={"telegram_name": "fanzha_bot"})
    state = small_desk.console.state
    state.parts = replace(state.parts, settings=named)
    worker = await with_group(small_desk)
    chief = await small_desk.signed_in(Role.CHIEF, "zhang")
    area = {"street": "东街", "community": "幸福里", "estate": "", "station": "城东所"}
    await chief.submit("/areas", area)
    await chief.submit("/areas/assign", {"login": "sun", "area": ["1"]})
    assert (await chief.submit("/campaigns", {"words": WORDS, "poster": POSTER})).status_code == 303
    for who, size, link in (
        (worker, "a4", "start=b1a1"),
        (chief, "phone", "start=b1"),
        (chief, "phone?area=1", "start=b1a1"),
    ):
        picture = Image.open(io.BytesIO((await who.get(f"/notices/1/poster/{size}")).content))
        (code,) = zxingcpp.read_barcodes(picture)
        assert code.text == f"https://t.me/fanzha_bot?{link}"
