"""The guard of a group: when it speaks at all, and what its administrators set.

It speaks where a message is high on two independent pieces of evidence (of a newcomer's first
message with a link: at least suspicious on one), speaks for itself, and was not answered here
today.
"""

import json
import re
from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import datetime, time, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import InvalidInputError, NotAllowedError, NotFoundError
from bot.matching.normalize import normalize
from bot.matching.result import IndicatorKind, Level, Verdict
from bot.matching.stance import Stance, judge_stance
from bot.services.grid import may_use, scope_of
from bot.services.notifications import alert_staff, tell_resident
from bot.services.outgoing import Outgoing
from bot.services.permissions import Action, may
from bot.services.sending_rules import Rules, is_quiet
from bot.storage import guard as rows
from bot.storage.groups import CommunityGroup, GroupChannel, group_by_address
from bot.storage.guard import GuardMode
from bot.storage.outbox import Priority
from bot.storage.residents import find_resident
from bot.storage.staff import Staff
from bot.times import SHANGHAI

LEAST_EVIDENCE = 2
SURE = 0.84
"""The score from which phrases in different clauses are two pieces of evidence. From 0.78, where
high begins, on, what is caught of single sentences rises by a few more in a hundred, and so do
honest advertisements that are met (docs/architecture.md)."""
UNDO = timedelta(days=1)
MODE_NAMES = {
    GuardMode.WARN: "群里提醒一句",
    GuardMode.TELL: "只告诉管理员和网格员",
    GuardMode.DELETE: "删除并提醒",
    GuardMode.OFF: "不看",
}
QUIET_CHOICES = ("", "22:00-07:00", "21:00-08:00")
NO_QUIET = frozenset(("", "不设", "不要", "取消", "无"))
UNKNOWN_GROUP = "这个群还没有登记。请网格员先在群里发 /register。"

_BLOCKED = "link:blocked"
_LOOKED_UP = ("link:", "deep:", "phone:lookalike", "account_name")
_CLAUSE_ENDS = re.compile(r"[,，。;；!！?？\n…、:： ]")
_SPEAKS = frozenset({Stance.LURE, Stance.PLAIN})
_QUOTATION = re.compile(r"\s*[“「『\"《].{6,}[”」』\"》]\s*[。！？?!]?\s*", re.S)
_HOUR = r"([01]?\d|2[0-3])[:：.]([0-5]\d)"
_QUIET = re.compile(rf"{_HOUR} *(?:-|－|—|~|～|到|至) *{_HOUR}", re.ASCII)
_ASKS = re.compile(
    r"(?:是不是|是真的|真的假的|真的吗|骗人的吧|可信吗|靠谱吗|谁收到|有人收到|收到这|又来了|"
    r"大家(?:小心|注意|当心)|别信|别上当|刚(?:才)?(?:收到|接到)|转发提醒)"
)


@dataclass(frozen=True, slots=True)
class Guarded:
    """A group with its settings."""

    group: CommunityGroup
    mode: GuardMode
    quiet: str


@dataclass(frozen=True, slots=True)
class Posted:
    """A message of a group: its words, and the picture or file above them, by Telegram's id.

    `kind` is photo, video, animation or document; "other" is what cannot be put back.
    """

    text: str
    kind: str = ""
    file: str = ""

    def to_json(self) -> str:
        """As it is kept for an undo."""
        return json.dumps(asdict(self), ensure_ascii=False)

    @classmethod
    def from_json(cls, kept: str) -> "Posted":
        """The reverse; what is no such object is words alone, as they were kept before."""
        try:
            return cls(**json.loads(kept))
        except (ValueError, TypeError):
            return cls(kept)

    @property
    def can_come_back(self) -> bool:
        """Whether a deletion of it could be undone."""
        return not self.kind or bool(self.file)


