"""Deliveries that did not go through at once: why, and when the next try is."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from bot.storage.deliveries import troubled_deliveries
from bot.storage.groups import Within
from bot.storage.outbox import WAITING_STATES, DeliveryState
from bot.times import on_screen

DELIVERY_NAMES = {
    DeliveryState.QUEUED: "排队",
    DeliveryState.SENDING: "发送中",
    DeliveryState.SENT: "已送达",
    DeliveryState.BLOCKED: "被拒收",
    DeliveryState.FAILED: "失败",
    DeliveryState.CANCELLED: "已取消",
    DeliveryState.PAUSED: "已暂停",
}
OVERDUE_AFTER = timedelta(minutes=2)
"""A message that nobody has taken up by then waits for a sender that is not there."""
NOBODY_SENDS = "还没有人发送：请检查定时任务是否在运行、这个渠道是否已设置"
TOO_FAST = "对方说发得太快，稍后再发"
ROBOT_GONE = "机器人地址已失效，请在群里重新添加机器人"
REASONS: Sequence[tuple[str, str]] = (
    (r"429|errcode (45009|410100|130101|90030)|code (11232|9499|99991400)", TOO_FAST),
    (r"errcode (93000|300001|300005|400101|400102|400106)|code 19001", ROBOT_GONE),
    (r"errcode 400013", "群已解散"),
    (r"errcode 310000 sign|code 19021", "加签密钥不对，请重新添加机器人并填写密钥"),
    (r"errcode 310000 time", "本机时间不准，对方不认签名，请校准时间"),
    (r"errcode 310000 keyword|code 19024", "机器人设了关键词，请把“反诈”加进关键词或改用加签"),
    (r"errcode 310000 ip|code 19022", "机器人设了 IP 白名单，请把本机地址加进去或改用加签"),
    (r"errcode -1|HTTP 5\d\d", "对方服务器出错"),
    (r"(err)?code \d+( \w+)?|HTTP \d+|400", "对方不收这条消息（{error}）"),
    (r"Connect(Error|Timeout)|network or server error", "连不上对方服务器，请检查网络"),
    (r"timed out|\w*Timeout(Exception)?", "对方没有及时回应"),
    (r"\w*(Error|Protocol\w*)", "网络出错（{error}）"),
    (r"answer not understood", "看不懂对方的回应"),
    (r"403|left the group", "机器人已被移出群或被拉黑"),
    (r"400 .+", "群不存在，或机器人不能在群里发言"),
    (r"token refused", "Telegram 不认这个 token，请检查 FANZHA_TELEGRAM_TOKEN"),
    (r"migrated", "群换了新地址，改发到新地址"),
    (r"quiet hours", "夜间免打扰或停发的日子，到能发的时候再发"),
    (r"group removed", "群已移除"),
    (r"offered", "等网格员在私聊里点“登记”"),
    (r"not wanted", "网格员没有登记"),
    (r"not wanted any more", "居民不再接收"),
    (r"broadcast cancelled", "通知已取消"),
    (r"broadcast retracted", "通知已撤回"),
    (r"poster refused", "文字到了，海报没有发成"),
    (r"daily limit", "这个群当天已到条数上限，没有再发"),
    (r"place not known", "群没有登记地区，填不了文字里的地名"),
    (r"not readable", "内容无法解密，请检查密钥文件"),
    (r"never came to an end", "多次发送都没有结果"),
    (r"empty text", "没有文字"),
)
NO_ATTEMPT_LEFT = "no attempt left"


@dataclass(frozen=True, slots=True)
class DeliveryTrouble:
    """One delivery that is late or did not arrive; `next_try` only where there will be one."""

    group: str
    state: DeliveryState
    why: str
    attempts: int
    next_try: datetime | None

    @property
    def words(self) -> str:
        """The whole of it in one line."""
        line = f"{self.group}：{DELIVERY_NAMES[self.state]}，{self.why}"
        if self.attempts:
            line += f"；试过 {self.attempts} 次"
        return f"{line}，{on_screen(self.next_try)} 再试" if self.next_try else line


class Troubles(tuple[DeliveryTrouble, ...]):
    """The first of them; `more` is how many are left out."""

    more: int = 0


def more_than(troubles: Sequence[DeliveryTrouble], shown: int) -> int:
    """How many troubles there are beyond the first `shown`."""
    return max(len(troubles) + getattr(troubles, "more", 0) - shown, 0)


def reason_words(error: str) -> str:
    """Why a send did not go through, in words, from what the outbox notes."""
    last, spent, _ = error.partition(f", {NO_ATTEMPT_LEFT}")
    for pattern, words in REASONS:
        if re.fullmatch(pattern, last):
            found = words.format(error=last)
            return f"{found}；不再重试" if spent else found
    return f"没有发成（{last}）"


async def troubles_of(
    session: AsyncSession,
    broadcast_ids: Sequence[int],
    now: datetime,
    within: Within | None = None,
) -> Mapping[int, Troubles]:
    """What went wrong with the deliveries of each broadcast that somebody sees, by group."""
    found: dict[int, list[DeliveryTrouble]] = {}
    total: dict[int, int] = {}
    for row in await troubled_deliveries(session, broadcast_ids, now - OVERDUE_AFTER, within):
        state = DeliveryState(row.state)
        waits = state in WAITING_STATES
        trouble = DeliveryTrouble(
            group=row.title,
            state=state,
            why=reason_words(row.error) if row.error else NOBODY_SENDS,
            attempts=row.attempts,
            next_try=row.due_at if waits and row.error and row.due_at > now else None,
        )
        found.setdefault(row.broadcast_id, []).append(trouble)
        total[row.broadcast_id] = row.total
    shown = {broadcast_id: Troubles(troubles) for broadcast_id, troubles in found.items()}
    for broadcast_id, troubles in shown.items():
        troubles.more = total[broadcast_id] - len(troubles)
    return shown
