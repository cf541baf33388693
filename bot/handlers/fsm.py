"""Dialogue state for aiogram, kept in the database by the transaction that answers the update."""

import json
from collections.abc import Mapping
from typing import Any

from aiogram.fsm.state import State
from aiogram.fsm.storage.base import BaseStorage, StateType, StorageKey
from sqlalchemy.ext.asyncio import AsyncSession

from bot.storage.dialogues import read_dialogue


class DialogueStorage(BaseStorage):
    """State and data of the dialogues of one update, read once; `changed` is to be written.

    Closing the session is its owner's business.
    """

    def __init__(
        self,
        session: AsyncSession,
        known: Mapping[str, tuple[str | None, str]] | None = None,
    ) -> None:
        self.session = session
        self._known = dict(known or {})
        self._changed: set[str] = set()

    async def set_state(self, key: StorageKey, state: StateType = None) -> None:
        _, data = await self._read(key)
        self._change(key, state.state if isinstance(state, State) else state, data)

    async def get_state(self, key: StorageKey) -> str | None:
        return (await self._read(key))[0]

    async def set_data(self, key: StorageKey, data: Mapping[str, Any]) -> None:
        state, _ = await self._read(key)
        self._change(key, state, json.dumps(dict(data), ensure_ascii=False))

    async def get_data(self, key: StorageKey) -> dict[str, Any]:
        data: dict[str, Any] = json.loads((await self._read(key))[1])
        return data

    @property
    def changed(self) -> dict[str, tuple[str | None, str]]:
        """State and data of what has changed, by name."""
        return {name: self._known[name] for name in self._changed}

    async def _read(self, key: StorageKey) -> tuple[str | None, str]:
        name = name_of(key)
        if name not in self._known:
            self._known[name] = await read_dialogue(self.session, name)
        return self._known[name]

    def _change(self, key: StorageKey, state: str | None, data: str) -> None:
        name = name_of(key)
        if self._known[name] != (state, data):
            self._known[name] = (state, data)
            self._changed.add(name)

    async def close(self) -> None:
        """The session is closed by whoever opened it."""


def name_of(key: StorageKey) -> str:
    """The name under which a dialogue is kept."""
    return f"{key.bot_id}:{key.chat_id}:{key.user_id}"
