"""Money is gone: an answer that says when ranks the lead anew, and a corrected one again."""

from bot.matching.library import Library
from bot.services.leads import sign_for
from bot.storage.database import Database
from bot.storage.leads import Lead, Risk, events_of
from bot.times import now
from tests.handlers.test_report import the_lead
from tests.handlers.test_urgent import ANSWERS, answers, begun
from tests.services.casework import officer
from tests.talk import Talk

LONG_AGO = "40天前"
FIRST = ANSWERS[:3]
"""Phone, place, for whom; then it is asked when."""


async def ranked(database: Database, lead: Lead) -> list[str]:
    """Why the lead was ranked anew, each time."""
    async with database.reading() as session:
        return [one.why for one in await events_of(session, lead.id) if one.event == "ranked"]


async def test_what_is_long_ago_presses_less_and_a_corrected_answer_more(
    database: Database, library: Library
) -> None:
    talk = Talk(database, library)
    await begun(talk)
    await answers(talk, *FIRST)
    before = await the_lead(database)
    await talk.says(LONG_AGO)
    lead = await the_lead(database)
    assert (before.risk, lead.risk) == (Risk.URGENT, Risk.HIGH)
    await talk.presses("返回")
    await talk.says("10分钟前")
    lead = await the_lead(database)
    assert lead.risk == Risk.URGENT
    assert (lead.due_at, lead.step_due_at) == (before.due_at, before.step_due_at)
    assert await ranked(database, lead) == ["风险高：已转账，已过 30 天", "风险紧急：已转账"]
    await talk.presses("返回")
    await talk.says("刚才")
    assert len(await ranked(database, lead)) == 2


async def test_what_is_signed_for_is_ranked_by_its_officer_alone(
    sqlite_database: Database, library: Library
) -> None:
    talk = Talk(sqlite_database, library)
    await begun(talk)
    await answers(talk, *FIRST)
    lead = await the_lead(sqlite_database)
    async with sqlite_database.writing() as session:
        await sign_for(session, await officer(session), lead.number, now())
    await talk.says(LONG_AGO)
    lead = await the_lead(sqlite_database)
    assert (lead.risk, await ranked(sqlite_database, lead)) == (Risk.URGENT, [])


async def test_who_was_only_trying_before_stays_one_lower(
    sqlite_database: Database, library: Library
) -> None:
    talk = Talk(sqlite_database, library)
    await talk.says("/report")
    await talk.presses("只是测试、玩一下")
    await begun(talk)
    await answers(talk, *FIRST)
    found = []
    for when in (LONG_AGO, "10分钟前"):
        found.append((await the_lead(sqlite_database)).risk)
        await talk.says(when)
        found.append((await the_lead(sqlite_database)).risk)
        await talk.presses("返回")
    assert found == [Risk.HIGH, Risk.MEDIUM, Risk.MEDIUM, Risk.HIGH]
