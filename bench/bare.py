"""The floor of the report benchmark: the same inserts and sends by the same statements, and nothing
else."""

import asyncio
import json
import secrets
import time
from datetime import datetime

from aiogram import Bot
from aiogram.methods import AnswerCallbackQuery, SendMessage
from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup
from sqlalchemy.ext.asyncio import AsyncSession

from bench.reporting import TOKEN
from bot.channels.telegram import telegram_bot
from bot.services.leads import new_lead_number
from bot.settings import Settings
from bot.storage.answers import keep_answer
from bot.storage.database import Database
from bot.storage.dialogues import NO_DIALOGUE
from bot.storage.leads import Lead, LeadKind, LeadState, Risk
from bot.storage.new_lines import NewLine, append_line
from bot.storage.residents import meet_resident
from bot.times import now

STEPS = 6
SENDS = (1, 2, 1, 1, 1, 1)
"""Messages that the dialogue sends for each step."""
PRESSED = (False, True, True, False, True, True)
BUTTONS = InlineKeyboardMarkup(
    inline_keyboard=[[InlineKeyboardButton(text="还没转账", callback_data="bench")]] * 4
)
REPLIES = json.dumps(["现在到哪一步了？" * 12] * 2)
DRAFT = json.dumps({"draft": "有人让我扫码领补贴" * 20})


async def bare_loop(database: Database, api: str, reports: int, at_once: int) -> float:
    """Reports a second when nothing is done but to write the same rows and send as much."""
    bot = telegram_bot(Settings(_env_file=None, telegram_token=TOKEN, telegram_api=api))
    left = iter(range(reports))

    async def work() -> None:
        for number in left:
            for step in range(STEPS):
                await _step(database, bot, number, step)

    begun = time.perf_counter()
    await asyncio.gather(*(work() for _ in range(at_once)))
    taken = time.perf_counter() - begun
    await bot.session.close()
    await database.close()
    return reports / taken


async def _step(database: Database, bot: Bot, number: int, step: int) -> None:
    moment, name = now(), f"1:{number}:{number}"
    dialogue = NO_DIALOGUE if step == STEPS - 1 else ("Reporting:asking", DRAFT)
    async with database.writing() as session:
        if step == 0:
            await meet_resident(session, None, ("telegram", number), moment)
        elif step == STEPS - 1:
            await _file(session, moment)
        answered = (1, number * STEPS + step)
        await keep_answer(session, answered, REPLIES, {name: dialogue}, moment)
    if PRESSED[step]:
        await bot(AnswerCallbackQuery(callback_query_id="1"))
    for _ in range(SENDS[step]):
        await bot(SendMessage(chat_id=1, text="现在到哪一步了？" * 12, reply_markup=BUTTONS))


async def _file(session: AsyncSession, moment: datetime) -> None:
    lead = Lead(
        number=await new_lead_number(session, moment),
        kind=LeadKind.BOT_REPORT,
        risk=Risk.LOW,
        state=LeadState.NEW,
        channel="telegram",
        happened="not_paid",
        contact_channel="",
        transferred=False,
        description_sealed=session.info["vault"].seal(DRAFT, "lead.description"),
        received_at=moment,
        due_at=moment,
    )
    session.add(lead)
    await session.flush()
    line = NewLine(lead.id, 1, moment, "bench", "file", None, LeadState.NEW, "")
    await append_line(session, line, secrets.token_hex(32))
