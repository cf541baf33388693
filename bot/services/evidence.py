"""Evidence: what may be sent, what it is by its content, to which report it belongs."""

import asyncio
import io
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from puremagic import PureError, magic_string
from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import InvalidInputError, NotFoundError
from bot.matching.masking import hidden_by, mask_own
from bot.services.evidence_pictures import SHOWN_KINDS
from bot.services.evidence_store import EvidenceStore, new_key
from bot.services.leads import actor_name, find_lead, log_look
from bot.services.permissions import Action, require
from bot.storage import evidence as rows
from bot.storage.database import Database
from bot.storage.evidence import Evidence
from bot.storage.leads import Lead
from bot.storage.staff import Staff

MOST_BYTES = 20 * 1024 * 1024
MOST_FILES = 20
ARRIVES_WITHIN = timedelta(hours=1)
DRAFTS_KEPT = timedelta(days=30)
"""As long as a dialogue that nobody goes on with."""
TOO_LARGE = "这个文件超过 20 MB，请截取一部分或发截图。"
TOO_MANY = f"一次报送最多 {MOST_FILES} 个文件，已经满了。其余的请交给联系您的民警。"
WRONG_KIND = "这种文件收不了。可以发图片、录音、录像、PDF、文档、文字、压缩包、安装包（APK）。"
KIND_NAMES: Mapping[str, str] = {
    "jpg": "图片",
    "png": "图片",
    "gif": "图片",
    "webp": "图片",
    "heic": "图片",
    "pdf": "PDF",
    "mp4": "录像",
    "mov": "录像",
    "webm": "录像",
    "3gp": "录像",
    "mp3": "录音",
    "m4a": "录音",
    "ogg": "录音",
    "amr": "录音",
    "wav": "录音",
    "docx": "文档",
    "xlsx": "表格",
    "apk": "安装包",
    "zip": "压缩包",
    "txt": "文字",
}
"""What is taken, by the ending under which an officer downloads it."""
_ENDINGS: Mapping[str, str] = {
    ".jpg": "jpg",
    ".jpeg": "jpg",
    ".jpe": "jpg",
    ".jfif": "jpg",
    ".png": "png",
    ".gif": "gif",
    ".webp": "webp",
    ".heic": "heic",
    ".heif": "heic",
    ".pdf": "pdf",
    ".mp4": "mp4",
    ".m4v": "mp4",
    ".mov": "mov",
    ".webm": "webm",
    ".3gp": "3gp",
    ".3g2": "3gp",
    ".mp3": "mp3",
    ".m4a": "m4a",
    ".ogg": "ogg",
    ".oga": "ogg",
    ".opus": "ogg",
    ".amr": "amr",
    ".wav": "wav",
}
_INSIDE: Sequence[tuple[str, str]] = (
    ("AndroidManifest.xml", "apk"),
    ("word/document.xml", "docx"),
    ("xl/workbook.xml", "xlsx"),
)


@dataclass(frozen=True, slots=True)
class Arrived:
    """A file that is in the store and belongs to nothing yet."""

    id: int
    kind: str
    hidden: tuple[str, ...] = ()
    """What was taken out of a forwarded message, in words."""


@dataclass(frozen=True, slots=True)
class EvidenceLine:
    """A file as a lead's page lists it."""

    id: int
    name: str
    kind: str
    size: int
    sha256: str
    created_at: datetime
    shown: bool
    """Whether it is a picture that can be looked at in the page."""


def kind_of(content: bytes) -> str:
    """What a file is, by its content. Raises InvalidInputError for what is not taken."""
    if not content:
        raise InvalidInputError("这个文件是空的，请再发一次。")
    if content.startswith(b"PK\x03\x04"):
        return _kind_of_archive(content)
    try:
        found = [_ENDINGS.get(one.extension) for one in magic_string(content)]
    except (PureError, ValueError):
        found = []
    if found:
        if kind := next((one for one in found[:3] if one is not None), None):
            return kind
        raise InvalidInputError(WRONG_KIND)
    if _is_text(content):
        return "txt"
    raise InvalidInputError(WRONG_KIND)


