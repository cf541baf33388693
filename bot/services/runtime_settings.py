"""Settings that officers change while everything runs, each change noted with what was before."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import ConflictError, InvalidInputError
from bot.services.leads import RISK_NAMES, actor_name
from bot.services.limits import LIMITS
from bot.services.permissions import Action, require
from bot.services.sending_rules import Rules, rules_of
from bot.services.time_limits import HOW, LIMIT_NAMES, limits_shown, read_limits
from bot.settings import Settings
from bot.settings_problems import EXPECTED
from bot.storage import setting_changes as rows
from bot.storage.setting_changes import SettingChange
from bot.storage.staff import Staff

NAMES: Mapping[str, str] = {
    "district": "辖区名",
    "local_numbers": "本区的电话",
    "quiet_hours": "夜间免打扰",
    "notices_per_day": "一个群一天最多几条",
    "blackout_dates": "另外的停发日期",
    "daily_report_at": "日报时间",
    "weekly_report_at": "周报时间",
}
TITLES: Mapping[str, str] = {
    **NAMES,
    **{name: f"{RISK_NAMES[risk]}风险线索的时限" for name, risk in LIMIT_NAMES.items()},
}
"""What may be changed; everything else needs a restart. Limits hold for steps that begin later."""
MOST_SHOWN = 50
MOST_SIGNS = 400


@dataclass(frozen=True, slots=True)
class SettingLine:
    """A setting as it is in force; `changed` is who changed it when, None as configured."""

    name: str
    title: str
    value: str
    configured: str
    hint: str
    changed: SettingChange | None


async def in_force(session: AsyncSession, settings: Settings) -> Settings:
    """The settings of the process with what officers have changed."""
    changed = {name: value for name, value in (await _changed(session)).items() if name in NAMES}
    return _with(settings, changed) if changed else settings


async def district_in_force(session: AsyncSession, settings: Settings) -> str:
    """The district's name as it is now."""
    return await rows.value_of(session, "district") or settings.district


async def rules_in_force(session: AsyncSession, settings: Settings) -> Rules:
    """The rules for notices as they are now."""
    return rules_of(await in_force(session, settings))


async def list_settings(
    session: AsyncSession, staff: Staff, settings: Settings
) -> tuple[list[SettingLine], Sequence[SettingChange], int]:
    """What may be changed, what was changed before, and the number of the newest change."""
    require(staff.role, Action.CHANGE_SETTINGS)
    newest = {one.name: one for one in await rows.newest_changes(session)}
    configured = _values(settings)
    present = configured | await _changed(session)
    lines = []
    for name, title in TITLES.items():
        found = newest.get(name)
        changed = found if found and found.value is not None else None
        hint = EXPECTED.get(name, HOW)
        lines.append(SettingLine(name, title, present[name], configured[name], hint, changed))
    history = await rows.latest_changes(session, MOST_SHOWN)
    return lines, history, await rows.last_number(session)


async def change_settings(
    session: AsyncSession,
    staff: Staff,
    typed: Mapping[str, str | None],
    settings: Settings,
    *,
    seen: int,
    now: datetime,
) -> int:
    """Change settings from now on, None meaning as configured; returns how many differ.

    `seen` is the number of the newest change that the officer saw. Raises InvalidInputError that
    names a setting and what is expected there, ConflictError where somebody was faster.
    """
    require(staff.role, Action.CHANGE_SETTINGS)
    if seen != await rows.last_number(session):
        raise ConflictError("刚刚有人改过设置，请刷新页面，看过再改。")
    configured = _values(settings)
    before = configured | await _changed(session)
    wanted = {
        name: configured[name] if value is None else _read(settings, name, value.strip())
        for name in TITLES
        if name in typed
        for value in (typed[name],)
    }
    made = [
        SettingChange(
            name=name,
            value=None if typed[name] is None else new,
            before=before[name],
            at=now,
            actor=actor_name(staff),
        )
        for name, new in wanted.items()
        if new != before[name]
    ]
    session.add_all(made)
    await session.flush()
    return len(made)


async def _changed(session: AsyncSession) -> dict[str, str]:
    return {
        name: value
        for name, value in (await rows.newest_values(session)).items()
        if value is not None and name in TITLES
    }


def _values(settings: Settings) -> dict[str, str]:
    """What counts where nobody has changed anything."""
    values = {name: _shown(settings, name) for name in NAMES}
    return values | {name: limits_shown(LIMITS[risk]) for name, risk in LIMIT_NAMES.items()}


def _read(settings: Settings, name: str, typed: str) -> str:
    """A value as it is kept. Raises InvalidInputError that names the setting."""
    if len(typed) > MOST_SIGNS:
        raise InvalidInputError(f"“{TITLES[name]}”最多 {MOST_SIGNS} 个字。")
    if name in NAMES:
        return _shown(_with(settings, {name: typed}), name)
    try:
        return limits_shown(read_limits(LIMIT_NAMES[name], typed))
    except InvalidInputError as wrong:
        raise InvalidInputError(f"“{TITLES[name]}”{wrong.words}") from None


def _with(settings: Settings, changed: Mapping[str, str]) -> Settings:
    copy = settings.model_copy()
    for name, value in changed.items():
        try:
            Settings.__pydantic_validator__.validate_assignment(copy, name, value)
        except ValidationError:
            raise InvalidInputError(f"“{NAMES[name]}”{EXPECTED[name]}。") from None
    return copy


def _shown(settings: Settings, name: str) -> str:
    value = getattr(settings, name)
    return ", ".join(value) if isinstance(value, tuple) else str(value)
