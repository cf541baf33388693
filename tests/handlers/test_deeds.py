"""Photos with what grid workers did: stored as evidence is, without where they were taken."""

import io
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from PIL import Image
from sqlalchemy import select

from bot.matching.library import Library
from bot.services.activities import decide_activity
from bot.services.areas import add_area
from bot.services.evidence import sweep
from bot.services.evidence_store import EvidenceStore, open_evidence_store
from bot.services.forwarding import list_forwards
from bot.services.grid import assign_areas
from bot.services.outgoing import Outgoing
from bot.services.retention import purge
from bot.settings import Settings
from bot.storage.activities import Activity
from bot.storage.broadcasts import Broadcast, BroadcastState, Occurrence
from bot.storage.database import Database
from bot.storage.evidence import Evidence
from bot.storage.forwards import Forward, ask_to_forward
from bot.storage.groups import CommunityGroup
from bot.storage.inbox import PAYLOAD, InboxMessage
from bot.storage.staff import Role, Staff, staff_by_login
from bot.storage.vault import Vault
from tests.botapi import png
from tests.handlers.test_duty import officer
from tests.services.broadcasting import NOON, add_staff
from tests.talk import Talk

PLACE = b"geotagged"


def photo(size: tuple[int, int] = (40, 30)) -> bytes:
    """A phone's photo, which says where it was taken."""
    exif = Image.Exif()
    exif[0x010E] = PLACE.decode()
    out = io.BytesIO()
    Image.new("RGB", size, "red").save(out, "JPEG", exif=exif)
    assert PLACE in out.getvalue()
    return out.getvalue()


def files(folder: Path) -> list[bytes]:
    return [one.read_bytes() for one in folder.rglob("*") if one.is_file()]


class Clock:
    def __init__(self) -> None:
        self.time = NOON

    def __call__(self) -> datetime:
        return self.time


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(tmp_path: Path, vault: Vault) -> EvidenceStore:
    return open_evidence_store(Settings(_env_file=None, data_dir=tmp_path), vault)


async def worker(database: Database, library: Library, store: EvidenceStore, clock: Clock) -> Talk:
    """A grid worker who can send photos."""
    bound = await officer(database, library, Role.GRID, "zhao", clock)
    talk = Talk(database, library, store=store, clock=clock)
    talk.client = bound.client
    return talk


async def pictures(database: Database) -> tuple[list[str | None], list[str]]:
    """What activities name as their pictures, and what is in the store."""
    async with database.reading() as session:
        named = await session.scalars(select(Activity.picture).order_by(Activity.id))
        kept = await session.scalars(select(Evidence.key).order_by(Evidence.id))
        return list(named), list(kept)


async def begin(talk: Talk) -> None:
    await talk.says("/activity")
    await talk.presses("讲座")


async def test_a_photo_after_the_line_is_drawn_anew_sealed_and_kept(
    database: Database, library: Library, store: EvidenceStore, clock: Clock, tmp_path: Path
) -> None:
    talk = await worker(database, library, store, clock)
    await begin(talk)
    assert "要附照片" in await talk.says("幸福里活动室 45")
    assert talk.labels == ["不用照片"]
    assert "照片已附上" in await talk.sends(photo())
    (named,), (key,) = await pictures(database)
    assert named == key
    content = await store.get(key)
    assert Image.open(io.BytesIO(content)).size == (40, 30)
    assert PLACE not in content
    assert not any(content[:20] in one or PLACE in one for one in files(tmp_path))
    assert await sweep(database, store, NOON + timedelta(days=60)) == 0


async def test_a_photo_with_the_line_below_it_is_one_step(
    sqlite_database: Database, library: Library, store: EvidenceStore, clock: Clock
) -> None:
    talk = await worker(sqlite_database, library, store, clock)
    await begin(talk)
    assert "收到照片。请写地点和人数" in await talk.sends(photo())
    assert "照片已附上" in await talk.says("幸福里活动室 45")
    (named,), (key,) = await pictures(sqlite_database)
    assert named == key


@pytest.mark.parametrize("content", [b"%PDF-1.4\n" + bytes(90), b"MZ\x90\x00" + bytes(90), b""])
async def test_what_is_no_photo_is_said_and_the_activity_stands(
    sqlite_database: Database, library: Library, store: EvidenceStore, clock: Clock, content: bytes
) -> None:
    talk = await worker(sqlite_database, library, store, clock)
    await begin(talk)
    await talk.says("幸福里活动室 45")
    assert "只收照片" in await talk.sends(content)
    assert await pictures(sqlite_database) == ([None], [])
    assert "打不开" in await talk.sends(photo()[:300])
    assert "照片已附上" in await talk.sends(png(3, 3))


async def test_ten_minutes_later_or_without_one_messages_go_their_ordinary_way(
    sqlite_database: Database, library: Library, store: EvidenceStore, clock: Clock
) -> None:
    talk = await worker(sqlite_database, library, store, clock)
    await begin(talk)
    await talk.says("幸福里活动室 45")
    assert "照片" not in await talk.says("今天天气不错")
    clock.time += timedelta(minutes=11)
    assert "照片已附上" not in await talk.sends(photo())
    await begin(talk)
    await talk.says("幸福里活动室 45")
    await talk.presses("不用照片")
    assert "照片已附上" not in await talk.sends(photo())
    assert await pictures(sqlite_database) == ([None, None], [])


