"""What is said in a guarded group: one line, nobody named, no link that can be tapped."""

from aiogram.filters.callback_data import CallbackData
from aiogram.types import InlineKeyboardMarkup

from bot.handlers.group_sight import Sight
from bot.handlers.keyboards import button, rows
from bot.matching.result import Level
from bot.services.guard import MODE_NAMES, QUIET_CHOICES, Guarded
from bot.storage.guard import GuardMode

SENT_IN_PRIVATE = "已私聊发给您。没收到的，请先私聊我发 /start，再点一次。"
REPLY_TO_TRUST = "请长按那位成员的一条消息选“回复”，再发 /trust（取消用 /untrust）。"
TRUSTED = "好的，以后不再提醒这位成员的消息。"
NOT_TRUSTED = "好的，以后照常看这位成员的消息。"
RESTORED = "刚才删错了，原文如下："
DETAILS_GONE = "先别点链接、别转账、别共享屏幕。拿不准就打反诈专线 96110。"
ADDED = (
    "已登记，本群会收到反诈提醒。网格员请私聊我发 /groups，选好地区和人群。\n"
    "平时我不说话：只有消息很像骗局时提醒一句，同一种骗局一天一次，不点名，聊天内容不保存。\n"
    "回复一条消息发 /check，我就看那一条，私聊告诉您；"
    "管理员发 /guard 可以改成只告诉管理员和网格员、删除，或设免打扰。"
)
MAY_NOT_DELETE = (
    "\n\n注意：我还没有删除消息的权限，现在只能提醒。请把我设为群管理员，并打开“删除消息”。"
)
OTHER_TIMES = "别的时段可以写 /guard 22:30-06:30。"
WRITE_TO_ME = "\n\n管理员请先私聊我发 /start，才收得到。"
SEES_NOTHING = (
    "\n\n注意：现在我看不到大家的消息。请把我设为群管理员；"
    "或让机器人的管理者向 BotFather 发 /setprivacy 选 Disable，再把我移出群、重新拉进来。"
)


class GuardButton(CallbackData, prefix="guard"):
    """A button of the guard in a group."""

    act: str
    value: str


def warning(title: str, trick: str, level: Level) -> tuple[str, InlineKeyboardMarkup]:
    """One line under the message, and a button."""
    likely = "很像" if level is Level.HIGH else "有点像"
    words = f"⚠️ 上面这条{likely}“{title}”，先别点、别转账，可打 96110 核实。"
    return words, details(trick)


def deleted(title: str, trick: str, answer_id: int) -> tuple[str, InlineKeyboardMarkup]:
    """What stands in the place of a deleted message."""
    undo = button("管理员：撤销删除", GuardButton(act="undo", value=str(answer_id)))
    more = button("私下看详情", GuardButton(act="details", value=trick))
    return f"⚠️ 刚删除了一条很像“{title}”的消息，先别转账，可打 96110 核实。", rows([more, undo])


def details(trick: str) -> InlineKeyboardMarkup:
    """The button for details in private."""
    return rows([button("私下看详情", GuardButton(act="details", value=trick))])


def settings(guarded: Guarded, sight: Sight | None) -> tuple[str, InlineKeyboardMarkup]:
    """How the group is guarded now, what is missing for that, and the choices."""
    quiet = guarded.quiet or "不设"
    words = f"本群现在：{MODE_NAMES[guarded.mode]}；免打扰：{quiet}。{OTHER_TIMES}"
    if guarded.mode is GuardMode.TELL:
        words += WRITE_TO_ME
    if sight is not None and guarded.mode is GuardMode.DELETE and not sight.may_delete:
        words += MAY_NOT_DELETE
    if sight is not None and not sight.sees_talk:
        words += SEES_NOTHING
    modes = [
        button(_marked(MODE_NAMES[mode], mode is guarded.mode), GuardButton(act="mode", value=mode))
        for mode in GuardMode
    ]
    times = [
        button(
            _marked(f"免打扰 {choice or '不设'}", choice == guarded.quiet),
            GuardButton(act="quiet", value=choice.replace(":", ".")),
        )
        for choice in QUIET_CHOICES
    ]
    return words, rows([*modes, *times])


def _marked(label: str, chosen: bool) -> str:
    return f"✓ {label}" if chosen else label
