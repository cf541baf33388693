"""Names under which somebody can be reached again: WeChat, QQ, groups and apps."""

import re
from collections.abc import Iterator

from bot.matching.normalize import Normalized
from bot.matching.result import Indicator, IndicatorKind

_IS = r"(?:号|id|号码|账号)?(?:是|为|同号|:|=| |\(){0,3}"
_WECHAT = re.compile(
    rf"(?:微信|wechat|weixin)(?:群主|客服)?{_IS}(?P<name>[a-z][a-z0-9_\-]{{5,19}}|1[3-9]\d{{9}}|"
    r"[a-z0-9_\-]{6,20})(?![a-z0-9_\-.@/])"
)
_NUMBER = r"(?P<name>[1-9]\d{4,10}|(?!20\d\d[ \-])[1-9]\d{1,3}(?:[ \-]\d{2,4}){1,4})(?!\d)"
"""In one piece, or as people part it when they read it out."""
_LEAST_DIGITS, _MOST_DIGITS = 5, 11

_QQ = re.compile(rf"(?<![a-z])q ?q(?:客服)?{_IS}{_NUMBER}")
_GROUP_NUMBER = re.compile(
    rf"(?:qq群|微信群|电报群|群)(?:号|号码)?(?:加一下|是|为|:|=| ){{0,3}}{_NUMBER}"
)
_TELEGRAM = re.compile(
    r"(?:电报|telegram|t\.me/)(?:号|群|频道)?(?:是|为|:|=| |@){0,3}(?P<name>[a-z][a-z0-9_]{4,31})"
)
_OPEN, _CLOSE = "\"“‘'《「『【<", "\"”’'》」』】>"
_QUOTED = rf"[{_OPEN}](?P<name>[^{_OPEN}{_CLOSE}\n]{{2,20}})[{_CLOSE}]"
_GROUP_NAME = re.compile(rf"{_QUOTED}(?:的)?(?:微信|qq|电报|聊天|福利|交流)?(?:的)?群(?!众|体)")
_GROUP_CALLED = re.compile(r"群名(?:称|字)?(?:叫|是|为|:| ){1,3}(?P<name>[\w\u4e00-\u9fff]{2,20})")
_APP_NAME = re.compile(rf"{_QUOTED}(?:的)? ?(?:手机)?(?:app|软件|平台|客户端|小程序)")
_APP_CALLED = re.compile(
    r"(?:下载|安装|装|注册|登录)(?:了|一个|个|一款|款|并注册|并安装)?(?:叫做?|名为|名叫)"
    r"(?P<name>[\w\u4e00-\u9fff]{2,12}?)(?:的|app|软件|平台|,|。|$)"
)
_APP_PLAIN = re.compile(
    r"(?:下载|安装)(?:了|一个|个|一款|并注册)?(?P<name>[a-z0-9\u4e00-\u9fff]{2,10}?)app"
)
_NOT_A_NAME = re.compile(
    r"我们|你们|这个|那个|一个|他们|官方|公司|手机|指定|专用|任务|聊天|会议|投资|理财|贷款|平台|以下|下方|该|本"
)

_TABLE: tuple[tuple[IndicatorKind, re.Pattern[str], str], ...] = (
    (IndicatorKind.GROUP, _GROUP_NUMBER, "群"),
    (IndicatorKind.QQ, _QQ, "q"),
    (IndicatorKind.WECHAT, _WECHAT, ""),
    (IndicatorKind.OTHER, _TELEGRAM, ""),
    (IndicatorKind.GROUP, _GROUP_NAME, "群"),
    (IndicatorKind.GROUP, _GROUP_CALLED, "群名"),
    (IndicatorKind.APP, _APP_NAME, ""),
    (IndicatorKind.APP, _APP_CALLED, ""),
    (IndicatorKind.APP, _APP_PLAIN, "app"),
)
_NUMBERED = frozenset({_QQ, _GROUP_NUMBER})
_ANY_CUE = re.compile(
    r"微信|wechat|weixin|q ?q|群|电报|telegram|t\.me|app|软件|平台|客户端|小程序|叫|名为"
)


def find_accounts(text: Normalized) -> Iterator[tuple[int, int, Indicator]]:
    """Accounts, groups and apps that a message names; `value` is the name alone."""
    plain = text.text
    if not _ANY_CUE.search(plain):
        return
    for kind, pattern, cue in _TABLE:
        if cue and cue not in plain:
            continue
        for match in pattern.finditer(plain):
            name = match["name"].strip()
            if not name or (kind is IndicatorKind.APP and _NOT_A_NAME.search(name)):
                continue
            if kind is IndicatorKind.WECHAT and not any(char.isalnum() for char in name):
                continue
            if pattern in _NUMBERED:
                name = re.sub(r"\D", "", name)
                if not _LEAST_DIGITS <= len(name) <= _MOST_DIGITS:
                    continue
            start, end = match.span("name")
            yield start, end, Indicator(kind, name, text.span(start, end))
