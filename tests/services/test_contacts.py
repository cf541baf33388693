"""Contacts, stop-payment requests, handing a lead to a station or a colleague."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.errors import ConflictError, InvalidInputError, NotAllowedError, NotFoundError
from bot.services.contacts import contact_lines, record_contact
from bot.services.handling import dispatch, take_over
from bot.services.stop_payment import answer_stop_payment, ask_stop_payment, stop_lines
from bot.storage.contacts import Contact, ContactResult, ContactWay
from bot.storage.database import Database
from bot.storage.leads import LeadState
from bot.storage.staff import Role
from bot.storage.stop_payments import StopPayment, StopResult
from tests.services.casework import NOON, brought_to, filed, lead_of, officer, told, trail


async def test_the_first_contact_makes_a_signed_lead_one_being_called(
    database: Database,
) -> None:
    async with database.writing() as session:
        staff = await officer(session)
        number = await filed(session)
        await brought_to(session, staff, number, LeadState.SIGNED)
        for result in (ContactResult.NO_ANSWER, ContactResult.REACHED):
            await record_contact(session, staff, number, ContactWay.PHONE, result, NOON)
        lead = await lead_of(session, number)
        assert lead.state == LeadState.CALLING
        lines = await contact_lines(session, lead, full=False)
        assert [(line.way, line.result, line.who) for line in lines] == [
            ("电话", "没有回应", "li警官"),
            ("电话", "联系上了", "li警官"),
        ]
        events = [line.event for line in await trail(session, number)]
        assert events == ["file", "sign", "move", "contact", "contact"]
    assert len(await told(database)) == 2


async def test_a_note_is_sealed_and_shown_in_full_view_only(database: Database) -> None:
    note = "本人王桂英，身份证110101199003070011，说不转了"
    async with database.writing() as session:
        staff = await officer(session)
        number = await filed(session)
        await brought_to(session, staff, number, LeadState.CALLING)
        await record_contact(
            session, staff, number, ContactWay.FAMILY, ContactResult.REACHED, NOON, note=note
        )
        lead = await lead_of(session, number)
        kept = (await session.scalars(select(Contact))).one().note_sealed
        assert kept is not None
        assert "王桂英".encode() not in kept
        (masked,) = await contact_lines(session, lead, full=False)
        (full,) = await contact_lines(session, lead, full=True)
        assert (masked.note, masked.has_note) == ("", True)
        assert "王桂英" in full.note
        assert "110101199003070011" not in full.note
        assert "王桂英" not in "".join(line.why for line in await trail(session, number))


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (LeadState.NEW, "请先签收"),
        (LeadState.CLOSED, "重新打开"),
        (LeadState.WITHDRAWN, "重新打开"),
    ],
)
async def test_nothing_is_recorded_on_a_lead_that_nobody_holds(
    sqlite_database: Database, state: LeadState, words: str
) -> None:
    async with sqlite_database.writing() as session:
        staff = await officer(session)
        number = await filed(session)
        await brought_to(session, staff, number, state)
        with pytest.raises(InvalidInputError, match=words):
            await record_contact(
                session, staff, number, ContactWay.PHONE, ContactResult.REACHED, NOON
            )
        with pytest.raises(InvalidInputError, match=words):
            await ask_stop_payment(session, staff, number, "某银行", "3500", NOON)


async def test_a_stop_payment_is_asked_for_and_answered(database: Database) -> None:
    async with database.writing() as session:
        staff = await officer(session)
        number = await filed(session)
        await brought_to(session, staff, number, LeadState.CALLING)
        asked = NOON - timedelta(minutes=4)
        request = await ask_stop_payment(
            session, staff, number, " 某 银行 ", "1.2万", NOON, asked_at=asked
        )
        await answer_stop_payment(
            session, staff, number, request.id, StopResult.STOPPED, "8000", NOON, receipt="ZF-1"
        )
    async with database.reading() as session:
        (line,) = await stop_lines(session, await lead_of(session, number))
        assert (line.bank, line.receipt, line.asked_at) == ("某 银行", "ZF-1", asked)
        assert (line.amount_fen, line.result, line.done_fen) == (1_200_000, "stopped", 800_000)
        events = [line.event for line in await trail(session, number)]
        assert events[-2:] == ["stop_asked", "stop_answered"]


@pytest.mark.parametrize(
    ("result", "amount", "done"),
    [("frozen", "", 350_000), ("returned", "100", 10_000), ("failed", "3500", 0)],
)
async def test_without_an_amount_all_that_was_asked_for_counts(
    sqlite_database: Database, result: str, amount: str, done: int
) -> None:
    async with sqlite_database.writing() as session:
        staff = await officer(session)
        number = await filed(session)
        await brought_to(session, staff, number, LeadState.CALLING)
        request = await ask_stop_payment(session, staff, number, "某银行", "3500", NOON)
        await answer_stop_payment(
            session, staff, number, request.id, StopResult(result), amount, NOON
        )
        assert request.done_fen == done


@pytest.mark.parametrize(
    ("bank", "amount", "minutes", "words"),
    [
        ("", "3500", 0, "哪家银行"),
        ("某银行", "", 0, "金额"),
        ("某银行", "很多", 0, "金额"),
        ("某银行", "0", 0, "金额"),
        ("某银行", "3500", 5, "时间"),
        ("某银行", "3500", -60 * 24 * 400, "时间"),
    ],
)
async def test_an_unusable_request_says_what_to_write(
    sqlite_database: Database, bank: str, amount: str, minutes: int, words: str
) -> None:
    asked_at = NOON + timedelta(minutes=minutes)
    async with sqlite_database.writing() as session:
        staff = await officer(session)
        number = await filed(session)
        await brought_to(session, staff, number, LeadState.CALLING)
        with pytest.raises(InvalidInputError, match=words):
            await ask_stop_payment(session, staff, number, bank, amount, NOON, asked_at=asked_at)
        assert (await session.scalars(select(StopPayment))).all() == []


async def test_no_more_is_stopped_than_was_asked_for_and_of_its_own_lead(
    sqlite_database: Database,
) -> None:
    async with sqlite_database.writing() as session:
        staff = await officer(session)
        number, other = await filed(session), await filed(session, account=2)
        for one in (number, other):
            await brought_to(session, staff, one, LeadState.CALLING)
        request = await ask_stop_payment(session, staff, number, "某银行", "3500", NOON)
        answer = (request.id, StopResult.STOPPED)
        with pytest.raises(InvalidInputError, match="不能多于"):
            await answer_stop_payment(session, staff, number, *answer, "3501", NOON)
        with pytest.raises(NotFoundError):
            await answer_stop_payment(session, staff, other, *answer, "1", NOON)


async def test_a_lead_goes_to_a_station_by_name(database: Database) -> None:
    async with database.writing() as session:
        staff = await officer(session)
        number = await filed(session)
        await brought_to(session, staff, number, LeadState.SIGNED)
        with pytest.raises(InvalidInputError, match="哪个派出所"):
            await dispatch(session, staff, number, " ", "", NOON)
        lead = await dispatch(session, staff, number, "东街派出所", "当事人在家", NOON)
        assert (lead.state, lead.station) == (LeadState.DISPATCHED, "东街派出所")
        assert (await trail(session, number))[-1].why == "东街派出所；当事人在家"
    assert "派出所" in (await told(database))[-1]
    assert "东街" not in (await told(database))[-1]


async def test_a_colleague_takes_over_once(database: Database) -> None:
    async with database.writing() as session:
        one, two = await officer(session), await officer(session, "wang")
        number = await filed(session)
        await brought_to(session, one, number, LeadState.CALLING)
        lead = await take_over(session, two, number, NOON)
        assert lead.assignee_id == two.id
        with pytest.raises(ConflictError, match="已经由您"):
            await take_over(session, two, number, NOON)
        stranger = await officer(session, "zhao", Role.GRID)
        with pytest.raises(NotAllowedError):
            await take_over(session, stranger, number, NOON)
