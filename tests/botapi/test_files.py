"""Pictures and documents in both directions."""

import io
from collections.abc import AsyncIterator

import aiogram
import httpx
import pytest
import telegram
from aiogram.exceptions import TelegramBadRequest, TelegramEntityTooLarge
from aiogram.types import BufferedInputFile
from telegram.ext import ExtBot

from tests.botapi import Bot, BotApiServer, Chat, Limits, User, png
from tests.botapi.clients import aiogram_bot


@pytest.fixture
async def small() -> AsyncIterator[BotApiServer]:
    """A server whose limits are small enough to cross quickly."""
    async with BotApiServer(limits=Limits(photo=500, upload=1000, download=500)) as server:
        yield server


async def test_aiogram_sends_a_picture_and_a_document(
    api: BotApiServer, chat: Chat, aio: aiogram.Bot
) -> None:
    picture = BufferedInputFile(png(6, 4), "海报.png")
    sent = await aio.send_photo(chat.id, picture, caption="<b>警惕</b>", parse_mode="HTML")
    assert sent.photo is not None
    assert (sent.photo[0].width, sent.photo[0].height) == (6, 4)
    await aio.send_document(chat.id, BufferedInputFile(b"a,b\n", "线索.csv"))
    photo, document = api.messages(chat)
    assert (photo.kind, photo.text, photo.entities[0]["type"]) == ("photo", "警惕", "bold")
    assert document.file is not None
    assert (document.file.name, document.file.content) == ("线索.csv", b"a,b\n")


async def test_ptb_sends_a_picture_and_a_document(
    api: BotApiServer, chat: Chat, ptb: ExtBot[int | None]
) -> None:
    await ptb.send_photo(chat.id, png(), caption="警惕")
    await ptb.send_document(chat.id, io.BytesIO(b"a,b\n"), filename="线索.csv")
    photo, document = api.messages(chat)
    assert photo.text == "警惕"
    assert document.file is not None
    assert (document.file.name, document.file.content) == ("线索.csv", b"a,b\n")


async def test_file_id_can_be_sent_again_by_the_same_bot_only(
    api: BotApiServer, chat: Chat, user: User, aio: aiogram.Bot
) -> None:
    sent = await aio.send_photo(chat.id, BufferedInputFile(png(), "a.png"))
    assert sent.photo is not None
    file_id = sent.photo[0].file_id
    assert await aio.send_photo(chat.id, file_id)
    with pytest.raises(TelegramBadRequest, match="can't use file of type Photo as Document"):
        await aio.send_document(chat.id, file_id)
    other = api.add_bot("777:OTHER", "other_bot")
    api.private_chat(other, user)
    async with aiogram_bot(api, other) as stranger:
        with pytest.raises(TelegramBadRequest, match="wrong file identifier"):
            await stranger.send_photo(chat.id, file_id)


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"", "non-empty"), (b"not a picture", "IMAGE_PROCESS_FAILED")],
)
async def test_what_is_no_picture_is_refused(
    chat: Chat, raw: httpx.AsyncClient, content: bytes, words: str
) -> None:
    answer = await raw.post(
        "sendPhoto", data={"chat_id": chat.id}, files={"photo": ("a.jpg", content)}
    )
    assert answer.status_code == 400
    assert words in answer.json()["description"]


async def test_file_that_nothing_refers_to_is_refused(chat: Chat, raw: httpx.AsyncClient) -> None:
    files = {"photo": ("a.png", png()), "stray": ("b.png", png())}
    answer = await raw.post("sendPhoto", data={"chat_id": chat.id}, files=files)
    assert answer.json()["description"] == 'Bad Request: unknown file "stray"'


async def test_uploads_over_the_limit_are_413(small: BotApiServer) -> None:
    bot = small.add_bot()
    chat = small.private_chat(bot, small.add_user())
    async with aiogram_bot(small, bot) as client:
        with pytest.raises(TelegramEntityTooLarge):
            await client.send_photo(chat.id, BufferedInputFile(png() + b"x" * 500, "a.png"))
        with pytest.raises(TelegramEntityTooLarge):
            await client.send_document(chat.id, BufferedInputFile(b"x" * 1001, "a.bin"))
        with pytest.raises(TelegramEntityTooLarge):
            await client.send_document(chat.id, BufferedInputFile(b"x" * 2_000_000, "a.bin"))
    assert small.messages(chat) == []


@pytest.mark.parametrize(("length", "accepted"), [(1024, True), (1025, False)])
async def test_caption_ends_at_1024(
    chat: Chat, ptb: ExtBot[int | None], length: int, accepted: bool
) -> None:
    if accepted:
        assert await ptb.send_photo(chat.id, png(), caption="字" * length)
        return
    with pytest.raises(telegram.error.BadRequest, match="caption is too long"):
        await ptb.send_photo(chat.id, png(), caption="字" * length)


async def test_caption_is_edited_and_text_is_not(chat: Chat, aio: aiogram.Bot) -> None:
    sent = await aio.send_photo(chat.id, BufferedInputFile(png(), "a.png"), caption="旧")
    edited = await aio.edit_message_caption(
        chat_id=chat.id, message_id=sent.message_id, caption="新"
    )
    assert isinstance(edited, aiogram.types.Message)
    assert edited.caption == "新"
    with pytest.raises(TelegramBadRequest, match="no text in the message to edit"):
        await aio.edit_message_text("新", chat_id=chat.id, message_id=sent.message_id)


async def test_residents_picture_is_downloaded_by_both_clients(
    api: BotApiServer, chat: Chat, user: User, aio: aiogram.Bot, ptb: ExtBot[int | None]
) -> None:
    api.send(chat, user, photo=png(3, 3), caption="这个是真的吗")
    [update] = await aio.get_updates()
    assert update.message is not None
    assert update.message.photo is not None
    assert update.message.caption == "这个是真的吗"
    file_id = update.message.photo[-1].file_id
    content = await aio.download(file_id)
    assert content is not None
    assert content.read() == png(3, 3)
    file = await ptb.get_file(file_id)
    assert bytes(await file.download_as_bytearray()) == png(3, 3)


async def test_document_keeps_its_name_and_a_big_one_is_not_served(
    api: BotApiServer, chat: Chat, user: User, aio: aiogram.Bot
) -> None:
    api.send(chat, user, document=("合同.pdf", b"%PDF"), file_size=20 * 1024 * 1024 + 1)
    [update] = await aio.get_updates()
    assert update.message is not None
    assert update.message.document is not None
    assert update.message.document.file_name == "合同.pdf"
    with pytest.raises(TelegramBadRequest, match="file is too big"):
        await aio.get_file(update.message.document.file_id)


async def test_files_of_a_group_serve_every_bot_in_it(api: BotApiServer, bot: Bot) -> None:
    user = api.add_user()
    group = api.add_group(members=[user], bots=[bot])
    api.send(group, user, document=("a.txt", b"text"))
    [update] = api.pending(bot)
    async with aiogram_bot(api, bot) as client:
        assert (await client.get_file(update["message"]["document"]["file_id"])).file_size == 4
