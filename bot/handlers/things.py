"""What is neither words nor a picture: contact cards, files, voice notes, places."""

import re
from dataclasses import dataclass
from datetime import datetime

from aiogram import F, Router
from aiogram.types import Contact, Message, Update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.handlers import views
from bot.handlers.bundles import Bundle, is_recording
from bot.handlers.digests import is_file
from bot.handlers.filters import PRIVATE, When
from bot.handlers.hidden_links import words_to_judge
from bot.handlers.listening import Ear
from bot.handlers.looking import Visit
from bot.handlers.one_answer import Found, answer, found_together
from bot.handlers.replies import Reply, say
from bot.matching.library import Library
from bot.matching.result import Verdict
from bot.services.checks import judge_text
from bot.services.circle import tell_of_verdict
from bot.services.files import FileSeen, judge_file, size_in_words
from bot.services.hearing import CANNOT_HEAR
from bot.storage.residents import Resident

OWN_CARD = "这是您自己的名片，没有保存。要查的是对方：请发对方的名片，或直接发那个号码。"
NO_NUMBER = "这张名片里没有号码。请把对方的号码直接发给我。"
CARD_PROVES_NOTHING = "名片上的名字谁都能写，不能证明对方是谁。"
NO_PLACES = (
    "位置不用发给我，我没有保存，也看不出是不是骗局。"
    "要报警请打 110，直接说清在哪里；有人约您见面交钱、交东西的，先别去，打 96110 问。"
)
LISTENING = "正在听…"
UNHEARD = "还有一条语音，这里听不了：请把里面的话打出来再发。"
NOT_OPENED = "没有打开它，也没有保存。"
NOT_COMPARED = "文件没取到或超过 20 MB，没能和民警的名单比对。"
NOT_LISTED = "和民警的诈骗文件名单比对过，不在里面；不在名单里不等于没问题。"
LISTED = "它在民警的诈骗文件名单里。"


async def contact(
    message: Message,
    session: AsyncSession,
    resident: Resident,
    library: Library,
    now: datetime,
    event_update: Update,
    visit: Visit | None = None,
    bundle: Bundle | None = None,
) -> list[Reply]:
    """A contact card is judged as its number; one's own is not."""
    card, chat = message.contact, message.chat.id
    if card is None:
        return [say(chat, NO_NUMBER)]
    if message.from_user is not None and card.user_id == message.from_user.id:
        return [say(chat, OWN_CARD)]
    found = await card_as_found(card, library)
    if found is None:
        return [say(chat, NO_NUMBER)]
    asked = Asked(message, session, resident, library, now, event_update.update_id)
    return await asked.told(found, visit, bundle)


async def card_as_found(card: Contact, library: Library) -> Found | None:
    """What a contact card comes to; None where it has no number."""
    number = number_of(card)
    if not number:
        return None
    name = views.quoted(f"{card.first_name} {card.last_name or ''}")
    note = f"名片：“{name}”，{number}。{CARD_PROVES_NOTHING}"
    return Found(number, await judge_text(number, library), note)


async def file(
    message: Message,
    session: AsyncSession,
    resident: Resident,
    library: Library,
    verdict: Verdict | None,
    digest: str,
    now: datetime,
    event_update: Update,
    visit: Visit | None = None,
    bundle: Bundle | None = None,
) -> list[Reply]:
    """A file is told by its outside and compared with the officers' list; never opened."""
    found = file_as_found(message, library, verdict, digest)
    asked = Asked(message, session, resident, library, now, event_update.update_id)
    return await asked.told(found, visit, bundle)


def file_as_found(
    message: Message, library: Library, caption: Verdict | None, digest: str
) -> Found:
    """What a file comes to; `digest` is its SHA-256, empty where it could not be fetched."""
    document = message.document
    seen = FileSeen(
        (document.file_name or "") if document else "",
        (document.file_size or 0) if document else 0,
        digest,
    )
    called = f"“{views.quoted(seen.name)}”，" if seen.name else ""
    listed = NOT_COMPARED if not digest else NOT_LISTED
    if library.blocklist.reason_for_file(digest):
        listed = LISTED
    note = f"文件：{called}{size_in_words(seen.size)}。{NOT_OPENED}{listed}"
    return Found(words_to_judge(message), judge_file(seen, library, caption), note)


async def listen(
    message: Message,
    session: AsyncSession,
    resident: Resident,
    now: datetime,
    event_update: Update,
    visit: Visit | None = None,
    ear: Ear | None = None,
    bundle: Bundle | None = None,
) -> list[Reply]:
    """A voice note is put into words and judged with what it came with; where nothing can, that
    is said."""
    case = visit.open_case(message) if visit is not None else None
    if ear is None:
        if case is not None:
            case.add_thing(message, "", UNHEARD)
            return []
        if bundle is None or not bundle.joined or bundle.verdict is None:
            return [say(message.chat.id, CANNOT_HEAR)]
        bundle.bring(event_update.update_id, "", UNHEARD)
        found = Found(bundle.text, bundle.verdict)
        told, _ = await answer(message, message.chat.id, session, resident, found, now, bundle)
        return [told]
    await ear.take(message, session, now, bundle, case)
    return [say(message.chat.id, LISTENING)] if case is None else []


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


@dataclass(frozen=True, slots=True)
class Asked:
    """Somebody who asks about a card or a file."""

    message: Message
    session: AsyncSession
    resident: Resident
    library: Library
    now: datetime
    update_id: int

    async def told(self, found: Found, visit: Visit | None, bundle: Bundle | None) -> list[Reply]:
        """The verdict in the one answer to what came together; none by itself where pictures that
        it belongs to are being looked at."""
        case = visit.open_case(self.message) if visit is not None else None
        if case is not None:
            case.add_thing(self.message, found.text, found.note, found.verdict)
            return []
        found = await found_together(self.session, found, bundle, self.update_id, self.library)
        return await self.said(self.message.chat.id, found, bundle)

    async def said(self, chat: int, found: Found, bundle: Bundle | None = None) -> list[Reply]:
        """The verdict said to a chat."""
        await tell_of_verdict(self.session, self.resident, found.verdict, self.now)
        told, _ = await answer(
            self.message, chat, self.session, self.resident, found, self.now, bundle
        )
        return [told]


async def has_file(message: Message) -> bool:
    """Whether the message is a file to be looked at from outside."""
    return is_file(message)


async def has_recording(message: Message) -> bool:
    """Whether the message is a voice note, or a file of sound."""
    return is_recording(message)


def make_router() -> Router:
    """Which update goes to which handler, in the order in which they are asked."""
    router = Router(name="things")
    router.message.filter(PRIVATE)
    router.message.register(contact, When(F.contact))
    router.message.register(place, When(F.location | F.venue))
    router.message.register(listen, has_recording)
    router.message.register(file, has_file)
    return router
