"""Results as Chinese text for residents and staff: all wording of the dialogue lives here."""

import re
import unicodedata
from collections.abc import Sequence
from datetime import datetime

from aiogram.methods import SendMessage
from aiogram.types import InlineKeyboardMarkup
from aiogram.utils.formatting import Bold, Text

from bot.matching.result import ActionCode, Level, Reason, Verdict
from bot.services.desk import LeadView, QueuePage
from bot.services.knowledge import actions
from bot.services.leads import RISK_NAMES, STATE_NAMES, QueueLine
from bot.services.limits import STEP_NAMES
from bot.services.outgoing import Button, Outgoing
from bot.services.permissions import ROLE_NAMES
from bot.services.triage import CHANNEL_NAMES, HAPPENED_NAMES
from bot.storage.leads import Lead
from bot.storage.staff import Staff
from bot.times import on_screen

QUOTE_LENGTH = 30
REASONS_SHOWN = 4
MOST_STEPS = 3

LEVEL_HEADS = {
    Level.HIGH: "🔴 高危",
    Level.SUSPICIOUS: "🟠 可疑",
    Level.UNCLEAR: "🟡 拿不准",
    Level.NONE: "⚪ 未见异常",
}
UNSURE = "光看这些还判断不了，先别转账。"
PAID_LEAD = "马上拨打 110 报警，再打 96110。"
NOT_A_POLICE_REPORT = "在这里报送不等于报案，报案请打 110 或去派出所。"
TOO_FAST = "您发得有点快，请等一分钟再发。情况紧急请直接拨打 110。"
WENT_WRONG = "系统出了点问题，这一条没有处理。请稍后再发；情况紧急请直接拨打 110。"
OLD_BUTTON = "这个按钮已经过期，请用最新一条消息里的按钮。"
CANCELLED = "已取消，没有提交任何内容。再发消息就能继续查。"
NOTHING_TO_CANCEL = "现在没有进行中的步骤。把可疑的消息发来就能查。"
GO_ON = "您上次没写完，已经写的都在。接着答下面这一步，不想写了发“取消”。"
ONLY_TEXT = (
    "现在只能看文字。请把图里、语音里的话打出来或复制过来。对方让您转账、共享屏幕的，先停下。"
    "要把截图、文件交给民警，先点“举报”。"
)
TEXT_OR_PICTURE = (
    "这个看不了，能看文字、截图、照片、二维码、文件和名片。录像请截图，话请打出来。"
    "对方让您转账、共享屏幕的，先停下。"
    "要把文件交给民警，先点“举报”。"
)
TOO_LONG = "消息太长，只看了前面一部分。"
UNKNOWN_COMMAND = "没有这个命令。把可疑的消息直接发来就能查；发 /help 看说明。"
PRIVATE_ONLY = "这个功能请和我私聊使用。"
WRONG_NOTED = (
    "谢谢，已记下“判断错了”。我们没有保存您的原文。\n"
    "事情没弄清之前，先不要转账；可以打 96110 核实。\n\n"
    "可以把这条消息留下来改进判断吗？电话、卡号、验证码会先遮住。"
)
SEND_AGAIN = (
    "请把那条消息再发一次。电话、卡号、验证码遮住以后才保存，只用来改进判断，90 天内删除。\n"
    "不想留了，发“取消”。"
)
KEPT_FOR_REVIEW = "谢谢，已遮住号码后保存，只用来改进判断，90 天内删除。"
NOT_KEPT = "好的，没有保存。"
NOT_THE_SAME = "这条和刚才那条不一样，没有保存。想留下刚才那条，请再点“判断错了”。"
BUSY = "您还有没写完的步骤，写完或发“取消”后再点一次。"


def greeting(district: str) -> Text:
    """What the bot does and keeps."""
    return Text(
        Bold(f"您好，这里是{district}反诈机器人。"),
        "\n把可疑的短信、聊天、电话内容发给我，马上告诉您像不像骗局、现在怎么做。\n\n",
        Bold("已经转了账？"),
        f"{PAID_LEAD}\n",
        Bold("电话还没挂？"),
        "点“正在通话？”，答几个问题就知道怎么办。\n\n",
        "不保存您发来的原文，只记下判断结果。您提交举报时，内容会加密保存，只有办理的民警能看。\n",
        "不会问您要密码、验证码、身份证号。",
        f"{NOT_A_POLICE_REPORT}",
    )


