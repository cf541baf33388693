"""Groups and robots: adding, leaving, moving, removing."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.errors import InvalidInputError, NotAllowedError, NotFoundError
from bot.services.broadcasts import schedule_notice
from bot.services.going_out import make_due_occurrences
from bot.services.groups import (
    add_robot,
    add_telegram_group,
    group_left,
    group_migrated,
    list_groups,
    remove_group,
)
from bot.storage.claims import address_of
from bot.storage.database import Database, vault_of
from bot.storage.groups import CommunityGroup, GroupChannel, group_address, group_by_address
from bot.storage.outbox import DeliveryState, OutboxMessage
from bot.storage.staff import Role
from tests.services.broadcasting import (
    KEY,
    NOON,
    WEBHOOK,
    add_groups,
    add_staff,
    queue_text,
    row_of,
)


async def test_a_group_added_twice_is_one_group_under_its_new_title(database: Database) -> None:
    async with database.writing() as session:
        staff = await add_staff(session)
        first = await add_telegram_group(session, staff, -100, "一号楼", NOON)
        again = await add_telegram_group(session, staff, -100, " 一号楼\n业主\u202e群 ", NOON)
        assert first.id == again.id
        assert [group.title for group in await list_groups(session, staff)] == ["一号楼 业主群"]


async def test_a_person_is_not_a_group(database: Database) -> None:
    async with database.writing() as session:
        staff = await add_staff(session)
        with pytest.raises(InvalidInputError, match="群里"):
            await add_telegram_group(session, staff, 100, "王奶奶", NOON)


async def test_a_robots_key_is_nowhere_in_the_clear(database: Database) -> None:
    async with database.writing() as session:
        staff = await add_staff(session)
        group = await add_robot(session, staff, "业主群", f" {WEBHOOK} ", NOON)
        assert group_address(session, group) == WEBHOOK
        assert KEY.encode() not in group.address_sealed
        lines = await list_groups(session, staff)
        assert KEY not in repr(lines)
        assert lines[0].channel_name == "企业微信群机器人"


@pytest.mark.parametrize(
    "link",
    [
        "",
        "hello",
        KEY,
        WEBHOOK.replace("https", "http"),
        WEBHOOK.replace("qyapi.weixin.qq.com", "qyapi.weixin.qq.com.evil.cn"),
        WEBHOOK.replace("qyapi.weixin.qq.com", "user@qyapi.weixin.qq.com"),
        WEBHOOK.replace("qyapi.weixin.qq.com", "qyapi.weixin.qq.com:8443"),
        WEBHOOK.replace("/send", "/upload_media"),
        "https://qyapi.weixin.qq.com/cgi-bin/webhook/send",
        "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=",
        "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=ab cd efgh ij",
        "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=" + "a" * 500,
        "https://[::1/cgi-bin/webhook/send?key=abcdefgh12",
        WEBHOOK + "&key=another-key-1",
    ],
)
async def test_only_a_robots_own_address_is_taken(sqlite_database: Database, link: str) -> None:
    async with sqlite_database.writing() as session:
        staff = await add_staff(session)
        with pytest.raises(InvalidInputError, match="机器人地址不对") as refused:
            await add_robot(session, staff, "业主群", link, NOON)
        assert KEY not in refused.value.words


async def test_a_robot_needs_a_title(sqlite_database: Database) -> None:
    async with sqlite_database.writing() as session:
        staff = await add_staff(session)
        with pytest.raises(InvalidInputError, match="群的名称"):
            await add_robot(session, staff, " \u200b ", WEBHOOK, NOON)


async def test_a_robot_of_another_server_needs_that_server_to_be_set(
    sqlite_database: Database,
) -> None:
    link = "http://127.0.0.1:9000/cgi-bin/webhook/send?key=test-key-1"
    async with sqlite_database.writing() as session:
        staff = await add_staff(session)
        group = await add_robot(session, staff, "业主群", link, NOON, api="http://127.0.0.1:9000")
        assert group_address(session, group) == link


@pytest.mark.parametrize("role", [Role.DUTY, Role.RESIDENT, Role.AUDITOR])
async def test_who_may_not_touch_groups(sqlite_database: Database, role: Role) -> None:
    async with sqlite_database.writing() as session:
        staff = await add_staff(session, role)
        with pytest.raises(NotAllowedError):
            await add_telegram_group(session, staff, -100, "一号楼", NOON)
        with pytest.raises(NotAllowedError):
            await add_robot(session, staff, "业主群", WEBHOOK, NOON)
        with pytest.raises(NotAllowedError):
            await list_groups(session, staff)
        with pytest.raises(NotAllowedError):
            await remove_group(session, staff, 1, NOON)


async def test_what_waits_for_a_removed_group_is_cancelled(database: Database) -> None:
    async with database.writing() as session:
        staff = await add_staff(session)
        group, other = await add_groups(session, staff, -100, -200)
        await queue_text(session, "gone", group_id=group.id)
        await queue_text(session, "stays", group_id=other.id)
        await remove_group(session, staff, group.id, NOON)
    async with database.reading() as session:
        assert (await row_of(session, "gone")).state == DeliveryState.CANCELLED
        assert (await row_of(session, "stays")).state == DeliveryState.QUEUED
        assert [group.id for group in await list_groups(session, staff)] == [other.id]
        assert len(await list_groups(session, staff, inactive=True)) == 2


async def test_a_group_is_removed_once_and_can_come_back(database: Database) -> None:
    async with database.writing() as session:
        staff = await add_staff(session)
        (group,) = await add_groups(session, staff, -100)
        await remove_group(session, staff, group.id, NOON)
        with pytest.raises(NotFoundError):
            await remove_group(session, staff, group.id, NOON)
        (back,) = await add_groups(session, staff, -100)
        assert (back.id, back.active) == (group.id, True)


async def test_a_group_that_put_the_bot_out_gets_nothing_more(database: Database) -> None:
    async with database.writing() as session:
        staff = await add_staff(session)
        (group,) = await add_groups(session, staff, -100)
        await queue_text(session, "waits", group_id=group.id)
        await group_left(session, -100, NOON + timedelta(minutes=1))
        await group_left(session, -999, NOON)
    async with database.reading() as session:
        row = await row_of(session, "waits")
        assert (row.state, row.error) == (DeliveryState.BLOCKED, "left the group")
        assert list(await list_groups(session, staff)) == []


async def test_a_migrated_group_is_written_to_at_its_new_address(database: Database) -> None:
    async with database.writing() as session:
        staff = await add_staff(session)
        (group,) = await add_groups(session, staff, -100)
        await queue_text(session, "waits", address="-100", group_id=group.id)
        await group_migrated(session, -100, -1001, NOON)
        await group_migrated(session, -555, -556, NOON)
    async with database.reading() as session:
        found = await group_by_address(session, GroupChannel.TELEGRAM, "-1001")
        assert found is not None
        assert found.id == group.id
        row = await row_of(session, "waits")
        assert address_of(vault_of(session), row) == "-1001"


async def test_a_group_migrated_to_a_known_one_leaves_one_active(database: Database) -> None:
    async with database.writing() as session:
        staff = await add_staff(session)
        old, new = await add_groups(session, staff, -100, -1001)
        old.audiences, old.members = "|老人|", 320
        values = {"community": "幸福里"}
        ids = [old.id, new.id]
        await schedule_notice(session, staff, "brush_task", values, ids, None, now=NOON, dedupe="x")
        await make_due_occurrences(session, NOON)
        await group_migrated(session, -100, -1001, NOON)
    async with database.reading() as session:
        kept = await session.get(CommunityGroup, old.id)
        assert kept is not None
        assert not kept.active
        (line,) = await list_groups(session, staff)
        assert (line.id, line.audiences, line.members) == (new.id, ("老人",), 320)
        rows = await session.scalars(select(OutboxMessage).order_by(OutboxMessage.group_id))
        found = [(row.group_id, row.state, row.error) for row in rows]
        assert found == [(old.id, "cancelled", "migrated"), (new.id, "queued", None)]


DINGTALK = "https://oapi.dingtalk.com/robot/send?access_token=" + "a1" * 32
FEISHU = "https://open.feishu.cn/open-apis/bot/v2/hook/1a2b3c4d-0000-4000-8000-123456789abc"


@pytest.mark.parametrize(
    ("link", "secret", "channel"),
    [
        (WEBHOOK, "", GroupChannel.WECOM),
        (DINGTALK, "SEC" + "b2" * 32, GroupChannel.DINGTALK),
        (DINGTALK, "", GroupChannel.DINGTALK),
        (FEISHU, "feishu-secret-0000001", GroupChannel.FEISHU),
    ],
)
async def test_the_link_says_whose_robot_it_is(
    database: Database, link: str, secret: str, channel: GroupChannel
) -> None:
    async with database.writing() as session:
        staff = await add_staff(session)
        group = await add_robot(session, staff, "业主群", link, NOON, secret=secret)
        assert group.channel == channel
        assert group_address(session, group) == link + (f"#{secret}" if secret else "")


async def test_a_robot_added_again_with_its_secret_is_the_same_robot(database: Database) -> None:
    async with database.writing() as session:
        staff = await add_staff(session)
        first = await add_robot(session, staff, "业主群", DINGTALK, NOON)
        again = await add_robot(session, staff, "业主群", DINGTALK, NOON, secret="SEC" + "b" * 61)
        assert first.id == again.id
        assert group_address(session, again).endswith("#SEC" + "b" * 61)


@pytest.mark.parametrize(
    ("link", "secret", "words"),
    [
        (WEBHOOK, "SEC12345678", "没有加签密钥"),
        (DINGTALK, "a b", "加签密钥不对"),
        (FEISHU + "/more", "", "机器人地址不对"),
        (FEISHU + "?x=1", "", "机器人地址不对"),
        (DINGTALK + "#SEC12345678", "", "机器人地址不对"),
        (FEISHU.replace("feishu", "feishu.evil"), "", "机器人地址不对"),
    ],
)
async def test_a_robot_that_cannot_be_added_is_told(
    sqlite_database: Database, link: str, secret: str, words: str
) -> None:
    async with sqlite_database.writing() as session:
        staff = await add_staff(session)
        with pytest.raises(InvalidInputError, match=words):
            await add_robot(session, staff, "业主群", link, NOON, secret=secret)
