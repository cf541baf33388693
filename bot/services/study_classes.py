"""Class codes: a school's or company's people learn together; its contact sees totals only.

Of fewer than five people no figure is shown, figures are as of last midnight and shares are in
steps of five per cent, so that nobody's result can be reckoned from two looks.
"""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import ConflictError, InvalidInputError, NotFoundError
from bot.services.attempts import Refusal, begin_try, forget_tries
from bot.services.permissions import Action, may, require
from bot.services.staff import new_code
from bot.storage import study_classes as rows
from bot.storage.database import vault_of
from bot.storage.drill_offers import uninvite
from bot.storage.residents import Resident
from bot.storage.staff import Role, Staff
from bot.storage.study_classes import ClassCounts, ClassKind, StudyClass
from bot.times import SHANGHAI

FEWEST = 5
STEP = 5
NAME_LENGTH = 40
CONTACT_CODE_ENDS = timedelta(days=7)
KIND_NAMES: Mapping[ClassKind, str] = {
    ClassKind.SCHOOL: "学校",
    ClassKind.COMPANY: "公司",
    ClassKind.UNIT: "单位",
}
HOW_TO_MAKE = (
    "这样写：/newclass 学校 坊子一中，/newclass 公司 宏达物流，或 /newclass 单位 城关邮局。"
)
BAD_CODE = "没有这个口令。请对照单位发的口令再输一次，例如：/class 7KQM-9XRD"
GONE = "没有这个班级。发 /classes 看现在的。"


@dataclass(frozen=True, slots=True)
class Made:
    """A class just made, with the contact's one-time code, which is shown this once."""

    study_class: StudyClass
    contact_code: str


@dataclass(frozen=True, slots=True)
class Totals:
    """What may be shown of a class; a sentence for each figure, hidden ones said so."""

    name: str
    closed: bool
    lines: tuple[str, ...]


async def make(session: AsyncSession, staff: Staff, typed: str, now: datetime) -> Made:
    """Make a class from `学校 坊子一中`. Raises InvalidInputError with how to write it."""
    require(staff.role, Action.KEEP_CLASSES)
    kind_name, _, rest = typed.strip().partition(" ")
    kind = next((one for one, name in KIND_NAMES.items() if name == kind_name), None)
    name = _clean(rest)
    if kind is None or not name:
        raise InvalidInputError(HOW_TO_MAKE)
    if len(name) > NAME_LENGTH:
        raise InvalidInputError(f"名称最多 {NAME_LENGTH} 个字，请写短一些。")
    contact_code = new_code(3)
    made = StudyClass(
        kind=kind,
        name=name,
        code=new_code(),
        contact_hash=_hash(session, contact_code),
        contact_asked_at=now,
        made_by=staff.id,
        made_at=now,
    )
    session.add(made)
    await session.flush()
    return Made(made, contact_code)


async def enter(
    session: AsyncSession, resident: Resident, typed: str, now: datetime
) -> tuple[StudyClass, bool] | Refusal:
    """Join by a class's code, or become its contact by the contact's; True: as contact.

    Raises ConflictError for a class that is closed.
    """
    subject = f"class:{resident.id}"
    if refused := await begin_try(session, subject, now):
        return refused
    code = _plain(typed)
    found = await rows.class_by_code(session, f"{code[:4]}-{code[4:]}") if code else None
    as_contact = found is None
    if found is None:
        found = await rows.class_by_contact(session, _hash(session, code), now - CONTACT_CODE_ENDS)
    if found is None:
        return Refusal(BAD_CODE)
    if found.closed_at is not None:
        raise ConflictError(
            f"“{found.name}”已经结束，不能再加入。想自己学，发 /learn；想答题，发 /quiz。"
        )
    await forget_tries(session, subject)
    if as_contact:
        found.contact_id, found.contact_hash = resident.id, None
        await session.flush()
    else:
        await uninvite(session, resident.id, class_only=True)
        await rows.join(session, resident.id, found.id, now)
    return found, as_contact


