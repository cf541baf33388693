"""Pictures sent outside a report, on a local channel: a real worker where reading matters."""

import asyncio
import io
import os
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from pathlib import Path

import pytest
from aiogram.types import Message
from sqlalchemy import select

from bench.screens import Said, chat, height_of
from bot.handlers.pictures import help_first
from bot.matching.library import Library
from bot.services.evidence_store import open_evidence_store
from bot.settings import Settings
from bot.storage.checks import Check
from bot.storage.database import Database
from bot.storage.evidence import Evidence
from bot.storage.vault import Vault
from bot.vision.reader import PictureReader, memory_of
from tests.botapi import png
from tests.talk import Talk
from tests.vision.doubles import quick_reader

SCAM = "您好我是微信支付客服，百万保障今晚到期，下载会议软件打开共享屏幕，我教您取消扣费"
TALK = (Said(SCAM), Said("真的吗", mine=True))


@pytest.fixture(scope="module")
def shot() -> bytes:
    out = io.BytesIO()
    chat(TALK, height=height_of(TALK) + 100).save(out, "PNG")
    return out.getvalue()


@pytest.fixture
async def talks(
    sqlite_database: Database, library: Library, tmp_path: Path
) -> AsyncIterator[Callable[..., Talk]]:
    """Begins dialogues whose pictures say what they are told to say."""
    readers: list[PictureReader] = []

    def begin(*lines: str, reader: PictureReader | None = None, **more: object) -> Talk:
        readers.append(reader or quick_reader(tmp_path, *lines, **more))
        return Talk(sqlite_database, library, reader=readers[-1])

    yield begin
    for one in readers:
        await one.close()


async def test_a_screenshot_is_judged_and_marked_and_nothing_of_it_is_kept(
    talks: Callable[..., Talk], sqlite_database: Database, shot: bytes
) -> None:
    talk = talks(reader=PictureReader())
    await talk.sends(shot)
    first, answer, marked = talk.shown
    assert first.text == "正在识别图片…"
    assert answer.text.startswith("🔴 高危")
    assert "对方：您好我是微信支付客服" in answer.text
    assert "我：真的吗" in answer.text
    assert marked.picture
    assert "判断错了" in talk.labels
    async with sqlite_database.reading() as session:
        (check,) = (await session.scalars(select(Check))).all()
        assert check.level == "high"
        assert (await session.scalars(select(Evidence))).all() == []


async def test_a_killed_worker_is_replaced_and_the_picture_read_all_the_same(
    talks: Callable[..., Talk], shot: bytes
) -> None:
    reader = PictureReader()
    talk = talks(reader=reader)
    sending = asyncio.create_task(talk.sends(shot))
    while reader.pid is None:  # noqa: ASYNC110 (no bell rings when a process is there)
        await asyncio.sleep(0.05)
    killed = reader.pid
    os.kill(killed, signal.SIGKILL)
    assert "高危" in await asyncio.wait_for(sending, 30)
    assert reader.pid != killed


async def test_the_verdict_on_a_picture_has_its_buttons(talks: Callable[..., Talk]) -> None:
    talk = talks(SCAM)
    await talk.sends(png())
    assert "到哪一步了" in await talk.presses("举报")


async def test_an_album_is_one_case(talks: Callable[..., Talk]) -> None:
    talk = talks(SCAM)

    async def heard(place: int) -> list[str]:
        said = talk.channel.send_file(talk.client, f"file-{place}", png(), "album-of-three:3")
        return [one.text async for one in said]

    texts = [text for one in await asyncio.gather(*map(heard, range(3))) for text in one]
    assert texts.count("正在识别图片…") == 1
    (verdict,) = [text for text in texts if text.startswith("🔴")]
    assert verdict.count("百万保障") > 3
    assert any(text.startswith("先看了开头") for text in texts)


async def test_a_repeated_upload_hears_the_same_answer(talks: Callable[..., Talk]) -> None:
    talk = talks(SCAM)
    once = await talk.sends(png(), "the-same-picture")
    assert once == await talk.sends(png(), "the-same-picture")


async def test_who_lost_the_connection_asks_again_and_hears_the_answer(
    talks: Callable[..., Talk],
) -> None:
    talk = talks(SCAM)
    async with aclosing(talk.channel.send_file(talk.client, "lost-picture", png())) as said:
        async for one in said:
            assert one.text == "正在识别图片…"
            break
    assert "高危" in await talk.sends(png(), "lost-picture")


