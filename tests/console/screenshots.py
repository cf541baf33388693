"""Screenshots of the console's pages: `python -m tests.console.screenshots FOLDER [PAGE …]`.

A district with made-up people is put into a fresh database, served, and looked at in Chromium in
light and dark, on a desktop and a phone.
"""

import asyncio
import io
import shutil
import sys
import tempfile
from collections.abc import Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from functools import partial
from itertools import count, groupby
from pathlib import Path
from typing import Any

from PIL import Image
from sqlalchemy import select

from bot.services.activities import decide_activity, file_activity
from bot.services.areas import add_area
from bot.services.broadcasts import plan_campaign
from bot.services.campaigns import Plan, Selector
from bot.services.contacts import record_contact
from bot.services.forwarding import confirm_forward, say_members
from bot.services.going_out import make_due_occurrences
from bot.services.grid import describe_group
from bot.services.groups import add_robot, add_telegram_group, add_wechat_group, list_groups
from bot.services.heartbeats import Alive, beat
from bot.services.kept_drafts import Origin, keep_draft
from bot.services.leads import sign_for
from bot.services.library import PATTERNS_ROOT, load_library, read_patterns
from bot.services.overview import CLOCK
from bot.services.rollups import local_day, roll_day
from bot.services.sketches import Sketch
from bot.services.study_classes import make
from bot.services.training_sessions import mark_came, plan_session
from bot.services.transitions import move
from bot.services.unit_tasks import hand_out
from bot.services.units import add_unit, note_cards
from bot.storage.areas import all_areas
from bot.storage.contacts import ContactResult, ContactWay
from bot.storage.database import Database
from bot.storage.forwards import Forward
from bot.storage.leads import LeadState
from bot.storage.leases import hold_lease
from bot.storage.staff import Role, staff_by_login
from bot.storage.tables import metadata
from bot.storage.unit_tasks import TaskKind
from bot.storage.units import UnitKind
from bot.storage.vault import Vault
from bot.times import now
from console.visitor import SESSION_COOKIE
from console.workshop import Workshop
from tests.board.filled import TYPED, shown_case, written_case
from tests.conftest import ROOT
from tests.console.desk import Desk
from tests.console.furnished_books import furnish_books
from tests.console.serving import serve_desk
from tests.services.test_learning_figures import answers

COUNT = count(1)
COLOURS = 64
ALL_PICTURES = """Promise.all(Array.from(document.images, async (one) => {
    one.loading = 'eager';
    await one.decode().catch(() => {});
}))"""
"""Those below the fold, too, are there before the picture is taken."""
LOOKS = {
    "desktop": {"viewport": {"width": 1366, "height": 768}, "color_scheme": "light"},
    "desktop-dark": {"viewport": {"width": 1366, "height": 768}, "color_scheme": "dark"},
    "phone": {"viewport": {"width": 390, "height": 780}, "color_scheme": "light"},
    "phone-dark": {"viewport": {"width": 390, "height": 780}, "color_scheme": "dark"},
}
PAGES = {
    "overview": "/",
    "leads": "/leads",
    "lead": "/leads/{number}",
    "linked": "/leads/{number}/linked",
    "library": "/library",
    "family": "/library/families/police_case",
    "try": "/library/try",
    "review": "/library/review",
    "versions": "/library/versions",
    "blocklist": "/blocklist",
    "roster": "/roster",
    "reports": "/reports",
    "statistics": "/statistics",
    "work-report": "/work-report",
    "statistics-leads": "/statistics/leads?dimension=channel&value=web",
    "work-rows": "/work-report/rows?fact=leads&kind=year",
    "import": "/import",
    "export": "/export",
    "notices": "/notices",
    "notice-form": "/notices/new?template=parcel_gift_card",
    "campaigns": "/campaigns",
    "composer": "/campaigns/new?template=parcel_gift_card",
    "draft": "/notices/drafts/1",
    "campaign": "/campaigns/1",
    "calendar": "/campaigns/calendar",
    "activities": "/activities",
    "forwards": "/forwards",
    "board-cases": "/board-cases",
    "groups": "/groups",
    "areas": "/areas",
    "staff": "/staff",
    "tokens": "/tokens",
    "upkeep": "/upkeep",
    "settings": "/settings",
    "requests": "/requests",
    "units": "/units",
    "classes": "/classes",
    "tasks": "/tasks",
    "training": "/training",
    "training-session": "/training/1",
    "training-room": "/training/1/room",
    "two-card": "/two-card",
    "ledger": "/ledger",
    "looks": "/looks",
    "account": "/account",
    "login": "/login",
    "setup": "/setup",
}
OF_OTHERS = {
    "overview-grid": (Role.GRID, "/"),
    "groups-grid": (Role.GRID, "/groups"),
    "campaign-grid": (Role.GRID, "/campaigns/1"),
    "leads-station": (Role.STATION, "/leads"),
    "requests-partner": (Role.PARTNER, "/requests"),
    "cases": (Role.CRACKDOWN, "/cases"),
    "looks-auditor": (Role.AUDITOR, "/looks"),
}
"""Pages that look otherwise to another role than the chief's, or that only it opens."""
STORIES: tuple[dict[str, Any], ...] = (
    {"happened": "paid", "amount_fen": 1_250_000, "category": "fake_customer_service"},
    {"happened": "gave_code", "amount_fen": None, "category": "fake_customer_service"},
    {"happened": "not_paid", "amount_fen": None, "category": "", "phone": "13900001111"},
    {
        "happened": "paid",
        "amount_fen": 98_765_432_100,
        "category": "brushing",
        "area": "一个名字特别长的社区服务中心旁边的小区" * 2,
        "description": "前三单都返了佣金，第四单要连做三单，共垫付了十二万，客服说账户冻结。" * 5,
    },
    {"happened": "paid", "amount_fen": 100, "category": "brushing"},
)


