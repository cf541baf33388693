"""What did not work is said with what was typed, and leads back; codes and passwords never show."""

import pytest
from starlette.types import Message

from bot.storage.staff import Role
from console.visitor import SESSION_COOKIE
from tests.console.desk import ORIGIN, Desk

WORDS = "客户说儿子被绑架，要取二十万现金，柜员劝不住"


async def test_words_that_were_refused_are_not_lost(small_desk: Desk) -> None:
    chief = await small_desk.signed_in(Role.CHIEF)
    form = {"kind": "stop", "unit": "", "words": WORDS, "lead": "FZ261124-0001-4"}
    came = {"referer": f"{ORIGIN}/console/requests?unreported=1"}
    answer = await chief.submit("/requests/ask", form, **came)
    assert answer.status_code == 400
    assert WORDS in answer.text
    assert "FZ261124-0001-4" not in answer.text
    assert 'href="/console/requests?unreported=1"' in answer.text


async def test_what_is_too_long_is_not_lost_either(small_desk: Desk) -> None:
    chief = await small_desk.signed_in(Role.CHIEF)
    answer = await chief.submit("/requests/ask", {"unit": "1", "words": WORDS * 50})
    assert answer.status_code == 400
    assert WORDS * 50 in answer.text


async def test_codes_passwords_and_forged_forms_are_never_shown(small_desk: Desk) -> None:
    chief = await small_desk.signed_in(Role.CHIEF)
    secret = f"<b>{WORDS}"
    form = {name: secret for name in ("webhook", "secret", "password", "code", "ticket")}
    shown = await chief.submit("/groups", form | {"title": "<i>和平里 一区"})
    assert shown.status_code == 400
    assert "&lt;i&gt;和平里 一区" in shown.text
    assert WORDS not in shown.text
    forged = await chief.post("/requests/ask", {"csrf": "x", "words": WORDS}, origin=ORIGIN)
    assert forged.status_code == 403
    assert WORDS not in forged.text


@pytest.mark.parametrize(
    "came",
    [
        "https://evil.test/console/leads",
        f"{ORIGIN}/elsewhere",
        f"{ORIGIN}/console//evil.test/",
        f"{ORIGIN}/console/\\evil.test",
        "",
    ],
)
async def test_the_way_back_is_a_page_of_the_console(small_desk: Desk, came: str) -> None:
    chief = await small_desk.signed_in(Role.CHIEF)
    answer = await chief.submit("/requests/ask", {"words": WORDS}, referer=came)
    assert "返回刚才的页面" not in answer.text
    assert "返回首页" in answer.text


async def test_a_browser_that_leaves_while_it_sends_is_no_fault(small_desk: Desk) -> None:
    chief = await small_desk.signed_in(Role.CHIEF)
    session = f"{SESSION_COOKIE}={chief.client.cookies[SESSION_COOKIE]}".encode()
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": "POST",
        "scheme": "http",
        "path": "/console/leads/FZ261124-0001-4/here",
        "query_string": b"",
        "headers": [
            (b"content-type", b"application/x-www-form-urlencoded"),
            (b"cookie", session),
        ],
    }
    await small_desk.app(scope, receive, send)
    assert sent == []
