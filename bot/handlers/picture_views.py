"""What residents read about their pictures."""

from collections.abc import Sequence

from aiogram.utils.formatting import Bold, Text

from bot.handlers.elder_views import verdict_for_elders
from bot.handlers.views import (
    quoted,
    verdict,
    verdict_in_short,
    verdict_unsaved,
)
from bot.matching.lookup.codes import Code, CodeUse
from bot.services.pictures import Judged
from bot.vision.talk import Bubble, Side, Transcript

MARKED = "框出来的是可疑的话。"
NOT_FETCHED = "这张图没有收到，请再发一次；发不了就把图里的话打出来。"
LINES_SHOWN = 6
LEFT_OPEN = "刚才的图片没能看完。请再发一次，或把图里的话打出来；对方让您转账的，先停下。"
_READING = "正在识别图片…"
_WHO = {Side.THEIRS: "对方", Side.MINE: "我", Side.NONE: ""}


def reading(before: int) -> str:
    """That it has begun, or how many are before it."""
    return f"{_READING}前面还有 {before} 张。" if before else _READING


def partly(judged: Judged) -> Text:
    """The verdict on what was read first."""
    return Text(Bold("先看了开头一部分，其余的还在看。"), "\n", verdict_in_short(judged.verdict))


def answer(judged: Judged, *, saved: bool = True, elder: bool = False) -> Text:
    """The verdict on pictures, what their codes are for, and what was read.

    For elders it is short and what was read is left out.
    """
    words = verdict(judged.verdict) if saved else verdict_unsaved(judged.verdict)
    if elder:
        words = verdict_for_elders(judged.verdict)
    parts: list[Text | str] = [words]
    if judged.codes:
        parts.append("\n\n" + "\n".join(_code(code) for code in judged.codes))
    if not elder and (lines := _read(judged.transcripts)):
        parts.append("\n\n图里读到（可能有个别字读错）：\n" + "\n".join(lines))
    if judged.troubles:
        parts.append("\n\n有图没看成：" + " ".join(judged.troubles))
    return Text(*parts)


def _code(code: Code) -> str:
    app = code.app
    match code.use:
        case CodeUse.PAYMENT:
            return f"图里有{app}收付款码：扫了付款，钱就到了对方手里。不认识的人发来的，别付。"
        case CodeUse.WALLET:
            return f"图里的码会直接打开{app}，可能跳到付款或授权的页面。不认识的人发来的，别扫。"
        case CodeUse.COIN:
            return f"图里有虚拟币收款地址（{app}）：转出去很难追回，别转。"
        case CodeUse.GROUP:
            return f"图里有{app}进群码：群里有人带着转账、下软件、做任务的，别跟。"
        case CodeUse.FRIEND:
            return f"图里有加{app}好友的码：不认识的人，别加。"
        case CodeUse.LOGIN:
            return f"图里有{app}登录码：扫了并确认，等于让别人登录您的账号。"
        case CodeUse.ONE_TIME:
            return "图里有动态口令的码：给了别人，账号就归别人管。"
        case CodeUse.DOWNLOAD:
            return f"图里的码会下载安装软件（{quoted(code.content)}）：别扫。"
        case CodeUse.LINK:
            return f"图里的码是网址“{quoted(code.content)}”，我们没有打开它。"
        case CodeUse.TEXT:
            return f"图里的码写着“{quoted(code.content)}”。"


def _read(transcripts: Sequence[Transcript]) -> list[str]:
    bubbles = [bubble for one in transcripts for bubble in one.bubbles]
    lines = [_bubble(bubble) for bubble in bubbles[:LINES_SHOWN]]
    more = len(bubbles) - len(lines)
    return [*lines, f"…还有 {more} 段"] if more > 0 else lines


def _bubble(bubble: Bubble) -> str:
    who = quoted(bubble.name) or _WHO[bubble.side]
    return f"{who}：{quoted(bubble.text)}" if who else quoted(bubble.text)
