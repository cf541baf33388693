"""The local blocklist: officers add, import and remove; an entry ends by itself."""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_address

from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import InvalidInputError, NotFoundError
from bot.matching.domains import SHORTENERS, is_official, site_of
from bot.matching.lookup.blocklist import Blocklist
from bot.services.permissions import Action, require
from bot.storage import blocklist as rows
from bot.storage.blocklist import BlockedEntry, BlockedKind
from bot.storage.staff import Staff

USUAL_DAYS, MOST_DAYS = 90, 730
MOST_LINES = 20_000
MOST_NAMED = 10
REASON_LENGTH = 60
NO_REASON = "辖区案件中出现过"
KIND_NAMES = {BlockedKind.SITE: "网址", BlockedKind.FILE: "文件"}

_DIGEST = re.compile(r"[0-9a-f]{64}")
_HOSTS_LINE = re.compile(r"(?:0\.0\.0\.0|127\.0\.0\.1|::1?)\s+(\S+)$")
_LOCAL_NAMES = frozenset({"localhost", "localhost.localdomain", "local", "broadcasthost"})
_HEADS = frozenset({"网址", "域名", "网站", "domain", "host", "url", "value", "sha256", "文件"})


@dataclass(frozen=True, slots=True)
class BlockedLine:
    """An entry as lists show it."""

    kind: BlockedKind
    value: str
    reason: str
    source: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Wanted:
    """An entry that may come in."""

    kind: BlockedKind
    value: str
    reason: str


async def blocklist_now(session: AsyncSession, now: datetime) -> tuple[Blocklist, datetime | None]:
    """What is in force, for judging, and when the first of it ends."""
    entries = await rows.entries_in_force(session, now)
    made: dict[BlockedKind, dict[str, str]] = {kind: {} for kind in BlockedKind}
    for entry in entries:
        made[BlockedKind(entry.kind)][entry.value] = entry.reason
    ends = min((entry.expires_at for entry in entries), default=None)
    return Blocklist(made[BlockedKind.SITE], made[BlockedKind.FILE]), ends


async def block(
    session: AsyncSession,
    staff: Staff,
    wanted: Sequence[Wanted],
    source: str,
    days: int,
    now: datetime,
) -> datetime:
    """Put entries in force until the returned moment. Raises InvalidInputError."""
    require(staff.role, Action.EDIT_BLOCKLIST)
    if not 1 <= days <= MOST_DAYS:
        raise InvalidInputError(f"有效天数请写 1 到 {MOST_DAYS}。")
    expires_at = now + timedelta(days=days)
    await rows.keep_blocked(
        session,
        [(one.kind, one.value, one.reason) for one in wanted],
        source=_line(source),
        staff_id=staff.id,
        now=now,
        expires_at=expires_at,
    )
    return expires_at


async def unblock(session: AsyncSession, staff: Staff, written: str, now: datetime) -> Wanted:
    """Take an entry out of force. Raises NotFoundError where none is."""
    require(staff.role, Action.EDIT_BLOCKLIST)
    one = read_entry(written, "", official=True)
    if not await rows.end_blocked(session, one.kind, one.value, staff.id, now):
        raise NotFoundError(f"名单里没有“{one.value}”，或已经到期、移除。")
    return one


async def list_blocked(session: AsyncSession, staff: Staff, now: datetime) -> list[BlockedLine]:
    """Everything in force, the newest first."""
    require(staff.role, Action.EDIT_BLOCKLIST)
    return [_shown(entry) for entry in await rows.entries_in_force(session, now)]


def read_entry(written: str, reason: str, *, official: bool = False) -> Wanted:
    """A site or a SHA-256 as somebody writes it. Raises InvalidInputError with what is wrong.

    An official site and a short-link service cannot be blocked, unless `official`.
    """
    bare = written.strip().lower()
    if not bare:
        raise InvalidInputError("请写网址，或文件的 SHA-256。")
    why = _line(reason) or NO_REASON
    if _DIGEST.fullmatch(bare):
        return Wanted(BlockedKind.FILE, bare, why)
    host = _host_of(bare)
    site = site_of(host)
    if site is None and not _is_address(host):
        raise InvalidInputError(
            f"“{written.strip()[:60]}”不是网址，也不是文件的 SHA-256（64 位）。"
        )
    if site is not None and not official:
        if is_official(site):
            raise InvalidInputError(f"“{host}”属于官方网站，不能加入黑名单。")
        if {site.registrable, host} & SHORTENERS:
            raise InvalidInputError(f"“{host}”是公用的短链接服务，不能整个加入黑名单。")
    return Wanted(BlockedKind.SITE, host, why)


def read_file(content: bytes) -> list[Wanted]:
    """The entries of a CSV (value, reason) or a hosts file.

    Raises InvalidInputError that names every wrong line, or says that there is none to take in.
    """
    found: dict[str, Wanted] = {}
    wrong: list[str] = []
    for number, value, reason in _lines(_decoded(content)):
        try:
            one = read_entry(value, reason)
        except InvalidInputError as error:
            wrong.append(f"第 {number} 行：{error.words}")
        else:
            found[one.value] = one
    if wrong:
        rest = [f"……还有 {len(wrong) - MOST_NAMED} 行"] if len(wrong) > MOST_NAMED else []
        head = f"有 {len(wrong)} 行不对，一条都没有加入："
        raise InvalidInputError("\n".join([head, *wrong[:MOST_NAMED], *rest]))
    if not found:
        raise InvalidInputError("文件里没有可加入的内容。每行写一个网址，或网址,原因。")
    return list(found.values())


def _lines(text: str) -> Iterator[tuple[int, str, str]]:
    lines = text.splitlines()
    if len(lines) > MOST_LINES:
        raise InvalidInputError(f"文件有 {len(lines)} 行，一次最多 {MOST_LINES} 行，请分开导入。")
    for number, line in enumerate(lines, 1):
        bare = line.partition("#")[0].strip() if not line.startswith("http") else line.strip()
        if not bare:
            continue
        hosts = _HOSTS_LINE.match(bare)
        if hosts is not None:
            if hosts[1].lower() not in _LOCAL_NAMES:
                yield number, hosts[1], ""
            continue
        cells = next(csv.reader(io.StringIO(bare)), [])
        if cells and not (number == 1 and cells[0].strip().lower() in _HEADS):
            yield number, cells[0], cells[1] if len(cells) > 1 else ""


def _decoded(content: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise InvalidInputError("文件不是文本。请另存为 CSV（UTF-8）再导入。")


def _host_of(written: str) -> str:
    bare = written.partition("://")[2] or written
    bare = re.split(r"[/?#\\]", bare, maxsplit=1)[0].rpartition("@")[2]
    host = bare.partition(":")[0].strip(".").replace("[.]", ".")
    return host.removeprefix("www.")[:255]


def _is_address(host: str) -> bool:
    try:
        return ip_address(host).is_global
    except ValueError:
        return False


def _line(words: str) -> str:
    return " ".join("".join(sign if sign.isprintable() else " " for sign in words).split())[
        :REASON_LENGTH
    ]


def _shown(entry: BlockedEntry) -> BlockedLine:
    return BlockedLine(
        BlockedKind(entry.kind), entry.value, entry.reason, entry.source, entry.expires_at
    )
