"""The composer's form: from what was typed to a plan, without losing any of it."""

import json
from datetime import datetime

from starlette.datastructures import FormData

from bot.errors import InvalidInputError, NotFoundError
from bot.services.campaigns import ELDER_VARIANT, Plan, Selector, read_selector
from bot.services.groups import CHANNEL_NAMES
from bot.services.notice_templates import NoticeTemplate, find_notice_template, values_in
from bot.services.poster import Poster
from bot.services.send_times import parse_send_time
from bot.storage.broadcasts import Broadcast, Late

MOST_DIGITS = 18


def read_plan(form: FormData, now: datetime) -> tuple[Plan, tuple[str, ...]]:
    """The plan that a form means, and what in it could not be read."""
    when = text(form, "when").strip()
    send_at, wrong = None, []
    if when and when != "现在":
        try:
            send_at = parse_send_time(when, now)
        except InvalidInputError as error:
            wrong.append(error.words)
    template = text(form, "template")
    variants = {ELDER_VARIANT: text(form, "elder")}
    variants |= {channel: text(form, f"text_{channel}") for channel in CHANNEL_NAMES}
    plan = Plan(
        template=template,
        values=values(form),
        words="" if template else text(form, "words"),
        selector=Selector(
            areas=tuple(
                int(one) for one in many(form, "area") if one.isdecimal() and len(one) < MOST_DIGITS
            ),
            audiences=tuple(many(form, "audience")),
            channels=tuple(many(form, "channel")),
            subscribers=bool(text(form, "subscribers")),
        ),
        send_at=send_at,
        rule=text(form, "rule").strip(),
        late=Late.SKIP if text(form, "late") == Late.SKIP else Late.ONCE,
        emergency=bool(text(form, "emergency")),
        variants={name: words for name, words in variants.items() if words.strip()},
        poster=text(form, "poster").strip(),
    )
    return plan, tuple(wrong)


def typed_like(kept: Broadcast) -> FormData:
    """A form with everything of a campaign that is kept but its time: to be put right or sent
    again. Without its template, which may be gone, its text is own words."""
    template = _template_of(kept)
    filled = values_in(template, kept.text) if template else {}
    variants: dict[str, str] = json.loads(kept.variants)
    selector, _ = read_selector(kept.selector) if kept.selector else (Selector(), None)
    poster = Poster.from_json(kept.poster) if kept.poster else None
    return FormData(
        [
            ("template", template.id if template else ""),
            ("words", "" if template else kept.text),
            *((f"value_{name}", value) for name, value in filled.items()),
            ("elder", variants.pop(ELDER_VARIANT, "")),
            *((f"text_{channel}", words) for channel, words in variants.items()),
            ("poster", "\n".join((poster.title, *poster.marks, poster.action)) if poster else ""),
            *(("area", str(area)) for area in selector.areas),
            *(("audience", tag) for tag in selector.audiences),
            *(("channel", channel) for channel in selector.channels),
            ("subscribers", "1" if selector.subscribers else ""),
            ("rule", kept.rule or ""),
            ("late", Late.SKIP if kept.late == Late.SKIP else ""),
        ]
    )


def _template_of(kept: Broadcast) -> NoticeTemplate | None:
    try:
        return find_notice_template(kept.template) if kept.template else None
    except NotFoundError:
        return None


def values(form: FormData) -> dict[str, str]:
    """What was filled into a template's blanks."""
    return {
        name.removeprefix("value_"): text(form, name) for name in form if name.startswith("value_")
    }


def text(form: FormData, name: str) -> str:
    """One field; empty where there is none, or a file in its place."""
    value = form.get(name, "")
    return value if isinstance(value, str) else ""


def many(form: FormData, name: str) -> list[str]:
    """Every box that is ticked under a name."""
    return [value for value in form.getlist(name) if isinstance(value, str)]
