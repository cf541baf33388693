"""The composer's form: from what was typed to a plan, without losing any of it."""

import secrets
from datetime import datetime

from starlette.datastructures import FormData

from bot.errors import InvalidInputError
from bot.services.campaigns import ELDER_VARIANT, Plan, Selector
from bot.services.groups import CHANNEL_NAMES
from bot.services.send_times import parse_send_time
from bot.services.sketches import Sketch, sketch_of, template_of
from bot.storage.broadcasts import Late
from bot.storage.drafts import Ref

MOST_DIGITS, VERSION_DIGITS = 18, 9


def read_plan(form: FormData, now: datetime) -> tuple[Plan, tuple[str, ...]]:
    """The plan that a form means, and what in it could not be read.

    Groups ticked one by one leave out what else would choose them.
    """
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
    named = frozenset(numbers_in(form, "group"))
    selector = Selector(
        areas=numbers_in(form, "area"),
        audiences=tuple(many(form, "audience")),
        channels=tuple(many(form, "channel")),
        subscribers=bool(text(form, "subscribers")),
    )
    plan = Plan(
        template=template,
        values=values(form),
        words="" if template else text(form, "words"),
        group_ids=named,
        selector=None if named else selector,
        send_at=send_at,
        rule=text(form, "rule").strip(),
        late=Late.SKIP if text(form, "late") == Late.SKIP else Late.ONCE,
        emergency=bool(text(form, "emergency")),
        variants={name: words for name, words in variants.items() if words.strip()},
        poster=text(form, "poster").strip(),
    )
    return plan, tuple(wrong)


def form_of(sketch: Sketch, ref: Ref | None = None) -> FormData:
    """A form with everything of a sketch, to be put right or sent again; of the draft at `ref`."""
    plan = sketch.plan
    variants = dict(plan.variants)
    selector = plan.selector_or_all
    return FormData(
        [
            ("draft", str(ref.id) if ref else ""),
            ("version", str(ref.version) if ref else ""),
            ("template", plan.template if template_of(plan.template) else ""),
            ("words", plan.words),
            *((f"value_{name}", value) for name, value in plan.values.items()),
            ("elder", variants.pop(ELDER_VARIANT, "")),
            *((f"text_{channel}", words) for channel, words in variants.items()),
            ("poster", plan.poster),
            *(("group", str(number)) for number in sorted(plan.group_ids)),
            *(("area", str(area)) for area in selector.areas),
            *(("audience", tag) for tag in selector.audiences),
            *(("channel", channel) for channel in selector.channels),
            ("subscribers", "1" if selector.subscribers else ""),
            ("when", sketch.when),
            ("rule", plan.rule),
            ("late", Late.SKIP if plan.late == Late.SKIP else ""),
            ("emergency", "1" if plan.emergency else ""),
        ]
    )


def sketch_in(form: FormData, now: datetime) -> Sketch:
    """What a form holds, right or wrong, to be kept as a draft."""
    plan, _ = read_plan(form, now)
    return sketch_of(plan, text(form, "when"))


def key_in(form: FormData) -> str:
    """What makes one form, sent twice, one notice or one draft."""
    return f"console:{text(form, 'once')[:40] or secrets.token_urlsafe(12)}"


def ref_in(form: FormData) -> Ref | None:
    """The draft that a form was opened from, as it was then."""
    number, version = text(form, "draft"), text(form, "version")
    if not (number.isdecimal() and version.isdecimal()):
        return None
    if len(number) > MOST_DIGITS or len(version) > VERSION_DIGITS:
        return None
    return Ref(int(number), int(version))


def numbers_in(form: FormData, name: str) -> tuple[int, ...]:
    """Every number that is ticked under a name."""
    return tuple(
        int(one) for one in many(form, name) if one.isdecimal() and len(one) <= MOST_DIGITS
    )


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
