"""A district with reports, checks and cases on its board."""

from datetime import datetime, timedelta

from bot.services.board import (
    CASES,
    TRICKS,
    TYPES,
    WEEKS,
    Bar,
    Board,
    Case,
    DistrictFigures,
    Trick,
    WeekBar,
)
from bot.services.board_cases import LONGEST, decide_case, write_case
from bot.services.education import education, families_of
from bot.services.knowledge import (
    category_name,
    family_antidote,
    family_title,
    verification_contacts,
)
from bot.services.library import PATTERNS_ROOT
from bot.services.reports import Draft, file_report
from bot.storage.board import BoardCase
from bot.storage.checks import Check
from bot.storage.database import Database
from bot.storage.outcomes import LeadOutcome
from bot.storage.residents import find_or_add_resident
from bot.storage.staff import Role
from tests.services.casework import officer

CATEGORIES = ("brushing", "fake_investment")
TYPED = ("退款变贷款", "客服说快递丢了要赔钱，让她开共享屏幕，后来钱被转走。", "退款只在原订单里办")


async def report(
    database: Database,
    at: datetime,
    category: str = "brushing",
    family: str = "brush_task",
    loss_fen: int = 0,
    story: str = "有人让我做任务垫付，提现时说账户冻结了",
) -> None:
    """A lead received then, with its loss where there is one."""
    async with database.writing() as session:
        resident = await find_or_add_resident(session, "web", hash((at, category)) % 10**9, at)
        draft = Draft(happened="paid", description=story, contact="wechat", category=category)
        lead = await file_report(session, resident, draft, at)
        lead.family, lead.received_at = family, at
        if loss_fen:
            staff = await officer(session, "li")
            outcome = {"loss_fen": loss_fen, "family_notified": False, "at": at}
            session.add(LeadOutcome(lead_id=lead.id, staff_id=staff.id, **outcome))


async def check(database: Database, at: datetime, person: int, family: str = "inv_guru") -> None:
    """A check by somebody that found a trick."""
    async with database.writing() as session:
        resident = await find_or_add_resident(session, "web", person, at)
        session.add(
            Check(
                reference=f"{person}-{at:%d%H%M%S}"[:16],
                resident_id=resident.id,
                text_hash="0" * 32,
                level="high",
                score=0.9,
                category="fake_investment",
                family=family,
                action="A0",
                library_version="1",
                disputed_at=None,
                created_at=at,
            )
        )


async def written_case(database: Database, now: datetime, typed: tuple[str, str, str]) -> int:
    """A case that waits for a second officer."""
    async with database.writing() as session:
        li = await officer(session, "li")
        case: BoardCase = await write_case(session, li, "brushing", typed, CATEGORIES, now)
        return case.id


async def approve(database: Database, case_id: int, now: datetime, login: str = "zhao") -> None:
    """Put a case on the board."""
    async with database.writing() as session:
        await decide_case(session, await officer(session, login, Role.CHIEF), case_id, True, now)


async def shown_case(
    database: Database, now: datetime, typed: tuple[str, str, str] = TYPED
) -> None:
    """A case on the board."""
    await approve(database, await written_case(database, now, typed), now)


async def busy_weeks(database: Database, now: datetime) -> None:
    """Eight weeks of reports: two classes above the least count, one below; this week's checks."""
    for week in range(8):
        for number in range(6 + week % 3):
            at = now - timedelta(days=7 * week + 1, hours=number)
            await report(database, at, loss_fen=2_000_000 * (number % 2))
        await report(
            database, now - timedelta(days=7 * week + 2), "fake_investment", "inv_guru", 90_000_000
        )
    for person in range(2):
        await report(database, now - timedelta(days=3, hours=person), "romance", "romance_gift")
    for person in range(7):
        await check(database, now - timedelta(days=2, minutes=person), person + 1)


def longest_board(now: datetime) -> Board:
    """As much as each place of the board can ever hold."""
    families = families_of(PATTERNS_ROOT)
    titled = [
        Trick(family_title(category, family), antidote, 1234)
        for family, category in families.items()
        if (antidote := family_antidote(category, family))
    ]
    tricks = sorted(titled, key=lambda one: len(one.title + one.antidote))[-TRICKS:]
    typed = ["长" * most for most in LONGEST.values()]
    kinds = sorted((category_name(one) for one in set(families.values())), key=len)[-TYPES:]
    cases = tuple(Case(number, kinds[-1], *typed, now) for number in range(CASES))
    week = timedelta(days=7)
    figures = DistrictFigures(
        day=now.date(),
        tricks=tuple(tricks),
        by_number=tuple(Bar(kind, 12345, "12,345 起") for kind in kinds),
        by_loss=tuple(Bar(kind, 123456, "123,456 万元") for kind in kinds),
        weeks=tuple(WeekBar((now - n * week).date(), 12345) for n in range(WEEKS)),
    )
    tip = max((one.text for one in education().tips.values()), key=len)
    contacts = tuple(verification_contacts())
    return Board("长" * 20, figures, cases[0], cases, tip, contacts, now)
