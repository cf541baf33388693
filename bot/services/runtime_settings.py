"""Settings that officers change while everything runs, each change noted with what was before."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import ConflictError, InvalidInputError
from bot.services.leads import actor_name
from bot.services.permissions import Action, require
from bot.services.sending_rules import Rules, rules_of
from bot.settings import Settings
from bot.settings_problems import EXPECTED
from bot.storage import setting_changes as rows
from bot.storage.setting_changes import SettingChange
from bot.storage.staff import Staff

NAMES: Mapping[str, str] = {
    "quiet_hours": "夜间免打扰",
    "notices_per_day": "一个群一天最多几条",
    "blackout_dates": "另外的停发日期",
    "daily_report_at": "日报时间",
    "weekly_report_at": "周报时间",
}
"""What may be changed; everything else needs a restart."""
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
    changed = {
        one.name: one.value
        for one in await rows.newest_changes(session)
        if one.value is not None and one.name in NAMES
    }
    return _with(settings, changed) if changed else settings


async def rules_in_force(session: AsyncSession, settings: Settings) -> Rules:
    """The rules for notices as they are now."""
    return rules_of(await in_force(session, settings))


async def list_settings(
    session: AsyncSession, staff: Staff, settings: Settings
) -> tuple[list[SettingLine], Sequence[SettingChange], int]:
    """What may be changed, what was changed before, and the number of the newest change."""
    require(staff.role, Action.CHANGE_SETTINGS)
    newest = {one.name: one for one in await rows.newest_changes(session)}
    present = await in_force(session, settings)
    lines = []
    for name, title in NAMES.items():
        found = newest.get(name)
        changed = found if found and found.value is not None else None
        hint = EXPECTED[name]
        values = (_shown(present, name), _shown(settings, name))
        lines.append(SettingLine(name, title, *values, hint, changed))
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
    before = await in_force(session, settings)
    wanted = {name: value for name, value in typed.items() if name in NAMES}
    given = {name: value.strip() for name, value in wanted.items() if value is not None}
    after = _with(settings, given)
    made = 0
    for name, value in wanted.items():
        old, new = _shown(before, name), _shown(after, name)
        if old == new:
            continue
        kept = None if value is None else new
        change = SettingChange(name=name, value=kept, before=old, at=now, actor=actor_name(staff))
        session.add(change)
        made += 1
    await session.flush()
    return made


def _with(settings: Settings, changed: Mapping[str, str]) -> Settings:
    copy = settings.model_copy()
    for name, value in changed.items():
        try:
            if len(value) > MOST_SIGNS:
                raise InvalidInputError(f"“{NAMES[name]}”最多 {MOST_SIGNS} 个字。")
            Settings.__pydantic_validator__.validate_assignment(copy, name, value)
        except ValidationError:
            raise InvalidInputError(f"“{NAMES[name]}”{EXPECTED[name]}。") from None
    return copy


def _shown(settings: Settings, name: str) -> str:
    value = getattr(settings, name)
    return ", ".join(value) if isinstance(value, tuple) else str(value)
