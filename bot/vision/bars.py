"""What on a phone's screen is the phone's own: status, title, times, the bar to write in. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.vision.layout import Box, Line, Seen

WHOLE_SCREEN = 0.7
"""Share of the width from which what was read tells where the screen begins and ends."""
BARS = 0.23
"""Height of status bar and title together, as a share of the screen's width."""
FOOT = 0.2

_DATE = r"(?:\d{2,4}年)?\d{1,2}月\d{1,2}日|\d{2,4}[-/.]\d{1,2}[-/.]\d{1,2}"
_DAY = rf"(?:今天|昨天|前天|星期[一二三四五六日天]|周[一二三四五六日天]|{_DATE})"
_PART = r"(?:凌晨|早上|上午|中午|下午|傍晚|晚上|AM|PM)"
_TIME = re.compile(rf"{_DAY}?{_PART}?\d{{1,2}}[:：]\d{{2}}(?::\d{{2}})?{_PART}?|{_DAY}{_PART}?")
_STATUS = re.compile(
    r"\d{1,2}[:：]\d{2}.{0,3}|[.·]{0,4}(?:[345]G[A+]?|HD|LTE|Wi-?Fi|4GLTE)?.{0,4}\d{1,3}%?"
    r"|[345]G\S{0,4}|中国(?:移动|联通|电信|广电).{0,6}"
)
_BAR_WORDS = frozenset(
    ("按住说话", "发送", "发消息", "短信", "短信/彩信", "信息", "iMessage", "iMessage信息")
    + ("输入消息", "输入", "相册", "拍照", "语音", "返回", "完成", "取消", "更多", "编辑", "添加")
)


@dataclass(frozen=True, slots=True)
class Placed:
    """A line with its box once the picture is level."""

    line: Line
    box: Box


def screen_of(placed: Sequence[Placed], seen: Seen) -> Box:
    """The phone's screen on the picture: what is written on it, where that spans most of it."""
    left = min(one.box.left for one in placed)
    right = max(one.box.right for one in placed)
    top = min(one.box.top for one in placed)
    bottom = max(one.box.bottom for one in placed)
    if right - left < WHOLE_SCREEN * seen.width:
        return Box(0, min(top, 0), seen.width, max(bottom, seen.height))
    return Box(left, top, right, bottom)


def without_bars(placed: Sequence[Placed], screen: Box) -> tuple[list[Placed], list[Placed], str]:
    """The lines of the talk, the times between them, and the title above them."""
    head, foot = screen.top + BARS * screen.width, screen.bottom - FOOT * screen.width
    words, times, titles, bars = [], [], [], False
    for one in placed:
        text = "".join(one.line.text.split())
        above, below = one.box.middle[1] < head, one.box.middle[1] > foot
        if (above and _STATUS.fullmatch(text)) or (below and text in _BAR_WORDS):
            bars = True
        elif _TIME.fullmatch(text):
            times.append(one)
        elif above:
            titles.append(one)
        else:
            words.append(one)
    if not (times or (bars and titles and _is_in_themiddle_of(titles[0], screen))):
        return sorted([*titles, *words], key=middle_of), times, ""
    return words, times, max((one.line.text for one in titles), key=len, default="")


def _is_in_themiddle_of(one: Placed, screen: Box) -> bool:
    return abs(one.box.middle[0] - screen.middle[0]) < 0.06 * screen.width


def middle_of(one: Placed) -> float:
    """Twice the height of a line's middle: what lines are sorted by."""
    return one.box.top + one.box.bottom
