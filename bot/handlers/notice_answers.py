"""What an answer makes of a notice that is prepared in the bot."""

from dataclasses import dataclass, replace
from datetime import datetime

from aiogram.fsm.context import FSMContext
from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import InvalidInputError
from bot.handlers.notice_draft import (
    CHOICE,
    DONE,
    EVERY_GROUP,
    FEW_GROUPS,
    OPEN,
    OWN,
    NoticeDraft,
    Step,
    toggled_area,
    toggled_audience,
)
from bot.services.campaign_draft import Draft, examine
from bot.services.campaign_looks import NO_NUMBER
from bot.services.campaigns import PLACES, check_words
from bot.services.filling import Signature, link_to_bot
from bot.services.grid import area_name, areas_within
from bot.services.groups import list_groups
from bot.services.notice_templates import fill, find_notice_template
from bot.services.outgoing import PosterOrder
from bot.services.runtime_settings import in_force
from bot.services.sending_rules import rules_of
from bot.settings import Settings
from bot.storage.staff import Staff


@dataclass(frozen=True, slots=True)
class Speaker:
    """Who is answering, with what the answer needs."""

    chat: int
    staff: Staff
    session: AsyncSession
    state: FSMContext
    now: datetime
    settings: Settings | None = None


def begun(draft: NoticeDraft, given: str) -> NoticeDraft:
    """One of the approved notices chosen, or own words."""
    template = OWN if given == OWN else find_notice_template(given).id
    blanks = template == OWN or find_notice_template(template).variables
    step = Step.BLANKS if blanks else Step.GROUP
    return replace(draft, template=template, values={}, step=step)


def filled(draft: NoticeDraft, given: str) -> NoticeDraft:
    """A blank filled in, or own words written."""
    if draft.template == OWN:
        kept = {OWN: check_words(given)}
        return replace(draft, values=kept, step=Step.GROUP)
    template = find_notice_template(draft.template)
    blank = template.variables[len(draft.values)]
    if given == OPEN and blank.name in PLACES:
        given = ""
    else:
        fill(template, template.examples | {blank.name: given})
    values = draft.values | {blank.name: given}
    done = len(values) == len(template.variables)
    step = Step.GROUP if done else Step.BLANKS
    return replace(draft, values=values, step=step)


async def to_groups(speaker: Speaker, draft: NoticeDraft, given: str) -> NoticeDraft:
    """One group, all of them, or a choice that is made next."""
    known = {group.id for group in await list_groups(speaker.session, speaker.staff)}
    if given == CHOICE:
        placed = bool(await areas_within(speaker.session, speaker.staff))
        step = Step.AREA if placed else Step.AUDIENCE
        return replace(draft, by_choice=True, placed=placed, groups=[], step=step)
    if given == EVERY_GROUP and (len(known) > FEW_GROUPS or draft.left_open):
        return replace(draft, by_choice=True, areas=[], audiences=[], groups=[], step=Step.TIME)
    if given == EVERY_GROUP:
        return replace(draft, by_choice=False, groups=sorted(known), step=Step.TIME)
    if not given.isdecimal() or int(given) not in known or draft.left_open:
        raise InvalidInputError("请点下面的按钮选。")
    return replace(draft, by_choice=False, groups=[int(given)], step=Step.TIME)


async def to_areas(speaker: Speaker, draft: NoticeDraft, given: str) -> NoticeDraft:
    """An area chosen, opened or named; or the choice is made."""
    areas = await areas_within(speaker.session, speaker.staff)
    known = {area.id for area in areas}
    act, number = given[:1], given[1:]
    if given == EVERY_GROUP:
        return replace(draft, areas=[], inside=0, step=Step.AUDIENCE)
    if given == DONE:
        return replace(draft, inside=0, step=Step.AUDIENCE)
    if act in "ao" and number.isdecimal() and int(number) in known:
        chosen = int(number)
        return toggled_area(draft, chosen) if act == "a" else replace(draft, inside=chosen)
    if act == "o" and number == "0":
        return replace(draft, inside=0)
    named = [area.id for area in areas if given and given in area_name(area).split()[-1]]
    if len(named) != 1:
        many = f"有 {len(named)} 个地区叫这个名字" if named else "没有这个地区，或不在您的网格里"
        raise InvalidInputError(f"{many}，请点下面的按钮选。")
    return toggled_area(draft, named[0])


async def to_audience(speaker: Speaker, draft: NoticeDraft, given: str) -> NoticeDraft:
    """A tag chosen; or the choice is made, and must reach somebody."""
    if given != DONE:
        return toggled_audience(draft, given)
    looked = await look(speaker, draft)
    if looked.audience is None or looked.audience.is_empty:
        raise InvalidInputError(looked.problems[0])
    return replace(draft, step=Step.TIME)


async def look(speaker: Speaker, draft: NoticeDraft) -> Draft:
    """The notice as it would go out."""
    settings = await in_force(speaker.session, speaker.settings or Settings())
    return await examine(
        speaker.session,
        speaker.staff,
        draft.plan(),
        now=speaker.now,
        rules=rules_of(settings),
        signed=Signature(settings.district, settings.telegram_name),
    )


async def poster_order(speaker: Speaker, looked: Draft) -> PosterOrder | None:
    """The poster of a notice that has no number yet, for a test."""
    if looked.poster is None:
        return None
    settings = await in_force(speaker.session, speaker.settings or Settings())
    link = link_to_bot(settings.telegram_name, NO_NUMBER)
    return PosterOrder(looked.poster.to_json(), link, settings.district)
