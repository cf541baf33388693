"""Leads from upstream files: each line once, the same person merged, what is refused named."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import InvalidInputError
from bot.services.demonstration import refuse_demonstration
from bot.services.lead_batches import LeadRow, file_many
from bot.services.lead_corrections import Rules, correct_line, repeat_person
from bot.services.lead_lines import FIELDS, ReadLine
from bot.services.leads import actor_name
from bot.services.notifications import alert_roles
from bot.services.outgoing import Outgoing
from bot.services.permissions import Action, require
from bot.services.time_limits import limits_in_force
from bot.storage import lead_imports as rows
from bot.storage.areas import all_areas
from bot.storage.database import vault_of
from bot.storage.lead_batches import hold_leads, open_leads_by_phone
from bot.storage.lead_imports import KnownLine
from bot.storage.leads import PHONE, Lead, LeadKind
from bot.storage.staff import Role, Staff

SOURCE_LENGTH = 40
CHANNEL = "upstream"
KEY, SAID = "imported_line.key", "imported_line.said"


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of lines: new leads (of them about money), merged into an open one, known as
    they are, known and corrected, and those refused, with why."""

    new: int = 0
    fund: int = 0
    merged: int = 0
    known: int = 0
    corrected: int = 0
    refused: tuple[tuple[ReadLine, str], ...] = ()

    def __add__(self, other: "Imported") -> "Imported":
        return Imported(
            self.new + other.new,
            self.fund + other.fund,
            self.merged + other.merged,
            self.known + other.known,
            self.corrected + other.corrected,
            self.refused + other.refused,
        )


async def open_source(
    session: AsyncSession, staff: Staff, name: str, mapping: Mapping[str, str], now: datetime
) -> tuple[int, dict[str, str]]:
    """The source with its saved mapping, which `mapping` (our field → header) changes.

    Raises InvalidInputError on an unknown field.
    """
    kept = await saved_mapping(session, staff, name, mapping)
    name = " ".join(name.split())
    await rows.add_source(session, name, staff.id, now)
    source = await rows.source_by_name(session, name)
    assert source is not None
    if mapping:
        source.mapping = json.dumps(kept, ensure_ascii=False)
        source.changed_by, source.changed_at = staff.id, now
    await session.flush()
    return source.id, kept


async def saved_mapping(
    session: AsyncSession, staff: Staff, name: str, mapping: Mapping[str, str]
) -> dict[str, str]:
    """The mapping of a source as `mapping` would change it; only looks.

    Raises InvalidInputError on a name that is none, or an unknown field.
    """
    require(staff.role, Action.IMPORT_LEADS)
    await refuse_demonstration(session)
    name = " ".join(name.split())
    if not 0 < len(name) <= SOURCE_LENGTH:
        raise InvalidInputError(f"请写明来源，最多 {SOURCE_LENGTH} 个字，例如 省厅平台。")
    if unknown := sorted(set(mapping) - set(FIELDS)):
        raise InvalidInputError(f"没有“{unknown[0]}”这一项，可以写：{'、'.join(FIELDS)}。")
    source = await rows.source_by_name(session, name)
    kept: dict[str, str] = json.loads(source.mapping) if source else {}
    return kept | dict(mapping)


