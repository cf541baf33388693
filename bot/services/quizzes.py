"""Taking a quiz: begin, answer each question once, finish; nothing waits in memory."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random

from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import ConflictError, NotFoundError
from bot.services.education import Education
from bot.services.questions import Question
from bot.services.quiz_choice import choose_questions, next_due
from bot.storage import quizzes as rows
from bot.storage.learners import (
    FamilyMemory,
    Learner,
    add_memory,
    learner_for,
    memories_of,
    memory_of,
)
from bot.storage.quizzes import Purpose, QuizAnswer, QuizAttempt
from bot.storage.residents import Resident
from bot.storage.study_classes import own_class_id
from bot.storage.training_sessions import note_result
from bot.times import SHANGHAI

STAYS_OPEN = timedelta(hours=2)
"""So long a quiz that was left is gone on with."""
RECENT = 60
"""So many of one's last questions are not repeated while there are others."""
CERTIFICATE_FROM = 0.8
ANSWERED = "这道题您已经答过了，已经记下。请答最新的一道。"
NO_CERTIFICATE = f"五道题答对 {CERTIFICATE_FROM:.0%} 以上才有证书。想再做一份，发 /quiz。"
GONE = "这份题已经过期。想再做一份，发 /quiz。"


@dataclass(frozen=True, slots=True)
class Asked:
    """An open question: of which quiz, at which place of how many."""

    attempt_id: int
    place: int
    of: int
    question: Question


@dataclass(frozen=True, slots=True)
class Graded:
    """What came of an answer; `next` is None once the quiz is over, and `done` is there then."""

    question: Question
    correct: bool
    next: Asked | None
    done: "Finished | None"


@dataclass(frozen=True, slots=True)
class Finished:
    """A quiz that is over; `missed` are families with a wrong answer, `streak` days in a row.

    `session_id` is the training session of a test."""

    attempt_id: int
    purpose: Purpose
    right: int
    of: int
    missed: tuple[str, ...]
    streak: int
    session_id: int | None = None

    @property
    def earns_certificate(self) -> bool:
        """Whether enough was right; one question alone is no quiz."""
        return self.of > 1 and self.right >= CERTIFICATE_FROM * self.of


async def begin_quiz(
    session: AsyncSession, education: Education, resident: Resident, now: datetime
) -> Asked:
    """The first open question of a quiz of five, or of the one that is under way."""
    asked = await open_question(session, education, resident, now)
    if asked is not None:
        return asked
    learner = await learner_for(session, resident.id)
    memories = await memories_of(session, resident.id)
    today = local_day(now)
    due = sorted((one.due_on, one.family) for one in memories if one.due_on and one.due_on <= today)
    questions = choose_questions(
        education.questions.values(),
        education.articles,
        due=[family for _, family in due],
        later={one.family for one in memories if one.due_on is None or one.due_on > today},
        recent=await rows.recent_questions(session, resident.id, RECENT),
        audience=learner.audience,
        month=today.month,
        draw=Random(f"{resident.id}:{now.isoformat()}"),  # noqa: S311
    )
    return await begin_attempt(session, resident, learner, questions, Purpose.PRACTICE, now)


async def begin_about(
    session: AsyncSession, education: Education, resident: Resident, family: str, now: datetime
) -> Asked:
    """One question about a family. Raises NotFoundError where there is none."""
    questions = [one for one in education.questions.values() if one.family == family]
    if not questions:
        raise NotFoundError("这一类还没有题目。发 /quiz 做别的题。")
    recent = await rows.recent_questions(session, resident.id, RECENT)
    fresh = [one for one in questions if one.id not in recent] or questions
    draw = Random(f"{resident.id}:{now.isoformat()}")  # noqa: S311
    learner = await learner_for(session, resident.id)
    return await begin_attempt(
        session, resident, learner, [draw.choice(fresh)], Purpose.ARTICLE, now
    )


async def begin_attempt(
    session: AsyncSession,
    resident: Resident,
    learner: Learner,
    questions: Sequence[Question],
    purpose: Purpose,
    now: datetime,
    session_id: int | None = None,
) -> Asked:
    """Begin with these questions. Raises NotFoundError where there are none."""
    if not questions:
        raise NotFoundError("现在没有适合您的题目，请换一类人群再试。")
    attempt = QuizAttempt(
        resident_id=resident.id,
        purpose=purpose,
        audience=learner.audience,
        questions=" ".join(question.id for question in questions),
        asked=len(questions),
        started_at=now,
        class_id=None if session_id else await own_class_id(session, resident.id),
        session_id=session_id,
    )
    session.add(attempt)
    await session.flush()
    return Asked(attempt.id, 0, len(questions), questions[0])


async def open_question(
    session: AsyncSession, education: Education, resident: Resident, now: datetime
) -> Asked | None:
    """The question that waits in a quiz under way; only looks."""
    attempt = await rows.open_attempt(session, resident.id, now - STAYS_OPEN)
    if attempt is None:
        return None
    return _next_of(education, attempt, await rows.answers_of(session, attempt.id))