async def furnish(desk: Desk, shop: Workshop) -> str:
    """People, leads in several states, groups; returns the number of the lead to be shown."""
    for role, login in ((Role.CHIEF, "zhao"), (Role.DUTY, "li"), (Role.GRID, "wang")):
        await desk.staff(role, login)
    desk.clock.move(hours=-6)
    numbers = []
    for account, story in enumerate(STORIES * 3):
        numbers.append(await desk.report(account=account, **story))
        desk.clock.move(minutes=25)
    desk.clock.at = now()
    async with desk.database.writing() as session:
        li = await staff_by_login(session, "li")
        assert li is not None
        for number in numbers[:6]:
            await sign_for(session, li, number, desk.clock())
        for number in numbers[:3]:
            await record_contact(
                session,
                li,
                number,
                ContactWay.PHONE,
                ContactResult.REACHED,
                desk.clock(),
                note="本人已停止转账，家属在旁",
            )
            await move(session, li, number, LeadState.STOPPED, "", desk.clock())
    await furnish_groups(desk, "zhao")
    await furnish_campaigns(desk)
    await furnish_deeds(desk)
    await furnish_chain(desk)
    await furnish_books(desk)
    async with desk.database.writing() as session:
        await beat(session, Alive.CHAT, "screenshots", now())
        await hold_lease(session, CLOCK, "screenshots", now(), timedelta(hours=1))
        await roll_day(session, local_day(now()), now())
    await shown_case(desk.database, now())
    await written_case(desk.database, now(), ("一个等着审核的案例", TYPED[1] * 4, TYPED[2]))
    desk.console.state.parts = replace(desk.console.state.parts, workshop=shop)
    return numbers[0]


async def furnish_groups(desk: Desk, login: str) -> None:
    """Groups of three channels in two communities, one of elders."""
    async with desk.database.writing() as session:
        chief = await staff_by_login(session, login)
        assert chief is not None
        for house in range(4):
            await add_telegram_group(session, chief, -1000 - house, f"幸福里 {house} 号楼", now())
        robot = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=693a91f6-7xxx-4bc4-97a0-0ec2sifa5aaa"
        await add_robot(session, chief, "幸福里业主群", robot, now())
        await add_wechat_group(session, chief, "和平里业主微信群", now())
        for community in ("幸福里", "一个名字特别长的和平里社区服务站"):
            await add_area(session, chief, "东街街道", community, "", "城东派出所")
        areas = [area.id for area in await all_areas(session)]
        for place, group in enumerate(await list_groups(session, chief)):
            await describe_group(
                session,
                chief,
                group.id,
                area_id=areas[place % 2],
                audiences=("老人",) if place == 1 else (),
                members=(320, 500, None)[place % 3],
            )


async def furnish_campaigns(desk: Desk) -> None:
    """Campaigns that went out, wait, and come again and again."""
    at = desk.clock()
    place = {"community": "幸福里"}
    plans = (
        Plan(template="parcel_gift_card", values=place, selector=Selector()),
        Plan(words="{社区}有人冒充收费，先拨 96110 核实。", selector=Selector(), emergency=True),
        Plan(template="subsidy_mail", values=place, selector=Selector(), rule="mon-fri 07:30"),
        Plan(words="周末讲座，欢迎来听。", selector=Selector(), send_at=at + timedelta(days=2)),
    )
    async with desk.database.writing() as session:
        zhao = await staff_by_login(session, "zhao")
        assert zhao is not None
        for number, plan in enumerate(plans):
            await plan_campaign(session, zhao, plan, now=at, dedupe=f"shots{number}")
        half = Sketch(
            Plan(words="一个还没有写完的通知，标题特别长" * 2, selector=Selector()), "改天"
        )
        origin = Origin("建议：“冒充客服谎称百万保障到期”（东街街道）有 9 次，平均每天 0.5 次")
        await keep_draft(session, zhao, half, key="shots", now=at, origin=origin)
        await make_due_occurrences(session, at)