async def test_codes_are_named_and_never_shown_as_links(talks: Callable[..., Talk]) -> None:
    talk = talks("扫码", codes=("wxp://f2f0abcdefg", "http://gov-cn.icu/login"))
    words = await talk.sends(png())
    assert "微信收付款码" in words
    assert "gov-cn[.]icu" in words
    assert "gov-cn.icu" not in words


async def test_a_payment_code_alone_is_never_called_unremarkable(
    talks: Callable[..., Talk],
) -> None:
    talk = talks(codes=("https://qr.alipay.com/fkx1",))
    words = await talk.sends(png())
    assert "未见异常" not in words
    assert "支付宝收付款码" in words


@pytest.mark.parametrize(("caption", "words"), [("我被骗了", "110"), ("活不下去了", "12356")])
def test_who_asks_for_help_below_a_picture_is_answered_first(caption: str, words: str) -> None:
    chat = {"id": 1, "type": "private"}
    said = {"message_id": 1, "date": 0, "chat": chat, "caption": caption}
    (reply,) = help_first(Message.model_validate(said))
    assert words in reply.text


async def test_a_picture_without_words_is_said_to_have_none(talks: Callable[..., Talk]) -> None:
    assert "没有读到文字" in await talks().sends(png())


async def test_a_picture_within_a_report_is_evidence(
    sqlite_database: Database, library: Library, tmp_path: Path, vault: Vault
) -> None:
    store = open_evidence_store(Settings(_env_file=None, data_dir=tmp_path), vault)
    reader = quick_reader(tmp_path, SCAM)
    talk = Talk(sqlite_database, library, store=store, reader=reader)
    await talk.says("/report")
    assert "收到图片" in await talk.sends(png())
    assert reader.pid is None


@pytest.mark.parametrize("trouble", ["dies", "hangs", "babbles"])
async def test_a_picture_that_ends_every_worker_gets_an_apology(
    talks: Callable[..., Talk], trouble: str
) -> None:
    talk = talks(SCAM, trouble=trouble, tile_seconds=2.0)
    assert "没能看完" in await asyncio.wait_for(talk.sends(png()), 30)
    assert await talk.says("明天一起吃饭吗")


@pytest.mark.parametrize(("said", "level"), [(SCAM, "🔴 高危"), ("明天一起吃饭", "🟡 拿不准")])
async def test_of_a_long_picture_what_was_read_is_judged_where_the_rest_is_lost(
    talks: Callable[..., Talk], said: str, level: str
) -> None:
    talk = talks(said, trouble="dies later")
    await talk.sends(png())
    (answer,) = [one.text for one in talk.shown if "只看完前面一段" in one.text]
    assert answer.startswith(level)
    assert said[:6] in answer


async def test_a_picture_that_ends_one_worker_is_read_by_the_next(
    talks: Callable[..., Talk],
) -> None:
    assert "高危" in await talks(SCAM, trouble="dies once").sends(png())


async def test_texts_are_answered_while_a_picture_is_read(talks: Callable[..., Talk]) -> None:
    talk = talks(SCAM, trouble="hangs", tile_seconds=2.0)
    order: list[str] = []
    begun = asyncio.Event()

    async def picture() -> None:
        async for one in talk.channel.send_file(talk.client, "picture-first", png()):
            order.append(one.text[:4])
            begun.set()

    sending = asyncio.create_task(picture())
    await begun.wait()
    assert await talk.channel.send_text(talk.client, "text-second", "明天一起吃饭吗")
    order.append("text")
    await sending
    assert order == ["正在识别", "text", "这张图没"]


async def test_a_full_queue_is_said(talks: Callable[..., Talk]) -> None:
    assert "排队" in await talks(SCAM, most_waiting=0).sends(png())


async def test_what_is_neither_text_nor_picture_is_told_what_is(
    talks: Callable[..., Talk],
) -> None:
    assert "听不了语音" in await talks(SCAM).sends(b"ID3\x03\x00" + bytes(200))


@pytest.mark.parametrize(("much_memory", "stays"), [(1, False), (2**50, True)])
async def test_a_large_worker_ends_after_a_quiet_time_and_comes_back_when_needed(
    talks: Callable[..., Talk], much_memory: int, stays: bool
) -> None:
    talk = talks(SCAM, quiet_seconds=0.2, much_memory=much_memory)
    reader = talk.reader
    assert reader is not None
    assert "高危" in await talk.sends(png())
    before = reader.pid
    assert memory_of(before) > 2**20
    await asyncio.sleep(0.6)
    assert (reader.pid == before) is stays
    assert "高危" in await talk.sends(png())
    assert (reader.pid == before) is stays
