"""The family circle: who agreed to be told, by both sides, when a scam comes near somebody.

They are told which trick it is, never the words of a message. Either side ends it at any time.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import ConflictError, InvalidInputError, NotFoundError
from bot.matching.result import Level, Verdict
from bot.services.articles import Article
from bot.services.attempts import Refusal, begin_try, forget_tries
from bot.services.notifications import tell_resident
from bot.services.outgoing import Button, Outgoing
from bot.services.staff import new_code
from bot.storage import trusted as rows
from bot.storage.database import vault_of
from bot.storage.drill_offers import uninvite
from bot.storage.once import first_time
from bot.storage.outbox import Priority
from bot.storage.residents import Resident
from bot.storage.trusted import TrustedPerson

MOST = 3
CODE_ENDS = timedelta(hours=24)
RELATIONS = ("女儿", "儿子", "老伴", "孙辈", "邻居", "其他")
PAID = "已经转账"
UNNAMED = "一种骗术"
BAD_CODE = "这个代码不对、已用过或已过期，请家人重新要一个。"
ENOUGH = f"最多请 {MOST} 位。要换人，先停掉一位。"
GONE = "这一条已经结束了。发 /family 看现在的。"


async def make_code(session: AsyncSession, elder: Resident, relation: str, now: datetime) -> str:
    """A one-time code for one more trusted person, good for 24 hours.

    Raises ConflictError where there are three already, open codes and those who have taken one up
    among them.
    """
    if relation not in RELATIONS:
        raise InvalidInputError("请点下面的按钮选一个。")
    ties = [tie for tie in await rows.ties_of(session, elder.id) if tie.elder_id == elder.id]
    if sum(not _stale(tie, now) for tie in ties) >= MOST:
        raise ConflictError(ENOUGH)
    code = new_code()
    session.add(
        TrustedPerson(
            elder_id=elder.id, relation=relation, code_hash=_hash(session, code), asked_at=now
        )
    )
    await session.flush()
    return code


async def enter_code(
    session: AsyncSession, person: Resident, typed: str, now: datetime
) -> TrustedPerson | Refusal:
    """Take up a code. Raises InvalidInputError where it is one's own."""
    subject = f"circle:{person.id}"
    if refused := await begin_try(session, subject, now):
        return refused
    tie = await rows.tie_by_code(session, _hash(session, typed), now - CODE_ENDS)
    if tie is None:
        return Refusal(BAD_CODE)
    if tie.elder_id == person.id:
        raise InvalidInputError("这是您自己的代码。请把它发给家人，由家人来填。")
    ties = await rows.ties_of(session, person.id)
    if any(one.elder_id == tie.elder_id for one in ties):
        raise ConflictError("您已经在这位家人的亲友圈里了。")
    tie.person_id = person.id
    await forget_tries(session, subject)
    await session.flush()
    return tie


async def be_willing(session: AsyncSession, person: Resident, tie_id: int, now: datetime) -> None:
    """The person agrees; the elder is asked to agree, too."""
    tie = await _own(session, tie_id, person)
    if tie.person_id != person.id:
        raise NotFoundError(GONE)
    if tie.willing_at is None:
        tie.willing_at = now
        asked = Outgoing(
            f"您请的“{tie.relation}”同意了。您也同意的话，我查到高危消息或您说已经转账时，"
            "会告诉对方是哪种骗术，不告诉原文。随时能停。",
            ((Button("同意", f"circle:agree:{tie.id}:"), Button("不了", f"circle:end:{tie.id}:")),),
        )
        await _tell(session, tie.elder_id, asked, f"circle-ask:{tie.id}", now)


async def agree(session: AsyncSession, elder: Resident, tie_id: int, now: datetime) -> None:
    """The elder agrees: from now on the person is told. Raises ConflictError for a fourth one."""
    tie = await _own(session, tie_id, elder)
    if tie.elder_id != elder.id or tie.person_id is None or tie.willing_at is None:
        raise NotFoundError(GONE)
    if tie.agreed_at is None:
        ties = await rows.ties_of(session, elder.id)
        if sum(one.elder_id == elder.id and one.agreed_at is not None for one in ties) >= MOST:
            raise ConflictError(ENOUGH)
        tie.agreed_at = now
        words = Outgoing("您的家人也同意了。遇到高危消息时我会告诉您。要停，发 /family。")
        await _tell(session, tie.person_id, words, f"circle-on:{tie.id}", now)