@dataclass(frozen=True, slots=True)
class Answered:
    """What is to be done now; `answer_id` is what an undo names.

    `again`: the same text was deleted before, so it goes without a word.
    """

    mode: GuardMode
    answer_id: int
    title: str
    quiet: bool = False
    again: bool = False


def pieces_of_evidence(verdict: Verdict, text: str = "") -> int:
    """Reasons of different kinds: each tactic, each step of the trick, what was looked up, a known
    script, a disguise. Telling phrases together are one, since the score is made of them; in
    different clauses of a message with a high score (a bait and a demand, say) they are two. So is
    an address on the officers' list: what it is, and that an officer has checked it.
    """
    codes = {reason.code for reason in verdict.reasons}
    looked_up = any(code.startswith(_LOOKED_UP) for code in codes)
    apart = verdict.score >= SURE and _clauses_with_phrases(verdict, text) > 1
    checked = _BLOCKED in codes
    return looked_up + checked + apart + sum(not code.startswith(_LOOKED_UP) for code in codes)


def _clauses_with_phrases(verdict: Verdict, text: str) -> int:
    spans = [one.span for one in verdict.reasons if one.code == "phrase" and one.span is not None]
    return len({len(_CLAUSE_ENDS.findall(text[: span.start])) for span in spans})


def speaks_for_itself(text: str) -> bool:
    """Whether nobody warns, tells, asks or quotes."""
    if _QUOTATION.fullmatch(text) or _ASKS.search(text):
        return False
    return judge_stance(normalize(text)) in _SPEAKS


def is_worth_a_word(text: str, verdict: Verdict, *, newcomer: bool) -> bool:
    """Whether a group is told of a message; `newcomer`: it is a new member's first one."""
    links = any(one.kind is IndicatorKind.LINK for one in verdict.indicators)
    if newcomer and links and verdict.level in (Level.HIGH, Level.SUSPICIOUS):
        return pieces_of_evidence(verdict, text) >= 1 and speaks_for_itself(text)
    if verdict.level is not Level.HIGH or pieces_of_evidence(verdict, text) < LEAST_EVIDENCE:
        return False
    return speaks_for_itself(text)


async def answer(
    session: AsyncSession,
    chat_id: int,
    member: int,
    posted: Posted,
    verdict: Verdict,
    *,
    may_delete: bool,
    now: datetime,
    admins: Collection[int] = (),
    link: str = "",
) -> Answered | None:
    """Decide on a message that is worth a word; None: say nothing here, now, about this.

    In quiet times, and where the group wants it so, only the grid worker and those of `admins` are
    told who write to the bot in private, with the `link` of the message; what is deleted
    then is told of without a sound. What could not be put back is not deleted.
    """
    guarded = await find_guarded(session, chat_id)
    if guarded is None or guarded.mode is GuardMode.OFF:
        return None
    if await rows.is_trusted(session, guarded.group.id, member):
        return None
    mode = guarded.mode
    if mode is GuardMode.DELETE and not (may_delete and posted.can_come_back):
        mode = GuardMode.WARN
    quiet = _is_quiet(guarded.quiet, now)
    if mode is GuardMode.WARN and quiet:
        mode = GuardMode.TELL
    day = now.astimezone(SHANGHAI).date()
    group_id, kept = guarded.group.id, ""
    trick, title = trick_of(verdict), verdict.title or "诈骗信息"
    if mode is GuardMode.DELETE:
        kept, trick = posted.to_json(), rows.trick_of_text(session, trick, posted.text)
    found = await rows.answer_once(session, group_id, trick, title, day, mode, now, kept)
    if found is None:
        again = mode is GuardMode.DELETE and await rows.is_deleted(session, group_id, trick, day)
        return Answered(mode, 0, title, again=True) if again else None
    if mode is GuardMode.TELL:
        words = f"“{guarded.group.title}”里有一条消息像“{title}”，群里没有提醒。请您看一眼。"
        told = Outgoing(f"{words}\n{link}" if link else words)
        await _tell(session, guarded.group.added_by, admins, told, f"guard:{found}", now)
    return Answered(mode, found, title, quiet)


