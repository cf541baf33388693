"""A quiz, a drill and a group's quiz whose bot is killed with -9 again and again go on."""

import asyncio
import random
import subprocess
from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import select

from bench.report_parts import life, process
from bench.reporting import TOKEN
from bot.services.quiz_choice import QUIZ_LENGTH
from bot.services.runtime_settings import change_settings
from bot.services.staff import invite
from bot.settings import Settings
from bot.storage.database import Database
from bot.storage.drills import DrillRun
from bot.storage.group_quizzes import GroupPoll, GroupQuiz
from bot.storage.quizzes import QuizAnswer, QuizAttempt
from bot.storage.staff import Role
from bot.times import now
from scheduler.budget import Limiter
from scheduler.outbox import OutboxWorker
from scheduler.senders.telegram import TelegramSender
from tests.botapi import BotApiServer, SentMessage
from tests.handlers.test_drill import FOR_ADULTS, Result, way_to

LONGEST_WAIT = 20
"""Seconds, on a machine that has other things to do."""
MOST_LIVES = 40
pytestmark = [
    pytest.mark.usefixtures("library"),
    pytest.mark.parametrize("database_url", ["postgresql"], indirect=True),
]


class Mortal:
    """One resident and a bot in a process of its own that is killed between and within answers."""

    def __init__(self, api: BotApiServer, database: Database) -> None:
        self.api, self.database, self.chance = api, database, random.Random(11)
        self.bot = api.add_bot(token=TOKEN, username="fanzha_bot")
        self.user = api.add_user(first_name="王奶奶")
        self.chat = api.private_chat(self.bot, self.user)
        self.kills = 0
        self.seen = 0

    def nursery(self) -> subprocess.Popen[str]:
        url = self.database.engine.url.render_as_string(hide_password=False)
        return process("bench.reporting", url, self.api.url)

    def lives(self, nursery: subprocess.Popen[str]) -> Iterator[None]:
        """One life after another, each ended by kill -9."""
        for _ in range(MOST_LIVES):
            with life(nursery):
                yield
            self.kills += 1
        raise AssertionError("it never came to its end")

    def asks(self, text: str) -> None:
        self.api.send(self.chat, self.user, text=text)

    async def is_killed_somewhere(self) -> None:
        """Before, while or after what was done last is answered."""
        await asyncio.sleep(self.chance.uniform(0, 0.2))

    async def hears(self, ends: Callable[[str], bool]) -> SentMessage:
        """The newest message with buttons that was not looked at, or the one that ends it."""

        def fresh() -> SentMessage | None:
            new = self.api.messages(self.chat)[self.seen :]
            return next((one for one in reversed(new) if one.keyboard or ends(one.text)), None)

        found: SentMessage = await self.api.wait_until(fresh, LONGEST_WAIT)
        self.seen = len(self.api.messages(self.chat))
        return found


@pytest.fixture
async def mortal(database: Database) -> Mortal:
    async with BotApiServer() as api:
        yield Mortal(api, database)


@pytest.mark.slow
async def test_a_quiz_goes_on_where_it_was(mortal: Mortal) -> None:
    def over(text: str) -> bool:
        return text.startswith("做完了")

    mortal.asks("/quiz")
    with mortal.nursery() as nursery:
        for _ in mortal.lives(nursery):
            asked = await mortal.hears(over)
            if over(asked.text):
                break
            mortal.api.press(mortal.chat, mortal.user, asked, asked.buttons[0])
            await mortal.is_killed_somewhere()
    async with mortal.database.reading() as session:
        (attempt,) = (await session.scalars(select(QuizAttempt))).all()
        answers = (await session.scalars(select(QuizAnswer).order_by(QuizAnswer.place))).all()
    assert mortal.kills >= QUIZ_LENGTH
    assert [one.place for one in answers] == list(range(QUIZ_LENGTH))
    assert attempt.finished_at is not None
    assert attempt.right == sum(one.correct for one in answers)