async def furnish_deeds(desk: Desk) -> None:
    """Activities, one with a photo, and a notice forwarded by hand."""
    at = desk.clock() - timedelta(hours=1)
    async with desk.database.writing() as session:
        zhao = await staff_by_login(session, "zhao")
        assert zhao is not None
        for kind, line in (("talk", "幸福里活动室 45"), ("visit", "东街街道和平里 12 栋 86")):
            filed = await file_activity(session, zhao, kind, line, at)
        filed.picture = "photo"
        await decide_activity(session, zhao, 1, True, at)
        forward = (await session.scalars(select(Forward))).first()
        assert forward is not None
        await confirm_forward(session, zhao, forward.id, at)
        await say_members(session, zhao, forward.id, 320)
        forward.picture = "photo"


async def furnish_chain(desk: Desk) -> None:
    """A member unit with an inspection to make, and a training to which one of two came."""
    async with desk.database.writing() as session:
        chief = await staff_by_login(session, "zhao")
        assert chief is not None
        unit = await add_unit(
            session, chief, "坊子农商银行", UnitKind.BANK, now(), member=True, two_card=True
        )
        await note_cards(session, chief, unit.id, "bank_card", 3, now(), now(), source="省厅通报")
        due = now() + timedelta(days=3)
        await hand_out(session, chief, TaskKind.INSPECTION, unit.id, "检查开卡登记", due, now())
        held = await plan_session(
            session,
            chief,
            "止付流程和话术更新",
            now() - timedelta(minutes=10),
            now(),
            place="三楼会议室",
            teacher="赵老师",
            expected=["专班", "网格员"],
        )
        await mark_came(session, chief, held.id, ["li"], now())
        await make(session, chief, "学校 坊子一中", now())
    for account in range(5):
        for days in (2, 0):
            at = now() - timedelta(days=days)
            await answers(desk.database, account, "brush_task", not days or account > 2, at)


async def sign_in_to(context: Any, desk: Desk, address: str, role: Role = Role.CHIEF) -> None:
    """Give a browser context the session of somebody of that role, a partner in the first unit."""
    login = f"qian{next(COUNT)}"
    officer = await desk.signed_in(role, login)
    if role is Role.PARTNER:
        async with desk.database.writing() as session:
            staff = await staff_by_login(session, login)
            assert staff is not None
            staff.unit_id = 1
    value = officer.client.cookies[SESSION_COOKIE]
    await context.add_cookies([{"name": SESSION_COOKIE, "value": value, "url": address}])


@asynccontextmanager
async def furnished() -> Any:
    folder = Path(tempfile.mkdtemp(prefix="fanzha-shots-"))
    database = Database(
        f"sqlite+aiosqlite:///{folder}/shots.sqlite3", Vault({1: b"k" * 32}, b"f" * 32)
    )
    async with database.engine.begin() as connection:
        await connection.run_sync(metadata.create_all)
    desk = Desk(database)
    desk.clock.at = now()
    library = load_library(PATTERNS_ROOT, ROOT / "build" / "library")
    shop = Workshop(lambda: library, partial(read_patterns, PATTERNS_ROOT))
    try:
        yield desk, await furnish(desk, shop)
    finally:
        await database.close()
        shutil.rmtree(folder, ignore_errors=True)


def keep_small(taken: bytes, path: Path) -> None:
    """A picture in a few colours."""
    Image.open(io.BytesIO(taken)).convert("RGB").quantize(COLOURS).save(path, optimize=True)


async def shoot(folder: Path, wanted: Sequence[str]) -> None:
    """Every wanted page in every look, as PNG files."""
    from playwright.async_api import async_playwright

    async with (
        furnished() as (desk, number),
        serve_desk(desk) as address,
        async_playwright() as play,
    ):
        browser = await play.chromium.launch(
            executable_path=shutil.which("chromium"),
            args=["--no-sandbox"],
        )
        for look, options in LOOKS.items():
            every = {name: (Role.CHIEF, path) for name, path in PAGES.items()} | OF_OTHERS
            chosen = [
                (name, *one)
                for name, one in every.items()
                if not wanted or {name, f"{name}-{look}"} & set(wanted)
            ]
            for role, pages in groupby(chosen, lambda one: one[1]):
                context = await browser.new_context(locale="zh-CN", **options)
                await sign_in_to(context, desk, address, role)
                page = await context.new_page()
                for name, _, path in pages:
                    await page.goto(address + path.format(number=number))
                    await page.evaluate(ALL_PICTURES)
                    taken = await page.screenshot(full_page=True)
                    keep_small(taken, folder / f"{name}-{look}.png")
                await context.close()
        await browser.close()


if __name__ == "__main__":
    Path(sys.argv[1]).mkdir(parents=True, exist_ok=True)
    asyncio.run(shoot(Path(sys.argv[1]), sys.argv[2:]))
