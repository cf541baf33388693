"""The composition root: one engine, one library, one dispatcher; everything else is given them."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryFile

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import ExpectedError, SettingsError, system_words
from bot.logs import where
from bot.matching.library import Library
from bot.matching.lookup.blocklist import NOTHING_BLOCKED
from bot.services.blocklist import blocklist_now
from bot.services.library import PATTERNS_ROOT, library_fingerprint, load_library
from bot.services.library_replay import live_library
from bot.settings import Settings
from bot.storage.blocklist import newest_blocklist_change
from bot.storage.database import Database, DatabaseUnavailableError
from bot.storage.library import LibraryScript, active_scripts, newest_change
from bot.storage.schema import current_version, upgrade
from bot.storage.vault import Vault, load_vault, vault_of_words
from bot.times import now

LOOK_FOR_CHANGES_SECONDS = 0.5
Progress = Callable[[float, str], None]

log = structlog.get_logger(__name__)


class LibraryInService:
    """The library that checks are judged by: the files', with officers' scripts of the database.

    A check keeps the library it began with; a new one is put in its place whole.
    """

    def __init__(self, root: Path, cache: Path, library: Library) -> None:
        self.root = root
        self.cache = cache
        self._base = self._library = library
        self._seen = library_fingerprint(root)
        self._scripts: Sequence[LibraryScript] = ()
        self._change = 0
        self._blocked = NOTHING_BLOCKED
        self._blocked_change = 0
        self._blocked_ends: datetime | None = None
        self._database: Database | None = None
        self._database_answers = True
        self._replacing = asyncio.Lock()

    @classmethod
    def load(cls, root: Path, cache: Path, progress: Progress | None = None) -> "LibraryInService":
        """The library of `root`. Raises LibraryError that names every wrong file and line."""
        return cls(root, cache, load_library(root, cache, progress))

    def current(self) -> Library:
        """The library for a check that begins now."""
        return self._library

    async def follow(self, database: Database) -> None:
        """Take up officers' scripts, now and whenever `watch` looks."""
        self._database = database
        await self.take_up_changes()

    async def watch(self, stop: asyncio.Event) -> None:
        """Look twice a second; a build of changed files does not hold up officers' scripts."""
        await asyncio.gather(
            _often(self.reload_if_changed, stop), _often(self.take_up_changes, stop)
        )

    async def reload_if_changed(self) -> None:
        """Take up changed files once; broken files leave the old library in service."""
        try:
            found = await asyncio.to_thread(library_fingerprint, self.root)
            if found == self._seen:
                return
            self._seen = found
            self._base = await asyncio.to_thread(load_library, self.root, self.cache, None)
        except ExpectedError as error:
            log.error("library broken, the old one stays", problems=error.words)
        except OSError as error:
            log.error("library not readable, the old one stays", **where(error))
        else:
            await self._replace()

    async def take_up_changes(self) -> None:
        """Take up officers' scripts once; without a database the known ones stay."""
        if self._database is None:
            return
        try:
            async with self._database.reading() as session:
                change = await newest_change(session)
                if change != self._change:
                    self._scripts = await active_scripts(session)
                blocked_anew = await self._take_up_blocklist(session)
        except DatabaseUnavailableError as outage:
            if self._database_answers:
                log.error("library changes not readable", **where(outage.__cause__ or outage))
            self._database_answers = False
            return
        self._database_answers = True
        if change != self._change or blocked_anew:
            self._change = change
            await self._replace()

    async def _take_up_blocklist(self, session: AsyncSession) -> bool:
        """Read the blocklist again where it was changed or an entry ended; whether it was."""
        moment, change = now(), await newest_blocklist_change(session)
        ended = self._blocked_ends is not None and moment >= self._blocked_ends
        if change == self._blocked_change and not ended:
            return False
        self._blocked, self._blocked_ends = await blocklist_now(session, moment)
        self._blocked_change = change
        return True

    async def _replace(self) -> None:
        async with self._replacing:
            parts = (self._base, self._scripts, self._change)
            library = await asyncio.to_thread(live_library, *parts)
            self._library = library.with_blocklist(self._blocked)
        log.info("library replaced", version=self._library.version)


async def _often(look: Callable[[], Awaitable[None]], stop: asyncio.Event) -> None:
    while not stop.is_set():
        await look()
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), LOOK_FOR_CHANGES_SECONDS)


@dataclass(frozen=True)
class App:
    """What every part of a process is made of."""

    settings: Settings
    database: Database
    library: LibraryInService | None


def prepare_data_dir(settings: Settings) -> None:
    """Make the data folder. Raises SettingsError where nothing can be written into it."""
    try:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        with TemporaryFile(dir=settings.data_dir):
            pass
    except OSError as error:
        raise SettingsError(
            f"FANZHA_DATA_DIR：数据文件夹 {settings.data_dir} 写不进去（{system_words(error)}），"
            "请换一个可以写的文件夹。"
        ) from None


@asynccontextmanager
async def open_database(settings: Settings) -> AsyncIterator[Database]:
    """The database with the schema of this code."""
    prepare_data_dir(settings)
    vault = await _vault(settings)
    database = Database(settings.database, vault)
    try:
        await _bring_up_to_date(database)
        yield database
    finally:
        await database.close()


async def _vault(settings: Settings) -> Vault:
    """The keys, from the settings or the key file. Raises SettingsError where they are no good."""
    if settings.key_path is None:
        return vault_of_words(settings.keys.get_secret_value())
    may_create = not settings.key_path.exists() and await _is_empty(settings)  # noqa: ASYNC240
    return load_vault(settings.key_path, may_create=may_create)


async def _is_empty(settings: Settings) -> bool:
    """Whether nothing can have been sealed yet, so that fresh keys do no harm."""
    bare = Database(settings.database, Vault({}, b""))
    try:
        return await current_version(bare) is None
    except (SQLAlchemyError, OSError, TimeoutError):
        return True  # what is wrong with the database is said when it is opened
    finally:
        await bare.close()


async def _bring_up_to_date(database: Database) -> None:
    try:
        await upgrade(database)
    except (SQLAlchemyError, OSError, TimeoutError) as error:
        log.error("database not opened", **where(error))
        raise SettingsError(
            f"FANZHA_DATABASE_URL：连不上数据库或无法升级（{database.url.render_as_string()}）。"
            "请检查数据库是否在运行、地址和密码是否正确。"
        ) from None


def open_library(settings: Settings, progress: Progress | None = None) -> LibraryInService:
    """The library, built first where it has to be."""
    return LibraryInService.load(PATTERNS_ROOT, settings.library_dir, progress)


@asynccontextmanager
async def open_app(
    settings: Settings, progress: Progress | None = None, *, with_library: bool = True
) -> AsyncIterator[App]:
    """Database and, where checks are judged, the library."""
    prepare_data_dir(settings)
    library = open_library(settings, progress) if with_library else None
    async with open_database(settings) as database:
        if library is not None:
            await library.follow(database)
        yield App(settings, database, library)
