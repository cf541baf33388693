"""Who speaks and where his dialogue stands, found by one query: each update asks for it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, bindparam, literal, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.storage.database import vault_of
from bot.storage.dialogues import DATA, NO_DIALOGUE, Dialogue, dialogue_hash
from bot.storage.prepared import Prepared, Row, as_read
from bot.storage.residents import Resident, account_hash
from bot.storage.staff import ChatBinding, Staff
from bot.storage.updates import REPLIES, AnsweredUpdate

RESIDENT, STAFF = tuple(Resident.__table__.columns), tuple(Staff.__table__.columns)


def _query() -> Any:
    update, dialogue = AnsweredUpdate, Dialogue
    always = select(literal(1).label("one")).subquery()
    person = and_(
        Resident.channel == bindparam("channel"), Resident.account_hash == bindparam("account")
    )
    same = and_(update.bot_id == bindparam("bot"), update.update_id == bindparam("update"))
    return (
        select(
            update.replies_sealed,
            update.stands_as,
            dialogue.state,
            dialogue.data_sealed,
            *RESIDENT,
            *STAFF,
        )
        .select_from(always)
        .outerjoin(update, same)
        .outerjoin(Resident, person)
        .outerjoin(ChatBinding, ChatBinding.resident_id == Resident.id)
        .outerjoin(Staff, and_(Staff.id == ChatBinding.staff_id, Staff.active.is_(True)))
        .outerjoin(dialogue, dialogue.key_hash == bindparam("dialogue"))
    )


QUERY = Prepared(_query())


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known before an update is answered; `replies` where it was answered already, and
    `stands_as` the message in the chat where its verdict is known to have arrived."""

    replies: str | None
    stands_as: int | None
    resident: Resident | None
    staff: Staff | None
    state: str | None
    data: str


async def find_standing(
    session: AsyncSession, bot_id: int, update_id: int, person: tuple[str, int], dialogue: str
) -> Standing:
    """The standing of a person (channel and the channel's own number) in a dialogue."""
    vault = vault_of(session)
    named = {
        "bot": bot_id,
        "update": update_id,
        "channel": person[0],
        "account": account_hash(vault, *person),
        "dialogue": dialogue_hash(vault, dialogue),
    }
    (found,) = await QUERY.rows(session, named)
    replies, stands_as, state, data, *people = found
    return Standing(
        vault.open(replies, REPLIES) if replies else None,
        stands_as,
        _known(session, Resident, people[: len(RESIDENT)]),
        _known(session, Staff, people[len(RESIDENT) :]),
        *((state, vault.open(data, DATA)) if data else NO_DIALOGUE),
    )


def _known(session: AsyncSession, model: type[Row], columns: Sequence[Any]) -> Row | None:
    """The person whose columns were found; without a number there is none."""
    return as_read(session, model, columns) if columns[0] is not None else None