async def leave(session: AsyncSession, resident: Resident) -> bool:
    """Leave one's class; what was done before stays in its totals."""
    await uninvite(session, resident.id, class_only=True)
    return await rows.leave(session, resident.id)


async def classes_for(session: AsyncSession, staff: Staff) -> Sequence[StudyClass]:
    """The classes of a member of staff; the squad sees all."""
    require(staff.role, Action.KEEP_CLASSES)
    everybody = staff.role in (Role.DUTY, Role.CHIEF)
    return await rows.classes_made(session, None if everybody else staff.id)


async def close(session: AsyncSession, staff: Staff, class_id: int, now: datetime) -> StudyClass:
    """End a class: its code takes nobody any more, its totals stay."""
    found = await kept_class(session, staff, class_id)
    if found.closed_at is not None:
        raise ConflictError(f"“{found.name}”已经结束了。")
    found.closed_at = now
    await session.flush()
    return found


async def new_contact(
    session: AsyncSession, staff: Staff, class_id: int, now: datetime
) -> tuple[StudyClass, str]:
    """A code for another contact; the one there was sees nothing any more."""
    found, code = await kept_class(session, staff, class_id), new_code(3)
    found.contact_id, found.contact_hash = None, _hash(session, code)
    found.contact_asked_at = now
    await session.flush()
    return found, code


async def kept_class(session: AsyncSession, staff: Staff, class_id: int) -> StudyClass:
    """A class that a member of staff keeps. Raises NotFoundError."""
    found = next((one for one in await classes_for(session, staff) if one.id == class_id), None)
    if found is None:
        raise NotFoundError(GONE)
    return found


async def totals_of(session: AsyncSession, found: StudyClass, now: datetime) -> Totals:
    """What a class came to by last midnight."""
    midnight = datetime.combine(now.astimezone(SHANGHAI).date(), time(), SHANGHAI)
    counts = await rows.count_class(session, found.id, midnight)
    return Totals(found.name, found.closed_at is not None, _lines(counts))


def _lines(counts: ClassCounts) -> tuple[str, ...]:
    return (
        f"加入：{people_shown(counts.members)}",
        f"做过题：{people_shown(counts.quiz_people)}"
        + _if_enough(
            counts.quiz_people,
            f"，{counts.quizzes} 份，答对{share_shown(counts.right, counts.asked)}",
        ),
        f"做过演练：{people_shown(counts.drill_people)}"
        + _if_enough(
            counts.drill_people,
            f"，{counts.drills} 次，及时停住{share_shown(counts.stopped, counts.drills)}",
        ),
    )


def people_shown(count: int) -> str:
    """A number of people, hidden below FEWEST."""
    return f"{count} 人" if count >= FEWEST else f"不到 {FEWEST} 人，先不显示"


def _if_enough(people: int, words: str) -> str:
    return words if people >= FEWEST else ""


def share_shown(part: int, of: int) -> str:
    """A share in steps of STEP per cent."""
    return f"约 {round(100 * part / of / STEP) * STEP}%" if of else "—"


async def sees(session: AsyncSession, resident: Resident) -> Sequence[StudyClass]:
    """The classes whose contact somebody is."""
    return await rows.classes_of_contact(session, resident.id)


async def own_class(session: AsyncSession, resident: Resident) -> StudyClass | None:
    """The open class somebody learns in."""
    return await rows.own_class(session, resident.id)


def keeps_classes(staff: Staff | None) -> bool:
    """Whether somebody may make classes."""
    return staff is not None and may(staff.role, Action.KEEP_CLASSES)


def _clean(typed: str) -> str:
    shown = "".join(sign for sign in typed if unicodedata.category(sign)[0] != "C")
    return " ".join(shown.split())


def _plain(typed: str) -> str:
    folded = unicodedata.normalize("NFKC", typed)
    return "".join(sign for sign in folded if sign.isascii() and sign.isalnum()).upper()


def _hash(session: AsyncSession, typed: str) -> str:
    return vault_of(session).fingerprint(_plain(typed), "study_class.contact")