async def _tell(
    session: AsyncSession,
    worker: int,
    admins: Collection[int],
    told: Outgoing,
    key: str,
    now: datetime,
) -> None:
    """Each person once, also who is both."""
    await alert_staff(session, [worker], told, key=key, now=now)
    for admin in admins:
        resident = await find_resident(session, GroupChannel.TELEGRAM, admin)
        if resident is not None:
            await tell_resident(session, resident, told, key=key, priority=Priority.ALERT, now=now)


def trick_of(verdict: Verdict) -> str:
    """Under what a group is answered once a day: the family, else what was looked up."""
    code = verdict.reasons[0].code if verdict.reasons else ""
    return (verdict.family or code)[:32]


async def find_guarded(session: AsyncSession, chat_id: int) -> Guarded | None:
    """A registered group with its settings; None for any other chat."""
    group = await group_by_address(session, GroupChannel.TELEGRAM, str(chat_id))
    if group is None or not group.active:
        return None
    settings = await rows.guard_of(session, group.id)
    if settings is None:
        return Guarded(group, GuardMode.WARN, "")
    return Guarded(group, GuardMode(settings.mode), settings.quiet)


async def change_guard(
    session: AsyncSession,
    guarded: Guarded,
    *,
    mode: GuardMode | None = None,
    quiet: str | None = None,
    now: datetime,
) -> Guarded:
    """Set what a group wants. Raises InvalidInputError for quiet times that are none."""
    mode = mode or guarded.mode
    quiet = guarded.quiet if quiet is None else read_quiet(quiet)
    await rows.set_guard(session, guarded.group.id, mode, quiet, now)
    return Guarded(guarded.group, mode, quiet)


def read_quiet(written: str) -> str:
    """Quiet times as they are kept, 22:00-07:00 or nothing. Raises InvalidInputError."""
    bare = written.strip()
    if bare in NO_QUIET:
        return ""
    found = _QUIET.fullmatch(bare)
    if found is not None:
        first, last = (f"{int(found[at]):02}:{found[at + 1]}" for at in (1, 3))
        if first != last:
            return f"{first}-{last}"
    raise InvalidInputError("免打扰时段请写成 /guard 22:30-06:30；不要的写 /guard 不设。")


async def manage(
    session: AsyncSession, chat_id: int, staff: Staff | None, *, by_admin: bool
) -> Guarded:
    """The group, for its own administrators and the grid workers of its area.

    Raises NotFoundError where the group is not registered, NotAllowedError for everybody else.
    """
    guarded = await find_guarded(session, chat_id)
    if guarded is None:
        raise NotFoundError(UNKNOWN_GROUP)
    if by_admin:
        return guarded
    if staff is not None and may(staff.role, Action.ADD_GROUP):
        scope = await scope_of(session, staff)
        if may_use(guarded.group, staff, scope):
            return guarded
    raise NotAllowedError("只有群管理员和本片网格员能改。")


async def trust(session: AsyncSession, guarded: Guarded, member: int, *, trusted: bool) -> None:
    """Leave a member's messages alone, or no longer."""
    await rows.trust(session, guarded.group.id, member, trusted=trusted)


async def undo(session: AsyncSession, guarded: Guarded, answer_id: int, now: datetime) -> Posted:
    """A deleted message, once and for a day. Raises NotFoundError after that."""
    text = await rows.deleted_text(session, guarded.group.id, answer_id, now - UNDO, now)
    if text is None:
        raise NotFoundError("已经恢复过，或超过一天，原文已清除。")
    return Posted.from_json(text)


def _is_quiet(quiet: str, now: datetime) -> bool:
    if not quiet:
        return False
    begin, _, end = quiet.partition("-")
    rules = Rules((time.fromisoformat(begin), time.fromisoformat(end)), blackouts=())
    return is_quiet(now.astimezone(SHANGHAI).time(), rules)
