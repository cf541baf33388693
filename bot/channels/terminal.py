"""A terminal as a channel: lines in, messages out, a number presses a button."""

from aiogram import Dispatcher

from bot.channels.local import Client, LocalChannel, Shown, from_outgoing
from bot.services.inbox import drop_messages, waiting_messages
from bot.storage.database import Database

BOT_ID = 2


class TerminalChat:
    """One person at a terminal."""

    def __init__(self, dispatcher: Dispatcher, database: Database, who: str) -> None:
        self.channel = LocalChannel(dispatcher, BOT_ID)
        self.database = database
        self.client = Client(who)
        self._buttons: list[str] = []

    async def answer(self, message_id: str, line: str) -> list[Shown]:
        """What to show for a line; a number chooses among the buttons shown last."""
        choice = int(line) if line.strip().isdecimal() and len(line.strip()) < 4 else 0
        if 1 <= choice <= len(self._buttons):
            data = self._buttons[choice - 1]
            messages = await self.channel.press(self.client, message_id, data)
        else:
            messages = await self.channel.send_text(self.client, message_id, line)
        messages += await self._inbox()
        self._buttons = [data for one in messages for row in one.rows for _, data in row]
        return messages

    async def _inbox(self) -> list[Shown]:
        account = self.client.user_id
        async with self.database.writing() as session:
            waiting = await waiting_messages(session, "terminal", account, 0)
            if waiting:
                await drop_messages(session, "terminal", account, waiting[-1][0])
        return [from_outgoing(message) for _, message in waiting]
