"""The review queue: officers see masked texts, add them or dismiss them, once each."""

import pytest

from bot.errors import ConflictError, InvalidInputError, NotAllowedError, NotFoundError
from bot.services.library_replay import Candidate, Replayed
from bot.services.library_review import (
    Given,
    Source,
    accept_reviewed,
    dismiss,
    keep_text,
    review_queue,
    reviewed_text,
)
from bot.services.library_work import history
from bot.storage.database import Database
from bot.storage.staff import Role, Staff
from tests.services.broadcasting import NOON, add_staff

TEXT = "老人家，请把卡贴在手机背面碰一下，验证码860412发给我，电话13812345678。"
GIVEN = Given("none", 0.12, None, "3f2a+7")


@pytest.fixture
async def officer(database: Database) -> Staff:
    async with database.writing() as session:
        await keep_text(session, Source.DISPUTE, TEXT, GIVEN, NOON)
        return await add_staff(session, Role.DUTY, "li")


def replayed(text: str) -> Replayed:
    return Replayed((Candidate("police_case", "call", text),), 0, (), ())


async def test_officers_see_what_was_kept_masked_with_its_verdict(
    database: Database, officer: Staff
) -> None:
    async with database.reading() as session:
        (line,) = await review_queue(session, officer)
        assert await reviewed_text(session, officer, line.id) == line
    assert (line.source, line.given, line.kept_at) == (Source.DISPUTE, GIVEN, NOON)
    assert "碰一下" in line.text
    assert "13812345678" not in line.text
    assert "860412" not in line.text


async def test_a_confirmed_report_lands_in_the_same_queue(
    database: Database, officer: Staff
) -> None:
    async with database.writing() as session:
        await keep_text(session, Source.REPORT, "对方说我中奖了，要先交公证费。", GIVEN, NOON)
        lines = await review_queue(session, officer)
    assert [line.source for line in lines] == [Source.DISPUTE, Source.REPORT]


async def test_a_text_that_becomes_a_script_leaves_the_queue(
    database: Database, officer: Staff
) -> None:
    async with database.writing() as session:
        (line,) = await review_queue(session, officer)
        await accept_reviewed(session, officer, line.id, replayed(line.text), "群众反映。", NOON)
    async with database.reading() as session:
        assert await review_queue(session, officer) == []
        assert [change.text for change in await history(session, officer)] == [line.text]
        with pytest.raises(NotFoundError):
            await reviewed_text(session, officer, line.id)


async def test_of_two_decisions_the_second_changes_nothing(
    database: Database, officer: Staff
) -> None:
    async with database.writing() as session:
        (line,) = await review_queue(session, officer)
        await dismiss(session, officer, line.id, NOON)
    with pytest.raises(ConflictError, match="已有同事处理"):
        async with database.writing() as session:
            await accept_reviewed(session, officer, line.id, replayed(line.text), "重复", NOON)
    async with database.reading() as session:
        assert await history(session, officer) == []


async def test_the_same_text_waits_once(database: Database, officer: Staff) -> None:
    async with database.writing() as session:
        await keep_text(session, Source.DISPUTE, TEXT, GIVEN, NOON)
        assert len(await review_queue(session, officer)) == 1


@pytest.mark.parametrize("text", ["", "\0\0\0\0\0", "好的", "\u202e \ud800"])
async def test_what_says_nothing_is_not_kept(sqlite_database: Database, text: str) -> None:
    async with sqlite_database.writing() as session:
        with pytest.raises(InvalidInputError, match="没有保存"):
            await keep_text(session, Source.DISPUTE, text, GIVEN, NOON)


@pytest.mark.parametrize("role", [role for role in Role if role not in (Role.DUTY, Role.CHIEF)])
async def test_nobody_but_duty_officers_reads_the_queue(
    sqlite_database: Database, role: Role
) -> None:
    async with sqlite_database.writing() as session:
        staff = await add_staff(session, role)
        for look in (
            review_queue(session, staff),
            reviewed_text(session, staff, 1),
            dismiss(session, staff, 1, NOON),
        ):
            with pytest.raises(NotAllowedError):
                await look
