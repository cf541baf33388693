"""A stored draft taken up in the bot, at the first question that it does not answer. Pure."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import datetime

from bot.errors import InvalidInputError
from bot.handlers.notice_draft import OWN, NoticeDraft, Step
from bot.services.campaigns import PLACES, Plan
from bot.services.kept_drafts import KeptDraft
from bot.services.notice_templates import NoticeTemplate, fill
from bot.services.send_times import parse_send_time
from bot.services.sketches import Sketch, template_of
from bot.storage.broadcasts import Late


def resumed(kept: KeptDraft, nonce: str, now: datetime, *, placed: bool) -> NoticeDraft:
    """What was chosen and written of a draft; `placed` says whether there are areas to choose."""
    plan = kept.sketch.plan
    template, values = _words_of(plan)
    chosen = plan.selector_or_all
    draft = NoticeDraft(
        nonce,
        template=template,
        values=values,
        groups=sorted(plan.group_ids),
        by_choice=plan.selector is not None,
        placed=placed and plan.selector is not None,
        areas=list(chosen.areas),
        audiences=list(chosen.audiences),
        subscribers=chosen.subscribers,
        send_at=_time_of(kept.sketch, now),
        rule=plan.rule,
        channels=list(chosen.channels),
        texts=dict(plan.variants),
        poster=plan.poster,
        skip_late=plan.late == Late.SKIP,
        kept=kept.id,
        version=kept.version,
        opened=True,
    )
    return replace(draft, step=_first_open(draft))


def _words_of(plan: Plan) -> tuple[str, dict[str, str]]:
    """Which notice it is, and its blanks as far as they are filled in, in their order."""
    if (template := template_of(plan.template)) is not None:
        return template.id, _filled(template, plan.values, by_place=plan.selector is not None)
    return (OWN, {OWN: plan.words}) if plan.words.strip() else ("", {})


def _filled(
    template: NoticeTemplate, given: Mapping[str, str], *, by_place: bool
) -> dict[str, str]:
    values: dict[str, str] = {}
    for blank in template.variables:
        value = given.get(blank.name, "").strip()
        if not value and not (by_place and blank.name in PLACES):
            break
        try:
            fill(template, template.examples | {blank.name: value}, left_open=PLACES)
        except InvalidInputError:
            break
        values[blank.name] = value
    return values


def _time_of(sketch: Sketch, now: datetime) -> str:
    with suppress(InvalidInputError):
        moment = parse_send_time(sketch.when, now)
        return moment.isoformat() if moment > now else ""
    return ""


def _first_open(draft: NoticeDraft) -> Step:
    if not draft.template:
        return Step.TEMPLATE
    template = template_of(draft.template)
    if template is not None and len(draft.values) < len(template.variables):
        return Step.BLANKS
    if not draft.groups and not draft.by_choice:
        return Step.GROUP
    return Step.CONFIRM if draft.send_at or draft.rule else Step.TIME
