"""The family circle: by both consents, the trick and never the words, ended by either."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from aiogram.types import Message
from sqlalchemy import select

from bot.handlers.call import TRICK
from bot.handlers.pictures import add_words
from bot.matching.library import Library
from bot.services.circle import RELATIONS
from bot.services.education import education
from bot.services.outgoing import Outgoing
from bot.storage.database import Database, vault_of
from bot.storage.inbox import PAYLOAD, InboxMessage
from bot.storage.residents import Resident
from bot.storage.trusted import TrustedPerson
from bot.times import now
from tests.botapi import png
from tests.handlers.test_check import GENUINE, SCAM
from tests.talk import Talk
from tests.vision.doubles import quick_reader

ELDER, PERSON = 1, 2


async def heard(database: Database, resident_id: int) -> list[Outgoing]:
    async with database.reading() as session:
        query = select(InboxMessage).where(InboxMessage.resident_id == resident_id)
        rows = (await session.scalars(query.order_by(InboxMessage.id))).all()
        vault = vault_of(session)
        return [Outgoing.from_json(vault.open(row.payload_sealed, PAYLOAD)) for row in rows]


async def asks(elder: Talk, relation: str = "女儿") -> str:
    """A fresh code."""
    await elder.says("/family")
    words = await elder.presses(relation)
    return words.split("：")[1].split("\n")[0]


async def tied(
    database: Database, library: Library, clock: Callable[[], datetime] = now
) -> tuple[Talk, Talk]:
    """An elder and a person who both agreed."""
    elder, person = Talk(database, library, clock=clock), Talk(database, library, clock=clock)
    code = await asks(elder)
    await person.says(f"/family {code}")
    await person.presses("同意")
    (asked,) = await heard(database, ELDER)
    await elder.sends_data(asked.rows[0][0].data)
    return elder, person


async def test_a_high_verdict_tells_the_trick_and_not_the_words(
    database: Database, library: Library
) -> None:
    elder, person = await tied(database, library)
    await elder.says(SCAM)
    await elder.says(SCAM)
    await elder.says(GENUINE)
    told = (await heard(database, PERSON))[1:]
    assert len(told) == 1, "once an hour for a trick"
    assert "百万保障" in told[0].text
    assert "下载会议软件打开共享屏幕" not in told[0].text
    await person.sends_data(told[0].rows[0][0].data)
    got = (await heard(database, ELDER))[-1]
    assert education().articles["cs_insurance"].elders in got.text


async def test_already_paid_is_told(sqlite_database: Database, library: Library) -> None:
    elder, _ = await tied(sqlite_database, library)
    await elder.says("/paid")
    assert "110" in (await heard(sqlite_database, PERSON))[-1].text


async def test_pictures_and_calls_and_a_report_begun_cold_are_told(
    sqlite_database: Database, library: Library, tmp_path: Path
) -> None:
    elder, _ = await tied(sqlite_database, library)
    reader = quick_reader(tmp_path, SCAM)
    seeing = Talk(sqlite_database, library, elder.client.secret, reader=reader)
    await seeing.sends(png())
    await reader.close()
    for label in ("/call", "银行", "转账", "没有", "没有", "都没有"):
        await (elder.says(label) if label.startswith("/") else elder.presses(label))
    await elder.says("/report")
    assert "已转账" in elder.labels
    await elder.presses("已转账")
    picture, call, paid = [one.text for one in (await heard(sqlite_database, PERSON))[1:]]
    assert "百万保障" in picture
    assert "下载会议软件打开共享屏幕" not in picture
    assert TRICK in call
    assert "钱已经转出" in paid


async def test_who_says_below_a_picture_that_it_has_happened_is_told(
    sqlite_database: Database, library: Library
) -> None:
    await tied(sqlite_database, library)
    chat = {"id": 1, "type": "private"}
    said = {"message_id": 1, "date": 0, "chat": chat, "caption": "我被骗了"}
    moment = datetime(2026, 11, 26, 4, tzinfo=UTC)
    visit = SimpleNamespace(open_case=lambda _: None)
    async with sqlite_database.writing() as session:
        resident = await session.get_one(Resident, ELDER)
        await add_words(Message.model_validate(said), visit, session, resident, moment)  # type: ignore[arg-type]
    assert "钱已经转出" in (await heard(sqlite_database, PERSON))[-1].text


async def test_nothing_is_told_before_both_agree(
    sqlite_database: Database, library: Library
) -> None:
    elder, person = Talk(sqlite_database, library), Talk(sqlite_database, library)
    code = await asks(elder)
    await person.says(f"/family {code}")
    await elder.says(SCAM)
    await elder.sends_data("circle:agree:1:")
    await elder.says(SCAM)
    assert await heard(sqlite_database, PERSON) == []
    await person.presses("同意")
    await elder.says(SCAM)
    assert await heard(sqlite_database, PERSON) == []


@pytest.mark.parametrize("side", [0, 1])
async def test_either_side_ends_it(sqlite_database: Database, library: Library, side: int) -> None:
    pair = await tied(sqlite_database, library)
    await pair[side].says("/family")
    label = next(one for one in pair[side].labels if one.startswith("停止"))
    assert "已停止" in await pair[side].presses(label)
    before = len(await heard(sqlite_database, PERSON))
    await pair[0].says(SCAM)
    assert len(await heard(sqlite_database, PERSON)) == before


async def test_a_code_is_good_once_and_for_a_day_and_not_for_oneself(
    sqlite_database: Database, library: Library
) -> None:
    moment = [datetime(2026, 11, 26, 4, tzinfo=UTC)]
    elder, person, other = (
        Talk(sqlite_database, library, clock=lambda: moment[0]) for _ in range(3)
    )
    code = await asks(elder)
    assert "您自己的代码" in await elder.says(f"/family {code}")
    await person.says(f"/family {code}")
    assert "不对、已用过或已过期" in await other.says(f"/family {code}")
    late = await asks(elder, "儿子")
    moment[0] += timedelta(hours=25)
    assert "不对、已用过或已过期" in await other.says(f"/family {late}")


async def test_there_are_three_at_most(sqlite_database: Database, library: Library) -> None:
    elder = Talk(sqlite_database, library)
    for _ in range(3):
        await asks(elder)
    await elder.says("/family")
    assert "最多请 3 位" in await elder.presses("邻居")


async def test_who_took_a_code_up_counts_though_the_day_is_over(
    sqlite_database: Database, library: Library
) -> None:
    moment = [datetime(2026, 11, 26, 4, tzinfo=UTC)]
    elder = Talk(sqlite_database, library, clock=lambda: moment[0])
    for relation in RELATIONS[:3]:
        code = await asks(elder, relation)
        await Talk(sqlite_database, library, clock=lambda: moment[0]).says(f"/family {code}")
    moment[0] += timedelta(hours=25)
    await elder.says("/family")
    assert sum("等同意" in label for label in elder.labels) == 3
    assert "最多请 3 位" in await elder.presses("邻居")


async def test_a_fourth_one_is_not_agreed_to(sqlite_database: Database, library: Library) -> None:
    elder, *people = (Talk(sqlite_database, library) for _ in range(5))
    asked_at = datetime(2026, 11, 26, 4, tzinfo=UTC)
    await elder.says("/start")
    for number, person in enumerate(people):
        await person.says("/start")
        async with sqlite_database.writing() as session:
            session.add(
                TrustedPerson(
                    elder_id=ELDER, person_id=number + 2, relation="女儿", code_hash=str(number),
                    asked_at=asked_at, willing_at=asked_at,
                )
            )  # fmt: skip
    told = [await elder.sends_data(f"circle:agree:{number}:") for number in (1, 2, 3, 4)]
    assert ["最多请 3 位" in words for words in told] == [False, False, False, True]


async def test_strangers_can_neither_agree_nor_end_nor_send(
    sqlite_database: Database, library: Library
) -> None:
    await tied(sqlite_database, library)
    stranger = Talk(sqlite_database, library)
    for act in ("willing", "agree", "end", "send"):
        family = "brush_task" if act == "send" else ""
        assert "已经结束" in await stranger.sends_data(f"circle:{act}:1:{family}")
    async with sqlite_database.reading() as session:
        assert (await session.scalars(select(TrustedPerson))).one().ended_at is None


async def test_guessing_codes_comes_to_a_pause(sqlite_database: Database, library: Library) -> None:
    stranger = Talk(sqlite_database, library)
    for _ in range(5):
        assert "不对" in await stranger.says("/family AAAA-2222")
    assert "15 分钟" in await stranger.says("/family AAAA-2222")
