"""Every page of the console to be looked at: by its path, of other roles, behind a form, and in
states that only some data bring about."""

from dataclasses import dataclass, field

from bot.storage.staff import Role

PAGES = {
    "overview": "/",
    "leads": "/leads",
    "lead": "/leads/{number}",
    "linked": "/leads/{number}/linked",
    "library": "/library",
    "family": "/library/families/police_case",
    "family-trial": "/library/families/police_case/trial",
    "try": "/library/try",
    "review": "/library/review",
    "versions": "/library/versions",
    "blocklist": "/blocklist",
    "roster": "/roster",
    "reports": "/reports",
    "statistics": "/statistics",
    "work-report": "/work-report",
    "statistics-leads": "/statistics/leads?dimension=channel&value=web",
    "work-rows": "/work-report/rows?fact=leads&kind=year",
    "import": "/import",
    "export": "/export",
    "notices": "/notices",
    "notice-form": "/notices/new?template=parcel_gift_card",
    "campaigns": "/campaigns",
    "composer": "/campaigns/new?template=parcel_gift_card",
    "draft": "/notices/drafts/1",
    "campaign": "/campaigns/1",
    "calendar": "/campaigns/calendar",
    "activities": "/activities",
    "forwards": "/forwards",
    "board-cases": "/board-cases",
    "groups": "/groups",
    "areas": "/areas",
    "staff": "/staff",
    "tokens": "/tokens",
    "upkeep": "/upkeep",
    "settings": "/settings",
    "requests": "/requests",
    "units": "/units",
    "classes": "/classes",
    "tasks": "/tasks",
    "training": "/training",
    "training-session": "/training/1",
    "training-room": "/training/1/room",
    "two-card": "/two-card",
    "ledger": "/ledger",
    "looks": "/looks",
    "account": "/account",
    "login": "/login",
    "setup": "/setup",
}
OF_OTHERS = {
    "overview-grid": (Role.GRID, "/"),
    "groups-grid": (Role.GRID, "/groups"),
    "campaign-grid": (Role.GRID, "/campaigns/1"),
    "leads-station": (Role.STATION, "/leads"),
    "requests-partner": (Role.PARTNER, "/requests"),
    "cases": (Role.CRACKDOWN, "/cases"),
    "looks-auditor": (Role.AUDITOR, "/looks"),
}
"""Pages that look otherwise to another role than the chief's, or that only it opens."""


@dataclass(frozen=True)
class Sent:
    """A form as somebody sends it: on which page, which form, what it holds."""

    path: str
    form: str
    filled: dict[str, str] = field(default_factory=dict)


REFUSED = {
    "login": Sent("/login", "main form", {"login": "nobody", "password": "x"}),
    "lead": Sent("/leads/{number}", "form[action$='/contact']"),
    "composer": Sent("/campaigns/new", "[data-compose]"),
    "notice": Sent("/notices/new?template=parcel_gift_card", "form[action$='/preview']"),
    "activity": Sent("/activities", "form[action$='/activities']"),
    "board case": Sent("/board-cases", "form[action$='/board-cases']"),
    "script": Sent("/library", "form[action$='/scripts']"),
    "site": Sent("/blocklist", "form[method=post][action$='/blocklist']"),
    "shift": Sent("/roster", "form[action$='/roster']", {"login": "li"}),
}
LED_TO = {
    "found": Sent("/leads", ".find", {"q": "幸福里"}),
    "in full": Sent("/leads/{number}", "form[action$='/full']"),
    "tried": Sent("/library/try", "main form", {"text": "您的快递丢失，加客服退款，屏幕共享"}),
    "preview": Sent(
        "/notices/new?template=parcel_gift_card",
        "form[action$='/preview']",
        {"value_community": "幸福里", "group": ""},
    ),
    "freeze": Sent("/ledger", "form[action$='/open']"),
    "request": Sent("/requests", "form[action$='/open']"),
    "counted": Sent("/upkeep", "form[action$='/dry-run']"),
    "enrol": Sent("/account", "form[action$='/second']"),
}


@dataclass(frozen=True)
class Shown:
    """A page to be drawn: who looks (None: nobody signed in), where, after which form, and what is
    done then: `unfold` opens what is folded, `print` draws it as printed, else what is clicked."""

    path: str
    role: Role | None = Role.CHIEF
    sent: Sent | None = None
    act: str = ""


STATES = {
    "lead-new": Shown("/leads/{new}"),
    "lead-late": Shown("/leads/{late}"),
    "lead-stops": Shown("/leads/{stops}"),
    "lead-unfolded": Shown("/leads/{stops}", act="unfold"),
    "lead-print": Shown("/leads/{stops}", act="print"),
    "lead-evidence": Shown("/leads/{evidence}"),
    "lead-viewer": Shown("/leads/{evidence}", act="[data-picture]"),
    "lead-merged": Shown("/leads/{merged}"),
    "lead-survivor": Shown("/leads/{survivor}"),
    "lead-closed": Shown("/leads/{closed}"),
    "lead-appeal": Shown("/leads/{appeal}"),
    "lead-stranger": Shown("/leads/{stops}", Role.STATION),
    "lead-auditor": Shown("/leads/{stops}", Role.AUDITOR),
    "lead-missing": Shown("/leads/FZ000101-0001-0"),
    "leads-filtered": Shown("/leads?state=closed&risk=low&mine=1"),
    "leads-all": Shown("/leads?state=all"),
    "leads-duty": Shown("/leads", Role.DUTY),
    "leads-ticked": Shown("/leads", act=".leads .pick input"),
    "reports-weekly": Shown("/reports?kind=weekly"),
    "statistics-month": Shown("/statistics?span={month}"),
    "statistics-year": Shown("/statistics?span={year}"),
    "work-report-month": Shown("/work-report?kind=month"),
    "overview-auditor": Shown("/", Role.AUDITOR),
    "overview-partner": Shown("/", Role.PARTNER),
    "looks-search": Shown("/looks?q=li"),
    "found-none": Shown("/leads", sent=Sent("/leads", ".find", {"q": "没有这样的线索"})),
    "found-long": Shown("/leads", sent=Sent("/leads", ".find", {"q": "A" * 200})),
    "problem": Shown("/nowhere"),
    "login-out": Shown("/login", None),
    "setup-out": Shown("/setup", None),
    **{
        f"to-{name.replace(' ', '-')}": Shown(sent.path, sent=sent) for name, sent in LED_TO.items()
    },
    **{
        f"refused-{name.replace(' ', '-')}": Shown(sent.path, sent=sent)
        for name, sent in REFUSED.items()
    },
}
"""What the chief's pages do not show as they open."""

EVERY = (
    {name: Shown(path) for name, path in PAGES.items()}
    | {name: Shown(path, role) for name, (role, path) in OF_OTHERS.items()}
    | STATES
)

UNFOLD = """for (const one of document.querySelectorAll('details')) {
    one.removeAttribute('name');
    one.open = true;
}"""
SEND = """([chosen, filled]) => {
    const form = document.querySelector(chosen);
    for (const [name, value] of Object.entries(filled)) {
        const one = form.elements[name].length && !form.elements[name].options
            ? form.elements[name][0] : form.elements[name];
        if (one.type === 'checkbox') one.checked = true;
        else one.value = value;
    }
    HTMLFormElement.prototype.submit.call(form);
}"""
"""Fill in a form and send it as it stands, without what a browser would stop."""
