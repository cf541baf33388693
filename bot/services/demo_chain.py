"""The rest of a demonstration year: partners, tasks, training, cases, frozen and returned money."""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from datetime import datetime, timedelta
from functools import partial
from random import Random

from sqlalchemy.ext.asyncio import AsyncSession

from bot.services.cases import CaseStep, file_case, note_step
from bot.services.demo_cast import Cast
from bot.services.demo_leads import STORIES, moments, split
from bot.services.demo_plan import DemoPlan
from bot.services.freezes import Claim, ReturnMethod, freeze_account, pay_share, plan_return
from bot.services.partner_requests import answer, ask_partner
from bot.services.training_sessions import hold_session
from bot.services.unit_tasks import finish, hand_out
from bot.services.units import CARD_KINDS, SCORE, note_month
from bot.services.work_spans import Span
from bot.storage.partner_requests import RequestKind, RequestResult
from bot.storage.staff import Staff
from bot.storage.unit_tasks import TaskKind
from bot.storage.units import Unit

Deed = Callable[[AsyncSession], Awaitable[object]]
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
FROZEN_FOR = timedelta(days=182)
RETURNS = 24
"""Accounts that money is returned from, the fullest of those frozen early enough."""
TIME_TO_RETURN = 60 * DAY
CLAIMANTS = 5


def chain_deeds(
    plan: DemoPlan, cast: Cast, span: Span, rng: Random, leads: Sequence[str]
) -> tuple[tuple[str, Iterator[Deed]], ...]:
    """What else happens in the year, by name; `leads` are those a partner verifies something of."""
    return (
        ("协作", _verified(plan, cast, span, rng, leads)),
        ("联席", _tasks(plan, cast, span, rng)),
        ("两卡", _cards(cast, span, rng)),
        ("培训", _trainings(plan, cast, span)),
        ("案件", _cases(plan, cast, span, rng)),
        ("冻结返还", _frozen(plan, cast, span, rng)),
    )


def _verified(
    plan: DemoPlan, cast: Cast, span: Span, rng: Random, leads: Sequence[str]
) -> Iterator[Deed]:
    for at in moments(span, plan.verified, rng):
        unit, clerk = rng.choice(cast.partners)
        yield partial(
            _verify,
            duty=rng.choice(cast.duty),
            lead=rng.choice(leads),
            unit=unit,
            clerk=clerk,
            at=at,
        )


async def _verify(
    session: AsyncSession, *, duty: Staff, lead: str, unit: Unit, clerk: Staff, at: datetime
) -> None:
    words = "（演示）请核查名下账户近三日交易"
    asked = await ask_partner(session, duty, RequestKind.VERIFY, unit.id, words, at, lead=lead)
    words, later = "（演示）已核查反馈", at + 3 * HOUR
    await answer(session, clerk, asked.number, RequestResult.DONE, words, later)


def _tasks(plan: DemoPlan, cast: Cast, span: Span, rng: Random) -> Iterator[Deed]:
    for unit in cast.members:
        given = span.since + rng.randint(10, 300) * DAY
        yield partial(_task, chief=cast.chief, kind=TaskKind.MEETING, unit=unit, at=given)
    for number, at in enumerate(moments(span, plan.inspections, rng)):
        unit = cast.members[number % len(cast.members)]
        given = max(at - 2 * HOUR, span.since)
        yield partial(_task, chief=cast.chief, kind=TaskKind.INSPECTION, unit=unit, at=given)


async def _task(
    session: AsyncSession, *, chief: Staff, kind: TaskKind, unit: Unit, at: datetime
) -> None:
    task = await hand_out(session, chief, kind, unit.id, "（演示）反诈治理工作", at + 10 * DAY, at)
    done = at + HOUR / 4
    await finish(session, chief, task.id, "（演示）已落实", done, done, findings=unit.id % 3)


def _cards(cast: Cast, span: Span, rng: Random) -> Iterator[Deed]:
    """Involved cards and a score for each unit under care, each month."""
    for month in span.parts():
        figures = [
            (unit.id, kind, rng.randint(60, 100) if kind == SCORE else rng.randint(1, 9))
            for unit, _ in cast.partners
            for kind in (*CARD_KINDS, SCORE)
        ]
        yield partial(_note, duty=cast.duty[0], figures=figures, at=month.until - HOUR)


