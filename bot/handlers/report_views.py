"""All wording of residents' reports: triage, questions, previews, receipts, one's own leads."""

from collections.abc import Mapping, Sequence

from aiogram.utils.formatting import Bold, Text

from bot.handlers.views import NOT_A_POLICE_REPORT, PAID_LEAD
from bot.matching.result import ActionCode
from bot.services.evidence import KIND_NAMES, MOST_FILES, Arrived
from bot.services.knowledge import actions
from bot.services.leads import RISK_NAMES
from bot.services.notifications import Desk
from bot.services.own_leads import STATE_WORDS, OwnLead
from bot.services.reports import (
    OUTSIDE,
    REPORTER_NAMES,
    Draft,
    ReportStep,
)
from bot.services.stop_steps import StopStep
from bot.services.triage import (
    CHANNEL_NAMES,
    FILED_AT_ONCE,
    HAPPENED_NAMES,
    Happened,
)
from bot.storage.leads import Lead, Reporter, Risk
from bot.times import on_screen

REPORT_NOTICE = "您填的内容加密保存，只给值班民警看，核对、确认后才提交。" + NOT_A_POLICE_REPORT
STOP_NOTICE = (
    "每个问题都可以跳过。回答第一个，就作为紧急线索提交给值班民警；"
    "加密保存，只用来联系您、劝阻和止付。不要写密码、验证码、身份证号、自己的卡号。"
    + NOT_A_POLICE_REPORT
)
QUESTIONS: Mapping[ReportStep, str] = {
    ReportStep.HAPPENED: "现在到哪一步了？",
    ReportStep.GUARDIAN: "未满14岁孩子的信息，要监护人同意才能保存。您是孩子的监护人吗？",
    ReportStep.WHO: "是谁遇到的？",
    ReportStep.DESCRIPTION: (
        "发生了什么？可以一次写完，也可以只写几句，截图、文件也行。"
        "不要写密码、验证码、身份证号、自己的卡号。"
    ),
    ReportStep.CONTACT: "对方是怎么找到您的？",
    ReportStep.SUSPECTS: "对方的电话、账号、链接、软件名、群名，知道的都写上。没有可点“跳过”。",
    ReportStep.AMOUNT: "转走了多少钱？例如 3500 或 1.2万。",
    ReportStep.PHONE: "民警怎么打电话给您？写一个手机号；不想留可点“跳过”。",
    ReportStep.AREA: "住在哪个街道或社区？可点“跳过”。",
}
FAMILY_QUESTIONS: Mapping[ReportStep, str] = {
    ReportStep.PHONE: "打哪个电话能找到您或这位家人？写一个手机号；不想留可点“跳过”。",
    ReportStep.CONTACT: "对方是怎么找到这位家人的？",
    ReportStep.AREA: "这位家人住在哪个街道或社区？可点“跳过”。",
}
STOP_QUESTIONS: Mapping[StopStep, str] = {
    StopStep.PHONE: "民警打哪个电话找您？",
    StopStep.WHERE: "您现在在哪里？写路名、小区、店名都行。",
    StopStep.WHO: "是谁的钱转出去了？",
    StopStep.GUARDIAN: "未满14岁孩子的信息，要监护人同意才能多记。您是孩子的监护人吗？",
    StopStep.WHEN: "什么时候转的？例如：10分钟前、今天下午3点。",
    StopStep.AMOUNT: "一共转了多少钱？例如 3500 或 1.2万。",
    StopStep.PAYER: "付款账户是谁的名字？只写姓名，银行止付要用；可点“跳过”。",
    StopStep.PAYER_BANK: "从哪家银行或哪个软件转出去的？只写名字，不要写卡号。",
    StopStep.PAYEE: "钱转给了谁？收款人姓名、账号、开户行，知道多少写多少。",
    StopStep.CHANNEL: "用什么方式转的？",
    StopStep.SERIAL: "转账流水号或订单号是多少？转账记录里有；也可以直接发截图。",
    StopStep.ORDER: "订单号是多少？闪送、跑腿、网约车的都算。",
    StopStep.PLATE: "来取的人或车：车牌号、司机电话？",
    StopStep.PICKUP: "在哪里交出去的？",
    StopStep.STILL: "现在还在和对方通话，或开着共享屏幕吗？",
}
GOODS_QUESTIONS: Mapping[StopStep, str] = {
    StopStep.WHEN: "什么时候交出去的？例如：10分钟前、今天下午3点。",
    StopStep.WHO: "是谁把现金、黄金交出去了？",
    StopStep.AMOUNT: "现金多少，黄金大约值多少钱？例如 3500 或 1.2万。",
}
DESK_WORDS: Mapping[Desk, str] = {
    Desk.STAFFED: "值班民警看到后会联系您，这不代表民警已经出发。",
    Desk.UNKNOWN: "值班民警看到后会联系您，这不代表民警已经出发。",
    Desk.EMPTY: "现在没有民警值班，上班后才有人看到。急事不要等，马上打 110。",
}
ONLY_TRYING = (
    "好的，没有提交。想试试，直接发一条消息就能查。\n"
    "举报会让值班民警马上放下手里的事，请留给真正遇到事的人。真遇到了，随时来报。"
)
NAMELESS = (
    "好的，不记是谁报的：查不到进度，也不能撤回。您写下的回电和地点，民警只用来联系您、劝阻和止付。"
)
NOTHING_FILED = f"您没有填写，所以没有提交。{PAID_LEAD}想起来了随时再点“我已转账”。"
NO_LEADS = "您还没有报送过。遇到可疑的事，发 /report；已经转了账，先打 110。"
STORY_KEPT = "这些先记下了。"
STILL_WRITING = "您有一份举报还没提交，接着写就行。要重新来，先点“取消”。"
SEND_MORE = "请把要补充的写下来，或发截图、文件。写完发“取消”退出。"
ERASE_SURE = (
    "删除后，您的电话、地点、经过、截图都会清除，民警就没法再联系您，也不能恢复。"
    "对方的号码账号和办理记录会留下。确定删除吗？"
)
WITHDRAW_SURE = "撤回后值班民警不再处理这条报送。确定撤回吗？"
UNDONE = "已撤销，您填的内容已删除。真遇到事，随时再报；急事打 110。"


