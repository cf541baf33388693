"""Money is gone: a false tap, a test, nobody on duty, somebody outside the district."""

from sqlalchemy import select

from bot.matching.library import Library
from bot.storage.database import Database
from bot.storage.leads import Lead, LeadState, Risk
from bot.storage.residents import Resident
from bot.storage.roster import Shift
from bot.storage.staff import Role
from bot.times import now
from tests.handlers.test_report import the_lead
from tests.handlers.test_urgent import begun
from tests.services.casework import officer, pushed
from tests.talk import Talk


async def test_a_false_tap_is_undone_within_a_minute(database: Database, library: Library) -> None:
    talk = Talk(database, library)
    await begun(talk)
    await talk.says("13800138000")
    question = talk.shown[-1]
    assert "已撤销" in await talk.presses("点错了，撤销")
    lead = await the_lead(database)
    assert lead.state == LeadState.WITHDRAWN
    assert (lead.phone_sealed, lead.phone_hash, lead.resident_id) == (None, None, None)
    assert "已经过期" in await talk.sends_data(question.rows[-1][0][1])
    async with database.reading() as session:
        assert (await session.scalars(select(Resident))).one().tested_at is None


async def test_a_test_is_undone_and_the_next_report_ranks_lower_but_is_there(
    database: Database, library: Library
) -> None:
    talk = Talk(database, library)
    await begun(talk)
    await talk.says("13800138000")
    await talk.presses("只是测试")
    await begun(talk)
    await talk.says("13800138000")
    async with database.reading() as session:
        first, second = (await session.scalars(select(Lead).order_by(Lead.id))).all()
    assert (first.risk, first.state) == (Risk.URGENT, LeadState.WITHDRAWN)
    assert (second.risk, second.state) == (Risk.HIGH, LeadState.NEW)


async def test_nobody_on_duty_is_said_and_110_with_it(
    sqlite_database: Database, library: Library
) -> None:
    moment = now()
    async with sqlite_database.writing() as session:
        staff = await officer(session, role=Role.DUTY)
        session.add(
            Shift(
                staff_id=staff.id,
                starts_at=moment.replace(year=moment.year - 1),
                ends_at=moment.replace(microsecond=0),
                added_by=staff.id,
            )
        )
    talk = Talk(sqlite_database, library)
    await begun(talk)
    words = await talk.says("13800138000")
    assert "现在没有民警值班" in words
    assert "马上打 110" in words


async def test_outside_the_district_is_said_with_the_receipt(
    sqlite_database: Database, library: Library
) -> None:
    async with sqlite_database.writing() as session:
        await officer(session, chat=77)
    talk = Talk(sqlite_database, library)
    await begun(talk)
    await talk.presses("跳过")
    words = await talk.presses("不在本区")
    assert words.count("您不在本区") == 1
    assert "当地 110" in words
    async with sqlite_database.reading() as session:
        assert "不在本区，请联系当地公安" in (await pushed(session))[-1][1]


async def test_outside_the_district_is_said_after_the_receipt_and_the_desk_hears(
    database: Database, library: Library
) -> None:
    async with database.writing() as session:
        await officer(session, chat=77)
    talk = Talk(database, library)
    await begun(talk)
    assert "您不在本区" not in await talk.says("13800138000")
    words = await talk.presses("不在本区")
    assert "您不在本区" in words
    assert "当地 110" in words
    assert "是谁的钱" in words
    async with database.reading() as session:
        assert "不在本区，请联系当地公安" in (await pushed(session))[-1][1]
