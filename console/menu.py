"""The menu: sections of pages, of which everybody sees what they may use."""

from dataclasses import dataclass

from bot.services.permissions import Action, may
from bot.storage.staff import Role


@dataclass(frozen=True, slots=True)
class Entry:
    """A page of the menu and what it takes to see it; None: everybody."""

    path: str
    name: str
    action: Action | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """Pages that belong together under one name."""

    name: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Tab:
    """A link of the menu as it is shown."""

    path: str
    name: str
    current: bool


@dataclass(frozen=True, slots=True)
class Menu:
    """The sections, and the pages of the section that is open; none where it has one only."""

    sections: tuple[Tab, ...]
    pages: tuple[Tab, ...]


SECTIONS = (
    Section("首页", (Entry("/", "首页"),)),
    Section(
        "线索",
        (
            Entry("/leads", "线索列表", Action.SEE_QUEUE),
            Entry("/import", "导入", Action.IMPORT_LEADS),
            Entry("/export", "导出", Action.EXPORT_LEADS),
        ),
    ),
    Section(
        "值班",
        (
            Entry("/roster", "值班表", Action.SEE_ROSTER),
            Entry("/training", "大讲堂", Action.KEEP_TRAINING),
            Entry("/reports", "日报周报", Action.SEE_DUTY_REPORTS),
            Entry("/statistics", "统计", Action.SEE_DUTY_REPORTS),
            Entry("/work-report", "工作报告", Action.SEE_WORK_REPORT),
        ),
    ),
    Section(
        "协作",
        (
            Entry("/requests", "协作事项", Action.SEE_CHAIN),
            Entry("/requests", "协作事项", Action.ANSWER_REQUEST),
            Entry("/units", "单位", Action.SEE_CHAIN),
            Entry("/tasks", "任务和检查", Action.SEE_CHAIN),
            Entry("/two-card", "“两卡”治理", Action.SEE_CHAIN),
            Entry("/ledger", "冻结返还、来访", Action.KEEP_LEDGER),
            Entry("/cases", "案件", Action.KEEP_CASES),
        ),
    ),
    Section(
        "宣传",
        (
            Entry("/notices", "通知", Action.SEE_PUBLICITY),
            Entry("/campaigns/new", "写通知", Action.SEND_NOTICE),
            Entry("/campaigns", "批准和建议", Action.SEE_PUBLICITY),
            Entry("/campaigns/calendar", "日历", Action.SEE_PUBLICITY),
            Entry("/activities", "活动", Action.SEE_PUBLICITY),
            Entry("/forwards", "人工转发", Action.SEE_PUBLICITY),
            Entry("/board-cases", "宣传栏案例", Action.WRITE_BOARD),
            Entry("/classes", "班级口令", Action.KEEP_CLASSES),
            Entry("/groups", "群", Action.SEE_GROUPS),
        ),
    ),
    Section(
        "话术库",
        (
            Entry("/library/try", "试一段文字", Action.EDIT_LIBRARY),
            Entry("/library", "骗术和话术", Action.EDIT_LIBRARY),
            Entry("/library/review", "待审", Action.REVIEW_LIBRARY),
            Entry("/library/versions", "改动和退回", Action.EDIT_LIBRARY),
            Entry("/blocklist", "黑名单", Action.EDIT_BLOCKLIST),
        ),
    ),
    Section(
        "管理",
        (
            Entry("/staff", "人员", Action.SEE_STAFF),
            Entry("/areas", "地区", Action.SEE_AREAS),
            Entry("/tokens", "接口令牌", Action.ISSUE_TOKEN),
            Entry("/settings", "设置", Action.CHANGE_SETTINGS),
            Entry("/upkeep", "清理和备份", Action.PURGE),
            Entry("/looks", "查看记录", Action.SEE_LOOKS),
        ),
    ),
)

ELSEWHERE = {"/campaigns": "/notices"}
"""What lies under the address of one page and belongs to another: a notice that was sent."""


def pages_of(role: Role) -> tuple[Entry, ...]:
    """Every page of the menu that somebody of that role sees, each once."""
    seen = [one for section in SECTIONS for one in section.entries]
    allowed = (one for one in seen if one.action is None or may(role, one.action))
    return tuple({one.path: one for one in allowed}.values())


def menu_for(role: Role, here: str) -> Menu:
    """The menu of somebody of that role who is at the page `here`."""
    seen = [
        (section, [one for one in section.entries if one.action is None or may(role, one.action)])
        for section in SECTIONS
    ]
    here_now = _path_of(here)
    sections = tuple(
        Tab(entries[0].path, section.name, here_now in {one.path for one in entries})
        for section, entries in seen
        if entries
    )
    opened = next((entries for _, entries in seen if here_now in {one.path for one in entries}), [])
    pages = tuple(Tab(one.path, one.name, one.path == here_now) for one in opened)
    return Menu(sections, pages if len(pages) > 1 else ())


def _path_of(here: str) -> str:
    """The page of the menu that `here` is, or lies under; empty where there is none."""
    here = "/leads" if here in {"/find", "/hand-over"} else here
    paths = [one.path for section in SECTIONS for one in section.entries]
    above = max(
        (one for one in paths if here == one or here.startswith(f"{one}/")), key=len, default=""
    )
    return above if above == here else ELSEWHERE.get(above, above)
