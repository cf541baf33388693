"""A group answers five polls together, through the Bot API server."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.matching.library import Library
from bot.services import group_quizzes
from bot.services.education import education
from bot.services.staff import invite
from bot.settings import Settings
from bot.storage.database import Database
from bot.storage.group_quizzes import GroupPoll, GroupQuiz
from bot.storage.staff import Role
from scheduler.budget import Limiter
from scheduler.jobs import tend_quizzes
from scheduler.outbox import OutboxWorker
from scheduler.senders.telegram import TelegramSender
from tests.botapi import SentMessage, User
from tests.channels.test_telegram import TOKEN, Telegram, polling, telegram
from tests.scheduler.doubles import HandClock

__all__ = ["telegram"]
SETTINGS = Settings(_env_file=None)


class QuizGroup:
    """A registered group of eight, the outbox that sends to it, and a clock to turn."""

    def __init__(self, telegram: Telegram, database: Database, library: Library) -> None:
        self.telegram, self.api, self.database = telegram, telegram.api, database
        self.library, self.clock = library, HandClock()
        self.members = [self.api.add_user(first_name=f"邻居{n}") for n in range(8)]
        people = [telegram.user, *self.members]
        self.chat = self.api.add_group("幸福里业主群", members=people, bots=[telegram.bot])
        self.sender = TelegramSender(TOKEN, self.api.url, Limiter(1000, chat_pause=0))
        self.worker = OutboxWorker(database, self.sender, holder="w", now=self.clock)

    def polling(self):
        return polling(self.api, self.database, self.library, self.clock)

    async def says(self, text: str, by: User | None = None) -> str:
        before = len(self.api.messages(self.chat))
        self.api.send(self.chat, by or self.telegram.user, text=text)
        return (await self.api.wait_for_message(self.chat, after=before)).text

    async def register(self) -> None:
        async with self.database.writing() as session:
            _, code = await invite(session, None, "zhao", "赵", Role.GRID, self.clock())
        self.telegram.sends(text=f"/bind {code}")
        await self.telegram.hears()
        await self.says("/register@fanzha_bot")

    async def sent(self) -> SentMessage:
        """What the outbox sends next."""
        self.clock.turn(seconds=10)
        await self.worker.deliver_due()
        return self.api.messages(self.chat)[-1]

    def poll(self, message: SentMessage):
        return self.api.backend.world.polls[message.poll_id]

    async def answer(self, message: SentMessage, right: int, wrong: int = 0) -> None:
        correct = self.poll(message).correct
        for place, member in enumerate(self.members[: right + wrong]):
            option = correct if place < right else 1 - min(correct, 1)
            self.api.vote(self.chat, member, message, option)

    async def is_over(self, message: SentMessage) -> None:
        self.clock.turn(seconds=group_quizzes.SECONDS)
        self.api.run_out(message)
        await self.heard()

    async def heard(self) -> None:
        """Wait until the bot has read all updates."""
        await self.api.wait_confirmed(self.telegram.bot)


@pytest.fixture
async def group(
    telegram: Telegram, sqlite_database: Database, library: Library
) -> AsyncIterator[QuizGroup]:
    group = QuizGroup(telegram, sqlite_database, library)
    yield group
    await group.sender.close()


async def test_five_anonymous_polls_and_the_groups_result(
    telegram: Telegram, database: Database, library: Library
) -> None:
    group = QuizGroup(telegram, database, library)
    async with group.polling():
        await group.register()
        assert "匿名" in await group.says("/groupquiz@fanzha_bot")
        assert "正在答题" in await group.says("/groupquiz@fanzha_bot")
        for place in range(5):
            shown = await group.sent()
            poll = group.poll(shown)
            assert f"第 {place + 1} 题，共 5 题" in poll.question
            assert poll.anonymous
            assert poll.quiz
            await group.answer(shown, right=8 if place else 2, wrong=0 if place else 6)
            await group.is_over(shown)
        result = (await group.sent()).text
        assert "最多的一题有 8 人作答" in result
        assert "一共答了 40 次，对了 34 次（85%）" in result
        assert "第 1 题" in result
        assert not any(member.first_name in result for member in group.members)
        group.clock.turn(hours=1)
        assert "匿名" in await group.says("/groupquiz@fanzha_bot"), "the next one may begin"
    await group.sender.close()
    calls = group.api.calls("sendPoll")
    assert [call.params["open_period"] for call in calls] == [group_quizzes.SECONDS] * 5


async def test_of_fewer_than_five_no_figure_is_said(group: QuizGroup) -> None:
    async with group.polling():
        await group.register()
        await group.says("/groupquiz")
        for _ in range(5):
            shown = await group.sent()
            await group.answer(shown, right=1, wrong=3)
            await group.is_over(shown)
        result = (await group.sent()).text
    assert "%" not in result
    assert "不到 5 人" in result


async def test_after_a_restart_it_goes_on_with_the_next_question(group: QuizGroup) -> None:
    async with group.polling():
        await group.register()
        await group.says("/groupquiz")
        first = await group.sent()
    await group.answer(first, right=5)
    group.clock.turn(hours=3)
    group.api.run_out(first)
    await tend_quizzes(group.database, SETTINGS, group.clock())
    async with group.polling():
        await group.heard()
        second = await group.sent()
        assert "第 2 题" in group.poll(second).question
        await group.is_over(second)
    async with group.database.reading() as session:
        kept = (await session.scalars(select(GroupPoll).order_by(GroupPoll.place))).all()
    assert (kept[0].voters, kept[0].right) == (5, 5)
    assert len(kept) == 3


async def test_where_telegram_never_says_that_it_is_over_the_clock_goes_on(
    group: QuizGroup,
) -> None:
    async with group.polling():
        await group.register()
        await group.says("/groupquiz")
        await group.sent()
        for seconds in (group_quizzes.SECONDS + 30, 30):
            group.clock.turn(seconds=seconds)
            await tend_quizzes(group.database, SETTINGS, group.clock())
            assert len(group.api.calls("sendPoll")) == 1
        group.clock.turn(seconds=31)
        await tend_quizzes(group.database, SETTINGS, group.clock())
        assert "第 2 题" in group.poll(await group.sent()).question


async def test_it_is_ended_early_with_the_question_that_is_open(group: QuizGroup) -> None:
    async with group.polling():
        await group.register()
        assert "没有在答题" in await group.says("/groupquiz stop")
        await group.says("/groupquiz")
        shown = await group.sent()
        await group.answer(shown, right=6)
        await group.says("/groupquiz stop")
        await group.sent()
        await group.heard()
        assert group.poll(shown).closed
        assert "一共答了 6 次" in (await group.sent()).text


async def test_a_group_that_put_the_bot_out_has_no_quiz_any_more(group: QuizGroup) -> None:
    async with group.polling():
        await group.register()
        await group.says("/groupquiz")
        group.api.remove(group.chat, group.telegram.bot, by=group.telegram.user)
        await group.heard()
        await group.worker.deliver_due()
        await tend_quizzes(group.database, SETTINGS, group.clock() + timedelta(minutes=1))
    async with group.database.reading() as session:
        quiz = (await session.scalars(select(GroupQuiz))).one()
    assert quiz.finished_at is not None
    assert not group.api.calls("sendPoll")


async def test_a_group_that_allows_no_polls_is_told_and_stays_registered(
    group: QuizGroup,
) -> None:
    async with group.polling():
        await group.register()
        await group.says("/groupquiz")
        refusal = "Bad Request: not enough rights to send polls to the chat"
        group.api.fail("sendPoll", status=400, description=refusal)
        await group.sent()
        await tend_quizzes(group.database, SETTINGS, group.clock())
        assert "允许机器人发投票" in (await group.sent()).text
        assert "匿名" in await group.says("/groupquiz"), "it may be tried again"


async def test_of_a_question_sent_twice_by_a_kill_the_later_poll_counts(
    group: QuizGroup, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def dies_before_it_is_noted(*_: object) -> bool:
        return True

    async with group.polling():
        await group.register()
        await group.says("/groupquiz")
        with monkeypatch.context() as broken:
            broken.setattr(OutboxWorker, "_keep", dies_before_it_is_noted)
            first = await group.sent()
        group.clock.turn(minutes=2)
        second = await group.sent()
        assert group.poll(first).question == group.poll(second).question
        await group.answer(first, right=0, wrong=5)
        await group.answer(second, right=6)
        await group.is_over(first)
        await group.is_over(second)
        await group.sent()
    async with group.database.reading() as session:
        kept = (await session.scalars(select(GroupPoll).order_by(GroupPoll.place))).all()
    assert [(one.voters, one.right) for one in kept] == [(6, 6), (0, 0)]


async def test_votes_that_cannot_be_counted_stop_no_other_update(
    group: QuizGroup, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def breaks(*_: object, **__: object) -> None:
        raise RuntimeError

    async with group.polling():
        await group.register()
        await group.says("/groupquiz")
        shown = await group.sent()
        with monkeypatch.context() as broken:
            broken.setattr(group_quizzes, "poll_changed", breaks)
            await group.answer(shown, right=1)
            assert "正在答题" in await group.says("/groupquiz")


async def test_at_night_a_group_is_left_alone(group: QuizGroup) -> None:
    async with group.polling():
        await group.register()
        group.clock.turn(hours=11)
        assert "免打扰" in await group.says("/groupquiz")
        group.clock.turn(hours=10)
        assert "匿名" in await group.says("/groupquiz")


async def test_neither_a_resident_nor_an_unregistered_group_begins_one(group: QuizGroup) -> None:
    async with group.polling():
        assert "只给工作人员" in await group.says("/groupquiz", by=group.members[0])
        async with group.database.writing() as session:
            _, code = await invite(session, None, "zhao", "赵", Role.GRID, group.clock())
        group.telegram.sends(text=f"/bind {code}")
        await group.telegram.hears()
        assert "还没有登记" in await group.says("/groupquiz")


def test_every_question_fits_into_a_poll() -> None:
    for question in education().questions.values():
        order = group_quizzes.poll_order(1, 4, 5, question)
        assert len(order.question) <= 300, question.id
        assert len(order.explanation) <= 200, question.id
        assert order.explanation.count("\n") <= 2, question.id
        assert 2 <= len(order.options) <= 10, question.id
        assert all(len(option) <= 100 for option in order.options), question.id