def action(code: ActionCode) -> Text:
    """One action in large plain words, then what follows."""
    advice = actions()[code]
    steps = "\n".join(f"{n}. {step}" for n, step in enumerate(advice.steps, 1))
    return Text(Bold(f"▶ {advice.now}"), f"\n{steps}")


def hidden(kinds: Sequence[str], where: str = "您写的") -> str:
    """Says what of an answer was one's own and is not kept."""
    return f"{where}{'、'.join(kinds)}已经遮住，没有保存。这些不要发给任何人，也不用发给我们。"


def noticed(kinds: Sequence[str], kept: int) -> list[str]:
    """What somebody is told of an answer: what is not kept of it, and that it was too long."""
    told = [hidden(kinds)] if kinds else []
    return [*told, f"写得太长，只记下了前 {kept} 个字。其余的请分几条再发。"] if kept else told


def file_kept(arrived: Arrived, count: int) -> str:
    """A file came and belongs to the report; says, too, what was taken out of it."""
    name = KIND_NAMES.get(arrived.kind, "文件")
    kept = f"收到{name}，一共 {count} 个（最多 {MOST_FILES} 个）。原件请先留着。"
    return f"{kept}\n{hidden(arrived.hidden, '消息里的')}" if arrived.hidden else kept


def report_question(draft: Draft, step: ReportStep, *, first: bool = False) -> Text:
    """A question of the report dialogue; the notice stands above the first."""
    if step is ReportStep.CONFIRM:
        return Text(
            Bold("请核对，确认后才提交："), "\n", draft_lines(draft), "\n", NOT_A_POLICE_REPORT
        )
    words = QUESTIONS[step]
    if draft.who == Reporter.FAMILY:
        words = FAMILY_QUESTIONS.get(step, words)
    return Text(f"{REPORT_NOTICE}\n\n" if first else "", Bold(words))


def stop_question(happened: str, step: StopStep, *, first: bool = False) -> Text:
    """A question about money that is gone; the notice stands above the first."""
    words = STOP_QUESTIONS[step]
    if happened == Happened.CASH:
        words = GOODS_QUESTIONS.get(step, words)
    if not first:
        return Text(Bold(words))
    return Text(Bold(f"☎ {PAID_LEAD}"), f"\n{STOP_NOTICE}\n\n", Bold(words))


