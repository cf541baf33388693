"""Where masking fails, nothing of what was typed is stored: on every way by which words come in."""

import hashlib
from collections.abc import Awaitable, Callable

import pytest
from sqlalchemy import select

from bot.matching.library import Library
from bot.storage.database import Database
from bot.storage.tables import metadata
from tests.handlers.test_urgent import ANSWERS, answers, begun
from tests.talk import Talk

MASKS = (
    "bot.services.report_answers.mask",
    "bot.services.report_answers.mask_own",
    "bot.services.evidence.mask_own",
)
TOLD = "我的卡号是6222021234567890123，身份证11010519491231002X"
UNTOUCHED = ("answered_update", "checked")
"""Tables that note that something came: keyed hashes and the refusal, no words."""

Way = Callable[[Talk], Awaitable[object]]


async def first_answer(talk: Talk) -> None:
    await begun(talk)


async def where_he_is(talk: Talk) -> None:
    await begun(talk)
    await answers(talk, *ANSWERS[:1])


async def who_paid(talk: Talk) -> None:
    await begun(talk)
    await answers(talk, *ANSWERS[:5])


async def what_the_bank_is(talk: Talk) -> None:
    await begun(talk)
    await answers(talk, *ANSWERS[:6])


async def who_was_paid(talk: Talk) -> None:
    await begun(talk)
    await answers(talk, *ANSWERS[:7])


async def story(talk: Talk) -> None:
    await talk.says("/report")
    await talk.presses("还没转账")
    await talk.presses("我自己")


async def suspect(talk: Talk) -> None:
    await story(talk)
    await talk.says("有人让我扫码领补贴")
    await talk.presses("微信")


async def own_lead(talk: Talk) -> None:
    await begun(talk)
    await answers(talk, *ANSWERS)
    await talk.says("/my")
    await talk.presses(next(label for label in talk.labels if label.startswith("FZ")))
    await talk.presses("补充")


async def everything(database: Database) -> dict[str, str]:
    """A hash of every table's rows."""
    async with database.reading() as session:
        return {
            table.name: hashlib.sha256(
                repr(sorted(map(repr, (await session.execute(select(table))).all()))).encode()
            ).hexdigest()
            for table in metadata.sorted_tables
            if table.name not in UNTOUCHED
        }


@pytest.mark.parametrize(
    "way",
    [first_answer, where_he_is, who_paid, what_the_bank_is, who_was_paid, story, suspect, own_lead],
)
async def test_nothing_is_stored(
    sqlite_database: Database, library: Library, monkeypatch: pytest.MonkeyPatch, way: Way
) -> None:
    talk = Talk(sqlite_database, library)
    await way(talk)
    before = await everything(sqlite_database)
    with monkeypatch.context() as patched:
        for name in MASKS:
            patched.setattr(name, _broken)
        assert "系统出了点问题" in await talk.says(TOLD)
    assert await everything(sqlite_database) == before
    await talk.says(TOLD)
    assert await everything(sqlite_database) != before


def _broken(_: str) -> str:
    raise ZeroDivisionError
