"""Training sessions: planned for teams, signed in to by a code, tested, and covered by team."""

from datetime import timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import ConflictError, InvalidInputError, NotAllowedError
from bot.services import training_room
from bot.services.attempts import Refusal
from bot.services.statistic_files import to_workbook
from bot.services.training_coverage import coverage_by_team, coverage_sheet, people_sheet
from bot.services.training_sessions import (
    cancel_session,
    hold_session,
    mark_came,
    plan_session,
    see_session,
    teams,
)
from bot.services.work_report import work_report
from bot.services.work_spans import SpanKind, read_span
from bot.storage.database import Database
from bot.storage.staff import Role, Staff
from bot.storage.training_sessions import TrainingSession, coverage
from tests.services.casework import NOON, officer

PLACE = {"place": "三楼会议室", "teacher": "赵老师"}
SINCE, UNTIL = NOON - timedelta(days=300), NOON + timedelta(days=300)


async def cast(session: AsyncSession) -> dict[str, Staff]:
    """A squad of two, two stations, a grid worker, and an auditor who is never expected."""
    people = {"li": await officer(session), "boss": await officer(session, "boss", Role.CHIEF)}
    for login, station in (("wu", "城东所"), ("xu", "城东所"), ("he", "城西所")):
        people[login] = await officer(session, login, Role.STATION)
        people[login].station = station
    people["grid"] = await officer(session, "grid", Role.GRID)
    people["aud"] = await officer(session, "aud", Role.AUDITOR)
    await session.flush()
    return people


async def planned(session: AsyncSession, keeper: Staff, **more: object) -> TrainingSession:
    given = {"held_at": NOON, "expected": ["专班", "城东所", "城西所"], **PLACE, **more}
    return await plan_session(session, keeper, "止付流程", now=NOON, **given)  # type: ignore[arg-type]


async def test_who_came_by_the_code_is_trained_and_who_is_missing_is_named(
    database: Database,
) -> None:
    async with database.writing() as session:
        people = await cast(session)
        assert await teams(session) == {"专班": 2, "城东所": 2, "城西所": 1, "网格员": 1}
        held = await planned(session, people["li"])
        code = await training_room.code_shown(session, people["li"], held.id, NOON)
        assert len(code) == 6
        for login in ("li", "wu"):
            assert await training_room.attend(session, people[login], f" {code} ", NOON) is held
        await mark_came(session, people["boss"], held.id, ["he"], NOON)
        teams_covered = await coverage_by_team(session, people["li"], SINCE, UNTIL)
        lines = [(one.team, one.trained, one.should, one.missing) for one in teams_covered]
        assert lines == [
            ("专班", 1, 2, ("boss警官",)),
            ("城东所", 1, 2, ("xu警官",)),
            ("城西所", 1, 1, ()),
            ("合计", 3, 5, ()),
        ]
        assert await coverage(session, SINCE, UNTIL) == (1, 3, 5)
        sheet = await see_session(session, people["li"], held.id)
        assert to_workbook(coverage_sheet(teams_covered, "2026"))
        came = [row[1] for row in people_sheet(sheet).rows if row[2] == "到"]
        assert sorted(map(str, came)) == ["he警官", "li警官", "wu警官"]


async def test_the_code_changes_and_serves_only_around_the_session(
    sqlite_database: Database,
) -> None:
    async with sqlite_database.writing() as session:
        people = await cast(session)
        held, keeper = await planned(session, people["li"]), people["li"]
        code = await training_room.code_shown(session, keeper, held.id, NOON)
        turn = timedelta(seconds=training_room.CODE_SECONDS)
        assert await training_room.code_shown(session, keeper, held.id, NOON + turn) != code
        assert await training_room.attend(session, people["wu"], code, NOON + turn) is held
        late = await training_room.attend(session, people["xu"], code, NOON + 2 * turn)
        assert isinstance(late, Refusal)
        for moment in (held.held_at - timedelta(minutes=31), held.held_at + timedelta(hours=5)):
            assert await training_room.code_shown(session, keeper, held.id, moment) == ""
        with pytest.raises(NotAllowedError):
            await training_room.code_shown(session, people["wu"], held.id, NOON)
        with pytest.raises(NotAllowedError):
            await training_room.attend(session, people["aud"], code, NOON)


async def test_guessing_the_code_pauses(sqlite_database: Database) -> None:
    async with sqlite_database.writing() as session:
        people = await cast(session)
        held = await planned(session, people["li"])
        for _ in range(5):
            refused = await training_room.attend(session, people["wu"], "000", NOON)
            assert isinstance(refused, Refusal)
        code = await training_room.code_shown(session, people["li"], held.id, NOON)
        refused = await training_room.attend(session, people["wu"], code, NOON)
        assert isinstance(refused, Refusal)
        assert refused.paused


async def test_a_session_counts_as_held_once_somebody_came(sqlite_database: Database) -> None:
    async with sqlite_database.writing() as session:
        people = await cast(session)
        keeper = people["li"]
        empty = await planned(session, keeper, held_at=NOON + timedelta(days=3))
        assert await coverage(session, SINCE, UNTIL) == (0, 0, 0)
        await hold_session(session, keeper, "话术更新", NOON, ["li"], NOON, invited=["li", "wu"])
        report = await work_report(
            session, people["boss"], read_span(SpanKind.YEAR, "2026"), district="坊子", now=NOON
        )
        assert report["warning.trainings"].value == 1
        assert report["warning.training_coverage"].value == 0.5
        await cancel_session(session, keeper, empty.id)
        with pytest.raises(ConflictError):
            await cancel_session(session, keeper, empty.id + 1)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"subject": " "}, "写明主题"),
        ({"subject": "长" * 61}, "最多 60"),
        ({"place": "长" * 61}, "地点最多 60"),
        ({"teacher": "长" * 31}, "主讲最多 30"),
        ({"expected": []}, "勾选应到"),
        ({"expected": ["没有的所"]}, "勾选应到"),
        ({"held_at": NOON + timedelta(days=400)}, "检查年份"),
    ],
)
async def test_what_cannot_be_planned_is_refused_in_words(
    sqlite_database: Database, wrong: dict[str, object], words: str
) -> None:
    async with sqlite_database.writing() as session:
        people = await cast(session)
        given = {"subject": "止付", "held_at": NOON, "expected": ["专班"], **PLACE, **wrong}
        with pytest.raises(InvalidInputError, match=words):
            await plan_session(session, people["li"], now=NOON, **given)  # type: ignore[arg-type]


async def test_nobody_is_entered_before_it_began(sqlite_database: Database) -> None:
    async with sqlite_database.writing() as session:
        people = await cast(session)
        held = await planned(session, people["li"], held_at=NOON + timedelta(days=1))
        with pytest.raises(InvalidInputError, match="还没开始"):
            await mark_came(session, people["li"], held.id, ["wu"], NOON)
        with pytest.raises(InvalidInputError, match="勾选到场"):
            await mark_came(session, people["li"], held.id, ["nobody"], held.held_at)
