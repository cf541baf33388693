"""The wording of /notice: its questions, the look before it goes out, what became of it."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from bot.services.broadcast_lines import BroadcastLine
from bot.services.campaign_draft import Draft
from bot.services.campaign_looks import Look
from bot.services.deliveries import DELIVERY_NAMES, more_than
from bot.services.notice_templates import NoticeVariable
from bot.storage.broadcasts import Broadcast, BroadcastState
from bot.times import on_screen

NO_GROUPS = "还没有可以发送的群。把我拉进群后，在群里发 /register；群机器人请在值班台添加。"
CHOOSE_NOTICE = "发哪一条？都是审核过的文字。"
ASK_WORDS = "请写通知内容，150 字以内好读；{社区} 会换成每个群的社区名。"
ASK_AREA = "发到哪些地区？可以选几个，带 › 的能点开。也可以直接写地区名。"
ASK_AUDIENCE = "发给哪些人的群，走哪些渠道？可以选几类，一类不选就是都发。"
ASK_TIME = (
    "什么时候发？点“现在”，或写时间，例如 18:30、明天 8:00；"
    "重复发就写规则，例如 工作日 07:30、每周一、四 12:00、每月1日 09:00。"
)
NOTICE_CANCELLED = "已取消，没有发送。"
NOTICE_KEPT = "没有发送，写好的存成了草稿。发 /notice 接着写，在值班台“通知”里也能。"
TROUBLES_SHOWN = 5
LINE = "————"


def choose_notice(drafts: int) -> str:
    """Which notice; where there are drafts, that one may go on with them."""
    return f"{CHOOSE_NOTICE}上面是没写完的草稿，点开接着写。" if drafts else CHOOSE_NOTICE


def ask_blank(blank: NoticeVariable) -> str:
    """Ask for one blank of a notice."""
    return f"请写“{blank.title}”，例如：{blank.example}"


def notice_preview(text: str) -> str:
    """The notice as it will be sent, and the next question."""
    return f"将发送：\n{LINE}\n{text}\n{LINE}\n发到哪个群？"


def ask_area(chosen: Sequence[str]) -> str:
    """The areas chosen so far, and the question for more."""
    return f"{ASK_AREA}\n已选：{'、'.join(chosen)}" if chosen else ASK_AREA


def confirm_notice(
    draft: Draft, send_at: datetime | None, rule: str, *, skip_late: bool = False
) -> str:
    """The last look before a notice goes out: as each channel shows it, to whom, when."""
    if draft.problems:
        wrong = "\n".join(f"· {problem}" for problem in draft.problems)
        return f"{draft.text}\n{LINE}\n这样发不了：\n{wrong}\n请点“返回”修改。"
    looks = [_look_words(text, looks) for text, looks in _by_text(draft.looks).items()]
    if draft.poster:
        looks.append(f"配海报《{draft.poster.title}》，点“先发给我自己看”能看到。")
        looks += sorted({f"{look.name}：{look.poster}" for look in draft.looks if look.poster})
    when = _when(draft, send_at, rule) + ("，错过就不发" if skip_late else "")
    return "\n".join([*looks, f"{_reach(draft)}。时间：{when}。确认吗？"])


def _by_text(looks: Sequence[Look]) -> dict[str, list[Look]]:
    same: dict[str, list[Look]] = {}
    for look in looks:
        same.setdefault(look.text, []).append(look)
    return same


def _look_words(text: str, looks: Sequence[Look]) -> str:
    where = "、".join(_how_many(look) for look in looks)
    example = f"（以“{looks[0].example}”为例）" if looks[0].example else ""
    return f"{where}，看到的是{example}：\n{LINE}\n{text}\n{LINE}"


def _how_many(look: Look) -> str:
    return look.name if look.residents else f"{look.name} {look.groups} 个"


def _reach(draft: Draft) -> str:
    groups = sum(look.groups for look in draft.looks)
    parts = [f"发给 {groups} 个群"]
    if (audience := draft.audience) is not None:
        if audience.people:
            parts.append(f"约 {audience.people} 人")
        if audience.subscribers:
            parts.append(f"订阅居民 {audience.subscribers} 位")
        parts += [f"没算上 {one.count} {one.unit}（{one.why}）" for one in audience.left_out]
    return "，".join(parts)


def _when(draft: Draft, send_at: datetime | None, rule: str) -> str:
    if rule:
        following = "、".join(on_screen(one, "%m-%d %H:%M") for one in draft.following)
        return f"{rule}，第一次 {on_screen(draft.moment)}，之后 {following}"
    return _time_name(send_at) + (f"（{draft.note}）" if draft.note else "")


def sent_notices(lines: Sequence[BroadcastLine], titles: Mapping[str, str]) -> str:
    """The latest notices with their deliveries, and what went wrong."""
    if not lines:
        return "还没有发过通知。发 /notice 选一条。"
    return "\n\n".join(_sent_notice(line, titles) for line in lines)


def _sent_notice(line: BroadcastLine, titles: Mapping[str, str]) -> str:
    counts = "，".join(f"{DELIVERY_NAMES[state]} {count}" for state, count in line.counts.items())
    groups = f"{len(line.groups)} 个群" if line.groups else "按地区和人群选的群"
    rows = [
        f"{on_screen(line.send_at)} {titles.get(line.template, line.template)}",
        f"{line.state_name}，{groups}{'：' + counts if counts else ''}",
        *[f"· {trouble.words}" for trouble in line.troubles[:TROUBLES_SHOWN]],
    ]
    left = more_than(line.troubles, TROUBLES_SHOWN)
    return "\n".join(rows + ([f"· 还有 {left} 个群没有送达"] if left > 0 else []))


def notice_scheduled(broadcast: Broadcast, send_at: datetime | None, groups: int) -> str:
    """The notice is on its way, or waits for somebody; where the rules moved it, why."""
    if broadcast.state == BroadcastState.AWAITING:
        who = "专班负责人" if broadcast.emergency else "另一个人"
        return f"已提交（编号 {broadcast.id}），等{who}批准。批准或不批准都会告诉您。"
    to = f"发给 {groups} 个群" if groups else "发给选好的群"
    head = f"已安排（编号 {broadcast.id}）：{to}"
    if broadcast.emergency:
        return f"{head}，紧急，马上发。"
    if broadcast.rule:
        return f"{head}，{broadcast.rule}，第一次 {on_screen(broadcast.send_at)}。"
    if broadcast.note:
        return f"{head}。{broadcast.note}。"
    return f"{head}，时间：{_time_name(send_at)}。"


def _time_name(send_at: datetime | None) -> str:
    return on_screen(send_at) if send_at else "现在"
