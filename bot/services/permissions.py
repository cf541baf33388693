"""The one table of who may do what."""

from collections.abc import Mapping
from enum import StrEnum

from bot.errors import NotAllowedError
from bot.storage.staff import Role


class Action(StrEnum):
    """Everything that not everybody may do."""

    SEE_QUEUE = "see_queue"
    SEE_LEAD = "see_lead"
    SEE_FULL_LEAD = "see_full_lead"
    SIGN_FOR_LEAD = "sign_for_lead"
    EXPORT_LEADS = "export_leads"
    WORK_LEAD = "work_lead"
    REPORT_BACK = "report_back"
    DECIDE_APPEAL = "decide_appeal"
    SEE_ROSTER = "see_roster"
    EDIT_ROSTER = "edit_roster"
    SEE_DUTY_REPORTS = "see_duty_reports"
    SEE_GROUPS = "see_groups"
    ADD_GROUP = "add_group"
    RUN_GROUP_QUIZ = "run_group_quiz"
    KEEP_CLASSES = "keep_classes"
    SEND_NOTICE = "send_notice"
    APPROVE_NOTICE = "approve_notice"
    APPROVE_EMERGENCY = "approve_emergency"
    FILE_ACTIVITY = "file_activity"
    APPROVE_ACTIVITY = "approve_activity"
    WRITE_BOARD = "write_board"
    APPROVE_BOARD = "approve_board"
    SEE_PUBLICITY = "see_publicity"
    INVITE_STAFF = "invite_staff"
    SEE_STAFF = "see_staff"
    SEE_LOOKS = "see_looks"
    EDIT_LIBRARY = "edit_library"
    EDIT_BLOCKLIST = "edit_blocklist"
    REVIEW_LIBRARY = "review_library"
    SEE_AREAS = "see_areas"
    EDIT_AREAS = "edit_areas"
    VERIFY_AUDIT = "verify_audit"
    ROTATE_KEY = "rotate_key"
    PURGE = "purge"
    BACK_UP = "back_up"
    CHANGE_SETTINGS = "change_settings"
    ISSUE_TOKEN = "issue_token"  # noqa: S105
    SEE_CHAIN = "see_chain"
    EDIT_UNITS = "edit_units"
    ASK_PARTNER = "ask_partner"
    ANSWER_REQUEST = "answer_request"
    HAND_OUT_TASK = "hand_out_task"
    KEEP_LEDGER = "keep_ledger"
    KEEP_CASES = "keep_cases"
    KEEP_TRAINING = "keep_training"
    ATTEND_TRAINING = "attend_training"
    IMPORT_LEADS = "import_leads"
    SEE_WORK_REPORT = "see_work_report"


_DUTY = {
    Action.SEE_QUEUE,
    Action.SEE_LEAD,
    Action.SEE_FULL_LEAD,
    Action.SIGN_FOR_LEAD,
    Action.EXPORT_LEADS,
    Action.WORK_LEAD,
    Action.REPORT_BACK,
    Action.SEE_AREAS,
    Action.SEE_ROSTER,
    Action.SEE_DUTY_REPORTS,
    Action.EDIT_LIBRARY,
    Action.EDIT_BLOCKLIST,
    Action.REVIEW_LIBRARY,
    Action.APPROVE_NOTICE,
    Action.APPROVE_ACTIVITY,
    Action.WRITE_BOARD,
    Action.APPROVE_BOARD,
    Action.SEE_PUBLICITY,
    Action.SEE_CHAIN,
    Action.ASK_PARTNER,
    Action.HAND_OUT_TASK,
    Action.KEEP_LEDGER,
    Action.KEEP_TRAINING,
    Action.ATTEND_TRAINING,
    Action.KEEP_CLASSES,
    Action.IMPORT_LEADS,
    Action.SEE_WORK_REPORT,
}
_CHIEF = {
    Action.EDIT_UNITS,
    Action.APPROVE_EMERGENCY,
    Action.DECIDE_APPEAL,
    Action.EDIT_ROSTER,
    Action.INVITE_STAFF,
    Action.SEE_STAFF,
    Action.SEE_LOOKS,
    Action.EDIT_AREAS,
    Action.VERIFY_AUDIT,
    Action.PURGE,
    Action.BACK_UP,
    Action.CHANGE_SETTINGS,
    Action.ISSUE_TOKEN,
}
_STATION = {Action.SEE_QUEUE, Action.SEE_LEAD, Action.SEE_FULL_LEAD, Action.REPORT_BACK}
_STATION |= {
    Action.KEEP_CLASSES,
    Action.ATTEND_TRAINING,
    Action.APPROVE_ACTIVITY,
    Action.WRITE_BOARD,
    Action.SEE_PUBLICITY,
}
_ADMIN = {
    Action.INVITE_STAFF,
    Action.SEE_STAFF,
    Action.SEE_GROUPS,
    Action.SEE_AREAS,
    Action.EDIT_AREAS,
    Action.ROTATE_KEY,
    Action.PURGE,
    Action.BACK_UP,
    Action.CHANGE_SETTINGS,
    Action.ISSUE_TOKEN,
}
_GRID = {
    Action.SEE_GROUPS,
    Action.ADD_GROUP,
    Action.RUN_GROUP_QUIZ,
    Action.KEEP_CLASSES,
    Action.ATTEND_TRAINING,
    Action.SEND_NOTICE,
    Action.FILE_ACTIVITY,
    Action.SEE_PUBLICITY,
}

