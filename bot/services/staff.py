"""Staff: accounts, their one-time codes, the chats bound to them.

`bind_chat`, `begin_setup` and `finish_setup` give a `Refusal` back instead of raising, because a
wrong try is counted in the same transaction: let that commit, then show the refusal's words.
"""

import re
import secrets
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import InvalidInputError, NotAllowedError, NotFoundError
from bot.services.attempts import Refusal, begin_try, forget_tries
from bot.services.leads import actor_name, log_look
from bot.services.menus import show_menu
from bot.services.operator import operator
from bot.services.permissions import Action, require
from bot.storage import staff as rows
from bot.storage.database import vault_of
from bot.storage.outbox import cancel_told
from bot.storage.residents import Resident
from bot.storage.second_factors import drop_factor, enrolled_staff
from bot.storage.sign_ins import drop_sessions
from bot.storage.staff import Invitation, Role, Staff

CODE_SIGNS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""No 0/O, 1/I/L: a code is read aloud and typed on a phone."""
INVITATION_ENDS = timedelta(hours=24)
CHAT_CODE_ENDS = timedelta(minutes=15)
LOGIN = re.compile(r"[a-z][a-z0-9._-]{1,31}")
BAD_CODE = "这个代码不对或已过期，请向邀请您的人要一个新的。"


def new_code(groups: int = 2) -> str:
    """A one-time code such as 7KQM-9XRD: 20 bits a group."""
    return "-".join("".join(secrets.choice(CODE_SIGNS) for _ in range(4)) for _ in range(groups))


def code_hash(session: AsyncSession, typed: str) -> str:
    """The keyed hash of a code, however it was typed."""
    plain = "".join(sign for sign in unicodedata.normalize("NFKC", typed) if sign.isalnum())
    return vault_of(session).fingerprint(plain.upper(), "staff.code")


async def invite(
    session: AsyncSession, inviter: Staff | None, login: str, name: str, role: Role, now: datetime
) -> tuple[Staff, str]:
    """Add somebody; the code is shown once and binds a chat or sets a password, for 24 hours.

    Without an inviter the command on the server acts. Raises InvalidInputError on a login that is
    taken or malformed, NotAllowedError where the inviter may not give that role.
    """
    _require_may_give(inviter, role)
    staff = await _add_staff(session, login, name, role, now)
    code = await _add_code(session, staff, now + INVITATION_ENDS)
    await note_account(session, inviter, staff, "invite", now)
    return staff, code


async def free_login(session: AsyncSession, role: Role) -> str:
    """A login that nobody has yet: duty1, duty2, …"""
    taken = {member.login for member in await rows.all_staff(session)}
    number = 1
    while f"{role}{number}" in taken:
        number += 1
    return f"{role}{number}"


async def invite_again(
    session: AsyncSession, inviter: Staff | None, login: str, now: datetime
) -> str:
    """A new code for somebody who lost theirs or forgot the password; older codes end."""
    staff = await find_staff(session, login)
    _require_may_give(inviter, staff.role)
    if not staff.active:
        raise InvalidInputError("这个账号已停用，请用新的登录名重新邀请。")
    await rows.drop_invitations(session, staff.id)
    code = await _add_code(session, staff, now + INVITATION_ENDS)
    await note_account(session, inviter, staff, "invite", now)
    return code


async def make_setup_code(session: AsyncSession, now: datetime) -> str | None:
    """A code for the first officer while nobody can sign in, else None; older ones end."""
    if await rows.count_staff_with_password(session):
        return None
    await rows.drop_invitations(session, None)
    return await _add_code(session, None, now + INVITATION_ENDS, groups=4)


async def make_chat_code(session: AsyncSession, staff: Staff, now: datetime) -> str:
    """A code with which a signed-in officer binds a chat of their own, for a quarter of an hour."""
    return await _add_code(session, staff, now + CHAT_CODE_ENDS, chat_only=True)


async def bind_chat(
    session: AsyncSession, resident: Resident, code: str, now: datetime
) -> Staff | Refusal:
    """Let a chat speak for whoever the code was made for. Five tries, then a pause."""
    subject = f"bind:{resident.id}"
    if refused := await begin_try(session, subject, now):
        return refused
    hashed = code_hash(session, code)
    staff = await _invited(session, await rows.invitation_by_code(session, hashed, now))
    if staff is None or not await rows.use_invitation(session, hashed, now):
        return Refusal(BAD_CODE)
    await rows.bind_resident(session, resident.id, staff.id, now)
    await forget_tries(session, subject)
    return staff


async def staff_of(session: AsyncSession, resident: Resident) -> Staff | None:
    """The active member of staff for whom a chat speaks."""
    return await rows.staff_of_resident(session, resident.id)


async def find_staff(session: AsyncSession, login: str) -> Staff:
    """The member of staff with that login. Raises NotFoundError."""
    staff = await rows.staff_by_login(session, login.strip().lower())
    if staff is None:
        raise NotFoundError("没有这个登录名的账号。")
    return staff


@dataclass(frozen=True, slots=True)
class Setup:
    """What a set-up code is good for; without `staff` it makes the first officer."""

    staff: Staff | None


async def begin_setup(
    session: AsyncSession, code: str, subject: str, now: datetime
) -> Setup | Refusal:
    """Look at a set-up code without using it; a wrong one counts as a try of `subject`."""
    if refused := await begin_try(session, subject, now):
        return refused
    invitation = await rows.invitation_by_code(session, code_hash(session, code), now)
    setup = await _setup_of(session, invitation)
    if setup is None:
        return Refusal(BAD_CODE)
    await forget_tries(session, subject)
    return setup


async def finish_setup(
    session: AsyncSession, code: str, login: str, name: str, password_hash: str, now: datetime
) -> Staff | Refusal:
    """Use up the code and set the password; login and name count for the first officer only.

    Everybody of that account is signed out and its authenticator ends: whoever lost a phone gets a
    code from somebody who knows them. Raises InvalidInputError on a bad login or name, and
    the code then stays good.
    """
    hashed = code_hash(session, code)
    setup = await _setup_of(session, await rows.invitation_by_code(session, hashed, now))
    if setup is None or not await rows.use_invitation(session, hashed, now):
        return Refusal(BAD_CODE)
    staff = setup.staff or await _add_staff(session, login, name, Role.CHIEF, now)
    staff.password_hash = password_hash
    await drop_sessions(session, staff.id)
    await drop_factor(session, staff.id)
    await note_account(session, staff, staff, "password", now)
    return staff


async def list_staff(session: AsyncSession, staff: Staff | None) -> "list[StaffLine]":
    """Everybody, for who may see it; None: the command on the server."""
    if staff is not None:
        require(staff.role, Action.SEE_STAFF)
    everybody: Sequence[Staff] = await rows.all_staff(session)
    chats = await rows.count_chats(session)
    enrolled = await enrolled_staff(session)
    return [
        StaffLine(
            one.login,
            one.name,
            Role(one.role),
            one.active,
            one.password_hash is not None,
            chats.get(one.id, 0),
            one.station or "",
            one.id in enrolled,
        )
        for one in everybody
    ]


@dataclass(frozen=True, slots=True)
class StaffLine:
    """An account as a list shows it."""

    login: str
    name: str
    role: Role
    active: bool
    has_password: bool
    chats: int
    station: str
    second_factor: bool


async def deactivate(
    session: AsyncSession, actor: Staff | None, login: str, now: datetime
) -> Staff:
    """Close an account: no session, chat or code of it works any more. Nobody closes their own."""
    if actor is not None:
        require(actor.role, Action.INVITE_STAFF)
    staff = await find_staff(session, login)
    _require_may_give(actor, staff.role)
    if actor is not None and actor.id == staff.id:
        raise InvalidInputError("不能停用自己的账号，请让另一位负责人操作。")
    staff.active = False
    await _cut(session, staff, now)
    await note_account(session, actor, staff, "deactivate", now)
    return staff


async def cut_off(session: AsyncSession, actor: Staff, login: str, now: datetime) -> Staff:
    """A phone is lost: nothing that is signed in or bound speaks for this person any more.

    Alerts that wait for those chats are not sent. The account stays; a new code binds a new phone.
    Somebody may cut themselves off; anybody else needs the right to invite.
    """
    own = login.strip().lower() == actor.login
    if not own:
        require(actor.role, Action.INVITE_STAFF)
    staff = await find_staff(session, login)
    if not own:
        _require_may_give(actor, Role(staff.role))
    await _cut(session, staff, now)
    await note_account(session, actor, staff, "cut_off", now)
    return staff


async def set_station(
    session: AsyncSession, actor: Staff | None, login: str, station: str, now: datetime
) -> Staff:
    """Say which police station somebody of role station belongs to."""
    staff = await find_staff(session, login)
    _require_may_give(actor, Role(staff.role))
    if staff.role != Role.STATION:
        raise InvalidInputError("只有身份是派出所的账号才要写明派出所。")
    name = " ".join(station.split())
    if not 1 <= len(name) <= 60:
        raise InvalidInputError("请写明派出所的名称，最多 60 个字。")
    staff.station = name
    await note_account(session, actor, staff, "station", now)
    return staff


async def _cut(session: AsyncSession, staff: Staff, now: datetime) -> None:
    chats = await rows.chats_of(session, staff.id)
    await drop_sessions(session, staff.id)
    await rows.drop_bindings(session, staff.id)
    await rows.drop_invitations(session, staff.id)
    for chat in chats:
        await cancel_told(session, chat, now)
        if (resident := await session.get(Resident, chat)) is not None:
            await show_menu(session, resident, None, now)


def _require_may_give(inviter: Staff | None, role: Role) -> None:
    if role == Role.RESIDENT:
        raise InvalidInputError("工作人员的身份不能是居民。")
    if inviter is None:
        return
    require(inviter.role, Action.INVITE_STAFF)
    if role == Role.CHIEF and inviter.role != Role.CHIEF:
        raise NotAllowedError("专班负责人的账号只能由专班负责人管理。")


async def _add_staff(
    session: AsyncSession, login: str, name: str, role: Role, now: datetime
) -> Staff:
    login, name = login.strip().lower(), " ".join(name.split())
    if not LOGIN.fullmatch(login):
        raise InvalidInputError("登录名要用 2 到 32 个小写字母、数字、点或横线，以字母开头。")
    if not 1 <= len(name) <= 32 or not name.isprintable():
        raise InvalidInputError("请填写姓名，最多 32 个字。")
    if await rows.staff_by_login(session, login) is not None:
        raise InvalidInputError(f"登录名 {login} 已有人使用，请换一个。")
    staff = Staff(login=login, name=name, role=role, active=True, created_at=now)
    session.add(staff)
    await session.flush()
    return staff


async def _add_code(
    session: AsyncSession,
    staff: Staff | None,
    expires_at: datetime,
    *,
    groups: int = 2,
    chat_only: bool = False,
) -> str:
    code = new_code(groups)
    session.add(
        Invitation(
            staff_id=staff.id if staff else None,
            code_hash=code_hash(session, code),
            chat_only=chat_only,
            expires_at=expires_at,
        )
    )
    await session.flush()
    return code


async def _invited(session: AsyncSession, invitation: Invitation | None) -> Staff | None:
    if invitation is None or invitation.staff_id is None:
        return None
    staff = await session.get(Staff, invitation.staff_id)
    return staff if staff is not None and staff.active else None


async def _setup_of(session: AsyncSession, invitation: Invitation | None) -> Setup | None:
    if invitation is None or invitation.chat_only:
        return None
    if invitation.staff_id is None:
        return None if await rows.count_staff_with_password(session) else Setup(None)
    staff = await _invited(session, invitation)
    return Setup(staff) if staff else None


async def note_account(
    session: AsyncSession, actor: Staff | None, staff: Staff, way: str, now: datetime
) -> None:
    """Write down what was done to an account, and by whom; None: by a command on the server."""
    who = actor_name(actor) if actor else operator()
    await log_look(session, who, actor_name(staff), way, now)
