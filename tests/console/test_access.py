"""Who gets to which route: every route of the console, every role, and nobody at all.

The table below is the rule; the console is compared with it route by route, so a route that is
added without a line here fails.
"""

from collections.abc import Iterable, Iterator

import pytest
from fastapi.routing import APIRoute
from starlette.routing import BaseRoute, Mount

from bot.storage.staff import Role
from console.app import console_app
from console.parts import ConsoleParts
from tests.console.desk import ORIGIN, STAFF_ROLES, Desk, csrf_of

EVERYBODY = frozenset(STAFF_ROLES)
NOBODY_NEEDED = None
WORK_FORMS = (
    "dispatch",
    "partner",
    "ask-all",
    "stop-payment",
    "stop-payment/{request_id}",
    "outcome",
    "follow-up",
    "merge",
    "take-over",
    "prank",
    "appeal",
    "escalate",
)
DUTY = frozenset({Role.DUTY, Role.CHIEF})
HANDLING = DUTY | {Role.STATION}
OUTREACH = frozenset({Role.GRID, Role.CHIEF})

WHO_MAY = {
    ("GET", "/healthz"): NOBODY_NEEDED,
    ("GET", "/login"): NOBODY_NEEDED,
    ("POST", "/login"): NOBODY_NEEDED,
    ("GET", "/setup"): NOBODY_NEEDED,
    ("POST", "/setup"): NOBODY_NEEDED,
    ("POST", "/login/code"): NOBODY_NEEDED,
    ("POST", "/login/enrol"): NOBODY_NEEDED,
    ("POST", "/logout"): EVERYBODY,
    ("GET", "/account"): EVERYBODY,
    ("POST", "/account/chat-code"): EVERYBODY,
    ("POST", "/account/browsers/end"): EVERYBODY,
    ("POST", "/account/second"): EVERYBODY,
    ("POST", "/account/second/confirm"): EVERYBODY,
    ("GET", "/"): EVERYBODY,
    ("GET", "/leads"): HANDLING,
    ("GET", "/events"): EVERYBODY,
    ("POST", "/find"): HANDLING,
    ("POST", "/hand-over"): DUTY,
    ("GET", "/leads/{number}"): HANDLING,
    ("GET", "/leads/{number}/linked"): DUTY,
    ("POST", "/leads/{number}/here"): HANDLING,
    ("GET", "/leads/{number}/evidence/{piece}/picture"): HANDLING,
    ("POST", "/leads/{number}/full"): HANDLING,
    ("GET", "/leads/{number}/evidence/{piece}"): HANDLING,
    ("POST", "/leads/{number}/move"): HANDLING,
    ("POST", "/leads/{number}/contact"): HANDLING,
    **{("POST", f"/leads/{{number}}/{form}"): DUTY for form in WORK_FORMS},
    ("POST", "/leads/{number}/sign"): DUTY,
    **{
        ("GET", path): DUTY
        for path in (
            "/library",
            "/library/families/{family_id}",
            "/library/families/{family_id}/trial",
            "/library/try",
            "/library/review",
            "/library/versions",
        )
    },
    **{
        ("POST", f"/library/{path}"): DUTY
        for path in (
            "try",
            "replay",
            "families/{family_id}/trial",
            "scripts",
            "scripts/{script_id}/retire",
            "review/{review_id}/accept",
            "review/{review_id}/dismiss",
            "versions/{number}/rollback",
        )
    },
    ("GET", "/roster"): DUTY,
    ("POST", "/roster"): frozenset({Role.CHIEF}),
    ("POST", "/roster/{shift_id}/remove"): frozenset({Role.CHIEF}),
    ("GET", "/areas"): DUTY | {Role.ADMIN},
    ("POST", "/areas"): frozenset({Role.CHIEF, Role.ADMIN}),
    ("POST", "/areas/import"): frozenset({Role.CHIEF, Role.ADMIN}),
    ("POST", "/areas/{area_id}/remove"): frozenset({Role.CHIEF, Role.ADMIN}),
    ("GET", "/reports"): DUTY,
    ("GET", "/reports.xlsx"): DUTY,
    ("GET", "/work-report"): DUTY | {Role.CRACKDOWN},
    ("GET", "/work-report.docx"): DUTY | {Role.CRACKDOWN},
    ("GET", "/work-report.xlsx"): DUTY | {Role.CRACKDOWN},
    ("GET", "/work-report/chart"): DUTY | {Role.CRACKDOWN},
    ("GET", "/work-report/rows"): DUTY | {Role.CRACKDOWN},
    ("GET", "/work-report/rows.xlsx"): DUTY | {Role.CRACKDOWN},
    ("GET", "/requests"): DUTY | {Role.PARTNER},
    ("POST", "/requests/ask"): DUTY,
    ("POST", "/requests/ask-all"): DUTY,
    ("POST", "/requests/report"): frozenset({Role.PARTNER}),
    **{
        ("POST", f"/requests/{{number}}/{act}"): DUTY | {Role.PARTNER}
        for act in ("open", "acknowledge", "answer", "correct")
    },
    ("GET", "/units"): DUTY,
    ("GET", "/two-card"): DUTY,
    ("POST", "/two-card"): DUTY,
    ("POST", "/two-card/{entry_id}/cancel"): DUTY,
    ("GET", "/import"): DUTY,
    ("POST", "/import"): DUTY,
    ("POST", "/import/look"): DUTY,
    ("GET", "/classes"): OUTREACH | HANDLING,
    **{
        ("POST", f"/classes{path}"): OUTREACH | HANDLING
        for path in (
            "",
            "/{class_id}/close",
            "/{class_id}/contact",
            "/{class_id}/drill",
            "/{class_id}/drill/end",
        )
    },
    ("GET", "/tasks"): DUTY,
    ("POST", "/tasks"): DUTY,
    ("POST", "/tasks/{task_id}/finish"): DUTY,
    ("POST", "/tasks/{task_id}/withdraw"): DUTY,
    **{
        ("GET", f"/training{path}"): DUTY
        for path in (
            "",
            "/coverage.xlsx",
            "/sessions.xlsx",
            "/{session_id}",
            "/{session_id}/people.xlsx",
            "/{session_id}/room",
            "/{session_id}/{login}/picture",
        )
    },
    **{
        ("POST", f"/training{path}"): DUTY
        for path in ("", "/{session_id}/came", "/{session_id}/cancel")
    },
    ("GET", "/ledger"): DUTY,
    ("POST", "/ledger/freeze"): DUTY,
    **{
        ("POST", f"/ledger/{{entry_id}}/{act}"): DUTY
        for act in ("renew", "cancel", "plan", "pay", "open", "sheet", "release")
    },
    ("POST", "/visitors"): DUTY,
    ("POST", "/visitors/{entry_id}/correct"): DUTY,
    ("GET", "/cases"): frozenset({Role.CRACKDOWN}),
    ("POST", "/cases"): frozenset({Role.CRACKDOWN}),
    **{
        ("POST", f"/cases{path}"): frozenset({Role.CRACKDOWN})
        for path in (
            "/step",
            "/step/{entry_id}/correct",
            "/{case_id}/correct",
            "/{case_id}/cancel",
        )
    },
    ("POST", "/units"): frozenset({Role.CHIEF}),
    ("POST", "/units/{unit_id}/leave"): frozenset({Role.CHIEF}),
    ("POST", "/units/{unit_id}/roles"): frozenset({Role.CHIEF}),
    **{
        ("GET", f"/statistics{path}"): DUTY
        for path in ("", "/leads", "/table.xlsx", "/learning.xlsx", "/chart")
    },
    ("POST", "/statistics/leads.xlsx"): DUTY,
    ("GET", "/export"): DUTY,
    ("POST", "/export"): DUTY,
    ("GET", "/groups"): OUTREACH | {Role.ADMIN},
    ("POST", "/groups"): OUTREACH,
    ("POST", "/groups/import"): OUTREACH,
    ("POST", "/groups/{group_id}/remove"): OUTREACH,
    ("GET", "/notices"): OUTREACH | HANDLING,
    ("GET", "/notices/new"): OUTREACH,
    ("POST", "/notices/preview"): OUTREACH,
    ("POST", "/notices"): OUTREACH,
    ("POST", "/notices/{broadcast_id}/cancel"): OUTREACH,
    **{
        ("POST", f"/notices/{{broadcast_id}}/{act}"): OUTREACH
        for act in ("pause", "resume", "retract")
    },
    ("GET", "/notices/{broadcast_id}/poster/{size}"): OUTREACH | HANDLING,
    ("GET", "/campaigns"): OUTREACH | HANDLING,
    ("POST", "/campaigns"): OUTREACH,
    ("POST", "/campaigns/preview"): OUTREACH,
    ("POST", "/campaigns/test"): OUTREACH,
    ("GET", "/campaigns/new"): OUTREACH,
    ("POST", "/notices/drafts"): OUTREACH,
    ("GET", "/notices/drafts/{draft_id}"): OUTREACH,
    ("POST", "/notices/drafts/{draft_id}/drop"): OUTREACH,
    ("POST", "/campaigns/{broadcast_id}/draft"): OUTREACH,
    ("GET", "/campaigns/calendar"): OUTREACH | HANDLING,
    ("GET", "/campaigns/{broadcast_id}"): OUTREACH | HANDLING,
    ("GET", "/campaigns/{broadcast_id}/deliveries.csv"): OUTREACH | HANDLING,
    ("GET", "/campaigns/{broadcast_id}/areas.csv"): OUTREACH | HANDLING,
    ("POST", "/campaigns/{broadcast_id}/retry"): OUTREACH,
    ("GET", "/campaigns/poster/{size}"): OUTREACH | HANDLING,
    ("POST", "/campaigns/{broadcast_id}/approve"): DUTY,
    ("POST", "/campaigns/{broadcast_id}/refuse"): DUTY,
    ("POST", "/surges/{surge_id}/{answer}"): DUTY,
    ("POST", "/seasons"): frozenset({Role.CHIEF}),
    ("POST", "/groups/{group_id}/describe"): OUTREACH,
    ("GET", "/activities"): OUTREACH | HANDLING,
    ("GET", "/activities/{number}/picture"): OUTREACH | HANDLING,
    ("GET", "/forwards"): OUTREACH | HANDLING,
    ("POST", "/forwards/confirm"): OUTREACH,
    ("POST", "/activities"): OUTREACH,
    ("POST", "/groups/wechat"): OUTREACH,
    ("GET", "/forwards/{number}/picture"): OUTREACH | HANDLING,
    **{
        ("POST", f"/activities/{{activity_id}}/{act}"): HANDLING
        for act in ("{answer}", "correct", "take-back")
    },
    ("GET", "/board-cases"): HANDLING,
    ("POST", "/board-cases"): HANDLING,
    **{
        ("POST", f"/board-cases/{{case_id}}/{act}"): DUTY
        for act in ("approve", "refuse", "take-down")
    },
    ("GET", "/blocklist"): DUTY,
    ("POST", "/blocklist"): DUTY,
    ("POST", "/blocklist/import"): DUTY,
    ("POST", "/blocklist/remove"): DUTY,
    ("POST", "/areas/preview"): frozenset({Role.CHIEF, Role.ADMIN}),
    ("POST", "/areas/assign"): frozenset({Role.CHIEF, Role.ADMIN}),
    ("GET", "/staff"): frozenset({Role.CHIEF, Role.ADMIN, Role.AUDITOR}),
    ("POST", "/staff"): frozenset({Role.CHIEF, Role.ADMIN}),
    ("POST", "/staff/{login}/invite"): frozenset({Role.CHIEF, Role.ADMIN}),
    ("POST", "/staff/{login}/cut-off"): frozenset({Role.CHIEF, Role.ADMIN}),
    ("POST", "/staff/{login}/deactivate"): frozenset({Role.CHIEF, Role.ADMIN}),
    ("GET", "/tokens"): frozenset({Role.CHIEF, Role.ADMIN}),
    ("POST", "/tokens"): frozenset({Role.CHIEF, Role.ADMIN}),
    ("POST", "/tokens/{name}/revoke"): frozenset({Role.CHIEF, Role.ADMIN}),
    ("GET", "/settings"): frozenset({Role.CHIEF, Role.ADMIN}),
    ("POST", "/settings"): frozenset({Role.CHIEF, Role.ADMIN}),
    ("POST", "/settings/reset"): frozenset({Role.CHIEF, Role.ADMIN}),
    ("GET", "/upkeep"): frozenset({Role.CHIEF, Role.ADMIN}),
    ("POST", "/upkeep/backup"): frozenset({Role.CHIEF, Role.ADMIN}),
    ("POST", "/upkeep/dry-run"): frozenset({Role.CHIEF, Role.ADMIN}),
    ("GET", "/looks"): frozenset({Role.CHIEF, Role.AUDITOR}),
}
ENDLESS = ("/logout", "/events")
"""One ends the session of the test, the other answers for a minute: test_live has it."""
GUARDED = [line for line, roles in WHO_MAY.items() if roles is not NOBODY_NEEDED]


