"""The people, areas and units of a demonstration; every name says that it is one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.services.areas import add_area
from bot.services.demo_plan import DemoPlan
from bot.services.grid import assign_areas
from bot.services.staff import finish_setup, invite, set_station
from bot.services.units import add_unit, set_partner
from bot.storage.areas import Area, all_areas
from bot.storage.staff import Role, Staff
from bot.storage.units import Unit, UnitKind

NUMERALS = "一二三四五六七八九十"
SHOWN_LOGIN = "chief"


@dataclass(frozen=True, slots=True)
class Cast:
    """Who acts in a demonstration."""

    chief: Staff
    duty: tuple[Staff, ...]
    crackdown: tuple[Staff, ...]
    station: tuple[Staff, ...]
    grid: tuple[Staff, ...]
    areas: tuple[Area, ...]
    partners: tuple[tuple[Unit, Staff], ...]
    members: tuple[Unit, ...]


async def make_cast(
    session: AsyncSession, plan: DemoPlan, district: str, now: datetime, password_hash: str
) -> Cast:
    """Accounts, the grid and units, as a chief would enter them; `chief` can sign in."""
    chief, code = await invite(session, None, SHOWN_LOGIN, "演示负责人", Role.CHIEF, now)
    await finish_setup(session, code, SHOWN_LOGIN, "演示负责人", password_hash, now)
    places = [
        (f"{district}{NUMERALS[number]}街道", f"{district}{NUMERALS[number]}所")
        for number in range(plan.stations)
    ]
    for street, name in places:
        await add_area(session, chief, street, "", "", name)
    areas = tuple(await all_areas(session))
    station = await _people(session, chief, Role.STATION, "station", plan.stations, now)
    for officer, (_, name) in zip(station, places, strict=True):
        await set_station(session, chief, officer.login, name, now)
    grid = await _people(session, chief, Role.GRID, "grid", plan.stations, now)
    by_street = {area.street: area.id for area in areas}
    for worker, (street, _) in zip(grid, places, strict=True):
        await assign_areas(session, chief, worker.login, [by_street[street]])
    units, partners = await _units(session, chief, plan, now)
    return Cast(
        chief,
        await _people(session, chief, Role.DUTY, "duty", plan.squad, now),
        await _people(session, chief, Role.CRACKDOWN, "crackdown", plan.task_force, now),
        station,
        grid,
        areas,
        partners,
        units,
    )


async def _people(
    session: AsyncSession, chief: Staff, role: Role, name: str, count: int, now: datetime
) -> tuple[Staff, ...]:
    return tuple(
        [
            (await invite(session, chief, f"{name}{number}", f"演示{name}{number}", role, now))[0]
            for number in range(1, count + 1)
        ]
    )


async def _units(
    session: AsyncSession, chief: Staff, plan: DemoPlan, now: datetime
) -> tuple[tuple[Unit, ...], tuple[tuple[Unit, Staff], ...]]:
    kinds: Sequence[tuple[UnitKind, str, int]] = (
        (UnitKind.BANK, "演示银行", plan.banks),
        (UnitKind.CARRIER, "演示通信公司", plan.carriers),
        (UnitKind.OFFICE, "演示成员单位", plan.other_members),
    )
    units, partners = [], []
    for kind, name, count in kinds:
        for number in range(1, count + 1):
            cared = kind is not UnitKind.OFFICE
            unit = await add_unit(
                session, chief, f"{name}{number}", kind, now, member=True, two_card=cared
            )
            units.append(unit)
            if cared:
                login = f"{kind}{number}"
                clerk, _ = await invite(session, chief, login, f"{name}{number}", Role.PARTNER, now)
                partners.append((unit, await set_partner(session, chief, clerk.login, unit.id)))
    return tuple(units), tuple(partners)
