"""Contact cards and places as answers of a report, as Telegram brings them."""

import pytest
from aiogram.types import Location

from bot.handlers.given import place_in_words
from bot.matching.library import Library
from bot.matching.masking import mask
from bot.services.leads import open_value
from bot.storage.database import Database
from bot.storage.leads import AREA, DESCRIPTION, IDENTIFIER, PHONE, identifiers_of
from bot.storage.transfers import read_elements
from tests.channels.test_telegram import Telegram, telegram
from tests.handlers.test_report import leads, the_lead
from tests.handlers.test_things import polling

__all__ = ["telegram"]

HERE = {"latitude": 36.66012, "longitude": 119.12345}
IN_WORDS = "位置：北纬36度39.61分，东经119度7.41分"


class Chat:
    """One resident on Telegram, who reads everything the bot says."""

    def __init__(self, telegram: Telegram) -> None:
        self.telegram, self.read = telegram, 0

    async def hears(self, *wanted: str) -> str:
        """What the bot says until each of these was said."""
        said = ""
        while not all(one in said for one in wanted):
            self.last = await self.telegram.hears(after=self.read)
            self.read += 1
            said += f"{self.last.text}\n"
        return said

    async def says(self, text: str, *wanted: str) -> str:
        self.telegram.sends(text=text)
        return await self.hears(*wanted)

    async def presses(self, label: str, *wanted: str) -> str:
        self.telegram.presses(self.last, label)
        return await self.hears(*wanted)

    async def gives_card(self, number: str, *wanted: str, own: bool = False) -> str:
        card: dict[str, object] = {"phone_number": number, "first_name": "李经理"}
        self.telegram.sends(contact=card | ({"user_id": self.telegram.user.id} if own else {}))
        return await self.hears(*wanted)

    async def gives_place(self, *wanted: str) -> str:
        self.telegram.sends(location=HERE)
        return await self.hears(*wanted)


@pytest.mark.parametrize(
    ("latitude", "longitude", "words"),
    [
        (36.66012, 119.12345, IN_WORDS),
        (0, 0, "位置：北纬0度0.00分，东经0度0.00分"),
        (-33.99999, -0.5, "位置：南纬34度0.00分，西经0度30.00分"),
    ],
)
def test_a_place_in_words_is_as_maps_take_it_and_no_number_to_mask(
    latitude: float, longitude: float, words: str
) -> None:
    found = place_in_words(Location(latitude=latitude, longitude=longitude))
    assert found == words
    assert mask(found) == found


async def test_money_is_gone_and_cards_and_places_are_answers(
    telegram: Telegram, sqlite_database: Database, library: Library
) -> None:
    chat = Chat(telegram)
    async with polling(telegram, sqlite_database, library):
        await chat.says("/report", "现在到哪一步")
        await chat.presses("已转账", "民警打哪个电话找您")
        assert "没有保存" in await chat.gives_place("用不上位置", "民警打哪个电话找您")
        assert await leads(sqlite_database) == 0
        await chat.gives_card("8613800138000", "您现在在哪里", own=True)
        await chat.gives_place("是谁的钱")
        await chat.gives_card("13912345678", "用不上名片", "是谁的钱")
        for label, then in (
            ("我自己", "什么时候转的"),
            ("跳过", "一共转了多少钱"),
            ("跳过", "付款账户"),
            ("跳过", "从哪家银行"),
            ("跳过", "钱转给了谁"),
        ):
            await chat.presses(label, then)
        await chat.gives_card("8613800138000", "您自己的名片", "钱转给了谁", own=True)
        await chat.gives_card("13912345678", "用什么方式")
    lead = await the_lead(sqlite_database)
    async with sqlite_database.reading() as session:
        assert open_value(session, lead.phone_sealed, PHONE) == "13800138000"
        assert open_value(session, lead.area_sealed, AREA) == IN_WORDS
        assert "李经理" in (await read_elements(session, lead.id))["payee"]
        rows = await identifiers_of(session, lead.id)
        named = {open_value(session, row.value_sealed, IDENTIFIER) for row in rows}
    assert "13912345678" in named
    assert "13800138000" not in named


async def test_a_report_takes_them_where_they_are_asked_for(
    telegram: Telegram, sqlite_database: Database, library: Library
) -> None:
    chat = Chat(telegram)
    async with polling(telegram, sqlite_database, library):
        await chat.says("/report", "现在到哪一步")
        await chat.presses("还没转账", "是谁遇到的")
        await chat.presses("我自己", "发生了什么")
        await chat.says("有人让我扫码领补贴", "对方是怎么找到您的")
        await chat.presses("微信", "对方的电话")
        await chat.gives_card("13912345678", "民警怎么打电话给您")
        await chat.gives_card("13800138000", "住在哪个街道", own=True)
        venue = {"location": HERE, "title": "和平路菜场", "address": "和平路3号"}
        telegram.sends(venue=venue, location=HERE)
        shown = await chat.hears("请核对")
    for words in ("和平路菜场，和平路3号", "13800138000", "13912345678"):
        assert words in shown


async def test_they_are_added_to_a_lead_too(
    telegram: Telegram, sqlite_database: Database, library: Library
) -> None:
    chat = Chat(telegram)
    async with polling(telegram, sqlite_database, library):
        await chat.says("/report", "现在到哪一步")
        await chat.presses("已转账", "民警打哪个电话找您")
        await chat.gives_card("13800138000", "您现在在哪里")
        await chat.presses("先到这里", "都记下了")
        await chat.presses("补充经过、截图", "补充的写下来")
        await chat.gives_card("13912345678", "已补充到")
        await chat.gives_place("已补充到")
    lead = await the_lead(sqlite_database)
    async with sqlite_database.reading() as session:
        story = open_value(session, lead.description_sealed, DESCRIPTION)
        rows = await identifiers_of(session, lead.id)
        named = {open_value(session, row.value_sealed, IDENTIFIER) for row in rows}
    assert "李经理" in story
    assert IN_WORDS in story
    assert named == {"13912345678"}