PERMISSIONS: dict[Role, frozenset[Action]] = {
    Role.RESIDENT: frozenset(),
    Role.GRID: frozenset(_GRID),
    Role.STATION: frozenset(_STATION),
    Role.DUTY: frozenset(_DUTY),
    Role.CHIEF: frozenset(_DUTY | _GRID | _CHIEF),
    Role.ADMIN: frozenset(_ADMIN),
    Role.AUDITOR: frozenset({Action.SEE_LOOKS, Action.SEE_STAFF, Action.VERIFY_AUDIT}),
    Role.PARTNER: frozenset({Action.ANSWER_REQUEST}),
    Role.CRACKDOWN: frozenset({Action.KEEP_CASES, Action.SEE_WORK_REPORT}),
}
"""A station works the leads handed to it and sees no other; the administrator keeps accounts,
keys and tokens and sees no lead. A partner sees its own unit's requests and nothing else; what the
crackdown role writes of a case nobody else sees, beyond totals in the work report."""

ROLE_NAMES: dict[Role, str] = {
    Role.RESIDENT: "居民",
    Role.GRID: "网格员",
    Role.STATION: "派出所",
    Role.DUTY: "值班民警",
    Role.CHIEF: "专班负责人",
    Role.ADMIN: "系统管理员",
    Role.AUDITOR: "审计员",
    Role.PARTNER: "合作单位",
    Role.CRACKDOWN: "打击专班",
}


def may(role: Role, action: Action) -> bool:
    """Whether somebody of that role may do it."""
    return action in PERMISSIONS[role]


def require(role: Role, action: Action) -> None:
    """Raises NotAllowedError where the role may not."""
    if not may(role, action):
        raise NotAllowedError(f"您的身份（{ROLE_NAMES[role]}）不能使用这个功能。")


class Shown(StrEnum):
    """How a value of a lead is shown to those who may see the lead at all."""

    PLAIN = "plain"
    MASKED = "masked"
    FULL_ONLY = "full_only"


_PLAIN = [
    "concerned",
    "number",
    "line",
    "full",
    "kind",
    "channel",
    "source",
    "contact_channel",
    "contact",
    "family",
    "category",
    "happened",
    "transferred",
    "amount_fen",
    "amount_yuan",
    "risk",
    "state",
    "assignee",
    "received_at",
    "due_at",
    "step_due_at",
    "signed_at",
    "escalated",
    "escalated_at",
    "version",
    "station",
    "stations",
    "suggested",
    "prank",
    "appeal",
    "appeals",
    "reporter",
    "erased",
    "evidence",
    "events",
    "moves",
    "works",
    "held",
    "mine",
    "mergeable",
    "more_links",
    "stops",
    "partners",
    "outcome",
    "survivor",
    "merged",
    "same_person",
    "masked",
]
LEAD_FIELDS: Mapping[str, Shown] = {
    **dict.fromkeys(_PLAIN, Shown.PLAIN),
    **dict.fromkeys(
        ("description", "phone", "area", "identifiers", "suspects", "links"), Shown.MASKED
    ),
    **dict.fromkeys(("transfer", "contacts"), Shown.FULL_ONLY),
}
"""Every value of a lead, wherever it is shown: page, chat, list, export, pull. What is masked or
left out is in the clear only in the full view, which needs SEE_FULL_LEAD (or the scope
`leads:full`) and is noted as a look. Of contacts the note, of transfers the words are left out."""
