"""A quiz for a whole group: native polls, one after the other; nobody learns who was wrong.

Everything stands in rows: a poll goes out through the outbox, Telegram tells how many took which
answer, and the end of one poll queues the next, so a restart goes on where it was.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random

from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import ConflictError, InvalidInputError, NotFoundError
from bot.services.articles import AUDIENCES
from bot.services.education import Education
from bot.services.grid import audiences_of, may_use, scope_of
from bot.services.outgoing import Button, Outgoing, PollOrder
from bot.services.permissions import Action, require
from bot.services.questions import Kind, Question
from bot.services.quiz_choice import choose_questions
from bot.services.quizzes import local_day
from bot.services.sending_rules import Rules, is_quiet
from bot.storage import group_quizzes as rows
from bot.storage.group_quizzes import GroupPoll, GroupQuiz
from bot.storage.groups import CommunityGroup, GroupChannel, group_address, group_by_address
from bot.storage.outbox import (
    DeliveryState,
    Priority,
    cancel_waiting,
    queue_message,
    state_of_message,
)
from bot.storage.staff import Staff
from bot.times import SHANGHAI

SECONDS = 60
"""So long a question is open; Telegram takes 5 to 600."""
READING = timedelta(seconds=8)
"""Between two questions, so that the explanation can be read."""
GRACE = timedelta(seconds=60)
"""So long the clock waits for Telegram to say that a question is over."""
RECENT_QUIZZES = 12
LEAST_SHOWN = 5
"""Of fewer people no figure is said."""
ON_ITS_WAY = (DeliveryState.QUEUED, DeliveryState.SENDING)
BEGUN = (
    f"开始答题：五道题，每题 {SECONDS} 秒，每人点一次。匿名作答，谁也看不到谁选了什么；"
    "答完公布全群的结果。"
)
NOT_HERE = "这个群还没有登记，或不在您的网格里。请先在群里发 /register。"
NOTHING_OPEN = "这个群现在没有在答题。发 /groupquiz 开始。"
UNDER_WAY = "这个群正在答题。要提前结束，发 /groupquiz stop。"
AT_NIGHT = "现在是夜间免打扰时间，群里先不答题。白天再发 /groupquiz。"
NO_POLLS = "这个群里发不出投票，答题没有开始。请群管理员允许机器人发投票，再发 /groupquiz。"
STOPPED = "好，这一题之后就结束，马上公布结果。"


async def begin(
    session: AsyncSession,
    education: Education,
    staff: Staff,
    chat_id: int,
    rules: Rules,
    now: datetime,
) -> GroupQuiz:
    """Begin a quiz in a registered group. Raises ConflictError while one is under way,
    InvalidInputError in the quiet hours."""
    group = await _group_for(session, staff, chat_id)
    if is_quiet(now.astimezone(SHANGHAI).time(), rules):
        raise InvalidInputError(AT_NIGHT)
    questions = choose_questions(
        education.questions.values(),
        education.articles,
        due=(),
        later=(),
        recent=await rows.asked_in(session, group.id, RECENT_QUIZZES),
        audience=next((one for one in audiences_of(group) if one in AUDIENCES), ""),
        month=local_day(now).month,
        draw=Random(f"{group.id}:{now.isoformat()}"),  # noqa: S311
    )
    if not questions:
        raise NotFoundError("现在没有适合这个群的题目。")
    ids = [one.id for one in questions]
    quiz = await rows.add_quiz(session, group.id, staff.id, ids, now)
    if quiz is None:
        raise ConflictError(UNDER_WAY)
    await _ask(session, education, quiz, 0, now + timedelta(seconds=2), now)
    return quiz


async def stop(
    session: AsyncSession, education: Education, staff: Staff, chat_id: int, now: datetime
) -> None:
    """End a quiz with the question that is open. Raises NotFoundError where none is."""
    group = await _group_for(session, staff, chat_id)
    quiz = await rows.open_quiz(session, group.id)
    if quiz is None:
        raise NotFoundError(NOTHING_OPEN)
    polls = await rows.polls_of(session, quiz.id)
    last = polls[-1]
    quiz.questions = " ".join(quiz.question_ids[: last.place + 1])
    await session.flush()
    if await cancel_waiting(session, _key(quiz.id, last.place), now):
        await rows.close_poll(session, quiz.id, last.place, now)
        await _finish(session, education, quiz, now)
    elif last.message_id is not None:
        stopping = Outgoing("", stop_poll=last.message_id)
        await _queue(session, group, f"gquiz-stop:{quiz.id}", stopping, now, now)


async def poll_was_sent(
    session: AsyncSession, order: PollOrder, poll_id: str, message_id: int, now: datetime
) -> None:
    """Telegram took a question: from now on its votes are known by `poll_id`."""
    await rows.note_sent(session, order.quiz, order.place, poll_id, message_id, now)


async def poll_changed(
    session: AsyncSession,
    education: Education,
    poll_id: str,
    taken: Sequence[int],
    now: datetime,
    *,
    closed: bool,
) -> None:
    """How many took each option of a poll; of a closed one the next question follows.

    A poll that is not ours, or over already, is nothing to do.
    """
    poll = await rows.poll_of(session, poll_id)
    if poll is None or poll.closed_at is not None:
        return
    question = education.questions.get(poll.question)
    right = taken[question.answer] if question and question.answer < len(taken) else 0
    await rows.count_votes(session, poll_id, sum(taken), right)
    if closed:
        await _go_on(session, education, poll, now)


async def quizzes_wait(session: AsyncSession, now: datetime) -> bool:
    """Whether the clock has something to put right; only looks."""
    return any(
        _is_late(poll, now) or poll.sent_at is None for poll in await rows.open_polls(session)
    )


async def put_right(session: AsyncSession, education: Education, now: datetime) -> int:
    """Go on where Telegram never said that a question was over, end what cannot be sent.

    Returns how many quizzes went on or ended. The grace begins when the clock first sees it, so
    that after a stop of hours the updates that waited are heard first.
    """
    moved = 0
    for poll in await rows.open_polls(session):
        if poll.sent_at is None:
            moved += await _give_up(session, poll, now)
        elif _is_late(poll, now):
            if poll.late_at is None:
                poll.late_at = now
                await session.flush()
            elif now >= poll.late_at + GRACE:
                await _go_on(session, education, poll, now)
                moved += 1
    return moved


def _is_late(poll: GroupPoll, now: datetime) -> bool:
    return poll.sent_at is not None and now > poll.sent_at + timedelta(seconds=SECONDS + 5)


async def _give_up(session: AsyncSession, poll: GroupPoll, now: datetime) -> bool:
    state = await state_of_message(session, _key(poll.quiz_id, poll.place))
    if state in ON_ITS_WAY:
        return False
    await rows.close_poll(session, poll.quiz_id, poll.place, now)
    ended = await rows.finish_quiz(session, poll.quiz_id, now)
    if ended and state == DeliveryState.FAILED:
        quiz = await session.get_one(GroupQuiz, poll.quiz_id)
        group = await session.get_one(CommunityGroup, quiz.group_id)
        await _queue(session, group, f"gquiz-end:{quiz.id}", Outgoing(NO_POLLS), now, now)
    return ended


async def _go_on(
    session: AsyncSession, education: Education, poll: GroupPoll, now: datetime
) -> None:
    if not await rows.close_poll(session, poll.quiz_id, poll.place, now):
        return
    quiz = await session.get_one(GroupQuiz, poll.quiz_id)
    left = range(poll.place + 1, len(quiz.question_ids))
    known = [place for place in left if quiz.question_ids[place] in education.questions]
    if known:
        await _ask(session, education, quiz, known[0], now + READING, now)
    else:
        await _finish(session, education, quiz, now)


async def _ask(
    session: AsyncSession,
    education: Education,
    quiz: GroupQuiz,
    place: int,
    due_at: datetime,
    now: datetime,
) -> None:
    question = education.questions[quiz.question_ids[place]]
    session.add(
        GroupPoll(quiz_id=quiz.id, place=place, question=question.id, family=question.family)
    )
    await session.flush()
    group = await session.get_one(CommunityGroup, quiz.group_id)
    order = poll_order(quiz.id, place, len(quiz.question_ids), question)
    key = _key(quiz.id, place)
    await _queue(session, group, key, Outgoing("", poll=order), due_at, now)


def poll_order(quiz_id: int, place: int, of: int, question: Question) -> PollOrder:
    """A question as a poll, with its place in the quiz."""
    head = f"第 {place + 1} 题，共 {of} 题\n"
    if question.kind is Kind.JUDGE:
        head += "下面这条消息是骗局，还是正常的？\n"
    return PollOrder(
        quiz=quiz_id,
        place=place,
        question=head + question.text,
        options=question.options,
        answer=question.answer,
        explanation=question.explanation,
        seconds=SECONDS,
    )


async def _finish(
    session: AsyncSession, education: Education, quiz: GroupQuiz, now: datetime
) -> None:
    if not await rows.finish_quiz(session, quiz.id, now):
        return
    group = await session.get_one(CommunityGroup, quiz.group_id)
    if not group.active:
        return
    polls = [poll for poll in await rows.polls_of(session, quiz.id) if poll.sent_at]
    await _queue(session, group, f"gquiz-end:{quiz.id}", _result(education, polls), now, now)


def _result(education: Education, polls: Sequence[GroupPoll]) -> Outgoing:
    """What the group hears at the end: how many, how well together, what to read."""
    most = max((poll.voters for poll in polls), default=0)
    answers, right = sum(poll.voters for poll in polls), sum(poll.right for poll in polls)
    if most < LEAST_SHOWN:
        words = f"答题结束，谢谢参加。作答的不到 {LEAST_SHOWN} 人，就不算比例了。"
        return Outgoing(f"{words}想自己再做几道，私聊我发 /quiz。")
    words = (
        f"答题结束，谢谢参加。{len(polls)} 道题，最多的一题有 {most} 人作答；"
        f"大家一共答了 {answers} 次，对了 {right} 次（{right / answers:.0%}）。"
    )
    hardest = min(
        (poll for poll in polls if poll.voters >= LEAST_SHOWN),
        key=lambda poll: poll.right / poll.voters,
    )
    article = education.articles.get(hardest.family)
    if article is None or hardest.right == hardest.voters:
        return Outgoing(f"{words}\n想自己再做几道，私聊我发 /quiz。")
    words += f"\n最容易看错的是第 {hardest.place + 1} 题，讲的是“{article.title}”。"
    more = Button("私下看这一种", f"guard:details:{hardest.family}")
    return Outgoing(f"{words}想自己再做几道，私聊我发 /quiz。", ((more,),))


async def _group_for(session: AsyncSession, staff: Staff, chat_id: int) -> CommunityGroup:
    require(staff.role, Action.RUN_GROUP_QUIZ)
    group = await group_by_address(session, GroupChannel.TELEGRAM, str(chat_id))
    scope = await scope_of(session, staff)
    if group is None or not group.active or not may_use(group, staff, scope):
        raise NotFoundError(NOT_HERE)
    return group


def _key(quiz_id: int, place: int) -> str:
    return f"gquiz:{quiz_id}:{place}"


async def _queue(
    session: AsyncSession,
    group: CommunityGroup,
    key: str,
    message: Outgoing,
    due_at: datetime,
    now: datetime,
) -> None:
    await queue_message(
        session,
        dedupe_key=key,
        priority=Priority.RECEIPT,
        channel=group.channel,
        address=group_address(session, group),
        payload=message.to_json(),
        due_at=due_at,
        now=now,
        group_id=group.id,
    )
