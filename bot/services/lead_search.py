"""Finding leads by what somebody holds in hand: a number, phone, account, receipt, a word.

Sealed values are found whole or not at all, by their keyed hash; words of stories are looked for by
`story_search`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import InvalidInputError, NotFoundError
from bot.matching.normalize import normalize
from bot.matching.result import IndicatorKind
from bot.services.desk import station_of
from bot.services.leads import QueueLine, actor_name, find_lead, lines_of
from bot.services.looks import log_looks
from bot.services.permissions import Action, require
from bot.services.suspects import TRACEABLE, named_in_answer
from bot.storage import desk as rows
from bot.storage.database import vault_of
from bot.storage.leads import IDENTIFIER, PHONE, Lead
from bot.storage.receipts import receipt_print
from bot.storage.staff import Staff

MOST_FOUND = 50
LONGEST = 200
SHORTEST_PHONE = 7
PERSONAL_LOOK = "search"


@dataclass(frozen=True, slots=True)
class Found:
    """Leads, newest first, and by what they were found; `more` than are shown."""

    lines: list[QueueLine]
    by: str
    more: bool


async def search_leads(
    session: AsyncSession,
    staff: Staff,
    typed: str,
    categories: Mapping[str, str],
    now: datetime,
) -> Found:
    """Whatever was typed, tried as a lead's number, a phone, a suspect's identifier, the receipt
    of a bank or partner, a word.

    `categories` names category ids in Chinese. A find by something personal is noted as a look.
    Raises InvalidInputError for nothing at all.
    """
    require(staff.role, Action.SEE_QUEUE)
    words = " ".join(typed.split())[:LONGEST]
    if not words:
        raise InvalidInputError(
            "请输入线索编号、电话、账号、网址、银行回执号，或一个类别、街道、派出所、姓名。"
        )
    try:
        lead = await find_lead(session, staff, words)
    except NotFoundError:
        pass
    else:
        return await _found(session, [lead], "线索编号")
    if leads := await _by_something_personal(session, staff, words):
        shown = leads[:MOST_FOUND]
        numbers = [lead.number for lead in shown]
        await log_looks(session, actor_name(staff), numbers, PERSONAL_LOOK, now)
        return await _found(session, leads, "电话、账号或网址")
    if leads := await _by_receipt(session, staff, words):
        return await _found(session, leads, "回执号或协作编号")
    return await _found(
        session, await _by_word(session, staff, words, categories), "类别、地点或姓名"
    )


async def _by_something_personal(session: AsyncSession, staff: Staff, words: str) -> Sequence[Lead]:
    vault, station = vault_of(session), station_of(staff)
    digits = "".join(sign for sign in words if sign.isascii() and sign.isdigit())
    if len(digits) >= SHORTEST_PHONE:
        phone = vault.fingerprint(digits, PHONE)
        if leads := await rows.leads_with_phone(session, phone, station, MOST_FOUND + 1):
            return leads
    plain = normalize(words).text
    kinds = TRACEABLE | {IndicatorKind.OTHER}
    named = named_in_answer(words) | {(str(kind), one) for kind in kinds for one in (words, plain)}
    hashes = [vault.fingerprint(f"{kind}:{value}", IDENTIFIER) for kind, value in sorted(named)]
    return await rows.leads_naming(session, hashes, station, MOST_FOUND + 1)


async def _by_receipt(session: AsyncSession, staff: Staff, words: str) -> Sequence[Lead]:
    receipt = receipt_print(vault_of(session), words)
    if receipt is None:
        return []
    return await rows.leads_with_receipt(
        session, words.upper(), receipt, station_of(staff), MOST_FOUND + 1
    )


async def _by_word(
    session: AsyncSession, staff: Staff, word: str, categories: Mapping[str, str]
) -> Sequence[Lead]:
    meant = [id for id, name in categories.items() if word in name]
    return await rows.leads_about(session, word, meant, station_of(staff), MOST_FOUND + 1)


async def _found(session: AsyncSession, leads: Sequence[Lead], by: str) -> Found:
    return Found(await lines_of(session, leads[:MOST_FOUND]), by, len(leads) > MOST_FOUND)
