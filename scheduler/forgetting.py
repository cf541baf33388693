"""The jobs by which things are forgotten in time."""

from dataclasses import asdict
from datetime import datetime

import structlog

from bot.services.evidence import sweep
from bot.services.evidence_store import open_evidence_store
from bot.services.learning_kept import keep_figures
from bot.services.retention import LEARNING_KEPT, forget_nameless, purge_all
from bot.settings import Settings
from bot.storage.database import Database

log = structlog.get_logger(__name__)


async def forget(database: Database, settings: Settings, now: datetime) -> None:
    """Delete what has been kept long enough; before, keep what learning came to."""
    if kept := await keep_figures(database, LEARNING_KEPT, now):
        log.info("learning_kept", spans=kept)
    async with database.writing() as session:
        purged = await purge_all(
            session, settings.check_retention_days, settings.lead_retention_days, now
        )
    log.info("purged", **asdict(purged))


async def forget_chats_of_nameless(database: Database, settings: Settings, now: datetime) -> None:
    """Delete left dialogues that hold the number of a lead that names nobody."""
    async with database.writing() as session:
        await forget_nameless(session, now)


async def sweep_files(database: Database, settings: Settings, now: datetime) -> None:
    """Delete residents' files that are discarded or whose report was never filed."""
    gone = await sweep(database, open_evidence_store(settings, database.vault), now)
    if gone:
        log.info("evidence_deleted", count=gone)
