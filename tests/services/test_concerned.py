"""Whom one tap concerns: whose cards, numbers and accounts a lead names, else everybody."""

import pytest
from sqlalchemy import select

from bot.matching.lookup.institutions import institutions_in
from bot.matching.lookup.phones import carrier_of
from bot.services.concerned import Told, Trace, choose, values_for
from bot.services.leads import sign_for
from bot.services.quick_response import ask_all, concerned
from bot.services.stop_payment import ask_stop_payment
from bot.storage.database import Database
from bot.storage.transfers import write_elements
from bot.storage.units import Unit, UnitKind
from tests.services.casework import NOON, PHONE, filed, lead_of, officer
from tests.services.chain import unit

ICBC, ABC = "6222021234567890128", "6228481234567890127"
UNITS = [
    Unit(id=number, name=name, kind=kind)
    for number, (name, kind) in enumerate(
        (
            ("工行坊子支行", UnitKind.BANK),
            ("中国农业银行坊子支行", UnitKind.BANK),
            ("坊子农商银行", UnitKind.BANK),
            ("支付宝", UnitKind.PAY),
            ("移动坊子分公司", UnitKind.CARRIER),
            ("中国电信坊子分公司", UnitKind.CARRIER),
        )
    )
]
BANKS, CARRIERS = {0, 1, 2, 3}, {4, 5}


def told(
    phone: str = "13812345678",
    cards: tuple[tuple[str, str | None], ...] = (),
    numbers: tuple[tuple[str, str | None], ...] = (),
    words: str = "",
) -> Told:
    traced = [tuple(Trace(*one) for one in given) for given in (cards, numbers)]
    return Told(phone, *traced, institutions_in(words))


@pytest.mark.parametrize(
    ("lead", "asked"),
    [
        (told(), BANKS | {4}),
        (told(phone=""), BANKS | CARRIERS),
        (told(cards=((ICBC, "中国工商银行"),)), {0, 4}),
        (told(cards=((ICBC, "中国工商银行"), ("6200", None))), BANKS | {4}),
        (told(cards=(("6225", "招商银行"),)), BANKS | {4}),
        (told(words="对方农商行的卡，支付宝也转了"), {2, 3, 4}),
        (told(words="微信"), BANKS | {4}),
        (told(numbers=(("19912345678", "中国电信"),)), BANKS | {4, 5}),
        (told(numbers=(("053687654321", None),)), BANKS | CARRIERS),
        (told(phone="13012345678"), BANKS | CARRIERS),
    ],
)
def test_those_are_asked_whom_something_names_else_all(lead: Told, asked: set[int]) -> None:
    assert {one.id for one in choose(UNITS, lead)} == asked


@pytest.mark.parametrize(
    ("number", "carrier"),
    [
        ("13812345678", "中国移动"),
        ("17001234567", "中国电信"),
        ("17051234567", "中国移动"),
        ("17091234567", "中国联通"),
        ("17112345678", "中国联通"),
        ("19212345678", "中国广电"),
        ("12345", None),
        ("95588123456", None),
    ],
)
def test_a_mobile_number_tells_its_carrier(number: str, carrier: str | None) -> None:
    assert carrier_of(number) == carrier


def test_a_partner_is_told_its_own_cards_and_those_that_may_be() -> None:
    lead = told(cards=((ICBC, "中国工商银行"), (ABC, "中国农业银行"), ("9", None)))
    icbc, stranger = UNITS[0], Unit(id=9, name="某某村镇", kind=UnitKind.BANK)
    assert values_for(icbc, lead, everything=False) == [ICBC, "9"]
    assert values_for(icbc, lead, everything=True) == [ICBC, ABC, "9"]
    assert values_for(stranger, lead, everything=False) == [ICBC, ABC, "9"]


async def test_what_a_lead_tells_decides_and_everybody_can_be_asked(database: Database) -> None:
    async with database.writing() as session:
        for one in UNITS:
            await unit(session, one.name, UnitKind(one.kind))
        li = await officer(session)
        number = await filed(session, suspects=f"卡号 {ICBC} 电话 19912345678 95588")
        asked = await ask_all(session, li, number, "", NOON)
        names = {one.id: one.name for one in (await session.scalars(select(Unit))).all()}
        said = {names[one.unit_id]: one.words for one in asked}
        assert set(said) == {"工行坊子支行", "移动坊子分公司", "中国电信坊子分公司"}
        for name, own in (("工行坊子支行", ICBC), ("中国电信坊子分公司", "19912345678")):
            assert f"；本人电话 {PHONE}；对方 {own}；" in said[name]
        assert "对方" not in said["移动坊子分公司"]
        second = await filed(session, account=2)
        await sign_for(session, li, second, NOON)
        await write_elements(session, (await lead_of(session, second)).id, {"channel": "支付宝"})
        await ask_stop_payment(session, li, second, "农行坊子支行", "100", NOON)
        whom = (await concerned(session, li, second)).names
        assert set(whom) == {"中国农业银行坊子支行", "支付宝", "移动坊子分公司"}
        assert len(await ask_all(session, li, second, "", NOON, everybody=True)) == len(UNITS)