def routes(listed: Iterable[BaseRoute]) -> Iterator[tuple[str, str]]:
    """Every method and path that the console answers; of mounts only the static files."""
    for route in listed:
        if isinstance(route, APIRoute):
            for method in route.methods:
                yield method, route.path
        elif included := getattr(route, "original_router", None):
            yield from routes(included.routes)
        else:
            assert isinstance(route, Mount)
            assert route.path == "/static"


def fill_in(path: str, number: str) -> str:
    values = {
        "versions/{number}": "versions/1",
        "activities/{number}": "activities/1",
        "forwards/{number}": "forwards/1",
        "{number}": number,
        "{request_id}": "1",
        "{entry_id}": "1",
        "{class_id}": "1",
        "{task_id}": "1",
        "{unit_id}": "1",
        "{session_id}": "1",
        "{script_id}": "1",
        "{family_id}": "police_case",
        "{review_id}": "1",
        "{piece}": "1",
        "{shift_id}": "1",
        "{area_id}": "1",
        "{surge_id}": "1",
        "{draft_id}": "1",
        "{group_id}": "1",
        "{broadcast_id}": "1",
        "{activity_id}": "1",
        "{case_id}": "1",
        "{answer}": "approve",
        "{size}": "phone",
        "{login}": "nobody",
        "{name}": "nobody",
    }
    for name, value in values.items():
        path = path.replace(name, value)
    return path


