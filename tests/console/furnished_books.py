"""The books of a made-up district: a frozen account with a return, a case, a request to a bank."""

from datetime import timedelta

from bot.services.cases import CaseStep, file_case, note_step
from bot.services.freezes import Claim, ReturnMethod, freeze_account, plan_return
from bot.services.partner_requests import ask_partner
from bot.services.units import list_units
from bot.services.visitors import receive_visitor
from bot.storage.partner_requests import RequestKind
from bot.storage.staff import Role, staff_by_login
from bot.times import now
from tests.console.desk import Desk
from tests.console.furnished_words import ORDINARY, Words

CASE = "坊公（刑）立字〔2026〕1234号"


async def furnish_books(desk: Desk, words: Words = ORDINARY) -> None:
    """One line in each book, after the units are there."""
    await desk.staff(Role.CRACKDOWN, "kang", words.name("kang"))
    yesterday = now() - timedelta(days=1)
    async with desk.database.writing() as session:
        chief, detective = (
            await staff_by_login(session, "zhao"),
            await staff_by_login(session, "kang"),
        )
        assert chief is not None
        assert detective is not None
        until = now() + timedelta(days=180)
        frozen = await freeze_account(
            session,
            chief,
            "6222021234567890123",
            words.of("坊子农商银行", 60),
            words.fen(125_000_000),
            yesterday,
            until,
            now(),
        )
        shared = [Claim(words.of("王某某", 60), 98_765_400)]
        await plan_return(session, chief, frozen.id, ReturnMethod.TRACEABLE, shared, now())
        await receive_visitor(session, chief, "advice", now())
        bank = (await list_units(session, chief))[0]
        asked = words.of("请核查这张卡的开户网点和开户时间", 400)
        await ask_partner(session, chief, RequestKind.VERIFY, bank.id, asked, now())
        await file_case(
            session, detective, CASE, "brushing", words.fen(5_000_000), yesterday, now()
        )
        await note_step(session, detective, CaseStep.SOLVED, yesterday, now(), number=CASE)