def draft_lines(draft: Draft) -> str:
    """A draft as its author checks it."""
    happened = {str(key): name for key, name in HAPPENED_NAMES.items()}
    channels = {str(key): name for key, name in CHANNEL_NAMES.items()}
    reporters = {str(key): name for key, name in REPORTER_NAMES.items()}
    amount = f"{draft.amount_fen / 100:,.2f} 元" if draft.amount_fen is not None else ""
    entries = [
        ("情况", happened.get(draft.happened, "")),
        ("谁遇到", reporters.get(draft.who, "")),
        ("经过", _shortened(draft.description)),
        ("联系方式", channels.get(draft.contact, "")),
        ("对方信息", _shortened(draft.suspects)),
        ("金额", amount),
        ("回电", draft.phone),
        ("地点", draft.area),
    ]
    text = "".join(f"{name}：{value}\n" for name, value in entries if value)
    if draft.who == Reporter.ANONYMOUS:
        text += "不留名：不记是谁报的，所以查不到进度，也不能撤回。\n"
    return text


def _shortened(text: str, length: int = 300) -> str:
    return text if len(text) <= length else text[: length - 1] + "…"


def receipt(lead: Lead, desk: Desk, area: str, district: str) -> Text:
    """What somebody reads who has just reported; nothing in it says that anybody is on the way."""
    urgent = lead.risk == Risk.URGENT or lead.happened in FILED_AT_ONCE
    progress = "" if lead.resident_id is None else "发 /my 看进度、补充、撤回。\n"
    return Text(
        Text(Bold(f"☎ {PAID_LEAD}"), "\n\n") if urgent else "",
        Bold("已提交给反诈专班。"),
        f"\n线索编号：{lead.number}（等级：{RISK_NAMES[Risk(lead.risk)]}）\n",
        f"{_reach(desk, area, district)}民警不会要您转账，也不会要验证码。\n",
        f"{progress}\n{NOT_A_POLICE_REPORT}",
    )


def stop_receipt(lead: Lead, desk: Desk, area: str, district: str) -> Text:
    """The same after the first answer about money that is gone: the questions go on."""
    return Text(
        Bold("☎ 已提交。马上打 110，再打 96110，不要等回电。"),
        f"\n线索编号：{lead.number}\n{_reach(desk, area, district)}\n",
        f"后面的问题能帮银行止付，知道多少答多少。{NOT_A_POLICE_REPORT}",
    )


def stop_end(number: str, *, nameless: bool = False) -> Text:
    """The questions about money that is gone are over."""
    more = f"线索编号：{number}。有转账截图请发来，点“补充经过、截图”。"
    return Text(
        Bold("☎ 还没打 110 的，现在就打。"),
        "\n都记下了。",
        f"\n{'' if nameless else more}{NOT_A_POLICE_REPORT}",
    )


def _reach(desk: Desk, area: str, district: str) -> str:
    return f"{outside(district) if area == OUTSIDE else DESK_WORDS[desk]}\n"


def outside(district: str) -> str:
    """What somebody reads whom the district's officers cannot reach."""
    return f"您不在{district}，这里的民警可能到不了您那里，急事请直接打当地 110。"


def hang_up() -> Text:
    """What somebody does who still talks to the suspect or shares the screen."""
    return action(ActionCode.SCREEN_SHARED)


def stopped_at(number: str, *, nameless: bool = False) -> str:
    """Somebody leaves the questions after the lead was made."""
    told = "已经提交" if nameless else f"{number} 已经提交，发 /my 可以撤回或补充"
    return f"好的，先到这里。{told}。{PAID_LEAD}"


def own_leads(leads: Sequence[OwnLead]) -> str:
    """One's leads, newest first, in plain words."""
    lines = [
        f"{on_screen(one.received_at, '%m-%d %H:%M')} {one.number}：{STATE_WORDS[one.state]}"
        for one in leads
    ]
    return "您的报送（点编号可以补充、撤回、删除）：\n" + "\n".join(lines)


def own_lead(lead: OwnLead) -> str:
    """One lead, in plain words."""
    names = {str(key): name for key, name in HAPPENED_NAMES.items()}
    return (
        f"{lead.number}\n{STATE_WORDS[lead.state]}。\n"
        f"{on_screen(lead.received_at)} 报送，情况：{names.get(lead.happened, '')}\n"
        f"{NOT_A_POLICE_REPORT}"
    )


def added(lead: Lead) -> str:
    """More was added to a lead."""
    return f"已补充到 {lead.number}。还有可以接着发；没有了发“取消”退出。"


def ended_meanwhile(state: str) -> str:
    """What came for a lead that has ended since is not kept."""
    return f"{state}\n刚发的这条没有记下。急事打 110。"


def withdrawn(lead: Lead) -> str:
    """A lead is withdrawn."""
    return f"{lead.number} 已撤回。需要时可以再次报送；急事打 110。"


def erased(lead: Lead) -> str:
    """Everything personal is deleted."""
    return f"{lead.number} 里您的个人信息已删除。需要时可以再次报送；急事打 110。"
