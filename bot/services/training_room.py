"""In the room: a code that changes shows who is there, and a test afterwards.

The code is reckoned from the session and the clock, so nothing is stored and a picture of it sent
to somebody at home is soon worth nothing.
"""

from datetime import datetime, timedelta
from random import Random

from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import NotAllowedError, NotFoundError
from bot.services.attempts import Refusal, begin_try, forget_tries
from bot.services.certificate import Certificate
from bot.services.education import Education
from bot.services.permissions import Action, require
from bot.services.quiz_choice import choose_questions
from bot.services.quizzes import STAYS_OPEN, Asked, begin_attempt, local_day, open_question
from bot.services.training_sessions import find_session
from bot.storage import training_sessions as rows
from bot.storage.database import vault_of
from bot.storage.learners import learner_for
from bot.storage.quizzes import Purpose, open_attempt
from bot.storage.residents import Resident
from bot.storage.staff import Staff, staff_by_login
from bot.storage.training_sessions import TrainingSession

OPENS_BEFORE, CLOSES_AFTER = timedelta(minutes=30), timedelta(hours=4)
"""From when to when, around its beginning, somebody may sign in to a session."""
CODE_SECONDS = 120
DIGITS = 6
TEST_LENGTH = 10
PASSED = 0.8
TEST_WITHIN = timedelta(days=30)
BAD_CODE = "数字不对或已经换了。请看课堂屏幕上现在的六位数字，再发一次，例如：/attend 482913"
NO_SUCH_PERSON = "没有这位同事，请刷新后再看。"
DID_NOT_COME = "先签到才能做这一期的课后测试。"
TEST_OVER = f"这一期的课后测试已经截止（课后 {TEST_WITHIN.days} 天内可做）。"


def is_open(held: TrainingSession, now: datetime) -> bool:
    """Whether one may sign in to a session now."""
    return held.held_at - OPENS_BEFORE <= now <= held.held_at + CLOSES_AFTER


async def code_shown(session: AsyncSession, staff: Staff, session_id: int, now: datetime) -> str:
    """The code to show in the room; empty outside its time."""
    require(staff.role, Action.KEEP_TRAINING)
    held = await find_session(session, session_id)
    return _code(session, held, now) if is_open(held, now) else ""


def _code(session: AsyncSession, held: TrainingSession, moment: datetime) -> str:
    turn = int(moment.timestamp()) // CODE_SECONDS
    hashed = vault_of(session).fingerprint(f"{held.id}:{turn}", "training.code")
    return f"{int(hashed, 16) % 10**DIGITS:0{DIGITS}}"


async def attend(
    session: AsyncSession, staff: Staff, typed: str, now: datetime
) -> TrainingSession | Refusal:
    """Sign in by the code of this turn or the one before. Five tries, then a pause."""
    require(staff.role, Action.ATTEND_TRAINING)
    subject = f"training:{staff.id}"
    if refused := await begin_try(session, subject, now):
        return refused
    digits = "".join(sign for sign in typed if sign.isdecimal())
    for held in await rows.sessions_around(session, now - CLOSES_AFTER, now + OPENS_BEFORE):
        turns = (now, now - timedelta(seconds=CODE_SECONDS))
        if digits in {_code(session, held, moment) for moment in turns}:
            await forget_tries(session, subject)
            await rows.note_came(session, held.id, staff.id, now)
            return held
    return Refusal(BAD_CODE)


async def begin_test(
    session: AsyncSession,
    education: Education,
    staff: Staff,
    resident: Resident,
    session_id: int,
    now: datetime,
) -> Asked:
    """The first question of the test, or the one that is open. Who came may take it."""
    require(staff.role, Action.ATTEND_TRAINING)
    held = await find_session(session, session_id)
    row = await rows.attendance_of(session, held.id, staff.id)
    if row is None or not row.came:
        raise NotAllowedError(DID_NOT_COME)
    if now > held.held_at + TEST_WITHIN:
        raise NotFoundError(TEST_OVER)
    under_way = await open_attempt(session, resident.id, now - STAYS_OPEN)
    if under_way is not None and under_way.session_id == held.id:
        asked = await open_question(session, education, resident, now)
        if asked is not None:
            return asked
    questions = choose_questions(
        education.questions.values(),
        education.articles,
        due=(),
        later=(),
        recent=(),
        audience="",
        month=local_day(now).month,
        draw=Random(f"{staff.id}:{held.id}:{now.isoformat()}"),  # noqa: S311
        length=TEST_LENGTH,
    )
    learner = await learner_for(session, resident.id)
    return await begin_attempt(
        session, resident, learner, questions, Purpose.TRAINING, now, session_id=held.id
    )


async def certificate_for(
    session: AsyncSession, staff: Staff, session_id: int, *, district: str
) -> Certificate:
    """One's own certificate of a session. Raises NotFoundError where the test was not passed."""
    require(staff.role, Action.ATTEND_TRAINING)
    return await _certificate(session, session_id, staff, district)


async def certificate_of(
    session: AsyncSession, keeper: Staff, session_id: int, login: str, *, district: str
) -> Certificate:
    """Somebody else's, for who keeps the training. Raises NotFoundError as `certificate_for`."""
    require(keeper.role, Action.KEEP_TRAINING)
    found = await staff_by_login(session, login)
    if found is None:
        raise NotFoundError(NO_SUCH_PERSON)
    return await _certificate(session, session_id, found, district)


def passed(right: int | None, asked: int | None) -> bool:
    """Whether a test was passed."""
    return bool(asked) and (right or 0) >= PASSED * (asked or 0)


async def _certificate(
    session: AsyncSession, session_id: int, of: Staff, district: str
) -> Certificate:
    held = await find_session(session, session_id)
    row = await rows.attendance_of(session, held.id, of.id)
    if row is None or not row.came or not passed(row.right, row.asked):
        raise NotFoundError(f"测试答对 {PASSED:.0%} 以上才有证书，可以再做一次。")
    return Certificate(
        heading="公安大讲堂培训证书",
        name=of.name,
        result=f"《{held.subject}》测试 {row.asked} 道答对 {row.right} 道",
        day=f"{local_day(held.held_at):%Y-%m-%d}",
        district=district,
    )
