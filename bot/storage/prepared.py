"""Statements that are the same at every use: written out once, and put to the driver itself.

For a short statement SQLAlchemy takes several times what PostgreSQL's driver takes. SQLite's
driver works in a thread, so there it is asked as ever.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

from sqlalchemy import bindparam, insert
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import make_transient_to_detached
from sqlalchemy.orm.util import identity_key

from bot.storage.base import Base

DRIVER = "driver"
"""Under which a session on PostgreSQL holds the driver's connection."""
Values = Mapping[str, Any]
Row = TypeVar("Row", bound=Base)


@dataclass(frozen=True, slots=True)
class _Written:
    """The text of a statement, and where each of its parameters comes from."""

    text: str
    parameters: tuple[tuple[str, Any, Any], ...]
    """Name, what turns a value into the driver's, and the value that stands in the statement."""

    def arguments(self, values: Values) -> list[Any]:
        """In order; KeyError where one is not given."""
        found = []
        for name, turned, standing in self.parameters:
            value = values[name] if standing is _GIVEN else standing
            found.append(turned(value) if turned else value)
        return found


_GIVEN = object()


class Prepared:
    """A statement of columns whose named parameters are given at each use.

    An INSERT names every column that is not empty: where SQLAlchemy would put in a default of
    Python's, the value is to be given, too.
    """

    def __init__(self, statement: Any) -> None:
        self._statement = statement

    async def run(self, session: AsyncSession, values: Values) -> None:
        """Execute it for what it does."""
        driver = await _ready(session)
        if driver is None:
            await session.execute(self._statement, values)
        else:
            await self.asked_of(driver, values)

    async def rows(self, session: AsyncSession, values: Values) -> Sequence[Sequence[Any]]:
        """What it finds."""
        driver = await _ready(session)
        if driver is None:
            return (await session.execute(self._statement, values)).all()
        return await self.asked_of(driver, values)

    async def one(self, session: AsyncSession, values: Values) -> Any:
        """The first column of what it finds; None where it finds nothing."""
        found = await self.rows(session, values)
        return found[0][0] if found else None

    async def asked_of(self, driver: Any, values: Values) -> Sequence[Sequence[Any]]:
        """What PostgreSQL's driver answers. Raises DBAPIError as SQLAlchemy does."""
        import asyncpg  # type: ignore[import-untyped]

        try:
            found: Sequence[Sequence[Any]] = await driver.fetch(
                self._written.text, *self._written.arguments(values)
            )
        except asyncpg.InternalClientError as error:  # the server has ended the connection
            driver.terminate()
            raise DBAPIError(None, None, error, connection_invalidated=True) from error
        except (asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            gone = driver.is_closed()
            raise DBAPIError(None, None, error, connection_invalidated=gone) from error
        return found

    @cached_property
    def _written(self) -> _Written:
        from sqlalchemy.dialects.postgresql import asyncpg

        dialect: Any = asyncpg.dialect()  # type: ignore[no-untyped-call]
        written = self._statement.compile(dialect=dialect)
        parameters = []
        for name in written.positiontup:
            bind = written.binds[name]
            turned = bind.type.dialect_impl(dialect).bind_processor(dialect)
            parameters.append((name, turned, _GIVEN if bind.required else bind.effective_value))
        return _Written(str(written), tuple(parameters))


async def write_what_waits(session: AsyncSession) -> None:
    """Write what was changed in rows of the session."""
    if session.new or session.dirty or session.deleted:
        await session.flush()


async def _ready(session: AsyncSession) -> Any:
    """The driver's connection once its transaction has begun, with all that the session has to
    write written; None where the session is to be asked."""
    await write_what_waits(session)
    driver = session.info.get(DRIVER)
    return driver if driver is not None and driver.is_in_transaction() else None


def inserted(model: type[Base], *names: str) -> Any:
    """An INSERT of these columns, each a parameter of its name."""
    columns = model.__table__.columns
    given = {name: bindparam(name, type_=columns[name].type) for name in names}
    return insert(model.__table__).values(given)  # type: ignore[arg-type]


def as_read(session: AsyncSession, model: type[Row], columns: Sequence[Any]) -> Row:
    """A row of the session, of all columns of its table as they were read; one that the session
    has already stays as it is there."""
    names = model.__table__.columns.keys()
    row = model()
    row.__dict__.update(zip(names, columns, strict=True))  # nothing of it has changed
    known: Row | None = session.identity_map.get(identity_key(instance=row))
    if known is not None:
        return known
    make_transient_to_detached(row)
    session.add(row)
    return row
