"""What is neither words nor a picture: contact cards, files, voice notes, places."""

import re
from datetime import datetime

from aiogram import F, Router
from aiogram.types import Contact, Message
from aiogram.utils.formatting import Text
from sqlalchemy.ext.asyncio import AsyncSession

from bot.handlers import elder_views, keyboards, views
from bot.handlers.digests import is_file
from bot.handlers.filters import PRIVATE, When
from bot.handlers.listening import Ear
from bot.handlers.origins import origin_of, with_origins
from bot.handlers.replies import Reply, say
from bot.matching.library import Library
from bot.matching.result import Verdict
from bot.services.checks import judge_text, keep_check
from bot.services.circle import tell_of_verdict
from bot.services.files import FileSeen, judge_file, size_in_words
from bot.services.hearing import CANNOT_HEAR
from bot.services.reported import with_reports
from bot.storage.residents import Resident

OWN_CARD = "这是您自己的名片，没有保存。要查的是对方：请发对方的名片，或直接发那个号码。"
NO_NUMBER = "这张名片里没有号码。请把对方的号码直接发给我。"
CARD_PROVES_NOTHING = "名片上的名字谁都能写，不能证明对方是谁。"
NO_PLACES = (
    "位置不用发给我，我没有保存，也看不出是不是骗局。"
    "要报警请打 110，直接说清在哪里；有人约您见面交钱、交东西的，先别去，打 96110 问。"
)
RECORDING = F.voice | F.audio | F.document.mime_type.startswith("audio/")
LISTENING = "正在听…"
NOT_OPENED = "没有打开它，也没有保存。"
NOT_COMPARED = "文件没取到或超过 20 MB，没能和民警的名单比对。"
NOT_LISTED = "和民警的诈骗文件名单比对过，不在里面；不在名单里不等于没问题。"
LISTED = "它在民警的诈骗文件名单里。"


async def contact(
    message: Message, session: AsyncSession, resident: Resident, library: Library, now: datetime
) -> Reply:
    """A contact card is judged as its number; one's own is not."""
    card, chat = message.contact, message.chat.id
    if card is None:
        return say(chat, NO_NUMBER)
    if message.from_user is not None and card.user_id == message.from_user.id:
        return say(chat, OWN_CARD)
    number = number_of(card)
    if not number:
        return say(chat, NO_NUMBER)
    judged = await judge_text(number, library)
    verdict = await with_reports(session, number, judged, library)
    name = views.quoted(f"{card.first_name} {card.last_name or ''}")
    note = f"\n\n名片：“{name}”，{number}。{CARD_PROVES_NOTHING}"
    return await _answer(message, session, resident, (number, verdict), note, now)


async def file(
    message: Message,
    session: AsyncSession,
    resident: Resident,
    library: Library,
    verdict: Verdict | None,
    digest: str,
    now: datetime,
) -> Reply:
    """A file is told by its outside and compared with the officers' list; never opened."""
    document = message.document
    seen = FileSeen(
        (document.file_name or "") if document else "",
        (document.file_size or 0) if document else 0,
        digest,
    )
    judged = judge_file(seen, library, verdict)
    called = f"“{views.quoted(seen.name)}”，" if seen.name else ""
    listed = NOT_COMPARED if not digest else NOT_LISTED
    if library.blocklist.reason_for_file(digest):
        listed = LISTED
    note = f"\n\n文件：{called}{size_in_words(seen.size)}。{NOT_OPENED}{listed}"
    text = "\n".join((f"file:{digest or seen.name}", message.caption or ""))
    return await _answer(message, session, resident, (text, judged), note, now)


async def listen(
    message: Message, session: AsyncSession, now: datetime, ear: Ear | None = None
) -> Reply:
    """A voice note is put into words and judged; where nothing can, that is said."""
    if ear is None:
        return say(message.chat.id, CANNOT_HEAR)
    await ear.take(message, session, now)
    return say(message.chat.id, LISTENING)


async def place(message: Message) -> Reply:
    """Nobody needs to tell us where he is."""
    return say(message.chat.id, NO_PLACES)


def number_of(card: Contact) -> str:
    """The number of a card as people write it here: without 86, with a plus where it is abroad."""
    digits = re.sub(r"\D", "", card.phone_number)
    home = digits.removeprefix("86") if len(digits) > 11 else digits
    if home != digits:
        return home if home.startswith("1") and len(home) == 11 else f"0{home}"
    abroad = len(digits) > 11 or card.phone_number.strip().startswith(("+", "00"))
    return f"+{digits.removeprefix('00')}" if digits and abroad else digits


async def _answer(
    message: Message,
    session: AsyncSession,
    resident: Resident,
    judged: tuple[str, Verdict],
    note: str,
    now: datetime,
) -> Reply:
    text, verdict = judged
    reference = await keep_check(session, resident, text, verdict, now)
    await tell_of_verdict(session, resident, verdict, now)
    words = elder_views.verdict_for_elders(verdict) if resident.elder else views.verdict(verdict)
    told = with_origins(Text(words, note), [origin_of(message)])
    return say(message.chat.id, told, keyboards.under_verdict(verdict, reference))


async def has_file(message: Message) -> bool:
    """Whether the message is a file to be looked at from outside."""
    return is_file(message)


def make_router() -> Router:
    """Which update goes to which handler, in the order in which they are asked."""
    router = Router(name="things")
    router.message.filter(PRIVATE)
    router.message.register(contact, When(F.contact))
    router.message.register(place, When(F.location | F.venue))
    router.message.register(listen, When(RECORDING))
    router.message.register(file, has_file)
    return router
