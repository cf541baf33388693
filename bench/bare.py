"""The floor of the report benchmark: what one report of the bot wrote and sent, written and sent
again for one person after another by the same statements, and nothing else.

Nothing is read, asked for or decided. What there is to write and to send is taken from the
database in which the bot left it (`script_of`).
"""

import asyncio
import json
import secrets
import time
from dataclasses import dataclass, fields, replace
from typing import Any

from aiogram.methods import SendMessage, TelegramMethod
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bench.reporting import TOKEN, VAULT
from bot.channels.telegram import telegram_bot
from bot.handlers.replies import load_replies
from bot.handlers.states import Reporting
from bot.services.leads import new_lead_number
from bot.services.reports import Draft, ReportStep
from bot.settings import Settings
from bot.storage.answers import keep_answer
from bot.storage.database import Database
from bot.storage.dialogues import NO_DIALOGUE
from bot.storage.leads import DESCRIPTION, WHY, Lead, LeadEvent
from bot.storage.new_leads import NewLead, add_lead
from bot.storage.new_lines import NewLine, append_line
from bot.storage.residents import meet_resident
from bot.storage.updates import REPLIES, AnsweredUpdate
from bot.times import now

BARE_TOKEN = TOKEN.replace("123456", "654321")
BOT_ID = 654321
FIRST_PERSON = 8_000_000_001


@dataclass(frozen=True, slots=True)
class Step:
    """What one update leaves: its replies as they are kept and as they are sent, its dialogue."""

    kept: str
    sent: list[Any]
    dialogue: tuple[str | None, str]


@dataclass(frozen=True, slots=True)
class Script:
    """The steps of one report, its lead, its story in the clear, the first line of its trail."""

    steps: tuple[Step, ...]
    lead: NewLead
    story: str
    line: NewLine


async def script_of(database: Database) -> Script:
    """What the only report in a database left there."""
    async with database.reading() as session:
        answered = await session.scalars(select(AnsweredUpdate).order_by(AnsweredUpdate.update_id))
        kept = [VAULT.open(one.replies_sealed, REPLIES) for one in answered]
        lead = (await session.scalars(select(Lead))).one()
        line = (await session.scalars(select(LeadEvent))).one()
    told_of = NewLead(*(getattr(lead, one.name) for one in fields(NewLead)))
    story = VAULT.open(lead.description_sealed, DESCRIPTION)
    why = VAULT.open(line.why_sealed, WHY) if line.why_sealed else ""
    states = _dialogues(lead, story)
    steps = (Step(text, load_replies(text), at) for text, at in zip(kept, states, strict=True))
    told = line.position, line.at, line.actor, line.event, line.from_state, line.to_state
    return Script(tuple(steps), told_of, story, NewLine(lead.id, *told, why))


def _dialogues(lead: Lead, story: str) -> list[tuple[str | None, str]]:
    """Where the dialogue stood after each step; after the last there is none."""
    begun = Draft(happened=lead.happened)
    told = replace(begun, who=lead.reporter)
    whole = replace(told, description=story, category=lead.category, family=lead.family)
    drafts = {
        ReportStep.HAPPENED: Draft(),
        ReportStep.WHO: begun,
        ReportStep.DESCRIPTION: told,
        ReportStep.CONTACT: whole,
        ReportStep.CONFIRM: whole,
    }
    asking = Reporting.asking.state
    return [*((asking, _data(step, draft)) for step, draft in drafts.items()), NO_DIALOGUE]


def _data(step: ReportStep, draft: Draft) -> str:
    kept = {"draft": draft.to_data(), "step": step, "nonce": secrets.token_hex(4)}
    return json.dumps(kept | {"editing": False}, ensure_ascii=False)


class BareLoop:
    """Writes and sends a script for one person after another, some side by side."""

    def __init__(self, database: Database, api: str, script: Script) -> None:
        settings = Settings(_env_file=None, telegram_token=BARE_TOKEN, telegram_api=api)
        self.database = database
        self.bot = telegram_bot(settings)
        self.script = script
        self.done = 0

    async def run(self, reports: int, at_once: int) -> float:
        """Seconds that so many reports take."""
        left = iter(range(self.done, self.done + reports))
        self.done += reports

        async def work() -> None:
            for number in left:
                await self._report(number)

        begun = time.perf_counter()
        await asyncio.gather(*(work() for _ in range(at_once)))
        return time.perf_counter() - begun

    async def close(self) -> None:
        """Give everything back."""
        await self.bot.session.close()
        await self.database.close()

    async def _report(self, number: int) -> None:
        person, resident = FIRST_PERSON + number, 0
        name, update = f"{BOT_ID}:{person}:{person}", number * len(self.script.steps)
        for place, step in enumerate(self.script.steps):
            moment = now()
            async with self.database.writing() as session:
                if not place:
                    resident = (await meet_resident(session, None, ("telegram", person), moment)).id
                if step.dialogue is NO_DIALOGUE:
                    await self._file(session, resident)
                answered, left = (BOT_ID, update + place), {name: step.dialogue}
                await keep_answer(session, answered, step.kept, left, moment)
            for method in step.sent:
                await self.bot(_to(person, method))

    async def _file(self, session: AsyncSession, resident: int) -> None:
        moment = now()
        told = replace(
            self.script.lead,
            number=await new_lead_number(session, moment),
            resident_id=resident,
            description_sealed=VAULT.seal(self.script.story, DESCRIPTION),
            received_at=moment,
        )
        lead = await add_lead(session, told)
        line = replace(self.script.line, lead_id=lead.id, at=moment)
        await append_line(session, line, secrets.token_hex(32))


def _to(person: int, method: TelegramMethod[Any]) -> TelegramMethod[Any]:
    return method.model_copy(update={"chat_id": person}) if type(method) is SendMessage else method
