"""Free text of officers: sealed in the database, read and written in the clear on its row."""

from typing import Any

from sqlalchemy import event
from sqlalchemy.orm import object_session

from bot.storage.base import Base
from bot.storage.vault import UnreadableError, Vault

UNREADABLE = "（无法解读）"


class SealedWords:
    """Words of a row that lie sealed in its column `<name>_sealed`; empty where there are none."""

    def __init__(self, purpose: str) -> None:
        self.purpose = purpose
        self.name = ""

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def __get__(self, row: object | None, owner: type) -> str:
        return "" if row is None else row.__dict__.get(f"_{self.name}", "")

    def __set__(self, row: object, words: str) -> None:
        row.__dict__[f"_{self.name}"] = words
        setattr(row, f"{self.name}_sealed", b"")  # marks the row as changed; sealed on its way out

    def open(self, row: object, vault: Vault) -> None:
        """Take up what was read from the database."""
        sealed = getattr(row, f"{self.name}_sealed")
        try:
            words = vault.open(sealed, self.purpose) if sealed else ""
        except UnreadableError:
            words = UNREADABLE
        row.__dict__[f"_{self.name}"] = words

    def seal(self, row: object, vault: Vault) -> None:
        """Make what goes into the database."""
        words = getattr(row, self.name)
        if not words:
            setattr(row, f"{self.name}_sealed", None)
        elif not getattr(row, f"{self.name}_sealed"):
            setattr(row, f"{self.name}_sealed", vault.seal(words, self.purpose))


def keep_sealed(model: type[Base]) -> None:
    """Seal and open the SealedWords of a model whenever its rows are written and read."""
    fields = [value for value in vars(model).values() if isinstance(value, SealedWords)]

    def read(row: Any, context: Any, *_: Any) -> None:
        vault: Vault = context.session.info["vault"]
        for field in fields:
            field.open(row, vault)

    def write(_: Any, __: Any, row: Any) -> None:
        session = object_session(row)
        assert session is not None
        for field in fields:
            field.seal(row, session.info["vault"])

    event.listen(model, "load", read)
    event.listen(model, "refresh", read)
    event.listen(model, "before_insert", write)
    event.listen(model, "before_update", write)