def privacy(days: int) -> str:
    """What is kept, and for how long."""
    return (
        "我们保存的：\n"
        f"· 查询：只记判断结果和一个无法还原原文的编号，{days} 天后删除。\n"
        "· 举报：您提交的内容和图片、文件，加密保存，只有办理的民警（值班民警、辖区派出所）能看，"
        "每次查看都有记录；发 /my 可以撤回、删除。"
        "别人查同一个号码，只看到有人举报过；三个人以上举报的，看到条数、月份和种类。\n"
        "· 没写完的举报：加密保存，点“取消”立即删除。\n"
        "· 您点了“可以，帮助改进”的消息：遮住电话、卡号、验证码后加密保存，90 天内删除。\n"
        "· 答题和演练：只记对错和做到哪一步，用来挑下次的题；400 天后与您无关。\n"
        "· 班级：只记您在哪个班级；联系人只看到合计，不到 5 人不显示。发 /class 随时退出。\n"
        "· 亲友圈：只记谁和谁互相同意；告诉家人的是骗术的名字，不是原文。发 /family 随时停。\n"
        "· 账号：400 天没来，也没有报送、订阅、亲友和班级的，账号抹去，只留计数。\n"
        "不保存：您没同意留下的原文、拿来查询的图片、文件、语音、密码、验证码、身份证号。"
    )


def verdict(judged: Verdict) -> Text:
    """The verdict: level and one action first, then why, then what to do."""
    parts: list[Text | str] = [Bold(LEVEL_HEADS[judged.level]), "\n"]
    parts += _verdict_body(judged)
    return Text(*parts)


def _verdict_body(judged: Verdict) -> list[Text | str]:
    if judged.level in (Level.HIGH, Level.SUSPICIOUS):
        return _scam_body(judged)
    if judged.level is Level.UNCLEAR:
        return [
            Bold(UNSURE),
            f"\n{question_about(judged)}\n",
            *_reasons(judged.reasons),
            *([f"也有不像骗局的地方：{'；'.join(judged.against[:2])}\n"] if judged.against else []),
            "拿不准就打反诈专线 96110。",
        ]
    return [
        "没有发现已知的骗术，但不等于没有风险。\n",
        Bold("只要对方提到转账、验证码、共享屏幕，就先停下。"),
        "\n可到官方 App 里核对，或打 96110 问一问。",
    ]


def _scam_body(judged: Verdict) -> list[Text | str]:
    stop = actions()[ActionCode.STOP_AND_VERIFY]
    *verify, unsure = stop.steps
    lead, *rest = judged.advice or (stop.now, *verify)
    parts: list[Text | str] = [Bold(lead), "\n"]
    if judged.title:
        likely = "这是" if judged.level is Level.HIGH else "有点像"
        parts.append(f"\n{likely}：{judged.title}\n")
    parts += _reasons(judged.reasons)
    steps = [*rest, unsure][:MOST_STEPS]
    parts.append("\n现在怎么做：\n" + "".join(f"{n}. {step}\n" for n, step in enumerate(steps, 1)))
    if judged.genuine:
        parts.append(f"\n怎么分真假：{judged.genuine}\n")
    if judged.against:
        parts.append(f"\n也有不像骗局的地方：{'；'.join(judged.against[:2])}\n")
    parts += ["\n", Bold("已经转了账？"), PAID_LEAD]
    return parts


def _reasons(reasons: Sequence[Reason]) -> list[Text | str]:
    if not reasons:
        return []
    lines = [_reason(reason) for reason in reasons[:REASONS_SHOWN]]
    return ["为什么：\n", *[f"· {line}\n" for line in lines]]


def _reason(reason: Reason) -> str:
    quote = quoted(reason.quote)
    return f"“{quote}”——{reason.text}" if quote else reason.text


def quoted(text: str) -> str:
    """A resident's phrase, short, on one line, with links that cannot be tapped."""
    visible = "".join(" " if unicodedata.category(sign)[0] in "CZ" else sign for sign in text)
    line = " ".join(visible.split())
    if len(line) > QUOTE_LENGTH:
        line = line[: QUOTE_LENGTH - 1] + "…"
    return re.sub(r"(?<=[\w\-])\.(?=[A-Za-z])", "[.]", line.replace("://", "[:]//"))


def verdict_in_short(judged: Verdict) -> Text:
    """The verdict where a question follows: level, one action, what it is."""
    lead = (judged.advice or (actions()[ActionCode.STOP_AND_VERIFY].now,))[0]
    parts: list[Text | str] = [Bold(LEVEL_HEADS[judged.level]), "\n", Bold(lead)]
    if judged.title:
        likely = "这是" if judged.level is Level.HIGH else "有点像"
        parts.append(f"\n{likely}：{judged.title}")
    return Text(*parts)