@pytest.mark.slow
async def test_a_drill_goes_on_where_it_was(mortal: Mortal) -> None:
    drill, answers = FOR_ADULTS, iter(way_to(FOR_ADULTS, Result.STOPPED))
    answered: dict[str, str] = {}

    def over(text: str) -> bool:
        return drill.closing in text

    def answer(asked: SentMessage) -> str:
        for label in (drill.title, "还有", "我已成年，开始"):
            if label in asked.buttons:
                return label
        if asked.text not in answered:
            answered[asked.text] = next(answers)
        return answered[asked.text]

    mortal.asks("/drill")
    with mortal.nursery() as nursery:
        for _ in mortal.lives(nursery):
            asked = await mortal.hears(over)
            if over(asked.text):
                break
            assert asked.text.startswith(("模拟演练", "【模拟演练】"))
            mortal.api.press(mortal.chat, mortal.user, asked, answer(asked))
            await mortal.is_killed_somewhere()
    async with mortal.database.reading() as session:
        (run,) = (await session.scalars(select(DrillRun))).all()
    assert mortal.kills >= 3
    assert (run.result, run.missed) == ("stopped", "")
    assert next(answers, None) is None


@pytest.mark.slow
async def test_a_groups_quiz_goes_on_with_every_vote(mortal: Mortal) -> None:
    api, members = mortal.api, [mortal.api.add_user(first_name=f"邻居{n}") for n in range(6)]
    group = api.add_group("幸福里业主群", members=[mortal.user, *members], bots=[mortal.bot])
    sender = TelegramSender(TOKEN, api.url, Limiter(1000, chat_pause=0))
    worker = OutboxWorker(mortal.database, sender, holder="w", now=now)
    async with mortal.database.writing() as session:
        _, code = await invite(session, None, "zhao", "赵", Role.GRID, now())
        chief, _ = await invite(session, None, "qian", "钱", Role.CHIEF, now())
        typed = {"quiet_hours": "off"}
        await change_settings(session, chief, typed, Settings(_env_file=None), seen=0, now=now())

    async def sent(place: int) -> SentMessage:
        """The poll of that place, or after the last one the result, once the outbox brings it."""
        for _ in range(LONGEST_WAIT * 10):
            await worker.deliver_due()
            found = [one for one in api.messages(group) if one.poll_id or "一共答了" in one.text]
            if len(found) > place:
                return found[place]
            await asyncio.sleep(0.1)
        raise AssertionError(api.story())

    with mortal.nursery() as nursery:
        with life(nursery):
            mortal.asks(f"/bind {code}")
            await api.wait_for_message(mortal.chat, timeout=LONGEST_WAIT)
            api.send(group, mortal.user, text="/register")
            await api.wait_for_message(group, timeout=LONGEST_WAIT)
        api.send(group, mortal.user, text="/groupquiz")
        with life(nursery):
            await api.wait_for_message(group, after=1, timeout=LONGEST_WAIT)
            shown = await sent(0)
        for place in range(QUIZ_LENGTH):
            poll = api.backend.world.polls[shown.poll_id]
            assert f"第 {place + 1} 题" in poll.question
            for member in members[:5]:
                api.vote(group, member, shown, poll.correct)
            with life(nursery):
                await mortal.is_killed_somewhere()
            wrong = 1 - min(poll.correct, 1)
            api.vote(group, members[5], shown, wrong)
            api.run_out(shown)
            with life(nursery):
                await mortal.is_killed_somewhere()
            with life(nursery):
                shown = await sent(place + 1)
    await sender.close()
    assert "一共答了 30 次，对了 25 次" in shown.text
    async with mortal.database.reading() as session:
        (quiz,) = (await session.scalars(select(GroupQuiz))).all()
        polls = (await session.scalars(select(GroupPoll).order_by(GroupPoll.place))).all()
    assert [(one.voters, one.right) for one in polls] == [(6, 5)] * QUIZ_LENGTH
    assert quiz.finished_at is not None
