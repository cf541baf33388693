"""Officers' work on the library: scripts added, taken out and put back, each after a replay.

A script goes in in two steps, so that the slow one holds no transaction: `library_replay.replay`
(in a thread), then `accept`. Both speak of one state of the library; if somebody changes it in
between, `accept` raises ConflictError and nothing is kept.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import ConflictError, InvalidInputError, NotFoundError
from bot.matching.masking import mask
from bot.services.library_replay import Candidate, Replayed, ScriptRefusedError
from bot.services.permissions import Action, require
from bot.storage import library as rows
from bot.storage.library import ChangeKind, LibraryChange, LibraryScript
from bot.storage.staff import Staff

LONGEST_REASON = 200


@dataclass(frozen=True, slots=True)
class RollbackPlan:
    """What leads back to the library after change `number`, seen from change `change`."""

    number: int
    change: int
    retire: tuple[int, ...]
    restore: tuple[Candidate, ...]


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """A line of the history as an officer reads it."""

    number: int
    kind: ChangeKind
    script_id: int
    family: str
    register: str
    text: str
    who: str
    at: datetime
    why: str
    back_to: int | None


async def accept(
    session: AsyncSession, staff: Staff, replayed: Replayed, why: str, now: datetime
) -> tuple[LibraryChange, ...]:
    """Put what was replayed into the library; every process has it within a second.

    Raises ScriptRefusedError where the replay found anything, ConflictError where the library has
    changed since.
    """
    require(staff.role, Action.EDIT_LIBRARY)
    reason = _reason(why)
    if replayed.wrong:
        raise ScriptRefusedError(replayed.wrong)
    changes = []
    for one in replayed.candidates:
        script = LibraryScript(
            family=one.family,
            register=one.register,
            text=one.text,
            reason=reason,
            added_by=staff.id,
            added_at=now,
        )
        session.add(script)
        await session.flush()
        changes.append(
            await rows.append_change(session, ChangeKind.ADD, script.id, staff.id, reason, now)
        )
    _require_next(changes, replayed.change)
    return tuple(changes)


async def retire_script(
    session: AsyncSession, staff: Staff, script_id: int, why: str, now: datetime
) -> LibraryChange:
    """Take an officer's script out of use; those of the files are changed in the files."""
    require(staff.role, Action.EDIT_LIBRARY)
    reason = _reason(why)
    if not await rows.scripts_with_ids(session, [script_id]):
        raise NotFoundError("没有这个编号的话术。用 fanzha library history 查看编号。")
    if not await rows.retire_row(session, script_id, staff.id, now):
        raise ConflictError("这条话术已经停用了。")
    return await rows.append_change(session, ChangeKind.RETIRE, script_id, staff.id, reason, now)


async def scripts_of_officers(session: AsyncSession, staff: Staff) -> Sequence[LibraryScript]:
    """Officers' scripts in use, oldest first."""
    require(staff.role, Action.EDIT_LIBRARY)
    return await rows.active_scripts(session)


async def history(session: AsyncSession, staff: Staff, limit: int = 50) -> list[ChangeLine]:
    """The last changes, newest first."""
    require(staff.role, Action.EDIT_LIBRARY)
    return [
        ChangeLine(
            change.number,
            ChangeKind(change.kind),
            script.id,
            script.family,
            script.register,
            script.text,
            who,
            change.at,
            change.why,
            change.back_to,
        )
        for change, script, who in await rows.changes_with_scripts(session, limit)
    ]


async def plan_rollback(session: AsyncSession, staff: Staff, number: int) -> RollbackPlan:
    """What has to be taken out and put back for the library to be as after change `number`."""
    require(staff.role, Action.EDIT_LIBRARY)
    newest = await rows.newest_change(session)
    if not 0 <= number <= newest:
        raise NotFoundError(f"没有第 {number} 次改动，现在是第 {newest} 次。")
    then = await rows.in_use_at(session, number)
    present = {script.id for script in await rows.active_scripts(session)}
    if then == present:
        raise ConflictError(f"话术库现在就和第 {number} 次改动之后一样，不用退回。")
    restored = await rows.scripts_with_ids(session, then - present)
    candidates = tuple(Candidate(one.family, one.register, one.text, one.id) for one in restored)
    return RollbackPlan(number, newest, tuple(sorted(present - then)), candidates)


@dataclass(frozen=True, slots=True)
class Difference:
    """Scripts that came in since a change, and ones that went out; both empty: nothing differs."""

    came: tuple[LibraryScript, ...]
    went: tuple[LibraryScript, ...]


async def difference(session: AsyncSession, staff: Staff, number: int) -> Difference:
    """How the library after change `number` and the present one differ. Raises NotFoundError."""
    require(staff.role, Action.EDIT_LIBRARY)
    newest = await rows.newest_change(session)
    if not 0 <= number <= newest:
        raise NotFoundError(f"没有第 {number} 次改动，现在是第 {newest} 次。")
    then = await rows.in_use_at(session, number)
    present = {script.id for script in await rows.active_scripts(session)}
    came = await rows.scripts_with_ids(session, present - then)
    went = await rows.scripts_with_ids(session, then - present)
    session.expunge_all()
    return Difference(tuple(came), tuple(went))


async def rollback(
    session: AsyncSession,
    staff: Staff,
    plan: RollbackPlan,
    replayed: Replayed,
    why: str,
    now: datetime,
) -> tuple[LibraryChange, ...]:
    """Carry out a plan whose restored scripts were replayed; the history only grows."""
    require(staff.role, Action.EDIT_LIBRARY)
    reason = _reason(why)
    if replayed.candidates != plan.restore:
        raise ValueError("the plan was not the one replayed")
    if replayed.wrong:
        raise ScriptRefusedError(replayed.wrong)
    changes = []
    for script_id in plan.retire:
        await rows.retire_row(session, script_id, staff.id, now)
        changes.append((ChangeKind.RETIRE, script_id))
    for one in plan.restore:
        script_id = one.script_id or 0
        await rows.restore_row(session, script_id)
        changes.append((ChangeKind.RESTORE, script_id))
    written = [
        await rows.append_change(session, kind, script_id, staff.id, reason, now, plan.number)
        for kind, script_id in changes
    ]
    _require_next(written, plan.change)
    return tuple(written)


def _require_next(changes: Sequence[LibraryChange], change: int) -> None:
    """Numbers have no gaps, so the first one written tells whether anything came in between."""
    if changes and changes[0].number != change + 1:
        raise ConflictError("话术库刚刚有人改过，请再试一次。")


def _reason(why: str) -> str:
    reason = mask(" ".join(why.split()))
    if not reason or len(reason) > LONGEST_REASON or not reason.isprintable():
        raise InvalidInputError(f"请写明原因，最多 {LONGEST_REASON} 个字。")
    return reason
