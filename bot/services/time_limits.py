"""The time limits in force: the defaults, or what officers have put in their place."""

import unicodedata
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import InvalidInputError
from bot.services.limits import LIMITS, MINUTE, Limits
from bot.storage.leads import Risk
from bot.storage.setting_changes import newest_values

LIMIT_NAMES: Mapping[str, Risk] = {f"limits_{risk.value}": risk for risk in Risk}
HOW = "要写四个分钟数：签收/首次联系/登记结果/上门见面，没有时限的写 -，例如 3/5/10/60"
NONE = "-"
LONGEST = timedelta(days=30)


async def limits_in_force(session: AsyncSession) -> Mapping[Risk, Limits]:
    """The limits for steps that begin now; a step that has begun keeps its own."""
    changed = {
        LIMIT_NAMES[name]: read_limits(LIMIT_NAMES[name], value)
        for name, value in (await newest_values(session)).items()
        if value is not None and name in LIMIT_NAMES
    }
    return {**LIMITS, **changed} if changed else LIMITS


def read_limits(risk: Risk, typed: str) -> Limits:
    """Limits as people write them, in minutes; what is not written stays the default's.

    Raises InvalidInputError that says what is expected.
    """
    parts = [part.strip() for part in unicodedata.normalize("NFKC", typed).split("/")]
    if len(parts) != 4:
        raise InvalidInputError(f"{HOW}。")
    sign, call, decide, visit = (_span(part) for part in parts)
    if sign is None or call is None:
        raise InvalidInputError("签收和首次联系都要有时限，不能写 -。")
    if call < sign:
        raise InvalidInputError("首次联系的时限不能比签收短，两个都从收到线索时算起。")
    return replace(LIMITS[risk], sign=sign, call=call, decide=decide, visit=visit)


def limits_shown(limits: Limits) -> str:
    """Limits as read_limits takes them."""
    spans = (limits.sign, limits.call, limits.decide, limits.visit)
    return "/".join(NONE if span is None else str(span // MINUTE) for span in spans)


def _span(part: str) -> timedelta | None:
    if part == NONE:
        return None
    if not (part.isascii() and part.isdecimal() and len(part) <= 6):
        raise InvalidInputError(f"{HOW}。")
    span = int(part) * MINUTE
    if not MINUTE <= span <= LONGEST:
        raise InvalidInputError(f"时限要在 1 到 {LONGEST // MINUTE} 分钟之间。")
    return span
