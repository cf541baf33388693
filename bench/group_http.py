"""How soon a scam in a group is met: through polling, guard and sending, against the API double.

Part of `python -m bench.group`. Groups talk all at once, more in a minute than they do in a day.
"""

import asyncio
import random
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from bench.goals import Goal
from bench.group_talk import Talk
from bench.report_parts import fresh
from bot.channels.telegram import Polling, telegram_bot
from bot.handlers.dispatcher import make_dispatcher
from bot.handlers.middlewares import AnswerParts
from bot.matching.library import Library
from bot.services.groups import add_telegram_group
from bot.services.library import PATTERNS_ROOT
from bot.services.patterns import read_patterns
from bot.settings import Settings
from bot.storage.staff import Role, Staff
from bot.times import now
from tests.botapi import BotApiServer
from tests.botapi.model import Bot, Chat

TOKEN = "123456:TESTTESTTESTTESTTESTTEST"  # noqa: S105
SCAM = (
    "姐妹们，手机点赞就能赚钱，一单39，先垫付后返本带佣金，做三单起，"
    "加我微信拉你进任务群 http://shuadan-vip.top/rw"
)
SECONDS = 5.0
A_SECOND = 20


@dataclass(frozen=True, slots=True)
class Met:
    """A scam and the word about it: seconds between, and whether more was fetched before."""

    seconds: float
    behind: bool


async def met_over_http(
    library: Library, groups: int, lines: int, a_second: float | None = A_SECOND
) -> list[Met]:
    """Each group says so many ordinary lines and one scam among them; what became of the scams.

    Without `a_second` everything is said at once. A scam that got no word is not in the list.
    """
    patterns = read_patterns(PATTERNS_ROOT)
    talk, chance = Talk(patterns, 7), random.Random(7)
    said = {group: [one.text for one in talk.day(lines, 0.0)] for group in range(groups)}
    scams = {group: chance.randrange(lines) for group in range(groups)}
    with tempfile.TemporaryDirectory(prefix="fanzha-bench-") as folder:
        database = await fresh(f"sqlite+aiosqlite:///{Path(folder)}/group.sqlite3")
        async with BotApiServer() as api:
            bot, member = api.add_bot(token=TOKEN), api.add_user("邻居")
            chats = [api.add_group(f"{n} 号楼", [member], [bot]) for n in range(groups)]
            async with database.writing() as session:
                staff = Staff(login="w", name="王", role=Role.GRID, active=True, created_at=now())
                session.add(staff)
                await session.flush()
                for chat in chats:
                    await add_telegram_group(session, staff, chat.id, chat.title, now())
            settings = Settings(_env_file=None, telegram_token=TOKEN, telegram_api=api.url)
            parts = AnswerParts(database, lambda: library, now, settings.messages_per_minute)
            poll = Polling(telegram_bot(settings), make_dispatcher(parts, settings), seconds=1)
            stop = asyncio.Event()
            running = asyncio.create_task(poll.run(stop))
            posted: dict[int, tuple[float, int]] = {}
            for place in range(lines):
                for group, chat in enumerate(chats):
                    scam = scams[group] == place
                    number = api.send(chat, member, text=SCAM if scam else said[group][place])
                    if scam:
                        posted[chat.id] = time.monotonic(), number
                    if a_second:
                        await asyncio.sleep(1 / a_second)
            await api.wait_confirmed(bot, timeout=120)
            stop.set()
            await running
            found = [_met(api, bot, chat, *posted[chat.id]) for chat in chats]
        await database.close()
    return [one for one in found if one is not None]


def _met(api: BotApiServer, bot: Bot, chat: Chat, at: float, update: int) -> Met | None:
    words = [call.time for call in api.calls("sendMessage", chat=chat) if call.time >= at]
    if not words:
        return None
    offsets = [(one.time, one.params.get("offset")) for one in api.calls("getUpdates")]
    fetched = [moment for moment, offset in offsets if isinstance(offset, int) and offset > update]
    return Met(words[0] - at, any(moment < words[0] for moment in fetched))


def goals(met: list[Met], groups: int) -> list[Goal]:
    """In seconds, for a machine that does nothing else."""
    slowest = max((one.seconds for one in met), default=0.0)
    return [
        Goal("scams met over HTTP while all groups talk", groups, len(met), least=True),
        Goal("the slowest of these, seconds after it was posted", SECONDS, slowest),
        Goal("more fetched before a word was out", 0, sum(one.behind for one in met)),
    ]