async def end(session: AsyncSession, resident: Resident, tie_id: int, now: datetime) -> None:
    """Either side ends it; the other one is told."""
    tie = await _own(session, tie_id, resident)
    tie.ended_at = now
    other = tie.person_id if tie.elder_id == resident.id else tie.elder_id
    if other is not None:
        await uninvite(session, other, class_only=False, others=(resident.id,))
        await uninvite(session, resident.id, class_only=False, others=(other,))
        words = Outgoing("亲友圈里有一位停止了互相提醒，没有别的影响。要看现在的，发 /family。")
        await _tell(session, other, words, f"circle-end:{tie.id}", now)


async def tell_circle(
    session: AsyncSession, elder: Resident, what: str, family: str | None, now: datetime
) -> int:
    """Tell everybody who agreed that a trick came near; returns how many were told.

    `what` is the trick in words or PAID. The same one is told once an hour.
    """
    told = 0
    for tie in await rows.ties_of(session, elder.id):
        if tie.elder_id != elder.id or tie.agreed_at is None or tie.person_id is None:
            continue
        key = f"circle:{tie.id}:{family or what}:{now:%y%m%d%H}"[:60]
        if not await first_time(session, key, now):
            continue
        await _tell(session, tie.person_id, _alarm(tie, what, family), key, now)
        told += 1
    return told


async def tell_of_verdict(
    session: AsyncSession, elder: Resident, verdict: Verdict, now: datetime
) -> None:
    """Tell of the trick where the verdict is high."""
    if verdict.level is Level.HIGH:
        await tell_circle(session, elder, verdict.title or UNNAMED, verdict.family, now)


def _alarm(tie: TrustedPerson, what: str, family: str | None) -> Outgoing:
    if what == PAID:
        return Outgoing("您的家人刚才说钱已经转出。请马上打电话陪着，一起打 110，再打 96110。")
    send = Button("把文章发给家人", f"circle:send:{tie.id}:{family}") if family else None
    text = f"您的家人刚查到一条高危消息，像是：{what}。请打个电话问问，先别责怪。原文我没有转给您。"
    return Outgoing(text, ((send,),) if send else ())


async def send_article(
    session: AsyncSession, person: Resident, tie_id: int, article: Article, now: datetime
) -> None:
    """The person sends the elder the short article of a trick."""
    tie = await _own(session, tie_id, person)
    if tie.person_id != person.id or tie.agreed_at is None:
        raise NotFoundError(GONE)
    button = Button("看全文", f"learn:whole:{article.family}")
    words = Outgoing(f"家人请您看看：{article.title}\n{article.elders}", ((button,),))
    key = f"circle-send:{tie.id}:{article.family}:{now:%y%m%d%H}"
    if await first_time(session, key[:60], now):
        await _tell(session, tie.elder_id, words, key, now)


async def people_of_circle(session: AsyncSession, resident: Resident) -> list[int]:
    """Everybody who agreed to a tie with somebody, on either side."""
    ties = [tie for tie in await rows.ties_of(session, resident.id) if tie.agreed_at is not None]
    both = {one for tie in ties for one in (tie.elder_id, tie.person_id) if one is not None}
    return sorted(both - {resident.id})


async def circle_of(
    session: AsyncSession, resident: Resident, now: datetime
) -> Sequence[TrustedPerson]:
    """One's ties on either side; codes that nobody used in time are left out."""
    ties = await rows.ties_of(session, resident.id)
    return [tie for tie in ties if not _stale(tie, now)]


def _stale(tie: TrustedPerson, now: datetime) -> bool:
    return tie.person_id is None and tie.asked_at <= now - CODE_ENDS


async def _own(session: AsyncSession, tie_id: int, resident: Resident) -> TrustedPerson:
    tie = await rows.own_tie(session, tie_id, resident.id)
    if tie is None:
        raise NotFoundError(GONE)
    return tie


async def _tell(
    session: AsyncSession, resident_id: int, message: Outgoing, key: str, now: datetime
) -> None:
    resident = await session.get_one(Resident, resident_id)
    await tell_resident(session, resident, message, key=key, priority=Priority.RECEIPT, now=now)


def _hash(session: AsyncSession, typed: str) -> str:
    plain = "".join(sign for sign in typed if sign.isalnum()).upper()
    return vault_of(session).fingerprint(plain, "circle.code")
