"""Dialogue state for aiogram, kept in the database by the transaction that answers the update."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from aiogram.fsm.state import State
from aiogram.fsm.storage.base import BaseStorage, StateType, StorageKey
from sqlalchemy.ext.asyncio import AsyncSession

from bot.storage.dialogues import read_dialogue, write_dialogue


class DialogueStorage(BaseStorage):
    """State and data of dialogues, through one session; closing it is the session's business."""

    def __init__(self, session: AsyncSession, now: datetime) -> None:
        self.session = session
        self.now = now

    async def set_state(self, key: StorageKey, state: StateType = None) -> None:
        _, data = await read_dialogue(self.session, name_of(key))
        name = state.state if isinstance(state, State) else state
        await write_dialogue(self.session, name_of(key), name, data, self.now)

    async def get_state(self, key: StorageKey) -> str | None:
        state, _ = await read_dialogue(self.session, name_of(key))
        return state

    async def set_data(self, key: StorageKey, data: Mapping[str, Any]) -> None:
        state, _ = await read_dialogue(self.session, name_of(key))
        text = json.dumps(dict(data), ensure_ascii=False)
        await write_dialogue(self.session, name_of(key), state, text, self.now)

    async def get_data(self, key: StorageKey) -> dict[str, Any]:
        _, text = await read_dialogue(self.session, name_of(key))
        data: dict[str, Any] = json.loads(text)
        return data

    async def close(self) -> None:
        """The session is closed by whoever opened it."""


def name_of(key: StorageKey) -> str:
    """The name under which a dialogue is kept."""
    return f"{key.bot_id}:{key.chat_id}:{key.user_id}"
