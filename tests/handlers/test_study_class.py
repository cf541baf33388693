"""Class codes: people learn together, the contact sees totals of five or more."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from bot.matching.library import Library
from bot.services.retention import LEARNING_KEPT, purge
from bot.services.study_classes import FEWEST
from bot.storage.database import Database
from bot.storage.drills import DrillRun
from bot.storage.quizzes import QuizAttempt
from bot.storage.staff import Role
from bot.storage.study_classes import ClassMember
from tests.handlers.test_duty import officer
from tests.handlers.test_quiz import Clock, takes
from tests.talk import Talk


class School:
    """A grid worker's class, its codes, and people who may join."""

    def __init__(self, database: Database, library: Library) -> None:
        self.database, self.library, self.clock = database, library, Clock()

    async def make(self) -> None:
        self.worker = await officer(self.database, self.library, Role.GRID, "zhao", self.clock)
        words = await self.worker.says("/newclass 学校 坊子一中")
        self.code, self.contact_code = (part.split()[0] for part in words.split("/class ")[1:])

    def person(self) -> Talk:
        return Talk(self.database, self.library, clock=self.clock)

    async def pupils(self, count: int, right: int = 5) -> list[Talk]:
        """So many people who joined and took a quiz."""
        people = [self.person() for _ in range(count)]
        for one in people:
            assert "已加入“坊子一中”" in await one.says(f"/class {self.code}")
            await takes(one, right)
        return people

    async def contact(self) -> Talk:
        contact = self.person()
        assert "联系人" in await contact.says(f"/class {self.contact_code}")
        return contact


@pytest.fixture
async def school(sqlite_database: Database, library: Library) -> School:
    school = School(sqlite_database, library)
    await school.make()
    return school


async def test_the_contact_sees_totals_of_five_by_last_midnight(
    database: Database, library: Library
) -> None:
    school = School(database, library)
    await school.make()
    contact = await school.contact()
    await school.pupils(4, right=3)
    school.clock.now += timedelta(days=1)
    words = await contact.says("/class")
    assert words.count(f"不到 {FEWEST} 人，先不显示") == 3
    assert "%" not in words
    await school.pupils(1, right=5)
    assert "%" not in await contact.says("/class"), "today counts tomorrow"
    school.clock.now += timedelta(days=1)
    words = await contact.says("/class")
    assert "加入：5 人" in words
    assert "做过题：5 人，5 份，答对约 70%" in words
    assert "做过演练：不到 5 人" in words


async def test_drills_of_the_class_are_counted_together(school: School) -> None:
    for _ in range(5):
        one = school.person()
        await one.says(f"/class {school.code}")
        await one.sends_data("drill:start:ai_clone:0:0:adult")
    async with school.database.writing() as session:
        runs = (await session.scalars(select(DrillRun))).all()
        assert {run.class_id for run in runs} == {1}
        for number, run in enumerate(runs):
            run.result, run.ended_at = ("danger" if number == 0 else "stopped"), school.clock.now
    school.clock.now += timedelta(days=1)
    assert "做过演练：5 人，5 次，及时停住约 80%" in await school.worker.says("/classes")


async def test_only_the_contact_and_staff_see_totals(school: School) -> None:
    pupils = await school.pupils(5)
    school.clock.now += timedelta(days=1)
    for one in (pupils[0], school.person()):
        assert "做过题" not in await one.says("/class")
    other = await officer(school.database, school.library, Role.GRID, "qian", school.clock)
    assert "还没有班级" in await other.says("/classes")
    assert "没有这个班级" in await other.sends_data("class:close:1")
    chief = await officer(school.database, school.library, Role.CHIEF, "li", school.clock)
    assert "做过题：5 人" in await chief.says("/classes")


async def test_the_contacts_code_is_good_once_and_another_contact_takes_over(
    school: School,
) -> None:
    contact = await school.contact()
    assert "没有这个口令" in await school.person().says(f"/class {school.contact_code}")
    await school.worker.says("/classes")
    words = await school.worker.presses("换联系人")
    successor = school.person()
    await successor.says(f"/class {words.split('/class ')[1]}")
    assert "做过题" in await successor.says("/class")
    assert "做过题" not in await contact.says("/class")


async def test_a_closed_class_takes_nobody_and_says_so(school: School) -> None:
    (pupil,) = await school.pupils(1)
    await school.worker.says("/classes")
    ended = await school.worker.presses("结束班级")
    assert "已结束" in ended
    assert f"{LEARNING_KEPT.days} 天前" in ended, "after that nobody is counted as a person"
    assert "“坊子一中”已经结束，不能再加入" in await school.person().says(f"/class {school.code}")
    assert "已经结束了" in await school.worker.sends_data("class:close:1")
    await takes(pupil)
    async with school.database.reading() as session:
        counted = await session.scalars(select(QuizAttempt.class_id).order_by(QuizAttempt.id))
        assert list(counted) == [1, None]


async def test_who_left_counts_no_more(school: School) -> None:
    (pupil,) = await school.pupils(1)
    await pupil.says("/class")
    assert "已退出" in await pupil.presses("退出班级")
    assert "不在班级里" in await pupil.sends_data("class:leave:0")
    await takes(pupil)
    async with school.database.reading() as session:
        counted = await session.scalars(select(QuizAttempt.class_id).order_by(QuizAttempt.id))
        assert list(counted) == [1, None]


@pytest.mark.parametrize("typed", ["abcd-efgh", "7", "口令", "7KQM9XRD7KQM9XRD", "' or 1=1"])
async def test_an_unknown_code_is_refused_and_guessing_pauses(school: School, typed: str) -> None:
    stranger = school.person()
    for _ in range(5):
        assert "没有这个口令" in await stranger.says(f"/class {typed}")
    assert "15 分钟后再试" in await stranger.says(f"/class {school.code}")


@pytest.mark.parametrize("how", ["{}", " {} ", "lower", "joined", "link"])
async def test_a_code_is_taken_however_it_is_typed(school: School, how: str) -> None:
    plain = school.code.replace("-", "")
    typed = {"lower": plain.lower(), "joined": plain}.get(how, how.format(school.code))
    text = f"/start class_{plain}" if how == "link" else f"/class {typed}"
    assert "已加入" in await school.person().says(text)


@pytest.mark.parametrize(
    "typed", ["", "坊子一中", "学校", "学校  ", "医院 坊子医院", "学校 " + "长" * 41]
)
async def test_a_class_without_kind_or_name_is_refused_with_how_to_write_it(
    school: School, typed: str
) -> None:
    words = await school.worker.says(f"/newclass {typed}")
    assert "这样写" in words or "最多 40 个字" in words


async def test_who_learned_where_is_forgotten_in_time(school: School) -> None:
    await school.pupils(1)
    async with school.database.writing() as session:
        await purge(session, 180, school.clock.now + LEARNING_KEPT + timedelta(days=1))
        assert await session.scalar(select(func.count()).select_from(ClassMember)) == 0