def test_every_route_has_a_line_in_the_table(small_desk: Desk) -> None:
    parts = ConsoleParts(small_desk.database, small_desk.settings)
    assert sorted(routes(console_app(parts).routes)) == sorted(WHO_MAY)


@pytest.mark.parametrize("role", STAFF_ROLES)
async def test_every_role_gets_where_the_table_says_and_nowhere_else(
    desk: Desk, role: Role
) -> None:
    number = await desk.report()
    let_in = set()
    officer = await desk.signed_in(role)
    token = csrf_of(await officer.get("/account"))
    for method, path in GUARDED:
        if path in ENDLESS:
            continue
        where = fill_in(path, number)
        answer = await (
            officer.get(where)
            if method == "GET"
            else officer.post(where, {"csrf": token}, origin=ORIGIN)
        )
        assert answer.status_code < 500, (method, path, answer.text)
        if "不能使用这个功能" in answer.text:
            assert answer.status_code == 403
            assert number not in answer.text
        else:
            let_in.add((method, path))
    expected = {line for line in GUARDED if line[1] not in ENDLESS and role in WHO_MAY[line]}  # type: ignore[operator]
    assert let_in == expected


async def test_without_signing_in_every_guarded_route_leads_to_the_sign_in_page(
    desk: Desk,
) -> None:
    number = await desk.report()
    for method, path in GUARDED:
        stranger = desk.browser()
        where = fill_in(path, number)
        answer = await (stranger.get(where) if method == "GET" else stranger.post(where))
        assert answer.status_code == 303, (method, path)
        assert answer.headers["location"].startswith("/console/login"), (method, path)


