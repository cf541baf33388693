"""The composer's form: from what was typed to a plan, without losing any of it."""

from datetime import datetime

from starlette.datastructures import FormData

from bot.errors import InvalidInputError
from bot.services.campaigns import ELDER_VARIANT, Plan, Selector
from bot.services.groups import CHANNEL_NAMES
from bot.services.send_times import parse_send_time
from bot.storage.broadcasts import Late

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
