"""Units outside the squad: members of the joint meeting, partners, two-card care."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import ConflictError, InvalidInputError, NotFoundError
from bot.services.entries import Line, book_many
from bot.services.permissions import Action, require
from bot.services.staff import deactivate
from bot.storage import units as rows
from bot.storage.entries import Ledger, LedgerEntry
from bot.storage.staff import Role, Staff, staff_by_login, staff_of_unit
from bot.storage.units import PARTNER_KINDS, Unit, UnitKind, UnitRole, UnitTerm

NAME_LENGTH = 60
KIND_NAMES: Mapping[UnitKind, str] = {
    UnitKind.BANK: "银行",
    UnitKind.CARRIER: "通信公司",
    UnitKind.PAY: "支付机构",
    UnitKind.OFFICE: "政府部门",
    UnitKind.STREET: "街道",
    UnitKind.OTHER: "其他单位",
}
CARD_KINDS: Mapping[str, str] = {"bank_card": "涉案银行卡", "phone_card": "涉案电话卡"}
SCORE = "score"
HIGHEST_SCORE = 100


async def add_unit(
    session: AsyncSession,
    staff: Staff,
    name: str,
    kind: UnitKind,
    joined_at: datetime,
    *,
    member: bool = False,
    two_card: bool = False,
) -> Unit:
    """Add a unit. Raises ConflictError where its name is taken."""
    require(staff.role, Action.EDIT_UNITS)
    name = " ".join(name.split())
    if not 0 < len(name) <= NAME_LENGTH:
        raise InvalidInputError(f"请写明单位名称，最多 {NAME_LENGTH} 个字。")
    known = await rows.unit_by_name(session, name)
    if known is not None and known.left_at is not None:
        raise ConflictError(f"{name}以前退出过；重新加入请在名称后写明年份，以前的记录不变。")
    if known is not None:
        raise ConflictError("这个单位已经登记过了。")
    unit = Unit(name=name, kind=kind, member=member, two_card=two_card, joined_at=joined_at)
    session.add(unit)
    await session.flush()
    session.add_all(
        UnitTerm(unit_id=unit.id, role=role, begins_at=joined_at, begun_by=staff.id)
        for role in _roles(unit)
    )
    await session.flush()
    return unit


async def change_roles(
    session: AsyncSession,
    staff: Staff,
    unit_id: int,
    now: datetime,
    *,
    member: bool,
    two_card: bool,
) -> Unit:
    """Say that a unit is a member or under two-card care from now on, or no longer; it counts for
    each span as it was then. Raises NotFoundError."""
    require(staff.role, Action.EDIT_UNITS)
    unit = await find_unit(session, unit_id)
    before = _roles(unit)
    unit.member, unit.two_card = member, two_card
    await rows.end_terms(session, unit.id, sorted(before - _roles(unit)), staff.id, now)
    session.add_all(
        UnitTerm(unit_id=unit.id, role=role, begins_at=now, begun_by=staff.id)
        for role in sorted(_roles(unit) - before)
    )
    await session.flush()
    return unit


def _roles(unit: Unit) -> set[UnitRole]:
    held = ((UnitRole.MEMBER, unit.member), (UnitRole.TWO_CARD, unit.two_card))
    return {role for role, is_held in held if is_held}


async def leave(session: AsyncSession, staff: Staff, unit_id: int, now: datetime) -> Unit:
    """Note that a unit leaves: nothing more is asked of it and its accounts are closed; what is
    recorded of it stays, and it counts as it was then. Raises NotFoundError."""
    require(staff.role, Action.EDIT_UNITS)
    unit = await find_unit(session, unit_id)
    unit.left_at = now
    await rows.end_terms(session, unit.id, list(UnitRole), staff.id, now)
    for person in await staff_of_unit(session, unit.id):
        await deactivate(session, staff, person.login, now)
    await session.flush()
    return unit


async def list_units(session: AsyncSession, staff: Staff) -> Sequence[Unit]:
    """Every unit that has not left."""
    require(staff.role, Action.SEE_CHAIN)
    return await rows.all_units(session)


async def find_unit(session: AsyncSession, unit_id: int) -> Unit:
    """A unit that has not left. Raises NotFoundError."""
    unit = await session.get(Unit, unit_id)
    if unit is None or unit.left_at is not None:
        raise NotFoundError("没有这个单位，请刷新后再选。")
    return unit


async def set_partner(
    session: AsyncSession, actor: Staff | None, login: str, unit_id: int
) -> Staff:
    """Say for which bank, carrier or payment firm somebody of role partner works.

    Without an actor the command on the server acts.
    """
    if actor is not None:
        require(actor.role, Action.EDIT_UNITS)
    person = await staff_by_login(session, login.strip().lower())
    unit = await find_unit(session, unit_id)
    if person is None or person.role != Role.PARTNER:
        raise InvalidInputError("请选择一位身份是合作单位的人员。")
    if unit.kind not in PARTNER_KINDS:
        raise InvalidInputError("合作单位要是银行、通信公司或支付机构。")
    person.unit_id = unit.id
    await session.flush()
    return person


async def note_cards(
    session: AsyncSession,
    staff: Staff,
    unit_id: int,
    kind: str,
    count: int,
    month: datetime,
    now: datetime,
    *,
    source: str = "",
) -> LedgerEntry:
    """A two-card unit's figure of a month: involved cards and where they came from, or its score.

    `month` is the moment the figure is for; the score is 0 to 100 points of the bureau's own.
    """
    figures = [(unit_id, kind, count)]
    return (await note_month(session, staff, figures, month, now, source=source))[0]


async def note_month(
    session: AsyncSession,
    staff: Staff,
    figures: Sequence[tuple[int, str, int]],
    month: datetime,
    now: datetime,
    *,
    source: str = "",
) -> list[LedgerEntry]:
    """The same for a sheet of (unit, kind, count); all or none."""
    require(staff.role, Action.KEEP_LEDGER)
    cared = {one.id for one in await rows.all_units(session) if one.two_card}
    for unit_id, kind, count in figures:
        if unit_id not in cared or kind not in (*CARD_KINDS, SCORE):
            raise InvalidInputError("请选择一家涉两卡单位，登记涉案卡数或评分。")
        if count < 1 or (kind == SCORE and count > HIGHEST_SCORE):
            raise InvalidInputError(f"卡数要大于 0，评分要在 1 到 {HIGHEST_SCORE} 之间。")
    words = " ".join(source.split())
    lines = [
        Line(kind, month, count=count, words=words, unit_id=unit_id)
        for unit_id, kind, count in figures
    ]
    return await book_many(session, staff, Ledger.TWO_CARD, lines, now)
