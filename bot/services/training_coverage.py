"""Coverage of the training: trained of those who should be, by team and station, and who is not."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.services.permissions import Action, require
from bot.services.statistic_files import Sheet
from bot.services.training_sessions import SessionSheet, team_of
from bot.storage.staff import Staff
from bot.storage.training_sessions import SessionCounts, trained_in
from bot.times import on_screen


@dataclass(frozen=True, slots=True)
class TeamCoverage:
    """One team or station: how many should be trained, how many are, who is missing."""

    team: str
    trained: int
    should: int
    missing: tuple[str, ...]


async def coverage_by_team(
    session: AsyncSession, staff: Staff, since: datetime, until: datetime
) -> list[TeamCoverage]:
    """Every team that was expected at a session held in the span; the whole is the last line."""
    require(staff.role, Action.KEEP_TRAINING)
    found: dict[str, list[tuple[str, bool]]] = {}
    for one in await trained_in(session, since, until):
        found.setdefault(team_of(one.role, one.station), []).append((one.name, one.came > 0))
    teams = [_covered(team, people) for team, people in sorted(found.items())]
    if len(teams) > 1:
        everybody = [person for people in found.values() for person in people]
        whole = _covered("合计", everybody)
        teams.append(TeamCoverage(whole.team, whole.trained, whole.should, ()))
    return teams


def _covered(team: str, people: Sequence[tuple[str, bool]]) -> TeamCoverage:
    missing = tuple(name for name, came in people if not came)
    return TeamCoverage(team, len(people) - len(missing), len(people), missing)


def coverage_sheet(teams: Sequence[TeamCoverage], span: str) -> Sheet:
    """The coverage as a table."""
    rows = tuple(
        (
            one.team,
            one.trained,
            one.should,
            round(one.trained / one.should, 4) if one.should else "—",
            "、".join(one.missing),
        )
        for one in teams
    )
    return Sheet(f"培训覆盖 {span}", ("队伍", "已训", "应训", "覆盖率", "还没训的人"), rows)


def sessions_sheet(sessions: Sequence[SessionCounts]) -> Sheet:
    """The sessions as a table."""
    head = ("时间", "主题", "地点", "主讲", "应到", "实到", "测试人数", "平均答对")
    rows = tuple(
        (
            on_screen(one.held.held_at),
            one.held.subject,
            one.held.place,
            one.held.teacher,
            one.invited,
            one.came,
            one.tested,
            round(one.right / one.asked, 4) if one.asked else "—",
        )
        for one in sessions
    )
    return Sheet("培训", head, rows)


def people_sheet(sheet: SessionSheet) -> Sheet:
    """Who was to come to a session as a table."""
    rows = tuple(
        (
            one.team,
            one.name,
            "到" if one.came else "未到",
            on_screen(one.came_at) if one.came_at else "",
            f"{one.right}/{one.asked}" if one.asked else "",
        )
        for one in sheet.people
    )
    return Sheet("签到", ("队伍", "姓名", "到场", "时间", "测试"), rows)
