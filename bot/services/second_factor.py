"""The second factor of the console: codes of an authenticator (RFC 6238), and recovery codes.

Trying a code gives a `Refusal` back instead of raising, because a wrong try is counted in the
same transaction.
"""

import hmac
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from enum import StrEnum

import pyotp
from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import NotAllowedError, NotFoundError
from bot.services.attempts import Refusal, begin_try, forget_tries
from bot.services.staff import code_hash, new_code, note_account
from bot.storage import second_factors as rows
from bot.storage.database import vault_of
from bot.storage.second_factors import SECRET, SecondFactor
from bot.storage.staff import Staff
from bot.storage.vault import UnreadableError, Vault

STEP_SECONDS = 30
STEPS_OFF = 1
"""A phone's clock may be half a minute off, either way."""
RECOVERY_CODES = 10
TICKET_ENDS = timedelta(minutes=10)
TICKET = "console.ticket"
WRONG_CODE = "验证码不对或已经用过，请等手机上换成下一个再输入。"
STALE_TICKET = "这一步超过了 10 分钟，请重新登录。"


class Step(StrEnum):
    """What is left to do after the right password."""

    NONE = "none"
    CODE = "code"
    ENROL = "enrol"


@dataclass(frozen=True, slots=True)
class Ticket:
    """What a browser carries, sealed, from the right password to the right code.

    `cookie` ties it to that browser, `password` to the password of then; `secret` is that of an
    authenticator to be enrolled, else empty; `until` is in seconds since 1970.
    """

    staff_id: int
    password: str
    cookie: str
    until: float
    secret: str = ""


@dataclass(frozen=True, slots=True)
class FactorState:
    """What somebody has: since when an authenticator, how many recovery codes."""

    enrolled_at: datetime | None
    recovery_codes: int


async def step_after_password(session: AsyncSession, staff: Staff, *, required: bool) -> Step:
    """Who has an authenticator is asked for its code; where it is required, others enrol."""
    if await rows.factor_of(session, staff.id) is not None:
        return Step.CODE
    return Step.ENROL if required else Step.NONE


def make_ticket(vault: Vault, staff: Staff, cookie: str, step: Step, now: datetime) -> str:
    """A ticket for the step; for enrolling it holds a fresh secret."""
    secret = pyotp.random_base32() if step == Step.ENROL else ""
    until = (now + TICKET_ENDS).timestamp()
    ticket = Ticket(staff.id, _mark_of(vault, staff), cookie, until, secret)
    return urlsafe_b64encode(vault.seal(json.dumps(asdict(ticket)), TICKET)).decode()


def read_ticket(vault: Vault, sent: str, cookie: str, now: datetime) -> Ticket:
    """Raises NotAllowedError for a ticket that is forged, too old or another browser's."""
    try:
        ticket = Ticket(**json.loads(vault.open(urlsafe_b64decode(sent.encode()), TICKET)))
    except (ValueError, TypeError, UnreadableError):
        raise NotAllowedError(STALE_TICKET) from None
    same = hmac.compare_digest(ticket.cookie.encode(), cookie.encode())
    if not same or ticket.until < now.timestamp():
        raise NotAllowedError(STALE_TICKET)
    return ticket


async def holder_of(session: AsyncSession, ticket: Ticket) -> Staff:
    """Whose ticket it is. Raises NotAllowedError once the account or its password changed."""
    staff = await session.get(Staff, ticket.staff_id)
    if staff is None or not staff.active or _mark_of(vault_of(session), staff) != ticket.password:
        raise NotAllowedError(STALE_TICKET)
    return staff


def enrolment_address(ticket: Ticket, login: str, district: str) -> str:
    """What the QR code says (otpauth, the Key URI format of authenticators)."""
    issuer = f"{district}反诈值班台"
    return pyotp.TOTP(ticket.secret).provisioning_uri(name=login, issuer_name=issuer)


async def enrol(
    session: AsyncSession, staff: Staff, ticket: Ticket, code: str, now: datetime
) -> tuple[str, ...] | Refusal:
    """Take up the ticket's authenticator after its first right code; returns recovery codes.

    Every other authenticator and recovery code of that account ends. Raises NotAllowedError for a
    ticket that holds none.
    """
    if not ticket.secret:
        raise NotAllowedError(STALE_TICKET)
    subject = _subject(staff)
    if refused := await begin_try(session, subject, now):
        return refused
    step = _step_of(ticket.secret, code, now)
    if step is None:
        return Refusal(WRONG_CODE)
    await forget_tries(session, subject)
    codes = tuple(new_code() for _ in range(RECOVERY_CODES))
    sealed = vault_of(session).seal(ticket.secret, SECRET)
    factor = SecondFactor(staff_id=staff.id, secret_sealed=sealed, last_step=step, enrolled_at=now)
    await rows.replace_factor(session, factor, [_recovery_hash(session, one) for one in codes])
    await note_account(session, staff, staff, "second_factor", now)
    return codes


async def check_code(
    session: AsyncSession, staff: Staff, code: str, now: datetime
) -> Refusal | None:
    """None for a right code of the authenticator, or a recovery code; either serves once."""
    subject = _subject(staff)
    if refused := await begin_try(session, subject, now):
        return refused
    factor = await rows.factor_of(session, staff.id)
    if factor is None:
        raise NotFoundError("这个账号还没有绑定验证器。")
    step = _step_of(vault_of(session).open(factor.secret_sealed, SECRET), code, now)
    if step is not None and await rows.use_step(session, staff.id, step):
        await forget_tries(session, subject)
        return None
    if await rows.use_recovery_code(session, staff.id, _recovery_hash(session, code)):
        await forget_tries(session, subject)
        await note_account(session, staff, staff, "recovery_code", now)
        return None
    return Refusal(WRONG_CODE)


async def factor_state(session: AsyncSession, staff: Staff) -> FactorState:
    """What somebody has, for their own page."""
    factor = await rows.factor_of(session, staff.id)
    left = await rows.count_recovery_codes(session, staff.id)
    return FactorState(factor.enrolled_at if factor else None, left)


def _step_of(secret: str, code: str, now: datetime) -> int | None:
    """Which half minute a code belongs to, of those near enough; None for a wrong one."""
    typed = "".join(sign for sign in code if sign.isascii() and sign.isdigit())
    if len(typed) != 6:
        return None
    present, totp = int(now.timestamp()) // STEP_SECONDS, pyotp.TOTP(secret)
    near = range(present - STEPS_OFF, present + STEPS_OFF + 1)
    right = [step for step in near if hmac.compare_digest(totp.generate_otp(step), typed)]
    return right[0] if right else None


def _recovery_hash(session: AsyncSession, code: str) -> str:
    return code_hash(session, f"recovery{code}")


def _mark_of(vault: Vault, staff: Staff) -> str:
    return vault.fingerprint(staff.password_hash or "", "console.password")


def _subject(staff: Staff) -> str:
    return f"second:{staff.id}"
