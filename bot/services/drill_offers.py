"""Drills that a family circle, a school's class or a unit's staff are invited to.

Everybody decides alone whether to take part, and nobody learns who did: whoever invited a class
hears totals of five or more people, once, when it is over; of a family circle nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import ConflictError, InvalidInputError, NotFoundError
from bot.services import study_classes
from bot.services.circle import people_of_circle
from bot.services.drill_files import Drill
from bot.services.drills import drills_for, find_drill
from bot.services.education import Education
from bot.services.notifications import tell_resident
from bot.services.outgoing import Button, Outgoing
from bot.services.sending_rules import Rules, place
from bot.services.study_classes import FEWEST, people_shown, share_shown
from bot.storage import drill_offers as rows
from bot.storage.drill_offers import DrillOffer, OfferCounts
from bot.storage.once import first_time
from bot.storage.outbox import Priority
from bot.storage.residents import Resident
from bot.storage.roster import chats_of_staff
from bot.storage.staff import Staff
from bot.storage.study_classes import ClassKind, StudyClass
from bot.times import SHANGHAI

LASTS = timedelta(days=3)
AGAIN_AFTER = timedelta(days=7)
"""*Defaults*: how long one takes part, and when the same people may be invited next."""
CHOICES = 4
CIRCLE = 0
"""Instead of a class's number: one's own family circle."""
FAMILY = "您的家人"
NO_CIRCLE = "亲友圈里还没有人。先发 /family 请家人加入。"
ADULTS_ONLY = "这个演练只给成年人做，学校的班级请换一个。"
NOT_YOURS = "您不是这个班级的联系人。发 /class 看看。"
NONE_OPEN = "现在没有进行中的演练邀请。"


@dataclass(frozen=True, slots=True)
class Inviter:
    """Who invites: a resident for his circle or as a class's contact, or staff for a class kept.

    In the console there is no resident, and no circle.
    """

    resident: Resident | None
    staff: Staff | None

    @property
    def resident_id(self) -> int | None:
        """Whose circle it would be."""
        return self.resident.id if self.resident else None


@dataclass(frozen=True, slots=True)
class Choice:
    """What may be offered to whom: this week's tricks first; `running` is an offer not over."""

    whom: str
    drills: Sequence[Drill]
    running: DrillOffer | None


async def choices(
    session: AsyncSession, education: Education, inviter: Inviter, number: int, now: datetime
) -> Choice:
    """The drills to choose from for a class, or for CIRCLE. Raises as `offer` does."""
    found = await _whom(session, inviter, number)
    running = await running_offer(session, inviter, number, now)
    drills = [one for one in await drills_for(session, education, now) if fits(one, found)]
    return Choice(_name(found), drills[:CHOICES], running)


async def running_offer(
    session: AsyncSession, inviter: Inviter, number: int, now: datetime
) -> DrillOffer | None:
    """The offer that is not over yet."""
    last = await rows.last_offer(session, number or None, inviter.resident_id)
    return last if last and last.ended_at is None and last.ends_at > now else None


async def offer(
    session: AsyncSession,
    education: Education,
    inviter: Inviter,
    number: int,
    name: str,
    now: datetime,
) -> DrillOffer:
    """Invite everybody of a class, or of one's family circle, to the drill `name`.

    Raises NotFoundError where the class is not one's own or nobody is in the circle,
    InvalidInputError for a drill that does not fit, ConflictError where one was offered lately.
    """
    found, drill = await _whom(session, inviter, number), find_drill(education, name)
    if not fits(drill, found):
        raise InvalidInputError(ADULTS_ONLY)
    last = await rows.last_offer(session, number or None, inviter.resident_id)
    if last is not None and last.made_at > now - AGAIN_AFTER:
        raise ConflictError(
            f"同一批人一周最多邀请一次，{_day(last.made_at + AGAIN_AFTER)}以后再来。"
        )
    follows = f"drill-offer:{number or f'r{inviter.resident_id}'}:{last.id if last else 0}"
    if not await first_time(session, follows, now):
        raise ConflictError("邀请刚刚发过了。")
    contact = inviter.resident is not None and (
        found is None or found.contact_id == inviter.resident_id
    )
    made = DrillOffer(
        class_id=found.id if found else None,
        resident_id=inviter.resident_id if contact else None,
        staff_id=None if contact or inviter.staff is None else inviter.staff.id,
        drill=drill.id,
        made_at=now,
        ends_at=now + LASTS,
    )
    session.add(made)
    await session.flush()
    if found is not None:
        await rows.invite_class(session, made.id, found.id)
    elif inviter.resident is not None:
        await rows.invite(session, made.id, await people_of_circle(session, inviter.resident))
    return made


async def end_early(session: AsyncSession, inviter: Inviter, number: int, now: datetime) -> None:
    """End the offer that is running. Raises NotFoundError without one."""
    await _whom(session, inviter, number)
    running = await running_offer(session, inviter, number, now)
    if running is None:
        raise NotFoundError(NONE_OPEN)
    running.ends_at = now
    await session.flush()


