"""Officers block sites and files; entries come in whole, are in force at once, and end."""

from datetime import timedelta

import pytest
from sqlalchemy import event

from bot.errors import InvalidInputError, NotAllowedError, NotFoundError
from bot.services.blocklist import (
    Wanted,
    block,
    blocklist_now,
    list_blocked,
    read_entry,
    read_file,
    unblock,
)
from bot.services.permissions import Action, may
from bot.storage.blocklist import BlockedKind, newest_blocklist_change
from bot.storage.database import Database
from bot.storage.staff import Role
from tests.services.broadcasting import NOON, add_staff

DIGEST = "ab" * 32
SITE = read_entry("http://www.Evil-Shop.com:81/x?y", "假客服")


def test_a_site_is_read_from_whatever_form_it_is_written_in() -> None:
    for written in (
        "evil-shop.com",
        "https://a@evil-shop.com/x",
        "evil-shop[.]com",
        "EVIL-shop.com.",
    ):
        assert read_entry(written, "").value == "evil-shop.com"
    assert Wanted(BlockedKind.SITE, "evil-shop.com", "假客服") == SITE
    assert read_entry(DIGEST.upper(), "").kind is BlockedKind.FILE
    assert read_entry("45.32.11.8", "").value == "45.32.11.8"


@pytest.mark.parametrize(
    "written", ["", "你好", "192.168.1.1", "icbc.com.cn", "m.ccb.com", "t.cn", "abc", "a" * 63]
)
def test_what_cannot_be_blocked_is_refused_in_words(written: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        read_entry(written, "")
    assert refused.value.words.endswith("。")


def test_a_table_and_a_hosts_file_are_read() -> None:
    table = f"网址,原因\nevil-shop.com,假客服\n{DIGEST},假贷款 App\n"
    assert [one.reason for one in read_file(table.encode())] == ["假客服", "假贷款 App"]
    assert [one.value for one in read_file(table.encode("gb18030"))] == ["evil-shop.com", DIGEST]
    hosts = b"# list\n127.0.0.1 localhost\n0.0.0.0 evil-shop.com # x\n::1 bad-pay.net\n"
    assert [one.value for one in read_file(hosts)] == ["evil-shop.com", "bad-pay.net"]


def test_a_file_with_a_wrong_line_names_it_and_gives_nothing() -> None:
    with pytest.raises(InvalidInputError) as refused:
        read_file("evil-shop.com\n不是网址\nicbc.com.cn\n".encode())
    assert "第 2 行" in refused.value.words
    assert "第 3 行" in refused.value.words
    assert "一条都没有加入" in refused.value.words


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00\x81", b"a.com\n" * 20_001])
def test_a_file_that_is_none_is_refused(content: bytes) -> None:
    with pytest.raises(InvalidInputError):
        read_file(content)


async def test_an_entry_is_in_force_until_it_ends(database: Database) -> None:
    async with database.writing() as session:
        staff = await add_staff(session, Role.DUTY, "li")
        ends = await block(session, staff, [SITE], "通报", 2, NOON)
    async with database.reading() as session:
        known, first_end = await blocklist_now(session, NOON)
        later, _ = await blocklist_now(session, NOON + timedelta(days=2))
    assert known.reason_for_host("m.evil-shop.com") == "假客服"
    assert first_end == ends == NOON + timedelta(days=2)
    assert later.reason_for_host("evil-shop.com") is None


async def test_a_whole_file_comes_in_by_few_statements(database: Database) -> None:
    """While it comes in nobody else can be answered: SQLite has one writer."""
    wanted = [read_entry(f"evil-{number}.com", "假客服") for number in range(300)]
    async with database.writing() as session:
        staff = await add_staff(session, Role.DUTY, "li")
        statements: list[str] = []
        engine = database.engine.sync_engine
        event.listen(engine, "before_cursor_execute", lambda *given: statements.append(given[2]))
        await block(session, staff, wanted, "通报", 2, NOON)
        await block(session, staff, wanted, "通报", 3, NOON)
        assert len(await list_blocked(session, staff, NOON + timedelta(days=2.5))) == 300
    assert len(statements) < 10


async def test_what_is_removed_can_come_in_again_with_a_new_reason(database: Database) -> None:
    async with database.writing() as session:
        staff = await add_staff(session, Role.DUTY, "li")
        await block(session, staff, [SITE], "通报", 30, NOON)
    async with database.writing() as session:
        await unblock(session, staff, "evil-shop.com", NOON)
        assert await list_blocked(session, staff, NOON) == []
        with pytest.raises(NotFoundError):
            await unblock(session, staff, "evil-shop.com", NOON)
    async with database.writing() as session:
        before = await newest_blocklist_change(session)
        await block(session, staff, [read_entry("evil-shop.com", "假快递")], "", 30, NOON)
        assert await newest_blocklist_change(session) > before
        (line,) = await list_blocked(session, staff, NOON)
    assert line.reason == "假快递"


@pytest.mark.parametrize("role", list(Role))
async def test_only_who_may_edits_the_list(sqlite_database: Database, role: Role) -> None:
    async with sqlite_database.writing() as session:
        staff = await add_staff(session, role, "somebody")
        if may(role, Action.EDIT_BLOCKLIST):
            await block(session, staff, [SITE], "", 1, NOON)
            assert await list_blocked(session, staff, NOON)
            return
        for refused in (
            block(session, staff, [SITE], "", 1, NOON),
            unblock(session, staff, "evil-shop.com", NOON),
            list_blocked(session, staff, NOON),
        ):
            with pytest.raises(NotAllowedError):
                await refused


@pytest.mark.parametrize("days", [0, -1, 731])
async def test_an_end_out_of_reach_is_refused(sqlite_database: Database, days: int) -> None:
    async with sqlite_database.writing() as session:
        staff = await add_staff(session, Role.DUTY, "li")
        with pytest.raises(InvalidInputError):
            await block(session, staff, [SITE], "", days, NOON)
