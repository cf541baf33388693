"""Signing in to a training session in the chat, its test and its certificate."""

import pytest
from sqlalchemy import func, select

from bot.handlers.learn_keyboards import QuizButton
from bot.matching.library import Library
from bot.services.training_room import TEST_LENGTH, code_shown
from bot.services.training_sessions import plan_session
from bot.storage.database import Database
from bot.storage.learners import FamilyMemory
from bot.storage.staff import Role, Staff
from bot.storage.training_sessions import Attendance
from tests.handlers.test_duty import officer
from tests.handlers.test_quiz import Clock, answers
from tests.talk import Talk


class Room:
    """A session of the squad that has begun, and an officer who was to come."""

    def __init__(self, database: Database, library: Library) -> None:
        self.database, self.library, self.clock = database, library, Clock()

    async def open(self) -> None:
        self.chief = await officer(self.database, self.library, Role.CHIEF, "boss", self.clock)
        self.officer = await officer(self.database, self.library, Role.DUTY, "li", self.clock)
        async with self.database.writing() as session:
            boss = (await session.scalars(select(Staff).where(Staff.login == "boss"))).one()
            held = await plan_session(
                session,
                boss,
                "止付流程",
                self.clock(),
                self.clock(),
                place="",
                teacher="",
                expected=["专班"],
            )
            self.code = await code_shown(session, boss, held.id, self.clock())

    async def tests(self, talk: Talk, right: int) -> str:
        """The test with so many right answers."""
        words = ""
        for place in range(TEST_LENGTH):
            words = await answers(talk, place < right)
        return words

    async def attendance(self, login: str) -> Attendance:
        async with self.database.reading() as session:
            query = select(Attendance).join(Staff, Staff.id == Attendance.staff_id)
            return (await session.scalars(query.where(Staff.login == login))).one()


@pytest.fixture
async def room(sqlite_database: Database, library: Library) -> Room:
    room = Room(sqlite_database, library)
    await room.open()
    return room


async def test_sign_in_test_and_certificate(database: Database, library: Library) -> None:
    room = Room(database, library)
    await room.open()
    assert "六位数字" in await room.officer.says("/attend")
    assert "已签到：《止付流程》" in await room.officer.says(f"/attend {room.code}")
    await room.officer.presses(f"课后测试（{TEST_LENGTH} 道）")
    words = await room.tests(room.officer, right=7)
    assert f"{TEST_LENGTH} 道对了 7 道" in words
    assert room.officer.labels == ["再做一次"]
    assert "有证书" in await room.officer.sends_data("train:certificate:1")
    resident_one = QuizButton(act="certificate", attempt=1).pack()
    assert "才有证书" in await room.officer.sends_data(resident_one)
    await room.officer.sends_data("train:test:1")
    await room.tests(room.officer, right=9)
    await room.officer.presses("领证书")
    assert room.officer.shown[0].picture.startswith("iVBORw0KGgo")
    kept = await room.attendance("li")
    assert (kept.came, kept.right, kept.asked) == (True, 9, TEST_LENGTH)
    async with database.reading() as session:
        learned = await session.scalar(select(func.count()).select_from(FamilyMemory))
    assert learned == 0, "an officer's test is no resident's learning"


async def test_a_worse_second_try_changes_nothing(room: Room) -> None:
    await room.officer.says(f"/attend {room.code}")
    for right in (9, 3):
        await room.officer.sends_data("train:test:1")
        await room.tests(room.officer, right)
    assert (await room.attendance("li")).right == 9


async def test_after_a_restart_the_test_goes_on(room: Room) -> None:
    await room.officer.says(f"/attend {room.code}")
    await room.officer.sends_data("train:test:1")
    await answers(room.officer)
    question = room.officer.shown[-1].text
    await room.officer.says("/start")
    assert room.officer.shown[-1].text == question
    assert question in await room.officer.sends_data("train:test:1")


async def test_who_was_not_there_takes_no_test(room: Room) -> None:
    assert "先签到" in await room.chief.sends_data("train:test:1")
    assert "没有这一期" in await room.chief.sends_data("train:test:99")
    resident = Talk(room.database, room.library, clock=room.clock)
    assert "只给工作人员" in await resident.sends_data("train:test:1")
    assert "数字不对或已经换了" in await room.officer.says("/attend 12")