def _kind_of_archive(content: bytes) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, ValueError):
        raise InvalidInputError("这个压缩包打不开，请再发一次或发截图。") from None
    return next((kind for name, kind in _INSIDE if name in names), "zip")


def _is_text(content: bytes) -> bool:
    for encoding in ("utf-8", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        return not any(ord(sign) < 32 and sign not in "\t\r\n\f" for sign in text)
    return False


def forwarded_text(text: str) -> tuple[bytes, tuple[str, ...]]:
    """A forwarded message as a file and what was taken out: one's own secrets, no suspect's."""
    masked = mask_own(text)
    return masked.encode(), hidden_by(masked, text)


async def take_in(
    database: Database, store: EvidenceStore, content: bytes, now: datetime
) -> Arrived:
    """Put a file into the store, its row first. Raises InvalidInputError for what is not taken."""
    if len(content) > MOST_BYTES:
        raise InvalidInputError(TOO_LARGE)
    kind = await asyncio.to_thread(kind_of, content)
    digest = await asyncio.to_thread(lambda: sha256(content).hexdigest())
    row = Evidence(key=new_key(), sha256=digest, size=len(content), kind=kind, created_at=now)
    async with database.writing() as session:
        session.add(row)
        await session.flush()
        arrived = Arrived(row.id, kind)
    await store.put(row.key, content)
    return arrived


async def attach_to_draft(session: AsyncSession, arrived: Arrived, draft: str) -> int:
    """Give a file to a report under way; returns how many it has. Raises where it is full."""
    count = await rows.count_evidence(session, lead_id=None, draft=draft)
    if count >= MOST_FILES:
        raise InvalidInputError(TOO_MANY)
    await rows.attach_evidence(session, arrived.id, lead_id=None, draft=draft)
    return count + 1


async def attach_to_lead(session: AsyncSession, arrived: Arrived, lead: Lead) -> int:
    """Give a file to a lead; returns how many it has. Raises where it is full."""
    count = await rows.count_evidence(session, lead_id=lead.id, draft="")
    if count >= MOST_FILES:
        raise InvalidInputError(TOO_MANY)
    await rows.attach_evidence(session, arrived.id, lead_id=lead.id, draft=None)
    return count + 1


async def evidence_lines(session: AsyncSession, lead: Lead) -> list[EvidenceLine]:
    """The files of a lead, numbered in the order in which they came."""
    return [
        EvidenceLine(
            one.id,
            f"{lead.number}-{place}.{one.kind}",
            KIND_NAMES.get(one.kind, one.kind),
            one.size,
            one.sha256,
            one.created_at,
            one.kind in SHOWN_KINDS,
        )
        for place, one in enumerate(await rows.evidence_of_lead(session, lead.id), 1)
    ]


async def open_evidence(
    session: AsyncSession, staff: Staff, number: str, evidence_id: int, way: str, now: datetime
) -> tuple[EvidenceLine, str]:
    """A file's line and its key in the store, for an officer; the look is noted."""
    require(staff.role, Action.SEE_FULL_LEAD)
    lead = await find_lead(session, staff, number)
    piece = await rows.evidence_piece(session, lead.id, evidence_id)
    if piece is None:
        raise NotFoundError("没有这个文件，可能已经删除。")
    await log_look(session, actor_name(staff), lead.number, way, now)
    line = next(one for one in await evidence_lines(session, lead) if one.id == evidence_id)
    return line, piece.key


async def sweep(database: Database, store: EvidenceStore, now: datetime, limit: int = 50) -> int:
    """Delete discarded files and ones whose report never came; returns how many."""
    async with database.reading() as session:
        doomed = await rows.doomed_evidence(session, now - ARRIVES_WITHIN, now - DRAFTS_KEPT, limit)
    for one in doomed:
        await store.delete(one.key)
        async with database.writing() as session:
            await rows.forget_evidence(session, one.id)
    return len(doomed)