def question_about(judged: Verdict) -> str:
    """What is asked where a text alone does not tell."""
    asked = judged.question or "对方有没有让您转账、点链接、装软件或给验证码？"
    return f"请再告诉我：{asked}"


def verdict_unsaved(judged: Verdict) -> Text:
    """The verdict while nothing can be stored."""
    return Text(
        verdict(judged),
        "\n\n系统暂时无法保存，判断不受影响；如果您正在举报，刚才的内容没有记下，请稍后再发。",
    )


DESPAIR = (
    "请先别一个人扛。现在就打给一位家人或朋友，或拨打 110。"
    "全国心理援助热线 12356，随时有人接听。钱的事可以慢慢处理，遇到骗子不是您的错。"
)


def bound(staff: Staff) -> str:
    """The chat now speaks for a member of staff."""
    return (
        f"已绑定：{staff.name}（{ROLE_NAMES[staff.role]}）。\n"
        "发 /help 看您能用的命令。请不要把这个账号借给别人。"
    )


ASK_CODE = "请在 /bind 后面写上一次性代码，例如 /bind ABCD-2345。"


def staff_help(commands: Sequence[tuple[str, str]]) -> str:
    """The commands of the speaker's role."""
    return "\n".join(f"/{name} {meaning}" for name, meaning in commands)


def queue_lines(page: QueuePage, now: datetime) -> str:
    """Open leads, the soonest due first, overdue ones marked."""
    if not page.lines:
        return "现在没有未办结的线索。"
    rows = [
        f"{_step_left(line, now)}{line.number} {RISK_NAMES[line.risk]} {STATE_NAMES[line.state]}"
        f"{' ' + line.assignee if line.assignee else ''}"
        for line in page.lines
    ]
    more = page.total - len(page.lines)
    rest = f"\n还有 {more} 条{'以上' if page.more else ''}，请在值班台查看。" if more > 0 else ""
    return "未办结线索（快到时限的在前）：\n" + "\n".join(rows) + rest


def _step_left(line: QueueLine, now: datetime) -> str:
    if line.step_due_at is None:
        return ""
    minutes = int((line.step_due_at - now).total_seconds() // 60)
    step = STEP_NAMES.get(line.state, "处理")
    return f"❗{step}超时 {-minutes} 分 " if minutes < 0 else f"{step}剩 {minutes} 分 "


def lead_masked(lead: LeadView) -> str:
    """A lead in a chat: nothing that identifies the resident; the console shows the rest."""
    line = lead.line
    happened = {str(key): name for key, name in HAPPENED_NAMES.items()}
    channels = {str(key): name for key, name in CHANNEL_NAMES.items()}
    amount = f"{line.amount_fen / 100:,.2f} 元" if line.amount_fen is not None else ""
    entries = [
        ("线索", line.number),
        ("等级", RISK_NAMES[line.risk]),
        ("状态", STATE_NAMES[line.state]),
        ("情况", happened.get(line.happened, "")),
        ("联系方式", channels.get(lead.contact_channel, "")),
        ("金额", amount),
        ("对方信息", "、".join(one.value for one in lead.identifiers[:5])),
        ("办理人", line.assignee),
        ("派出所", line.station),
        ("收到", on_screen(line.received_at)),
        (f"{STEP_NAMES.get(line.state, '处理')}期限", on_screen(line.step_due_at)),
        ("联系", f"{len(lead.book.contacts)} 次" if lead.book.contacts else ""),
        ("止付", f"{len(lead.book.stops)} 笔" if lead.book.stops else ""),
        ("相关线索", f"{len(lead.book.links)} 条" if lead.book.links else ""),
        ("已并入", lead.book.survivor),
    ]
    text = "".join(f"{name}：{value}\n" for name, value in entries if value)
    return f"{text}报送人的电话和经过请在值班台查看，每次查看都有记录。"


def signed(lead: Lead) -> str:
    """The lead is the officer's now."""
    return f"已签收 {lead.number}。完整信息请在值班台查看。"


def outgoing_of(reply: SendMessage) -> Outgoing:
    """A reply as a message of the outbox."""
    markup = reply.reply_markup
    keyboard = markup.inline_keyboard if isinstance(markup, InlineKeyboardMarkup) else []
    made = tuple(
        tuple(Button(one.text, one.callback_data or "") for one in row) for row in keyboard
    )
    return Outgoing(reply.text, made)


GROUP_HELLO = "大家好，我是反诈机器人。请网格员在群里发 /register 登记，之后本群会收到反诈提醒。"
