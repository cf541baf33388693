"""Templates → pages. Everything put into a page is escaped."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated

from fastapi import Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bot.matching.result import Level
from bot.services import contacts, stop_payment
from bot.services.api_tokens import SCOPE_NAMES
from bot.services.broadcast_course import may_change
from bot.services.deliveries import DELIVERY_NAMES, reason_words
from bot.services.duty_report_kinds import span_name
from bot.services.duty_report_text import rate
from bot.services.exports import SOURCE_NAMES, contact_name, happened_name, source_name
from bot.services.groups import CHANNEL_NAMES as GROUP_CHANNEL_NAMES
from bot.services.handling import APPEAL_NAMES
from bot.services.leads import OPEN_STATES, RISK_NAMES, STATE_NAMES
from bot.services.limits import STEP_NAMES
from bot.services.linking import SHARED_NAMES
from bot.services.notice_templates import SLOT, NoticeTemplate, fill
from bot.services.outcomes import AGE_BANDS, OCCUPATIONS, PARTNER_KINDS
from bot.services.patterns import REGISTER_NAMES
from bot.services.permissions import ROLE_NAMES, Action, may
from bot.services.transitions import REASONS
from bot.storage.desk import COUNT_LIMIT
from bot.storage.leads import LeadState
from bot.storage.library import ChangeKind
from bot.times import on_screen
from bot.web_static import version_of
from console.demonstration import is_demonstration
from console.flag_names import FLAG_NAMES
from console.menu import menu_for
from console.parts import parts_of
from console.security import csrf_token
from console.visitor import Visitor, district_of

HERE = Path(__file__).parent
STATIC = HERE / "static"

EVENT_NAMES = {
    "file": "群众提交",
    "ranked": "改风险等级",
    "add": "群众补充",
    "complete": "群众补充",
    "evidence": "群众提交文件",
    "erase": "群众要求删除个人信息",
    "sign": "签收",
    "move": "改状态",
    "reopen": "重新打开",
    "contact": "联系",
    "withdraw": "撤回",
    "escalate": "督办",
    "redispatched": "改派派出所",
    "take_over": "接手",
    "hand_over": "移交",
    "partner": "转合作单位",
    "partner_back": "合作单位回复",
    "stop_asked": "申请止付",
    "stop_answered": "止付结果",
    "outcome": "登记结果",
    "follow_up": "改回访日期",
    "follow_asked": "发出回访",
    "follow_answer": "群众答复回访",
    "merge": "并入其他线索",
    "merged_in": "并入本线索",
    "corrected": "上级更正",
    "prank": "标记恶作剧",
    "prank_undone": "取消恶作剧标记",
    "appeal_asked": "提出申诉",
    "appeal_examined": "核查申诉",
    "appeal_lifted": "申诉解除",
    "appeal_kept": "申诉维持",
    "ack": "外部系统接收",
}
CONSOLE_REPORTER_NAMES = {"self": "本人", "family": "为家人", "anonymous": "不留名"}
WAY_NAMES = {
    "evidence": "下载文件",
    "picture": "查看图片",
    "search": "按电话或账号查到",
    "stories": "查经过里的词",
    "console": "网页查看",
    "export": "导出",
    "command": "命令行查看",
    "invite": "邀请账号",
    "password": "设置密码",
    "sign_in": "登录",
    "sign_in_failed": "密码输错",
    "session_end": "退出其他登录",
    "second_factor": "绑定验证器",
    "recovery_code": "用恢复码登录",
    "deactivate": "停用账号",
    "cut_off": "切断登录和聊天",
    "station": "设置派出所",
    "token": "签发接口令牌",
    "token_revoke": "撤销接口令牌",
    "pull": "接口调取",
    "signed_export": "签名导出",
    "rotate_key": "更换密钥",
    "verify": "校验记录",
    "purge": "清理到期数据",
    "backup": "备份数据库",
    "report": "查看报表",
    "request": "查看协作事项",
    "freeze": "查看冻结返还",
}
LEVEL_NAMES = {
    Level.HIGH: "高危",
    Level.SUSPICIOUS: "可疑",
    Level.UNCLEAR: "拿不准",
    Level.NONE: "未见异常",
}
CHANGE_NAMES = {ChangeKind.ADD: "加入", ChangeKind.RETIRE: "停用", ChangeKind.RESTORE: "恢复"}
PageNumber = Annotated[int, Query(alias="page", ge=1, le=100_000)]
DAY, WEEK = timedelta(days=1), timedelta(days=7)


@dataclass(frozen=True, slots=True)
class View:
    """What a page shows: every page has a frozen dataclass of its own that says so."""


def page(
    request: Request,
    template: str,
    visitor: Visitor | None = None,
    /,
    *,
    view: View,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
) -> HTMLResponse:
    """The page of a template; `visitor` gives it its menu and its forms their token."""
    parts = parts_of(request)
    visitor = visitor or getattr(request.state, "visitor", None)
    here = request.url.path.removeprefix(base_of(request))
    shown = _ENVIRONMENT.get_template(template).render(
        base=base_of(request),
        district=district_of(request),
        demonstration=is_demonstration(request),
        staff=visitor.staff if visitor else None,
        csrf=csrf_token(parts.database.vault, visitor.cookie) if visitor else "",
        here=here,
        menu=menu_for(visitor.staff.role, here) if visitor and visitor.staff else None,
        now=parts.now(),
        categories=parts.categories,
        static_version=_STATIC_VERSION,
        view=view,
    )
    return HTMLResponse(shown, status, headers)


def base_of(request: Request) -> str:
    """The path under which the console is mounted."""
    return str(request.scope.get("root_path", ""))


def go(request: Request, path: str) -> RedirectResponse:
    """On to another page of the console, after a form."""
    return RedirectResponse(base_of(request) + path, 303)


def time_left(due_at: datetime, now: datetime) -> str:
    """How long is left, or how long it is overdue, in words."""
    seconds = int((due_at - now).total_seconds())
    minutes = abs(seconds) // 60
    if minutes >= 2880:
        span = f"{minutes // 1440} 天"
    elif minutes >= 120:
        span = f"{minutes // 60} 小时"
    elif minutes >= 1:
        span = f"{minutes} 分钟"
    else:
        span = f"{abs(seconds)} 秒"
    return f"剩 {span}" if seconds >= 0 else f"超时 {span}"


def event_name(event: str, actor: str) -> str:
    """What a line of a trail tells of; a lead that no resident filed was entered by somebody."""
    if event == "file" and not actor.startswith("resident"):
        return "建立线索"
    return EVENT_NAMES.get(event, event)


def yuan(fen: int | None) -> str:
    """An amount with its unit; a dash where none was given."""
    return "—" if fen is None else f"{fen / 100:,.2f} 元"


def file_size(count: int) -> str:
    """A number of bytes as people say it; never nothing for a file that holds something."""
    for unit, step in (("GB", 10**9), ("MB", 10**6)):
        if count >= step:
            return f"{count / step:,.1f} {unit}"
    return f"{-(-count // 1000):,} KB"


def thousands(count: int) -> str:
    """A count, its thousands set apart."""
    return f"{count:,}"


def actor(value: str) -> str:
    """Who acted, in words."""
    kind, _, name = value.partition(":")
    if kind == "resident":
        return f"群众（{source_name(name)}）"
    if kind == "server":
        return f"服务器命令（{name}）" if name else "服务器命令"
    return name if kind == "staff" else value


@dataclass(frozen=True, slots=True)
class TextPart:
    """A stretch of a notice; a blank holds its title."""

    text: str
    blank: bool


def text_parts(template: NoticeTemplate) -> list[TextPart]:
    """A notice with its blanks set apart."""
    titles = {one.name: one.title for one in template.variables}
    return [
        TextPart(titles[text] if number % 2 else text, blank=bool(number % 2))
        for number, text in enumerate(SLOT.split(template.text))
    ]


def excerpt(template: NoticeTemplate, signs: int = 56) -> str:
    """The beginning of a notice as it may look, without the head that they all share."""
    text = fill(template, template.examples)
    text = text.partition("】")[2].strip() or text if text.startswith("【") else text
    return text if len(text) <= signs else f"{text[:signs]}…"


def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {
        "local": on_screen,
        "delivery_reason": reason_words,
        "time_left": time_left,
        "yuan": yuan,
        "thousands": thousands,
        "file_size": file_size,
        "rate": rate,
        "actor": actor,
        "happened": happened_name,
        "contact": contact_name,
        "text_parts": text_parts,
        "excerpt": excerpt,
    }
    made.globals |= {
        "may": may,
        "may_change": may_change,
        "Action": Action,
        "LeadState": LeadState,
        "OPEN_STATES": OPEN_STATES,
        "STEP_NAMES": STEP_NAMES,
        "REASONS": REASONS,
        "WEEK": WEEK,
        "SCOPE_NAMES": SCOPE_NAMES,
        "DAY": DAY,
        "LEVEL_NAMES": LEVEL_NAMES,
        "CHANGE_NAMES": CHANGE_NAMES,
        "REGISTER_NAMES": REGISTER_NAMES,
        "COUNT_LIMIT": COUNT_LIMIT,
        "span_name": span_name,
        "CONTACT_WAYS": contacts.WAY_NAMES,
        "CONTACT_RESULTS": contacts.RESULT_NAMES,
        "STOP_RESULTS": stop_payment.RESULT_NAMES,
        "PARTNER_KINDS": PARTNER_KINDS,
        "APPEAL_NAMES": APPEAL_NAMES,
        "AGE_BANDS": AGE_BANDS,
        "OCCUPATIONS": OCCUPATIONS,
        "RISK_NAMES": RISK_NAMES,
        "STATE_NAMES": STATE_NAMES,
        "ROLE_NAMES": ROLE_NAMES,
        "SOURCE_NAMES": SOURCE_NAMES,
        "REPORTER_NAMES": CONSOLE_REPORTER_NAMES,
        "event_name": event_name,
        "WAY_NAMES": WAY_NAMES,
        "IDENTIFIER_NAMES": SHARED_NAMES,
        "FLAG_NAMES": FLAG_NAMES,
        "GROUP_CHANNEL_NAMES": GROUP_CHANNEL_NAMES,
        "DELIVERY_NAMES": DELIVERY_NAMES,
    }
    return made


_ENVIRONMENT = _environment()
_STATIC_VERSION = version_of(STATIC)
