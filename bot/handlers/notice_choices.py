"""What can be pressed at each question of /notice. Telegram takes a hundred buttons at most."""

from collections.abc import Sequence

from aiogram.types import InlineKeyboardMarkup

from bot.handlers import keyboards
from bot.handlers import notice_views as words
from bot.handlers.notice_draft import (
    CHOICE,
    DONE,
    EVERY_GROUP,
    OPEN,
    OWN,
    RULES,
    SUBSCRIBERS,
    NoticeDraft,
    Step,
)
from bot.handlers.notice_extras import MORE, ask_words, more_choices
from bot.services.campaigns import PLACES
from bot.services.grid import AUDIENCES, name_of, right_inside
from bot.services.groups import CHANNEL_NAMES, GroupLine
from bot.services.kept_drafts import KeptDraft
from bot.services.notice_templates import find_notice_template, load_notice_templates
from bot.services.permissions import Action, may
from bot.storage.areas import Area
from bot.storage.staff import Role
from bot.times import on_screen

GROUPS_SHOWN = 30
MORE_WANTED = "more"
AREAS_SHOWN = 40
Choices = Sequence[tuple[str, str]]


def question_of(draft: NoticeDraft) -> str:
    """The question of a step that needs nothing but the draft."""
    match draft.step:
        case Step.BLANKS if draft.template == OWN:
            return words.ASK_WORDS
        case Step.BLANKS:
            template = find_notice_template(draft.template)
            return words.ask_blank(template.variables[len(draft.values)])
        case Step.GROUP:
            return words.notice_preview(draft.text)
        case Step.AUDIENCE:
            return words.ASK_AUDIENCE
        case Step.MORE:
            return MORE
        case Step.WRITE:
            return ask_words(draft)
        case _:
            return words.ASK_TIME


def keyboard_of(
    draft: NoticeDraft,
    *,
    groups: Sequence[GroupLine] = (),
    areas: Sequence[Area] = (),
    role: Role = Role.GRID,
    sound: bool = True,
    drafts: Sequence[KeptDraft] = (),
) -> InlineKeyboardMarkup:
    """The choices of a step, then the ways out; `sound` where nothing is wrong with the notice."""
    choices: Choices = ()
    match draft.step:
        case Step.TEMPLATE:
            listed = [(one.id, one.title) for one in load_notice_templates()]
            choices = [*listed, (OWN, "自己写（要另一个人批准）")]
        case Step.BLANKS if draft.template != OWN:
            blank = find_notice_template(draft.template).variables[len(draft.values)]
            if blank.name in PLACES:
                choices = [(OPEN, f"每个群填自己的{PLACES[blank.name]}")]
        case Step.GROUP:
            choices = _groups(groups, by_name=not draft.left_open)
        case Step.AREA:
            choices = _areas(draft, areas)
        case Step.AUDIENCE:
            choices = _audiences(draft)
        case Step.TIME:
            choices = [("现在", "现在"), *[(name, f"重复：{rule}") for name, rule in RULES.items()]]
        case Step.CONFIRM:
            choices = _last(role, sound=sound)
        case Step.MORE:
            choices = more_choices(draft)
    back = draft.step != Step.TEMPLATE
    above = [
        keyboards.button(_draft_name(one), keyboards.DraftButton(act="open", number=one.id))
        for one in drafts
    ]
    return keyboards.notice_step(draft.step, draft.nonce, choices, back=back, above=above)


def _draft_name(one: KeptDraft) -> str:
    return f"草稿 {on_screen(one.saved_at, '%m-%d')}：{one.sketch.title}"


def _groups(groups: Sequence[GroupLine], *, by_name: bool) -> Choices:
    named = groups[:GROUPS_SHOWN] if by_name else ()
    shown = [(str(one.id), f"{one.title}（{one.channel_name}）") for one in named]
    return [*shown, (EVERY_GROUP, f"全部 {len(groups)} 个群"), (CHOICE, "按地区和人群选")]


def _areas(draft: NoticeDraft, areas: Sequence[Area]) -> Choices:
    choices = []
    for area in areas:
        if area.id == draft.inside:
            choices.append((f"a{area.id}", _marked(f"整个{name_of(area)}", area.id in draft.areas)))
    for area in right_inside(areas, draft.inside)[:AREAS_SHOWN]:
        chosen = area.id in draft.areas
        if right_inside(areas, area.id):
            choices.append((f"o{area.id}", f"{_marked(name_of(area), chosen)} ›"))
        else:
            choices.append((f"a{area.id}", _marked(name_of(area), chosen)))
    if draft.inside:
        choices.append(("o0", "回到上面选别的"))
    if draft.areas:
        return [*choices, (DONE, f"选好了（{len(draft.areas)} 个）")]
    return [*choices, (EVERY_GROUP, "全部地区")]


def _audiences(draft: NoticeDraft) -> Choices:
    tags = [(tag, _marked(tag, tag in draft.audiences)) for tag in AUDIENCES]
    channels = [
        (str(channel), _marked(f"只发{name}", channel in draft.channels))
        for channel, name in CHANNEL_NAMES.items()
    ]
    residents = (SUBSCRIBERS, _marked("也发给订阅的居民", draft.subscribers))
    done = "选好了" if draft.audiences or draft.channels else "不限人群"
    return [*tags, *channels, residents, (DONE, done)]


def _last(role: Role, *, sound: bool) -> Choices:
    by_chief = may(role, Action.APPROVE_EMERGENCY)
    urgent = "紧急：马上发，夜里也发" if by_chief else "紧急：请专班负责人批准"
    ordinary = [("send", "确认发送"), ("test", "先发给我自己看")] if sound else []
    return [*ordinary, (MORE_WANTED, "加海报、老人短文等"), ("urgent", urgent)]


def _marked(name: str, chosen: bool) -> str:
    return f"✓ {name}" if chosen else name
