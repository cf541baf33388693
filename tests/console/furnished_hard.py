"""What only the hard data has: people of every role, many lines, figures of a million."""

from datetime import timedelta

from sqlalchemy import delete

from bot.services.activities import file_activities
from bot.services.api_tokens import Scope, issue_token
from bot.services.blocklist import block, read_entry
from bot.services.freezes import Claim, ReturnMethod, freeze_account, plan_return
from bot.services.partner_requests import ask_partner
from bot.services.roster import add_shifts
from bot.services.training_sessions import plan_session
from bot.services.unit_tasks import hand_out
from bot.services.units import add_unit
from bot.services.visitors import receive_visitor
from bot.storage.partner_requests import RequestKind
from bot.storage.rollups import DayFigure, Dimension
from bot.storage.staff import Role, staff_by_login
from bot.storage.unit_tasks import TaskKind
from bot.storage.units import UnitKind
from bot.times import local_day, now
from tests.console.desk import Desk
from tests.console.furnished_words import HARD, HUGE_FEN, Words, hard

KINDS = (UnitKind.BANK, UnitKind.CARRIER, UnitKind.PAY)
MILLION = 1_000_000
VALUES = {
    Dimension.CATEGORY: ("fake_customer_service", "brushing", "fake_investment", "fake_loan"),
    Dimension.CHANNEL: ("web", "telegram", "wecom"),
    Dimension.AGE: ("18-29", "60以上"),
    Dimension.STREET: (hard(40), hard(40, 1), hard(40, 2), "东街街道"),
    Dimension.HOUR: ("00", "09", "15", "23"),
    Dimension.ALL: ("",),
}


async def furnish_hard(desk: Desk, words: Words) -> None:
    """Many lines in every list, and a month in which a million leads came a day."""
    await _people(desk, words)
    await _chain(desk, words)
    await _figures(desk)


async def _people(desk: Desk, words: Words) -> None:
    roles = [role for role in Role if role not in (Role.RESIDENT, Role.PARTNER)]
    for number in range(4 * words.times):
        role = roles[number % len(roles)]
        await desk.staff(role, f"{role.value}.{'x' * 16}{number}", HARD.name("x" * number))
    async with desk.database.writing() as session:
        chief = await staff_by_login(session, "zhao")
        assert chief is not None
        for number in range(words.times):
            name = f"upstream-{'x' * 18}{number:02}"
            await issue_token(session, chief, name, [*Scope], 366, now())
        sites = [f"{'a' * 60}{number}.{'b' * 50}.example.com" for number in range(3 * words.times)]
        wanted = [read_entry(site, hard(60, place)) for place, site in enumerate(sites)]
        await block(session, chief, wanted, hard(60), 730, now())
        start = now() - timedelta(hours=1)
        shifts = [
            ("li", start, start + timedelta(hours=8)),
            ("zhao", start, start + timedelta(hours=8)),
        ]
        await add_shifts(session, chief, shifts, now())
        filed = [
            ("talk", f"{hard(60, number)} {100_000 - number}", now())
            for number in range(2 * words.times)
        ]
        await file_activities(session, chief, filed)


async def _chain(desk: Desk, words: Words) -> None:
    due = now() + timedelta(days=1)
    async with desk.database.writing() as session:
        chief = await staff_by_login(session, "zhao")
        assert chief is not None
        for number in range(words.times):
            name = f"{number}{hard(56, number)}"
            kind = KINDS[number % 3]
            unit = await add_unit(session, chief, name, kind, now(), member=True, two_card=True)
            await ask_partner(session, chief, RequestKind.VERIFY, unit.id, hard(400, number), now())
            await hand_out(session, chief, TaskKind.MEETING, unit.id, hard(200, number), due, now())
            account = f"62220212345678{number:05}"
            until = now() + timedelta(days=180 + number)
            frozen = await freeze_account(
                session, chief, account, hard(60, number), HUGE_FEN, now(), until, now()
            )
            claims = [Claim(hard(60, one), HUGE_FEN // 10) for one in range(5)]
            await plan_return(session, chief, frozen.id, ReturnMethod.TRACEABLE, claims, now())
            await receive_visitor(session, chief, "advice", now())
            await plan_session(
                session,
                chief,
                hard(60, number),
                now() - timedelta(days=number),
                now(),
                place=hard(60, number + 1),
                teacher=hard(30, number),
                expected=["专班"],
            )


async def _figures(desk: Desk) -> None:
    today = local_day(now())
    async with desk.database.writing() as session:
        await session.execute(delete(DayFigure))
        session.add_all(
            DayFigure(
                day=today - timedelta(days=ago),
                dimension=dimension,
                value=value,
                count=MILLION,
                part=MILLION // 3,
                fen=HUGE_FEN,
            )
            for ago in range(28)
            for dimension, values in VALUES.items()
            for value in values
        )