async def test_a_forward_takes_its_size_and_a_photo_in_either_order(
    sqlite_database: Database, library: Library, store: EvidenceStore, clock: Clock
) -> None:
    talk = await worker(sqlite_database, library, store, clock)
    await asked_to_forward(sqlite_database, 2)
    await talk.sends_data("fwd:done:1")
    assert "群里有多少人" in await talk.sends(photo())
    assert "320 人。照片已附上" in await talk.says("320")
    await talk.sends_data("fwd:done:2")
    assert "要附照片" in await talk.says("80")
    assert "照片已附上" in await talk.sends(photo())
    async with sqlite_database.reading() as session:
        kept = list(await session.scalars(select(Forward).order_by(Forward.id)))
        zhao = (await session.scalars(select(Staff))).one()
        lines = await list_forwards(session, zhao, "城东区")
    assert [(one.members, one.picture is not None) for one in kept] == [(320, True), (80, True)]
    assert {(one.group, one.text, one.pictured) for one in lines} == {
        (f"{number} 号楼", "城东区的朋友，先停一停。", True) for number in range(2)
    }


async def asked_to_forward(database: Database, count: int) -> None:
    async with database.writing() as session:
        staff = (await session.scalars(select(Staff))).one()
        for number in range(count):
            group = CommunityGroup(
                channel="wechat",
                title=f"{number} 号楼",
                address_sealed=b"",
                address_hash=str(number),
                active=True,
                added_by=staff.id,
                added_at=NOON,
            )
            broadcast = Broadcast(
                dedupe_key=str(number),
                template="",
                text="{辖区}的朋友，先停一停。",
                state=BroadcastState.SENDING,
                created_by=staff.id,
                created_at=NOON,
                send_at=NOON,
            )
            session.add_all([group, broadcast])
            await session.flush()
            occurrence = Occurrence(broadcast_id=broadcast.id, slot=NOON, made_at=NOON)
            session.add(occurrence)
            await session.flush()
            await ask_to_forward(session, occurrence.id, group.id, staff.id, NOON)


async def test_a_photo_goes_when_it_is_refused_or_old(
    database: Database, library: Library, store: EvidenceStore, clock: Clock, tmp_path: Path
) -> None:
    talk = await worker(database, library, store, clock)
    for _ in range(2):
        await begin(talk)
        await talk.says("幸福里活动室 45")
        await talk.sends(photo())
    async with database.writing() as session:
        chief = await add_staff(session, Role.CHIEF, "li")
        await decide_activity(session, chief, 1, False, NOON)
        await decide_activity(session, chief, 2, True, NOON)
    hour = timedelta(hours=1, seconds=1)
    assert await sweep(database, store, NOON + hour) == 1
    async with database.writing() as session:
        assert (await purge(session, 30, NOON + timedelta(days=399))).pictures == 0
        assert (await purge(session, 30, NOON + timedelta(days=401))).pictures == 1
    assert await sweep(database, store, NOON + timedelta(days=401)) == 1
    assert await pictures(database) == ([None, None], [])
    assert files(tmp_path / "evidence") == []


async def test_the_station_of_the_area_is_told_and_decides_in_one_tap(
    sqlite_database: Database, library: Library, store: EvidenceStore, clock: Clock
) -> None:
    talk = await worker(sqlite_database, library, store, clock)
    east = await officer(sqlite_database, library, Role.STATION, "zhou", clock)
    west = await officer(sqlite_database, library, Role.STATION, "wu", clock)
    async with sqlite_database.writing() as session:
        chief = await add_staff(session, Role.CHIEF, "li")
        await add_area(session, chief, "东街", "幸福里", "", "城东所")
        await assign_areas(session, chief, "zhao", [1])
        for login, station in (("zhou", "城东所"), ("wu", "城西所")):
            one = await staff_by_login(session, login)
            assert one is not None
            one.station = station
    await begin(talk)
    await talk.says("活动室 45")
    async with sqlite_database.reading() as session:
        rows = await session.scalars(select(InboxMessage))
        vault = sqlite_database.vault
        texts = [Outgoing.from_json(vault.open(one.payload_sealed, PAYLOAD)).text for one in rows]
    (told,) = [text for text in texts if "活动待审核" in text]
    assert "讲座，活动室，45 人。" in told
    assert "不在您的辖区" in await west.sends_data("deed:approve:1")
    assert "不能使用" in await talk.sends_data("deed:approve:1")
    assert "已通过，计入全年" in await east.sends_data("deed:approve:1")
    assert "已经审核过" in await east.sends_data("deed:refuse:1")


async def test_what_lies_in_no_known_area_is_shown_to_the_duty_team(
    sqlite_database: Database, library: Library, store: EvidenceStore, clock: Clock
) -> None:
    talk = await worker(sqlite_database, library, store, clock)
    duty = await officer(sqlite_database, library, Role.DUTY, "qian", clock)
    await begin(talk)
    assert "等专班审核" in await talk.says("某处 45")
    async with sqlite_database.reading() as session:
        rows = await session.scalars(select(InboxMessage))
        vault = sqlite_database.vault
        texts = [Outgoing.from_json(vault.open(one.payload_sealed, PAYLOAD)).text for one in rows]
    assert len([text for text in texts if "活动待审核" in text]) == 1
    assert "已通过，计入全年" in await duty.sends_data("deed:approve:1")
