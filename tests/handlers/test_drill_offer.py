"""Drills for a family circle or a class: everybody decides alone, totals of five or more only."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from bot.handlers.drill_offer import PRIVATE_RESULT
from bot.matching.library import Library
from bot.services.drill_offers import LASTS, tell_offers
from bot.services.education import education
from bot.services.outgoing import Outgoing
from bot.services.sending_rules import Rules
from bot.storage.database import Database
from bot.storage.drill_offers import DrillInvitation, DrillOffer
from bot.storage.drills import DrillRun
from bot.storage.residents import Resident
from bot.storage.staff import Role
from tests.handlers.test_drill import DRILLS, FOR_ADULTS, FOR_MINORS, Result, way_to
from tests.handlers.test_duty import officer
from tests.handlers.test_family import ELDER, PERSON, heard, tied
from tests.handlers.test_quiz import Clock
from tests.handlers.test_study_class import School
from tests.talk import Talk

RULES = Rules(blackouts=())
CALL = "【模拟演练】"
NIGHT = timedelta(hours=12)


async def tell(database: Database, at: datetime, most: int = 2) -> int:
    """Everything the clock has to tell, some at a time; returns how many were told."""
    told, going = 0, True
    while going:
        async with database.writing() as session:
            count = await tell_offers(session, education(), RULES, at, most)
        told, going = told + count, bool(count)
    return told


async def told_last(database: Database, resident_id: int) -> Outgoing:
    return (await heard(database, resident_id))[-1]


async def ids(database: Database) -> list[int]:
    async with database.reading() as session:
        return list(await session.scalars(select(Resident.id).order_by(Resident.id)))


async def accepts(talk: Talk, database: Database, resident_id: int) -> str:
    """Follow the invitation, agree, and stop in time."""
    invited = await told_last(database, resident_id)
    assert invited.text.startswith(CALL)
    await talk.sends_data(invited.rows[0][0].data)
    words = await talk.presses("我已成年，开始")
    drill = next(one for one in DRILLS if one.title in invited.text)
    for answer in way_to(drill, Result.STOPPED):
        words = await talk.presses(answer)
    return words


async def invites(talk: Talk, title: str) -> str:
    await talk.presses(title)
    return await talk.presses("发出邀请")


async def test_a_family_circle_is_invited_and_nobody_learns_who_did_it(
    database: Database, library: Library
) -> None:
    clock = Clock()
    invited, inviter = await tied(database, library, clock)
    await inviter.says("/family")
    await inviter.presses("请家人一起演练")
    words = await inviter.presses(inviter.labels[0])
    assert PRIVATE_RESULT in words
    await inviter.presses("发出邀请")
    assert await tell(database, clock.now) == 1, "not who invited"
    assert "您的家人请您做一次演练" in (await told_last(database, ELDER)).text
    assert CALL in await accepts(invited, database, ELDER)
    clock.now += LASTS
    assert await tell(database, clock.now) == 1
    assert "编的" in (await told_last(database, ELDER)).text
    totals = (await told_last(database, PERSON)).text
    assert "只有本人知道" in totals
    assert not any(sign.isdigit() for sign in totals)


@pytest.fixture
async def company(sqlite_database: Database, library: Library) -> School:
    school = School(sqlite_database, library)
    school.worker = await officer(sqlite_database, library, Role.GRID, "zhao", school.clock)
    words = await school.worker.says("/newclass 单位 城关邮局")
    school.code, school.contact_code = (part.split()[0] for part in words.split("/class ")[1:])
    return school


async def joined(school: School, count: int) -> list[Talk]:
    people = [school.person() for _ in range(count)]
    for one in people:
        await one.says(f"/class {school.code}")
    return people


@pytest.mark.parametrize(("doing", "words"), [(4, "不到 5 人"), (5, "做完的：5 人")])
async def test_whoever_invited_a_class_hears_totals_of_five_at_the_end(
    company: School, doing: int, words: str
) -> None:
    people = await joined(company, 6)
    await company.worker.says("/classes")
    await company.worker.presses("请大家演练")
    await invites(company.worker, company.worker.labels[0])
    assert await tell(company.database, company.clock.now) == 6
    everybody = await ids(company.database)
    for one, number in list(zip(people, everybody[1:], strict=True))[:doing]:
        assert CALL in await accepts(one, company.database, number)
    assert not await heard(company.database, everybody[0])
    company.clock.now += LASTS
    assert await tell(company.database, company.clock.now) == 6
    totals = (await told_last(company.database, everybody[0])).text
    assert words in totals
    assert ("及时停住约 100%" in totals) == (doing == 5)
    async with company.database.reading() as session:
        assert not (await session.scalars(select(DrillInvitation))).all()


async def test_the_contact_invites_and_who_left_is_told_nothing_more(company: School) -> None:
    contact = await company.contact()
    people = await joined(company, 2)
    await contact.says("/class")
    await contact.presses("请大家演练：城关邮局")
    await invites(contact, contact.labels[0])
    await people[0].says("/class")
    await people[0].presses("退出班级")
    assert await tell(company.database, company.clock.now) == 1
    await contact.sends_data("invite:choose:1:")
    assert "邀请结束了" in await contact.presses("现在结束")
    assert await tell(company.database, company.clock.now) == 1
    again = await contact.sends_data(f"invite:send:1:{FOR_ADULTS.id}")
    assert "一周最多邀请一次" in again
    company.clock.now += timedelta(days=7)
    assert "邀请会在" in await contact.sends_data(f"invite:send:1:{FOR_ADULTS.id}")


async def test_a_schools_class_is_offered_what_minors_may_do_with_a_guardian(
    sqlite_database: Database, library: Library
) -> None:
    school = School(sqlite_database, library)
    await school.make()
    (pupil,) = await joined(school, 1)
    await school.worker.sends_data("invite:choose:1:")
    assert len(school.worker.labels) == 4
    assert set(school.worker.labels) <= {one.title for one in DRILLS if one.for_minors}
    assert "成年人" in await school.worker.sends_data(f"invite:send:1:{FOR_ADULTS.id}")
    await school.worker.sends_data(f"invite:send:1:{FOR_MINORS.id}")
    await tell(sqlite_database, school.clock.now)
    invited = await told_last(sqlite_database, (await ids(sqlite_database))[-1])
    await pupil.sends_data(invited.rows[0][0].data)
    await pupil.presses("家长在旁边，开始")
    async with sqlite_database.reading() as session:
        run = await session.scalar(select(DrillRun))
        assert run is not None
        assert (run.guarded, run.offer_id) == (True, 1)


async def test_what_is_over_or_somebody_elses_is_refused_in_words(company: School) -> None:
    stranger, (member,) = company.person(), await joined(company, 1)
    assert "不是这个班级的联系人" in await stranger.sends_data("invite:choose:1:")
    assert "还没有人" in await stranger.sends_data("invite:choose:0:")
    assert "没有进行中" in await company.worker.sends_data("invite:end:1:")
    await company.worker.sends_data(f"invite:send:1:{FOR_ADULTS.id}")
    await tell(company.database, company.clock.now)
    start = f"drill:start:{FOR_ADULTS.id}:1:0:adult"
    assert "邀请的演练已经结束" in await stranger.sends_data(start), "he was not invited"
    other = f"drill:start:{FOR_MINORS.id}:1:0:guarded"
    assert "邀请的演练已经结束" in await member.sends_data(other), "he was invited to another"
    company.clock.now += LASTS
    assert "邀请的演练已经结束" in await member.sends_data(start)


async def test_nobody_is_told_at_night(company: School) -> None:
    await joined(company, 1)
    await company.worker.sends_data(f"invite:send:1:{FOR_ADULTS.id}")
    assert await tell(company.database, company.clock.now + NIGHT) == 0
    async with company.database.reading() as session:
        made = await session.scalar(select(DrillOffer))
        assert made is not None
        assert made.ends_at - made.made_at == LASTS
    assert await tell(company.database, company.clock.now) == 1