async def import_lines(
    session: AsyncSession, staff: Staff, source_id: int, lines: Sequence[ReadLine], now: datetime
) -> Imported:
    """Take in some lines of a source; what is in already changes nothing.

    A line without a number upstream is known by all that it says; one whose number is known but
    that says something else corrects its lead. Somebody who has an open lead gets no second one:
    that lead becomes more pressing, about money where the line is, and takes up its words.
    """
    require(staff.role, Action.IMPORT_LEADS)
    await rows.hold_source(session, source_id)
    vault, keys = vault_of(session), [_key(session, line) for line in lines]
    said = [vault.fingerprint(one.said, SAID) for one in lines]
    known = await rows.known_lines(session, source_id, keys)
    phones = [vault.fingerprint(one.row.phone, PHONE) if one.row.phone else "" for one in lines]
    there = await open_leads_by_phone(session, sorted({one for one in phones if one}))
    fresh: list[int] = []
    first_of: dict[str, int] = {}
    repeated: list[tuple[int, str]] = []
    seen, again = set(known), list[int]()
    for place, (key, phone) in enumerate(zip(keys, phones, strict=True)):
        if key in seen:
            again.append(place)
            continue
        seen.add(key)
        if phone and (phone in there or phone in first_of):
            repeated.append((place, phone))
            continue
        if phone:
            first_of[phone] = place
        fresh.append(place)
    chosen = [lines[place].row for place in fresh]
    areas, actor = await all_areas(session), actor_name(staff)
    filed = await file_many(session, chosen, CHANNEL, actor, areas, filed_at=now)
    ids = dict(zip(fresh, filed, strict=True))
    for place, phone in repeated:
        ids[place] = there.get(phone) or ids[first_of[phone]]
    rules, wrong = Rules(areas, await limits_in_force(session)), dict[str, str]()
    held = await hold_leads(session, sorted({ids[place] for place, _ in repeated}))
    for place, _ in repeated:
        lead, row = held[ids[place]], lines[place].row
        if why := await _repeated(session, staff, lead, row, rules, now):
            wrong[keys[place]] = why
            del ids[place]
    taken = {keys[place]: KnownLine(lead_id, {said[place]}) for place, lead_id in ids.items()}
    await rows.keep_lines(session, source_id, taken)
    fund = sum(row.kind is LeadKind.FUND for row in chosen)
    known |= taken
    repeat = [(lines[place], keys[place], said[place]) for place in again if keys[place] in known]
    corrected, refused = await _take_again(session, staff, source_id, repeat, known, rules, now)
    same = len(repeat) - corrected - len(refused)
    refused += [(line, wrong[key]) for line, key in zip(lines, keys, strict=True) if key in wrong]
    return Imported(len(fresh), fund, len(repeated) - len(wrong), same, corrected, tuple(refused))


async def _repeated(
    session: AsyncSession, staff: Staff, lead: Lead, row: LeadRow, rules: Rules, now: datetime
) -> str:
    """Write another line about the person of a lead; why not, where it cannot be taken in."""
    try:
        await repeat_person(session, staff, lead, row, rules, now)
    except InvalidInputError as wrong:
        return wrong.words
    return ""


async def _take_again(
    session: AsyncSession,
    staff: Staff,
    source_id: int,
    lines: Sequence[tuple[ReadLine, str, str]],
    known: Mapping[str, KnownLine],
    rules: Rules,
    now: datetime,
) -> tuple[int, list[tuple[ReadLine, str]]]:
    """Lines whose number is known, each with its key and the hash of what it says: what they never
    said before corrects their leads. How many did, and those refused with why."""
    corrected, refused = list[tuple[str, str]](), list[tuple[ReadLine, str]]()
    firsts: dict[str, str] = {}
    for line, key, said in lines:
        before = known[key].said
        if not before:
            firsts[key] = said
        elif line.number and said not in before:
            try:
                await correct_line(session, staff, known[key].lead_id, line.row, rules, now)
            except InvalidInputError as wrong:
                refused.append((line, wrong.words))
                continue
            corrected.append((key, said))
        before.add(said)
    await rows.note_first(session, source_id, firsts)
    await rows.keep_corrections(session, source_id, corrected, now)
    return len(corrected), refused


async def tell_imported(session: AsyncSession, source: str, found: Imported, now: datetime) -> None:
    """One alert for all of it, where anything came in."""
    if found.new or found.merged or found.corrected:
        changed = f"上级更正 {found.corrected} 条。" if found.corrected else ""
        words = (
            f"{source}导入线索 {found.new} 条，其中资金预警 {found.fund} 条；"
            f"并入在办线索 {found.merged} 条。{changed}请在值班台签收。"
        )
        key = f"import:{now:%Y%m%d%H%M%S%f}"
        await alert_roles(session, (Role.DUTY, Role.CHIEF), Outgoing(words), key=key, now=now)


def _key(session: AsyncSession, line: ReadLine) -> str:
    row = line.row
    said = line.number or "\0".join(
        (row.received_at.isoformat(), row.phone, row.description, str(row.amount_fen))
    )
    return vault_of(session).fingerprint(said, KEY)