async def abandon_quizzes(
    session: AsyncSession, education: Education, resident: Resident, now: datetime
) -> bool:
    """Leave every quiz under way; they count as begun, their answers stay. False without one."""
    left = False
    for attempt in await rows.open_attempts(session, resident.id, now - STAYS_OPEN):
        asked = _next_of(education, attempt, await rows.answers_of(session, attempt.id))
        if asked is not None:
            attempt.questions = " ".join(attempt.question_ids[: asked.place])
            left = True
    await session.flush()
    return left


async def answer(
    session: AsyncSession,
    education: Education,
    resident: Resident,
    attempt_id: int,
    place: int,
    chosen: int,
    now: datetime,
) -> Graded:
    """Count an answer. Raises ConflictError for a question that was answered before,
    NotFoundError for a quiz that is not one's own or over."""
    found = await rows.own_attempt_answered(session, attempt_id, resident.id)
    if found is None or not 0 <= place < len(found[0].question_ids):
        raise NotFoundError(GONE)
    attempt, before = found
    question = education.questions.get(attempt.question_ids[place])
    if question is None or not 0 <= chosen < len(question.options):
        raise NotFoundError(GONE)
    correct = chosen == question.answer
    given = QuizAnswer(
        attempt_id=attempt.id,
        place=place,
        question=question.id,
        family=question.family,
        chosen=chosen,
        correct=correct,
        at=now,
    )
    if not await rows.add_answer(session, given):
        raise ConflictError(ANSWERED)
    if attempt.session_id is None:
        await _remember(session, resident, attempt.audience, question.family, correct, now)
    answers = sorted([*before, given], key=lambda one: one.place)
    asked = _next_of(education, attempt, answers)
    done = await _finish(session, resident, attempt, answers, now) if asked is None else None
    return Graded(question, correct, asked, done)


def _next_of(
    education: Education, attempt: QuizAttempt, answers: Sequence[QuizAnswer]
) -> Asked | None:
    """The first question without an answer; those that are no longer in the bank are left out."""
    answered = {one.place for one in answers}
    for place, name in enumerate(attempt.question_ids):
        question = education.questions.get(name)
        if place not in answered and question is not None:
            return Asked(attempt.id, place, attempt.asked, question)
    return None


async def _remember(
    session: AsyncSession,
    resident: Resident,
    audience: str,
    family: str,
    correct: bool,
    now: datetime,
) -> None:
    today = local_day(now)
    memory = await memory_of(session, resident.id, family)
    if memory is None:
        step, due = (0, None) if correct else next_due(0, correct, today)
        await add_memory(
            session,
            FamilyMemory(
                resident_id=resident.id,
                family=family,
                audience=audience,
                first_correct=correct,
                first_at=now,
                latest_correct=correct,
                latest_at=now,
                right_at=now if correct else None,
                step=step,
                due_on=due,
            ),
        )
        return
    if correct:
        memory.right_at = now
        if memory.due_on is not None and memory.due_on <= today:
            memory.step, memory.due_on = next_due(memory.step, correct, today)
    else:
        if memory.latest_correct and memory.right_at is not None:
            memory.forgot_days = (today - local_day(memory.right_at)).days
        memory.step, memory.due_on = next_due(memory.step, correct, today)
    memory.latest_correct, memory.latest_at = correct, now
    await session.flush()


async def _finish(
    session: AsyncSession,
    resident: Resident,
    attempt: QuizAttempt,
    answers: Sequence[QuizAnswer],
    now: datetime,
) -> Finished:
    right = sum(one.correct for one in answers)
    await rows.finish(session, attempt.id, right, now)
    if attempt.session_id is not None:
        await note_result(session, attempt.session_id, resident.id, right, len(answers))
    learner = await learner_for(session, resident.id)
    _count_day(learner, local_day(now))
    missed = tuple(dict.fromkeys(one.family for one in answers if not one.correct))
    purpose = Purpose(attempt.purpose)
    streak, session_id = learner.streak, attempt.session_id
    return Finished(attempt.id, purpose, right, len(answers), missed, streak, session_id)


def _count_day(learner: Learner, today: date) -> None:
    if learner.last_day == today:
        return
    in_a_row = learner.last_day == today - timedelta(days=1)
    learner.streak = learner.streak + 1 if in_a_row else 1
    learner.best = max(learner.best, learner.streak)
    learner.last_day = today


def local_day(moment: datetime) -> date:
    """The day in Shanghai."""
    return moment.astimezone(SHANGHAI).date()


async def finished_quiz(session: AsyncSession, resident: Resident, attempt_id: int) -> Finished:
    """A quiz of one's own that is over. Raises NotFoundError."""
    attempt = await rows.own_attempt(session, attempt_id, resident.id)
    if attempt is None or attempt.finished_at is None:
        raise NotFoundError(GONE)
    answers = await rows.answers_of(session, attempt.id)
    missed = tuple(dict.fromkeys(one.family for one in answers if not one.correct))
    purpose, right = Purpose(attempt.purpose), attempt.right or 0
    streak = (await learner_for(session, resident.id)).streak
    session_id = attempt.session_id
    return Finished(attempt.id, purpose, right, len(answers), missed, streak, session_id)


async def certified_quiz(session: AsyncSession, resident: Resident, attempt_id: int) -> Finished:
    """The same where it earned a certificate. Raises NotFoundError else."""
    done = await finished_quiz(session, resident, attempt_id)
    if done.session_id is not None or not done.earns_certificate:
        raise NotFoundError(NO_CERTIFICATE)
    return done