async def _note(
    session: AsyncSession, *, duty: Staff, figures: Sequence[tuple[int, str, int]], at: datetime
) -> None:
    await note_month(session, duty, figures, at, at, source="（演示）倒查")


def _trainings(plan: DemoPlan, cast: Cast, span: Span) -> Iterator[Deed]:
    people = [one.login for one in (cast.chief, *cast.duty, *cast.station)]
    for number in range(plan.trainings):
        at = span.since + number * 30 * DAY + 14 * HOUR
        yield partial(_train, chief=cast.chief, people=people, at=at)


async def _train(
    session: AsyncSession, *, chief: Staff, people: Sequence[str], at: datetime
) -> None:
    await hold_session(session, chief, "（演示）预警劝阻业务培训", at, people, at)


def _cases(plan: DemoPlan, cast: Cast, span: Span, rng: Random) -> Iterator[Deed]:
    losses = split(plan.loss_fen, plan.cases, rng)
    times = moments(span, plan.cases, rng)
    numbers = [f"演示坊公立字〔{plan.year}〕{number:04d}号" for number in range(1, plan.cases + 1)]
    for number, loss, at in zip(numbers, losses, times, strict=True):
        yield partial(
            _file, staff=rng.choice(cast.crackdown), number=number, loss=loss, at=at, rng=rng
        )
    for number, at in zip(numbers[: plan.solved], times[: plan.solved], strict=True):
        solved = at + (span.until - at) / 2
        yield partial(
            _step, staff=cast.crackdown[0], step=CaseStep.SOLVED, at=solved, number=number
        )
    for step, persons in (
        (CaseStep.CRIMINAL, plan.criminal),
        (CaseStep.HANDLED, plan.handled),
        (CaseStep.PENALTY, plan.penalty),
        (CaseStep.COERCIVE, plan.coercive),
    ):
        times = moments(span, min(12, persons), rng)
        for count, at in zip(split(persons, len(times), rng), times, strict=True):
            yield partial(_step, staff=cast.crackdown[0], step=step, at=at, persons=count)


async def _file(
    session: AsyncSession, *, staff: Staff, number: str, loss: int, at: datetime, rng: Random
) -> None:
    await file_case(session, staff, number, rng.choice(STORIES)[0], loss, at, at)


async def _step(
    session: AsyncSession,
    *,
    staff: Staff,
    step: CaseStep,
    at: datetime,
    number: str = "",
    persons: int = 1,
) -> None:
    await note_step(session, staff, step, at, at, number=number, persons=persons)


def _frozen(plan: DemoPlan, cast: Cast, span: Span, rng: Random) -> Iterator[Deed]:
    amounts = split(plan.frozen_fen, plan.frozen, rng)
    times = moments(span, plan.frozen, rng)
    early = [place for place, at in enumerate(times) if at + TIME_TO_RETURN < span.until]
    fullest = sorted(early or [0], key=lambda place: -amounts[place])[:RETURNS]
    shares = dict(zip(fullest, split(plan.returned_fen, len(fullest), rng), strict=True))
    for place, (amount, at) in enumerate(zip(amounts, times, strict=True)):
        duty = rng.choice(cast.duty)
        account = f"演示{plan.year}{place:06d}"
        shared = shares.get(place, 0)
        yield partial(_freeze, duty=duty, account=account, amount=amount, at=at, returned=shared)


async def _freeze(
    session: AsyncSession, *, duty: Staff, account: str, amount: int, at: datetime, returned: int
) -> None:
    """Freeze an account; what is returned of it goes to one person whose transfer was traced, or
    pro rata to several after their notice."""
    until = at + FROZEN_FOR
    freeze = await freeze_account(session, duty, account, "演示银行1", amount, at, until, at)
    if not returned:
        return
    method = ReturnMethod.TRACEABLE if returned % 2 else ReturnMethod.PRO_RATA
    people = 1 if method is ReturnMethod.TRACEABLE else CLAIMANTS
    claims = [Claim(f"演示受害人{number}", returned) for number in range(1, people + 1)]
    total = None if method is ReturnMethod.TRACEABLE else returned
    planned = await plan_return(session, duty, freeze.id, method, claims, at + DAY, total_fen=total)
    paid = at + 40 * DAY
    for share in planned:
        await pay_share(session, duty, share.id, paid, paid)