async def test_a_closed_account_is_out_at_once(desk: Desk) -> None:
    officer = await desk.signed_in(Role.DUTY, "li")
    chief = await desk.signed_in(Role.CHIEF)
    assert (await officer.get("/leads")).status_code == 200
    assert (await chief.submit("/staff/li/deactivate")).status_code == 303
    assert (await officer.get("/leads")).status_code == 303


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({}, 403),
        ({"csrf": ""}, 403),
        ({"csrf": "0" * 32}, 403),
        ({"csrf": "不是记号"}, 403),
    ],
)
async def test_a_form_without_its_token_changes_nothing(
    desk: Desk, sent: dict[str, object], status: int
) -> None:
    number = await desk.report()
    officer = await desk.signed_in(Role.DUTY)
    answer = await officer.post(f"/leads/{number}/sign", sent, origin=ORIGIN)
    assert answer.status_code == status
    assert "签收这条线索" in (await officer.get(f"/leads/{number}")).text


async def test_the_token_of_another_browser_does_not_count(small_desk: Desk) -> None:
    number = await small_desk.report()
    officer = await small_desk.signed_in(Role.DUTY, "li")
    other = await small_desk.signed_in(Role.DUTY, "wang")
    token = csrf_of(await other.get("/account"))
    answer = await officer.post(f"/leads/{number}/sign", {"csrf": token}, origin=ORIGIN)
    assert answer.status_code == 403


@pytest.mark.parametrize(
    ("headers", "allowed"),
    [
        ({"origin": ORIGIN}, True),
        ({"origin": "https://evil.test"}, False),
        ({"origin": "null"}, False),
        ({"origin": ORIGIN, "sec-fetch-site": "same-origin"}, True),
        ({"origin": ORIGIN, "sec-fetch-site": "cross-site"}, False),
        ({"origin": "https://evil.test", "x-forwarded-host": "evil.test"}, False),
    ],
)
async def test_a_form_from_another_site_is_refused(
    small_desk: Desk, headers: dict[str, str], allowed: bool
) -> None:
    officer = await small_desk.signed_in(Role.DUTY)
    answer = await officer.submit("/account/chat-code", **headers)
    assert answer.status_code == (200 if allowed else 403)
