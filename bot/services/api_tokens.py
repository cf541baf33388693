"""Tokens of other systems: scoped, hashed at rest, expiring, revocable."""

import re
import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import ExpectedError, InvalidInputError, NotFoundError
from bot.services.leads import actor_name, log_look
from bot.services.permissions import Action, require
from bot.storage import api_tokens as rows
from bot.storage.api_tokens import ApiToken
from bot.storage.database import vault_of
from bot.storage.staff import Staff

NAME = re.compile(r"[a-z][a-z0-9._-]{1,31}")
PREFIX = "fzt_"
LONGEST_DAYS = 366
TOUCH_EVERY = timedelta(minutes=1)


class Scope(StrEnum):
    """What a token may do."""

    READ = "leads:read"
    FULL = "leads:full"
    ACK = "leads:ack"


SCOPE_NAMES = {
    Scope.READ: "调取线索（个人信息遮盖）",
    Scope.FULL: "调取完整线索",
    Scope.ACK: "确认接收",
}


class TokenRefusedError(ExpectedError):
    """No token, an unknown, an expired or a revoked one."""


class ScopeMissingError(ExpectedError):
    """The token is good, but not for this."""


@dataclass(frozen=True, slots=True)
class System:
    """Another system that has shown a good token."""

    token_id: int
    name: str
    scopes: frozenset[Scope]
    stale: bool

    @property
    def actor(self) -> str:
        """How it stands in trails and looks."""
        return f"system:{self.name}"

    def needs(self, scope: Scope) -> None:
        """Raises ScopeMissingError where the token has not got the scope."""
        if scope not in self.scopes:
            raise ScopeMissingError(f"这个令牌没有“{scope}”的权限，请向签发人申请。")


async def issue_token(
    session: AsyncSession,
    staff: Staff,
    name: str,
    scopes: Collection[str],
    days: int,
    now: datetime,
) -> str:
    """A new token, to be shown once. Raises InvalidInputError on a bad name, scope or span."""
    require(staff.role, Action.ISSUE_TOKEN)
    if Scope.FULL in set(scopes):
        require(staff.role, Action.SEE_FULL_LEAD)
    name = name.strip().lower()
    if not NAME.fullmatch(name):
        raise InvalidInputError("名称要用 2 到 32 个小写字母、数字、点或横线，以字母开头。")
    unknown = sorted(set(scopes) - set(Scope))
    if unknown or not scopes:
        known = "、".join(Scope)
        raise InvalidInputError(f"权限只能写：{known}。")
    if not 1 <= days <= LONGEST_DAYS:
        raise InvalidInputError(f"有效期要在 1 到 {LONGEST_DAYS} 天之间。")
    if await rows.token_by_name(session, name) is not None:
        raise InvalidInputError(f"名称 {name} 已经用过，请换一个。")
    token = PREFIX + secrets.token_urlsafe(32)
    session.add(
        ApiToken(
            name=name,
            token_hash=_hash(session, token),
            scopes=" ".join(sorted(set(scopes))),
            created_by=staff.id,
            created_at=now,
            expires_at=now + timedelta(days=days),
        )
    )
    await session.flush()
    await log_look(session, actor_name(staff), f"token {name}", "token", now)
    return token


async def revoke_token(session: AsyncSession, staff: Staff, name: str, now: datetime) -> None:
    """Let a token be good for nothing from now on."""
    require(staff.role, Action.ISSUE_TOKEN)
    token = await rows.token_by_name(session, name.strip().lower())
    if token is None:
        raise NotFoundError("没有这个名称的令牌。")
    token.revoked_at = token.revoked_at or now
    await log_look(session, actor_name(staff), f"token {token.name}", "token_revoke", now)


async def list_tokens(session: AsyncSession, staff: Staff) -> Sequence[ApiToken]:
    """Every token ever issued, without its secret."""
    require(staff.role, Action.ISSUE_TOKEN)
    return await rows.all_tokens(session)


async def system_of(session: AsyncSession, token: str, now: datetime) -> System:
    """Who shows a token. Raises TokenRefusedError, the same way whatever is wrong with it."""
    found = await rows.token_by_hash(session, _hash(session, token)) if token else None
    if found is None or found.revoked_at is not None or found.expires_at <= now:
        raise TokenRefusedError("令牌不对、已过期或已撤销，请在 Authorization 头里带上有效的令牌。")
    stale = found.used_at is None or now - found.used_at >= TOUCH_EVERY
    scopes = frozenset(Scope(scope) for scope in found.scopes.split())
    return System(found.id, found.name, scopes, stale)


async def note_use(session: AsyncSession, system: System, now: datetime) -> None:
    """Note that a token was used."""
    await rows.touch_token(session, system.token_id, now)


def _hash(session: AsyncSession, token: str) -> str:
    return vault_of(session).fingerprint(token, "api.token")
