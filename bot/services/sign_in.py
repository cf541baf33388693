"""Signing in to the console and staying signed in.

The password takes three steps, so that the slow one holds no transaction: `begin_sign_in` (commit
it, refused or not), `passwords.verify_password`, `finish_password`. The console then asks for the
second factor (`second_factor`) before it opens a session; the command line asks for no more.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import NotFoundError
from bot.services.attempts import Refusal, begin_try, forget_tries
from bot.services.staff import note_account
from bot.storage import sign_ins as rows
from bot.storage.database import vault_of
from bot.storage.staff import ConsoleSession, Staff, staff_by_login

IDLE_ENDS = timedelta(hours=12)
SESSION_ENDS = timedelta(days=7)
TOUCH_EVERY = timedelta(minutes=1)
TRIES_PER_ADDRESS = 30
"""A whole station may share one address; one login from one address has five."""
TRIES_PER_LOGIN = 20
"""From all addresses together; more than one person's slips, so that few can lock others out."""
CLIENT = "console_session.client"
HANDLE_SIGNS = 12
WRONG = "登录名或密码不对。忘记密码时，请专班负责人重新邀请您。"


@dataclass(frozen=True, slots=True)
class SignInTry:
    """A try that may go on; `kept` is the hash to verify, None where nobody can sign in so."""

    login: str
    kept: str | None
    subjects: tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Who is signed in; `stale` once the session should be touched.

    `district` is its name where officers have changed it, read along with who asks.
    """

    staff: Staff
    stale: bool = False
    district: str | None = None


@dataclass(frozen=True, slots=True)
class BrowserLine:
    """A signed-in browser in its officer's own list; `handle` names it and opens nothing."""

    handle: str
    client: str
    created_at: datetime
    seen_at: datetime
    current: bool


async def begin_sign_in(
    session: AsyncSession, login: str, address: str, now: datetime
) -> SignInTry | Refusal:
    """Count the try and look up what to verify, the same way for an unknown login."""
    login = login.strip().lower()[:64]
    subjects = (f"sign-in:{login}:{address}", f"sign-in-from:{address}", f"sign-in-as:{login}")
    refused = await begin_try(session, subjects[0], now)
    refused = refused or await begin_try(session, subjects[1], now, TRIES_PER_ADDRESS)
    refused = refused or await begin_try(session, subjects[2], now, TRIES_PER_LOGIN)
    if refused:
        return refused
    staff = await staff_by_login(session, login)
    kept = staff.password_hash if staff is not None and staff.active else None
    return SignInTry(login, kept, subjects)


async def finish_password(
    session: AsyncSession, tried: SignInTry, right: bool, now: datetime
) -> Staff | Refusal:
    """The officer whose password it is; a wrong one of theirs is noted.

    A password changed meanwhile is wrong.
    """
    staff = await staff_by_login(session, tried.login)
    if not right or staff is None or not staff.active or staff.password_hash != tried.kept:
        if staff is not None:
            await note_account(session, staff, staff, "sign_in_failed", now)
        return Refusal(WRONG)
    for subject in tried.subjects:
        await forget_tries(session, subject)
    return staff


async def open_session(session: AsyncSession, staff: Staff, now: datetime, client: str = "") -> str:
    """A fresh session of that officer; the token is for the cookie and kept as its hash only.

    `client` is what their list of browsers says of it.
    """
    token = secrets.token_urlsafe(32)
    session.add(
        ConsoleSession(
            token_hash=_hash(session, token),
            staff_id=staff.id,
            created_at=now,
            seen_at=now,
            client_sealed=vault_of(session).seal(client, CLIENT) if client else None,
        )
    )
    await note_account(session, staff, staff, "sign_in", now)
    return token


async def own_browsers(
    session: AsyncSession, staff: Staff, token: str, now: datetime
) -> list[BrowserLine]:
    """Where an officer is signed in, seen last first; `token` is that of the browser asking."""
    vault, present = vault_of(session), _hash(session, token)
    found = await rows.sessions_of(
        session, staff.id, seen_after=now - IDLE_ENDS, created_after=now - SESSION_ENDS
    )
    return [
        BrowserLine(
            one.token_hash[:HANDLE_SIGNS],
            vault.open(one.client_sealed, CLIENT) if one.client_sealed else "",
            one.created_at,
            one.seen_at,
            one.token_hash == present,
        )
        for one in found
    ]


async def end_browser(session: AsyncSession, staff: Staff, handle: str, now: datetime) -> None:
    """Sign one of one's own browsers out. Raises NotFoundError."""
    if len(handle) != HANDLE_SIGNS or not await rows.drop_own_session(session, staff.id, handle):
        raise NotFoundError("这个登录已经退出了。")
    await note_account(session, staff, staff, "session_end", now)


async def end_other_browsers(
    session: AsyncSession, staff: Staff, token: str, now: datetime
) -> None:
    """Sign every browser of one's own out but the one asking."""
    await rows.drop_sessions(session, staff.id, but=_hash(session, token))
    await note_account(session, staff, staff, "session_end", now)


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
    staff, browser, district = found
    return SignedIn(staff, stale=browser.seen_at <= now - TOUCH_EVERY, district=district)


async def touch(session: AsyncSession, token: str, now: datetime) -> None:
    """Note that the officer is still there."""
    await rows.touch_session(session, _hash(session, token), now)


async def sign_out(session: AsyncSession, token: str) -> None:
    """End one session."""
    await rows.drop_session(session, _hash(session, token))


def _hash(session: AsyncSession, token: str) -> str:
    return vault_of(session).fingerprint(token, "console.session")
