"""A notice while it is prepared in the bot: what is chosen so far and what is asked next. Pure."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from bot.errors import InvalidInputError
from bot.services.campaigns import PLACES, Plan, Selector
from bot.services.grid import AUDIENCES
from bot.services.notice_templates import fill, find_notice_template
from bot.services.recurrence import HOW, parse_rule
from bot.services.send_times import parse_send_time
from bot.services.sending_rules import Rules
from bot.storage.broadcasts import Late
from bot.storage.drafts import Ref
from bot.storage.groups import GroupChannel

EVERY_GROUP, CHOICE, OWN = "all", "choose", "own"
"""All groups; a choice by area and audience; not an approved notice but the speaker's own words."""
DONE, SUBSCRIBERS, OPEN = "done", "subscribers", "open"
"""A choice is made; residents who opted in; a blank that is filled in for each group."""
RULES = {"r0": "工作日 07:30", "r1": "工作日 12:00", "r2": "工作日 19:30"}
"""The usual times of practice, by what their buttons carry."""
FEW_GROUPS = 100
"""More are not named one by one but chosen anew when the notice goes out."""


class Step(StrEnum):
    """What is asked, in this order; the last two only where something is to be added."""

    TEMPLATE = "template"
    BLANKS = "blanks"
    GROUP = "group"
    AREA = "area"
    AUDIENCE = "audience"
    TIME = "time"
    CONFIRM = "confirm"
    MORE = "more"
    WRITE = "write"


@dataclass(frozen=True, slots=True)
class NoticeDraft:
    """What has been chosen so far; `inside` is the area whose parts are being looked at.

    With `by_choice` it goes to areas, audiences and channels instead of `groups`; `placed` says
    whether there are any areas to choose. `texts` are for elders and for channels, `writing` which
    of them, or the poster, is being written. `kept` is the number of the stored draft, 0 before
    there is one, `version` how it was then; `opened` where it was not begun just now.
    """

    nonce: str
    step: str = Step.TEMPLATE
    template: str = ""
    values: dict[str, str] = field(default_factory=dict)
    groups: list[int] = field(default_factory=list)
    by_choice: bool = False
    placed: bool = False
    areas: list[int] = field(default_factory=list)
    inside: int = 0
    audiences: list[str] = field(default_factory=list)
    subscribers: bool = False
    send_at: str = ""
    rule: str = ""
    channels: list[str] = field(default_factory=list)
    texts: dict[str, str] = field(default_factory=dict)
    poster: str = ""
    skip_late: bool = False
    writing: str = ""
    kept: int = 0
    version: int = 0
    opened: bool = False

    @property
    def time(self) -> datetime | None:
        """When to send; None means at once."""
        return datetime.fromisoformat(self.send_at) if self.send_at else None

    @property
    def ref(self) -> Ref | None:
        """The stored draft, as it was when it was saved last."""
        return Ref(self.kept, self.version) if self.kept else None

    @property
    def is_worth_keeping(self) -> bool:
        """Whether there is more of it than the choice of an approved notice."""
        return bool(self.kept or any(self.values.values()) or self.groups or self.by_choice)

    @property
    def text(self) -> str:
        """The notice as far as it is written."""
        if self.template == OWN:
            return self.values[OWN]
        text = fill(find_notice_template(self.template), self.values, left_open=PLACES)
        for name, title in PLACES.items():
            text = text.replace(f"{{{name}}}", f"〔各群的{title}〕")
        return text

    @property
    def left_open(self) -> bool:
        """Whether a blank is filled in for each group, by where it lies."""
        return "" in self.values.values()

    @property
    def steps(self) -> tuple[Step, ...]:
        """The questions of this notice."""
        left_out = {Step.MORE, Step.WRITE}
        if self.template not in ("", OWN) and not find_notice_template(self.template).variables:
            left_out.add(Step.BLANKS)
        if not self.by_choice:
            left_out |= {Step.AREA, Step.AUDIENCE}
        elif not self.placed:
            left_out.add(Step.AREA)
        return tuple(step for step in Step if step not in left_out)

    def before(self) -> "NoticeDraft":
        """The same one question earlier; what was written is asked anew."""
        if self.step in (Step.MORE, Step.WRITE):
            step = Step.CONFIRM if self.step == Step.MORE else Step.MORE
            return replace(self, step=step, writing="")
        steps = self.steps
        earlier = steps[max(steps.index(Step(self.step)) - 1, 0)]
        back = replace(self, step=earlier, inside=0)
        if earlier in (Step.TEMPLATE, Step.BLANKS):
            return replace(back, values={})
        return replace(back, by_choice=False) if earlier == Step.GROUP else back

    def plan(self, *, emergency: bool = False) -> Plan:
        """The campaign it stands for; an emergency goes at once and only once."""
        own = self.template == OWN
        selector = None
        if self.by_choice:
            selector = Selector(
                tuple(self.areas),
                tuple(self.audiences),
                tuple(self.channels),
                subscribers=self.subscribers,
            )
        return Plan(
            template="" if own else self.template,
            values={} if own else self.values,
            words=self.values.get(OWN, "") if own else "",
            group_ids=frozenset(() if self.by_choice else self.groups),
            selector=selector,
            send_at=None if emergency else self.time,
            rule="" if emergency else self.rule,
            emergency=emergency,
            variants=self.texts,
            poster=self.poster,
            late=Late.SKIP if self.skip_late else Late.ONCE,
        )


def toggled_area(draft: NoticeDraft, area_id: int) -> NoticeDraft:
    """An area chosen, or no longer."""
    kept = [one for one in draft.areas if one != area_id]
    return replace(draft, areas=kept if area_id in draft.areas else [*draft.areas, area_id])


def toggled_audience(draft: NoticeDraft, given: str) -> NoticeDraft:
    """A tag or channel chosen, or no longer; or the residents who opted in."""
    if given == SUBSCRIBERS:
        return replace(draft, subscribers=not draft.subscribers)
    if given in set(GroupChannel):
        channels = [one for one in GroupChannel if (one in draft.channels) != (one == given)]
        return replace(draft, channels=[str(one) for one in channels])
    if given not in AUDIENCES:
        raise InvalidInputError("请点下面的按钮选人群，选好了点“选好了”。")
    kept = [tag for tag in AUDIENCES if (tag in draft.audiences) != (tag == given)]
    return replace(draft, audiences=kept)


def timed(draft: NoticeDraft, given: str, now: datetime, rules: Rules) -> NoticeDraft:
    """A time, or a rule by which it goes out again and again."""
    given = RULES.get(given, given)
    try:
        moment = parse_send_time(given, now)
    except InvalidInputError as no_time:
        try:
            parse_rule(given, rules)
        except InvalidInputError as no_rule:
            raise no_time if no_rule.words == HOW else no_rule from None
        return replace(draft, rule=given.strip(), send_at="", step=Step.CONFIRM)
    send_at = "" if moment == now else moment.isoformat()
    return replace(draft, send_at=send_at, rule="", step=Step.CONFIRM)
