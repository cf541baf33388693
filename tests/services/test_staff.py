"""Accounts, codes, chats and signing in, on both databases."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import InvalidInputError, NotAllowedError
from bot.services.attempts import PAUSE, TRIES, Refusal, begin_try, forget_tries
from bot.services.passwords import check_password, hash_password, verify_password
from bot.services.sign_in import (
    IDLE_ENDS,
    SESSION_ENDS,
    SignInTry,
    begin_sign_in,
    finish_password,
    open_session,
    session_staff,
    sign_out,
    touch,
)
from bot.services.staff import (
    INVITATION_ENDS,
    Setup,
    begin_setup,
    bind_chat,
    deactivate,
    find_staff,
    finish_setup,
    invite,
    invite_again,
    list_staff,
    make_chat_code,
    make_setup_code,
    new_code,
    staff_of,
)
from bot.storage.database import Database
from bot.storage.residents import Resident, find_or_add_resident
from bot.storage.staff import Role, Staff

NOON = datetime(2026, 11, 24, 4, tzinfo=UTC)
PASSWORD = "海边的灯塔有三层楼高"


async def somebody(session: AsyncSession, login: str = "li", role: Role = Role.DUTY) -> Staff:
    staff, _ = await invite(session, None, login, "李警官", role, NOON)
    return staff


async def a_resident(session: AsyncSession, account: int = 1) -> Resident:
    return await find_or_add_resident(session, "telegram", account, NOON)


async def wrong_code(database: Database, times: int, now: datetime = NOON) -> Staff | Refusal:
    for _ in range(times):
        async with database.writing() as session:
            outcome = await bind_chat(session, await a_resident(session), "AAAA-AAAA", now)
    return outcome


def test_codes_have_no_look_alikes_and_do_not_repeat() -> None:
    codes = {new_code() for _ in range(500)}
    assert len(codes) == 500
    assert not set("".join(codes)) & set("01OIL")


@pytest.mark.parametrize("typed", ["{}", " {} ", "{lower}", "{plain}", "{spaced}", "{wide}"])
async def test_a_code_binds_the_chat_however_it_is_typed(
    sqlite_database: Database, typed: str
) -> None:
    async with sqlite_database.writing() as session:
        invited, code = await invite(session, None, "li", "李警官", Role.DUTY, NOON)
        wide = "".join(chr(ord(sign) + 0xFEE0) for sign in code)
        written = typed.format(
            code,
            lower=code.lower(),
            plain=code.replace("-", ""),
            spaced=code.replace("-", " "),
            wide=wide,
        )
        resident = await a_resident(session)
        bound = await bind_chat(session, resident, written, NOON)
        assert isinstance(bound, Staff)
        assert bound.id == invited.id
        speaker = await staff_of(session, resident)
        assert speaker is not None
        assert speaker.login == "li"


async def test_a_code_works_once(database: Database) -> None:
    async with database.writing() as session:
        _, code = await invite(session, None, "li", "李警官", Role.DUTY, NOON)
        assert isinstance(await bind_chat(session, await a_resident(session), code, NOON), Staff)
        again = await bind_chat(session, await a_resident(session, 2), code, NOON)
        assert isinstance(again, Refusal)
        assert isinstance(await begin_setup(session, code, "setup:x", NOON), Refusal)


async def test_an_expired_code_is_refused(database: Database) -> None:
    async with database.writing() as session:
        _, code = await invite(session, None, "li", "李警官", Role.DUTY, NOON)
        late = NOON + INVITATION_ENDS
        assert isinstance(await bind_chat(session, await a_resident(session), code, late), Refusal)


async def test_five_wrong_codes_and_then_a_pause_even_for_the_right_one(
    database: Database,
) -> None:
    async with database.writing() as session:
        _, code = await invite(session, None, "li", "李警官", Role.DUTY, NOON)
    last = await wrong_code(database, TRIES)
    assert isinstance(last, Refusal)
    assert not last.paused
    async with database.writing() as session:
        refused = await bind_chat(session, await a_resident(session), code, NOON)
        other = await bind_chat(session, await a_resident(session, 2), "AAAA-AAAA", NOON)
    assert isinstance(refused, Refusal)
    assert refused.paused
    assert isinstance(other, Refusal)
    assert not other.paused
    async with database.writing() as session:
        resident = await a_resident(session)
        assert isinstance(await bind_chat(session, resident, code, NOON + PAUSE), Staff)


async def test_tries_during_a_pause_do_not_lengthen_it(database: Database) -> None:
    await wrong_code(database, TRIES)
    await wrong_code(database, 3, NOON + PAUSE / 2)
    outcome = await wrong_code(database, 1, NOON + PAUSE)
    assert isinstance(outcome, Refusal)
    assert not outcome.paused


async def test_a_success_forgets_the_tries_before_it(database: Database) -> None:
    async with database.writing() as session:
        for _ in range(3):
            assert await begin_try(session, "x", NOON) is None
        await forget_tries(session, "x")
        outcomes = [await begin_try(session, "x", NOON) for _ in range(TRIES + 1)]
    assert outcomes[:TRIES] == [None] * TRIES
    assert outcomes[-1] is not None


async def test_binding_again_moves_the_chat_to_the_new_account(database: Database) -> None:
    async with database.writing() as session:
        resident = await a_resident(session)
        for login in ("li", "wang"):
            _, code = await invite(session, None, login, "警官", Role.DUTY, NOON)
            assert isinstance(await bind_chat(session, resident, code, NOON), Staff)
        speaker = await staff_of(session, resident)
    assert speaker is not None
    assert speaker.login == "wang"


async def test_the_first_officer_is_made_once(database: Database) -> None:
    hashed = await hash_password(PASSWORD)
    async with database.writing() as session:
        older = await make_setup_code(session, NOON)
        code = await make_setup_code(session, NOON)
        assert older
        assert code
        assert isinstance(await begin_setup(session, older, "setup:x", NOON), Refusal)
        assert await begin_setup(session, code, "setup:x", NOON) == Setup(None)
        resident = await a_resident(session)
        assert isinstance(await bind_chat(session, resident, code, NOON), Refusal)
        chief = await finish_setup(session, code, "Zhao", "赵队", hashed, NOON)
        assert isinstance(chief, Staff)
        assert (chief.login, chief.role) == ("zhao", Role.CHIEF)
        assert await make_setup_code(session, NOON) is None
        again = await finish_setup(session, code, "qian", "钱", hashed, NOON)
        assert isinstance(again, Refusal)


async def test_a_setup_code_ends_when_somebody_else_can_sign_in(database: Database) -> None:
    hashed = await hash_password(PASSWORD)
    async with database.writing() as session:
        first = await make_setup_code(session, NOON)
        _, code = await invite(session, None, "li", "李警官", Role.CHIEF, NOON)
        assert first
        assert isinstance(await finish_setup(session, code, "", "", hashed, NOON), Staff)
        assert isinstance(await begin_setup(session, first, "setup:x", NOON), Refusal)


async def test_an_invited_officer_keeps_login_and_role(database: Database) -> None:
    async with database.writing() as session:
        _, code = await invite(session, None, "li", "李警官", Role.DUTY, NOON)
        staff = await finish_setup(session, code, "boss", "别人", "hash", NOON)
        assert isinstance(staff, Staff)
        assert (staff.login, staff.name, staff.role) == ("li", "李警官", Role.DUTY)


async def test_a_bad_login_does_not_use_up_the_code(database: Database) -> None:
    async with database.writing() as session:
        code = await make_setup_code(session, NOON)
        assert code
    with pytest.raises(InvalidInputError, match="登录名"):
        async with database.writing() as session:
            await finish_setup(session, code, "赵", "赵队", "hash", NOON)
    async with database.writing() as session:
        assert isinstance(await begin_setup(session, code, "setup:x", NOON), Setup)


async def test_a_chat_code_sets_no_password(database: Database) -> None:
    async with database.writing() as session:
        staff = await somebody(session)
        code = await make_chat_code(session, staff, NOON)
        assert isinstance(await begin_setup(session, code, "setup:x", NOON), Refusal)
        assert isinstance(await finish_setup(session, code, "", "", "hash", NOON), Refusal)
        assert isinstance(await bind_chat(session, await a_resident(session), code, NOON), Staff)


@pytest.mark.parametrize(
    ("login", "name", "words"),
    [
        ("李", "李警官", "登录名"),
        ("", "李警官", "登录名"),
        ("a" * 40, "李警官", "登录名"),
        ("li", " ", "姓名"),
        ("li", "李\x00", "姓名"),
        ("taken", "李警官", "已有人使用"),
    ],
)
async def test_an_invitation_says_what_is_wrong(
    sqlite_database: Database, login: str, name: str, words: str
) -> None:
    async with sqlite_database.writing() as session:
        await somebody(session, "taken")
        with pytest.raises(InvalidInputError, match=words):
            await invite(session, None, login, name, Role.DUTY, NOON)


@pytest.mark.parametrize(
    ("inviter", "role", "allowed"),
    [
        (Role.CHIEF, Role.CHIEF, True),
        (Role.CHIEF, Role.DUTY, True),
        (Role.ADMIN, Role.DUTY, True),
        (Role.ADMIN, Role.CHIEF, False),
        (Role.DUTY, Role.GRID, False),
        (Role.GRID, Role.GRID, False),
        (Role.AUDITOR, Role.AUDITOR, False),
    ],
)
async def test_who_may_invite_renew_and_close_whom(
    sqlite_database: Database, inviter: Role, role: Role, allowed: bool
) -> None:
    async with sqlite_database.writing() as session:
        actor = await somebody(session, "actor", inviter)
        await somebody(session, "other", role)
        for act in (
            invite(session, actor, "new", "新同事", role, NOON),
            invite_again(session, actor, "other", NOON),
            deactivate(session, actor, "other", NOON),
        ):
            if allowed:
                await act
            else:
                with pytest.raises(NotAllowedError):
                    await act


async def test_nobody_is_invited_as_a_resident_or_closes_their_own_account(
    sqlite_database: Database,
) -> None:
    async with sqlite_database.writing() as session:
        chief = await somebody(session, "zhao", Role.CHIEF)
        with pytest.raises(InvalidInputError):
            await invite(session, None, "x2", "某人", Role.RESIDENT, NOON)
        with pytest.raises(InvalidInputError, match="自己"):
            await deactivate(session, chief, "zhao", NOON)


async def test_a_closed_account_loses_session_chat_and_codes(database: Database) -> None:
    async with database.writing() as session:
        _, code = await invite(session, None, "li", "李警官", Role.DUTY, NOON)
        staff = await find_staff(session, "li")
        resident = await a_resident(session)
        chat_code = await make_chat_code(session, staff, NOON)
        await bind_chat(session, resident, chat_code, NOON)
        token = await open_session(session, staff, NOON)
        assert (await list_staff(session, None))[0].chats == 1
        await deactivate(session, None, "li", NOON)
        assert await session_staff(session, token, NOON) is None
        assert await staff_of(session, resident) is None
        assert isinstance(await bind_chat(session, resident, code, NOON), Refusal)
        assert [line.active for line in await list_staff(session, None)] == [False]


async def test_a_new_invitation_ends_the_older_code(database: Database) -> None:
    async with database.writing() as session:
        _, older = await invite(session, None, "li", "李警官", Role.DUTY, NOON)
        code = await invite_again(session, None, "li", NOON)
        resident = await a_resident(session)
        assert isinstance(await bind_chat(session, resident, older, NOON), Refusal)
        assert isinstance(await bind_chat(session, resident, code, NOON), Staff)


async def sign_in(
    database: Database,
    login: str,
    password: str,
    now: datetime = NOON,
    address: str = "192.0.2.1",
) -> Staff | Refusal:
    async with database.writing() as session:
        tried = await begin_sign_in(session, login, address, now)
    if isinstance(tried, Refusal):
        return tried
    right = await verify_password(tried.kept, password)
    async with database.writing() as session:
        return await finish_password(session, tried, right, now)


async def with_password(database: Database, login: str = "li") -> None:
    hashed = await hash_password(PASSWORD)
    async with database.writing() as session:
        (await somebody(session, login)).password_hash = hashed


async def test_signing_in_and_out(database: Database) -> None:
    await with_password(database)
    staff = await sign_in(database, " LI ", PASSWORD)
    assert isinstance(staff, Staff)
    async with database.writing() as session:
        token = await open_session(session, staff, NOON)
        found = await session_staff(session, token, NOON)
        assert found is not None
        assert found.staff.login == "li"
        assert await session_staff(session, token + "x", NOON) is None
        await sign_out(session, token)
        assert await session_staff(session, token, NOON) is None


@pytest.mark.parametrize("login", ["li", "nobody", ""])
async def test_five_wrong_passwords_and_then_a_pause(database: Database, login: str) -> None:
    await with_password(database)
    for _ in range(TRIES):
        wrong = await sign_in(database, login, "wrong password")
        assert isinstance(wrong, Refusal)
        assert not wrong.paused
    paused = await sign_in(database, login, PASSWORD)
    assert isinstance(paused, Refusal)
    assert paused.paused
    async with database.writing() as session:
        elsewhere = await begin_sign_in(session, login, "192.0.2.2", NOON)
    assert isinstance(elsewhere, SignInTry)


async def test_many_logins_tried_from_one_address_are_stopped(sqlite_database: Database) -> None:
    async with sqlite_database.writing() as session:
        outcomes = [
            await begin_sign_in(session, f"user{number}", "192.0.2.1", NOON) for number in range(31)
        ]
    assert [isinstance(outcome, Refusal) for outcome in outcomes] == [False] * 30 + [True]


async def test_an_account_tried_from_many_addresses_is_stopped(sqlite_database: Database) -> None:
    await with_password(sqlite_database)
    async with sqlite_database.writing() as session:
        outcomes = [
            await begin_sign_in(session, "li", f"192.0.2.{number}", NOON) for number in range(21)
        ]
    assert [isinstance(outcome, Refusal) for outcome in outcomes] == [False] * 20 + [True]
    later = NOON + timedelta(minutes=15)
    assert isinstance(await sign_in(sqlite_database, "li", PASSWORD, later), Staff)


async def test_a_password_changed_meanwhile_is_wrong(sqlite_database: Database) -> None:
    await with_password(sqlite_database)
    async with sqlite_database.writing() as session:
        tried = await begin_sign_in(session, "li", "192.0.2.1", NOON)
        assert isinstance(tried, SignInTry)
        (await find_staff(session, "li")).password_hash = "another"
        await session.flush()
        assert isinstance(await finish_password(session, tried, True, NOON), Refusal)


async def test_a_session_ends_when_idle_and_in_any_case_after_a_week(database: Database) -> None:
    async with database.writing() as session:
        token = await open_session(session, await somebody(session), NOON)
        almost = NOON + IDLE_ENDS - timedelta(seconds=1)
        found = await session_staff(session, token, almost)
        assert found is not None
        assert found.stale
        assert await session_staff(session, token, NOON + IDLE_ENDS) is None
        moment = NOON
        while moment < NOON + SESSION_ENDS:
            moment += timedelta(hours=11)
            await touch(session, token, moment)
        assert await session_staff(session, token, moment) is None


async def test_a_wrong_password_is_wrong_and_so_is_any_for_nobody() -> None:
    hashed = await hash_password(PASSWORD)
    assert PASSWORD not in hashed
    assert await verify_password(hashed, PASSWORD)
    assert not await verify_password(hashed, PASSWORD + "!")
    assert not await verify_password(None, PASSWORD)
    assert not await verify_password("malformed", PASSWORD)


@pytest.mark.parametrize("password", ["short", "x" * 129, "aaaaaaaaaaaa", "my-zhaowei-1"])
def test_weak_passwords_are_refused(password: str) -> None:
    with pytest.raises(InvalidInputError):
        check_password(password, "zhaowei")
