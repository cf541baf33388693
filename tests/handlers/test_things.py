"""Contact cards, files, voice notes and places, as Telegram and the chat page bring them."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from hashlib import sha256
from pathlib import Path

import pytest
from aiogram.types import Contact
from sqlalchemy import select

from bot.channels.telegram import Polling, telegram_bot
from bot.handlers.dispatcher import make_dispatcher
from bot.handlers.middlewares import AnswerParts
from bot.handlers.things import number_of
from bot.matching.library import Library
from bot.matching.lookup.blocklist import Blocklist
from bot.services import hearing
from bot.services.hearing import CANNOT_HEAR, NO_WORDS, NOT_HEARD, TOO_LONG, installed_hearing
from bot.storage.checks import Check
from bot.storage.database import Database
from bot.storage.evidence import Evidence
from bot.storage.outbox import OutboxMessage
from bot.storage.residents import Resident, find_or_add_resident
from bot.storage.trusted import TrustedPerson
from bot.times import now
from tests.channels.test_telegram import Telegram, settings_for, telegram
from tests.handlers.test_family import heard
from tests.talk import Talk

__all__ = ["telegram"]

APK = b"PK\x03\x04 not looked into"
SCAM = "您好我是微信支付客服，百万保障今晚到期，下载会议软件打开共享屏幕，我教您取消扣费"


@asynccontextmanager
async def polling(
    telegram: Telegram, database: Database, library: Library, ear: object = None
) -> AsyncIterator[None]:
    settings = settings_for(telegram.api)
    parts = AnswerParts(database, lambda: library, now, 30, hearing=ear)  # type: ignore[arg-type]
    poll = Polling(telegram_bot(settings), make_dispatcher(parts, settings), seconds=1)
    stop = asyncio.Event()
    task = asyncio.create_task(poll.run(stop))
    yield
    stop.set()
    await asyncio.wait_for(task, 10)


async def test_a_contact_card_is_judged_as_its_number_and_ones_own_is_not(
    telegram: Telegram, sqlite_database: Database, library: Library
) -> None:
    async with polling(telegram, sqlite_database, library):
        card = {"phone_number": "+85251234567", "first_name": "王警官", "last_name": "http://x.top"}
        telegram.sends(contact=card)
        told = (await telegram.hears()).text
        assert "中国香港" in told
        assert "“王警官 http[:]//x[.]top”" in told
        assert "不能证明" in told
        own = {"phone_number": "8613800138000", "first_name": "我", "user_id": telegram.user.id}
        telegram.sends(contact=own)
        assert "您自己的名片" in (await telegram.hears(after=1)).text
    async with sqlite_database.reading() as session:
        assert len((await session.scalars(select(Check))).all()) == 1


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("+86 138-0013-8000", "13800138000"),
        ("8613800138000", "13800138000"),
        ("+861066668888", "01066668888"),
        ("95588", "95588"),
        ("+95588", "+95588"),
        ("85251234567", "85251234567"),
        ("00855123456789", "+855123456789"),
        ("无", ""),
    ],
)
def test_a_cards_number_is_put_as_people_write_it_here(written: str, number: str) -> None:
    assert number_of(Contact(phone_number=written, first_name="某")) == number


async def test_a_place_is_declined_politely(
    telegram: Telegram, sqlite_database: Database, library: Library
) -> None:
    async with polling(telegram, sqlite_database, library):
        telegram.sends(location={"latitude": 31.2, "longitude": 121.5})
        told = (await telegram.hears()).text
    assert "没有保存" in told
    assert "110" in told


async def test_a_file_is_compared_with_the_list_by_its_digest_and_never_kept(
    telegram: Telegram, sqlite_database: Database, library: Library
) -> None:
    known = library.with_blocklist(Blocklist({}, {sha256(APK).hexdigest(): "冒充银行的软件"}))
    async with polling(telegram, sqlite_database, known):
        telegram.sends(document=("照片.jpg", APK))
        listed = (await telegram.hears()).text
        telegram.sends(text="/privacy")  # so that the next one is a case of its own
        await telegram.hears(after=1)
        telegram.sends(document=("会议助手.apk", b"another one"))
        unlisted = (await telegram.hears(after=2)).text
        telegram.sends(text="/privacy")
        await telegram.hears(after=3)
        telegram.sends(document=("大.apk", b"x"), file_size=30 * 1024 * 1024)
        large = (await telegram.hears(after=4)).text
    assert listed.startswith("🔴 高危")
    assert "冒充银行的软件" in listed
    assert "“照片[.]jpg”" in listed
    assert unlisted.startswith("🟠 可疑")
    assert "不在里面" in unlisted
    assert "没有打开它" in unlisted
    assert "30.0 MB" in large
    assert "没能和民警的名单比对" in large
    async with sqlite_database.reading() as session:
        assert (await session.scalars(select(Evidence))).all() == []


async def test_a_file_of_the_chat_page_is_told_by_its_ending(
    sqlite_database: Database, library: Library
) -> None:
    talk = Talk(sqlite_database, library)
    words = await talk.sends(APK, ending="apk")
    assert "可疑" in words
    assert "别安装" in words
    assert "到哪一步了" in await talk.presses("举报")


async def test_without_a_plug_in_a_voice_note_is_declined_in_words(
    telegram: Telegram, sqlite_database: Database, library: Library
) -> None:
    async with polling(telegram, sqlite_database, library):
        telegram.sends(voice=b"OggS")
        assert (await telegram.hears()).text == CANNOT_HEAR


class Ear:
    def __init__(self, hear: Callable[[bytes], str]) -> None:
        self.words = hear


def broken(_: bytes) -> str:
    raise ZeroDivisionError


@pytest.mark.parametrize(
    ("hear", "words"),
    [(lambda _: SCAM, "🔴 高危"), (lambda _: " ", NO_WORDS), (broken, NOT_HEARD)],
    ids=["words", "nothing", "broken"],
)
async def test_with_a_plug_in_a_voice_note_is_judged_by_its_words(
    telegram: Telegram,
    sqlite_database: Database,
    library: Library,
    hear: Callable[[bytes], str],
    words: str,
) -> None:
    async with polling(telegram, sqlite_database, library, Ear(hear)):
        telegram.sends(voice=b"OggS")
        assert "正在听" in (await telegram.hears()).text
        told = (await telegram.hears(after=1)).text
        assert told.startswith(words)
        await asyncio.sleep(0.2)
    async with sqlite_database.reading() as session:
        (promise,) = (await session.scalars(select(OutboxMessage))).all()
    assert promise.state == "cancelled"


async def test_in_elder_mode_a_voice_note_is_answered_shortly(
    telegram: Telegram, sqlite_database: Database, library: Library
) -> None:
    async with polling(telegram, sqlite_database, library, Ear(lambda _: SCAM)):
        telegram.sends(text="/elder")
        await telegram.hears()
        telegram.sends(voice=b"OggS")
        told = (await telegram.hears(after=2)).text
    assert told.startswith("🔴 高危")
    assert "为什么" not in told
    assert "读作" in told


async def test_who_says_in_a_voice_note_that_the_money_is_gone_is_helped_first(
    telegram: Telegram, sqlite_database: Database, library: Library
) -> None:
    async with polling(telegram, sqlite_database, library, Ear(lambda _: "我的钱被骗子转走了")):
        telegram.sends(text="/start")
        await telegram.hears()
        async with sqlite_database.writing() as session:
            elder = (await session.scalars(select(Resident))).one()
            person = await find_or_add_resident(session, "web", 5, now())
            session.add(
                TrustedPerson(
                    elder_id=elder.id, person_id=person.id, relation="女儿", code_hash="h",
                    asked_at=now(), willing_at=now(), agreed_at=now(),
                )
            )  # fmt: skip
            trusted = person.id
        telegram.sends(voice=b"OggS")
        assert "110" in (await telegram.hears(after=2)).text.partition("\n")[0]
        assert "听到的是" in (await telegram.hears(after=3)).text
    assert "钱已经转出" in (await heard(sqlite_database, trusted))[-1].text


async def test_too_long_a_voice_note_is_refused_at_once(
    telegram: Telegram, sqlite_database: Database, library: Library
) -> None:
    async with polling(telegram, sqlite_database, library, Ear(lambda _: SCAM)):
        telegram.sends(voice=b"OggS", file_size=21 * 1024 * 1024)
        assert (await telegram.hears()).text == TOO_LONG


async def test_a_slow_plug_in_is_not_waited_for() -> None:
    listener = hearing.Listener(Ear(lambda _: str(time.sleep(0.3))), slowest=0.05)
    with pytest.raises(hearing.ExpectedError, match="没能听清"):
        await listener.words_of(b"")


def test_a_plug_in_is_made_with_the_model_on_this_machine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Found:
        def load(self) -> Callable[[Path], Path]:
            return lambda model: model

    class Broken:
        def load(self) -> Callable[[Path], Path]:
            return lambda model: broken(b"")  # type: ignore[return-value]

    for found, made in ((Found(), tmp_path), (Broken(), None)):
        monkeypatch.setattr(hearing, "entry_points", lambda group, one=found: [one])
        assert installed_hearing(tmp_path) == made
        assert installed_hearing(tmp_path / "missing") is None
        assert installed_hearing(None) is None
