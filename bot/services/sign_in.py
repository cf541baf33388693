"""Signing in to the console and staying signed in.

Signing in takes three steps, so that the slow one holds no transaction: `begin_sign_in` (commit
it, refused or not), `passwords.verify_password`, `finish_sign_in`.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from bot.services.attempts import Refusal, begin_try, forget_tries
from bot.storage import sign_ins as rows
from bot.storage.database import vault_of
from bot.storage.staff import ConsoleSession, Staff, staff_by_login

IDLE_ENDS = timedelta(hours=12)
SESSION_ENDS = timedelta(days=7)
TOUCH_EVERY = timedelta(minutes=1)
TRIES_PER_ADDRESS = 30
"""A whole station may share one address; one login from one address has five."""
WRONG = "登录名或密码不对。忘记密码时，请专班负责人重新邀请您。"


@dataclass(frozen=True, slots=True)
class SignInTry:
    """A try that may go on; `kept` is the hash to verify, None where nobody can sign in so."""

    login: str
    kept: str | None
    subjects: tuple[str, str]


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Who is signed in; `stale` once the session should be touched."""

    staff: Staff
    stale: bool = False


async def begin_sign_in(
    session: AsyncSession, login: str, address: str, now: datetime
) -> SignInTry | Refusal:
    """Count the try and look up what to verify, the same way for an unknown login."""
    login = login.strip().lower()[:64]
    subjects = (f"sign-in:{login}:{address}", f"sign-in-from:{address}")
    refused = await begin_try(session, subjects[0], now)
    refused = refused or await begin_try(session, subjects[1], now, TRIES_PER_ADDRESS)
    if refused:
        return refused
    staff = await staff_by_login(session, login)
    kept = staff.password_hash if staff is not None and staff.active else None
    return SignInTry(login, kept, subjects)


async def finish_sign_in(
    session: AsyncSession, tried: SignInTry, right: bool, now: datetime
) -> tuple[Staff, str] | Refusal:
    """The officer and the token for their cookie. A password changed meanwhile is wrong."""
    staff = await staff_by_login(session, tried.login)
    if not right or staff is None or not staff.active or staff.password_hash != tried.kept:
        return Refusal(WRONG)
    for subject in tried.subjects:
        await forget_tries(session, subject)
    return staff, await open_session(session, staff, now)


async def open_session(session: AsyncSession, staff: Staff, now: datetime) -> str:
    """A fresh session of that officer; the token is for the cookie and kept as its hash only."""
    token = secrets.token_urlsafe(32)
    session.add(
        ConsoleSession(
            token_hash=_hash(session, token), staff_id=staff.id, created_at=now, seen_at=now
        )
    )
    await session.flush()
    return token


async def session_staff(session: AsyncSession, token: str, now: datetime) -> SignedIn | None:
    """Who is signed in with a token: 12 hours after the last page it ends, after 7 days anyhow."""
    found = await rows.staff_of_session(
        session,
        _hash(session, token),
        seen_after=now - IDLE_ENDS,
        created_after=now - SESSION_ENDS,
    )
    if found is None:
        return None
    staff, browser = found
    return SignedIn(staff, stale=browser.seen_at <= now - TOUCH_EVERY)


async def touch(session: AsyncSession, token: str, now: datetime) -> None:
    """Note that the officer is still there."""
    await rows.touch_session(session, _hash(session, token), now)


async def sign_out(session: AsyncSession, token: str) -> None:
    """End one session."""
    await rows.drop_session(session, _hash(session, token))


def _hash(session: AsyncSession, token: str) -> str:
    return vault_of(session).fingerprint(token, "console.session")