async def _whom(session: AsyncSession, inviter: Inviter, number: int) -> StudyClass | None:
    if number == CIRCLE:
        if inviter.resident is None or not await people_of_circle(session, inviter.resident):
            raise NotFoundError(NO_CIRCLE)
        return None
    seen = await study_classes.sees(session, inviter.resident) if inviter.resident else ()
    found = next((one for one in seen if one.id == number), None)
    if found is None and study_classes.keeps_classes(inviter.staff) and inviter.staff:
        found = await study_classes.kept_class(session, inviter.staff, number)
    if found is None:
        raise NotFoundError(NOT_YOURS)
    if found.closed_at is not None:
        raise ConflictError(f"“{found.name}”已经结束，不能再邀请。")
    return found


def fits(drill: Drill, found: StudyClass | None) -> bool:
    """Whether a drill may be offered: to a school's class only what minors may do."""
    return found is None or found.kind != ClassKind.SCHOOL or drill.for_minors


def _name(found: StudyClass | None) -> str:
    return f"“{found.name}”" if found else "亲友圈"


def _day(moment: datetime) -> str:
    local = moment.astimezone(SHANGHAI)
    return f"{local.month}月{local.day}日"


@dataclass(frozen=True, slots=True)
class OfferLine:
    """A class's newest invitation; `lines` are its totals once it is over."""

    title: str
    ends_at: datetime
    running: bool
    lines: tuple[str, ...]


async def newest_offers(
    session: AsyncSession, education: Education, class_ids: Sequence[int], now: datetime
) -> dict[int, OfferLine]:
    """The newest invitation of each class that had one, by the class."""
    found = await rows.newest_offers(session, class_ids)
    counts = await rows.count_offers(session, [made.id for made in found if made.ended_at])
    shown: dict[int, OfferLine] = {}
    for made in found:
        drill = education.drills.get(made.drill)
        counted = counts.get(made.id, OfferCounts(0, 0, 0))
        lines = tuple(_totals(made, counted)) if made.ended_at else ()
        running = made.ended_at is None and made.ends_at > now
        title = drill.title if drill else "演练"
        shown[made.class_id or 0] = OfferLine(title, made.ends_at, running, lines)
    return shown


async def offers_wait(session: AsyncSession, rules: Rules, now: datetime) -> bool:
    """Whether the clock has something to tell; only looks."""
    return not place(now, rules).why and await rows.offers_wait(session, now)


async def tell_offers(
    session: AsyncSession, education: Education, rules: Rules, now: datetime, most: int
) -> int:
    """End what is over, tell who invited, then the next `most` people; returns how many of them."""
    if place(now, rules).why:
        return 0
    for ended in await rows.end_due_offers(session, now):
        await _tell_totals(session, education, ended, now)
    waiting = await rows.invitations_to_tell(session, most)
    names = {offer_id: await _inviter(session, one) for offer_id, one in _offers(waiting).items()}
    for invitation, made, resident in waiting:
        drill = education.drills.get(made.drill)
        title = drill.title if drill else "演练"
        over = made.ended_at is not None
        words = _over(title) if over else _invitation(made, title, names[made.id])
        key = f"drill-{'over' if over else 'offer'}:{made.id}"
        await tell_resident(session, resident, words, key=key, priority=Priority.DIGEST, now=now)
        if over:
            await session.delete(invitation)
        else:
            invitation.told_at = now
    await session.flush()
    return len(waiting)


def _offers(waiting: Sequence[tuple[object, DrillOffer, Resident]]) -> dict[int, DrillOffer]:
    return {one.id: one for _, one, _ in waiting}


async def _inviter(session: AsyncSession, made: DrillOffer) -> str:
    if made.class_id is None:
        return FAMILY
    return _name(await session.get_one(StudyClass, made.class_id))


def _invitation(made: DrillOffer, title: str, who: str) -> Outgoing:
    button = Button("看看再决定", f"drill:look:{made.drill}:{made.id}:0:")
    return Outgoing(
        f"【模拟演练】{who}请您做一次演练：{title}。我扮骗子，您来应对，人和事都是编的，"
        f"没有真的链接和号码。做不做由您定，没有人看得到您做没做。{_day(made.ends_at)}结束。",
        ((button,),),
    )


def _over(title: str) -> Outgoing:
    return Outgoing(
        f"【模拟演练】“{title}”的演练邀请结束了。里面的人和事都是编的，没有做也没关系。"
        "想自己做一次，发 /drill。"
    )


async def _tell_totals(
    session: AsyncSession, education: Education, ended: DrillOffer, now: datetime
) -> None:
    drill = education.drills.get(ended.drill)
    title = drill.title if drill else "演练"
    counted = await rows.count_offers(session, [ended.id])
    counts = counted.get(ended.id, OfferCounts(0, 0, 0))
    lines = [f"“{title}”的演练邀请结束了。", *_totals(ended, counts)]
    if ended.staff_id is not None:
        told = await chats_of_staff(session, [ended.staff_id])
    else:
        told = [await session.get_one(Resident, ended.resident_id)]
    for resident in told:
        key = f"drill-totals:{ended.id}"
        words = Outgoing("\n".join(lines))
        await tell_resident(session, resident, words, key=key, priority=Priority.DIGEST, now=now)


def _totals(ended: DrillOffer, counts: OfferCounts) -> list[str]:
    if ended.class_id is None:
        return ["谁做了、做得怎样，只有本人知道。可以打个电话聊聊这一招。"]
    lines = [f"做完的：{people_shown(counts.people)}"]
    if counts.people >= FEWEST:
        lines.append(f"共 {counts.runs} 次，及时停住{share_shown(counts.stopped, counts.runs)}")
    return lines
