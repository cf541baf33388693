"""Which commands each role has; menus and /help come from here."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.services.notifications import PUSHED_CHANNELS, tell_resident
from bot.services.outgoing import Outgoing
from bot.services.permissions import Action, may
from bot.storage.outbox import Priority
from bot.storage.residents import Resident
from bot.storage.staff import Role

RESIDENT_COMMANDS = (
    ("start", "开始"),
    ("report", "举报可疑情况"),
    ("paid", "我已转账，怎么办"),
    ("call", "正在通话？几下问清真假"),
    ("my", "我的报送：看进度、补充、撤回"),
    ("learn", "了解骗局"),
    ("ask", "问一个问题"),
    ("quiz", "答五道题"),
    ("drill", "模拟演练"),
    ("class", "用口令加入学校或单位的班级"),
    ("tip", "今天一条提醒"),
    ("case", "今天的本地案例"),
    ("family", "亲友圈：请家人一起提防"),
    ("elder", "简明模式：短回答、大按钮"),
    ("subscribe", "订阅反诈提醒"),
    ("privacy", "存了什么"),
    ("cancel", "取消当前步骤"),
)
STAFF_COMMANDS = (
    ("queue", "未办结线索", Action.SEE_QUEUE),
    ("lead", "看一条线索：/lead 编号", Action.SEE_LEAD),
    ("notice", "给群发通知", Action.SEND_NOTICE),
    ("sent", "发过的通知到了没有", Action.SEND_NOTICE),
    ("groups", "可以发的群", Action.SEE_GROUPS),
    ("wechat", "登记要您转发的微信群：/wechat 群名", Action.ADD_GROUP),
    ("groupquiz", "在登记的群里发：全群答五道题", Action.RUN_GROUP_QUIZ),
    ("newclass", "给学校或公司建班级：/newclass 学校 名称", Action.KEEP_CLASSES),
    ("classes", "班级的合计、结束班级", Action.KEEP_CLASSES),
    ("attend", "大讲堂签到：/attend 屏幕上的数字", Action.ATTEND_TRAINING),
    ("requests", "要我单位办的事", Action.ANSWER_REQUEST),
    ("suspicious", "报告可疑取款、办卡：/suspicious 情况", Action.ANSWER_REQUEST),
    ("activity", "登记讲座、入户、横幅等活动", Action.FILE_ACTIVITY),
)

GROUP_COMMANDS = (("check", "回复一条消息用：这条是不是骗局"),)
"""What every member of a group may ask of the bot there."""
GROUP_ADMIN_COMMANDS = (
    *GROUP_COMMANDS,
    ("guard", "群守护：怎样提醒，什么时候安静"),
    ("trust", "回复一位成员的消息用：不再看他的消息"),
    ("untrust", "回复一位成员的消息用：重新看他的消息"),
    ("register", "网格员用：登记本群，以后收通知"),
    ("groupquiz", "网格员用：全群答五道题"),
)
"""The same for its administrators; a grid worker is one where he added the bot."""


def commands_of(role: Role) -> list[tuple[str, str]]:
    """Commands a role has beyond everybody's, with what each does."""
    return [(name, meaning) for name, meaning, action in STAFF_COMMANDS if may(role, action)]


async def show_menu(
    session: AsyncSession, resident: Resident, role: Role | None, now: datetime
) -> None:
    """Give a chat the menu of a role; None: everybody's again. Only a messenger has menus."""
    if resident.channel not in PUSHED_CHANNELS:
        return
    menu = (*commands_of(role), *RESIDENT_COMMANDS) if role else ()
    await tell_resident(
        session,
        resident,
        Outgoing("", menu=menu),
        key=f"menu:{now.timestamp()}:{role or ''}",
        priority=Priority.RECEIPT,
        now=now,
    )
