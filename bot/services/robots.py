"""Webhook links of group robots: whose they are, and that they lead nowhere else."""

import re
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit

from bot.errors import InvalidInputError
from bot.storage.groups import GroupChannel

KEY = r"[A-Za-z0-9_-]{8,128}"
SECRET = re.compile(r"[A-Za-z0-9_-]{8,128}")


@dataclass(frozen=True, slots=True)
class RobotKind:
    """Where robots of a channel are written to; the key stands in `parameter` or ends the path."""

    channel: GroupChannel
    api: str
    path: str
    parameter: str = ""

    @property
    def example(self) -> str:
        """How such a link begins."""
        return f"{self.api}{self.path}" + (f"?{self.parameter}=" if self.parameter else "")


KINDS = (
    RobotKind(GroupChannel.WECOM, "https://qyapi.weixin.qq.com", "/cgi-bin/webhook/send", "key"),
    RobotKind(GroupChannel.DINGTALK, "https://oapi.dingtalk.com", "/robot/send", "access_token"),
    RobotKind(GroupChannel.FEISHU, "https://open.feishu.cn", "/open-apis/bot/v2/hook/"),
)


def read_robot(link: str, secret: str = "", *, api: str = "") -> tuple[GroupChannel, str]:
    """Channel and address of a robot; `api` stands in for the real servers in tests.

    Raises InvalidInputError for any link that is not exactly one robot's.
    """
    for kind in KINDS:
        if address := _address(kind, link.strip(), api or kind.api):
            return kind.channel, address + _secret(kind, secret.strip())
    starts = "、".join(kind.example for kind in KINDS)
    raise InvalidInputError(
        f"机器人地址不对。请在群的机器人设置里复制完整的 Webhook 地址，它以 {starts} 开头。"
    )


def _address(kind: RobotKind, link: str, api: str) -> str:
    try:
        parts = urlsplit(link)
        query = parse_qsl(parts.query, strict_parsing=True) if parts.query else []
    except ValueError:
        return ""
    if f"{parts.scheme}://{parts.netloc}" != api or parts.fragment:
        return ""
    if not kind.parameter:
        key = parts.path.removeprefix(kind.path)
        fits = parts.path.startswith(kind.path) and not query and re.fullmatch(KEY, key)
        return f"{api}{kind.path}{key}" if fits else ""
    keys = [value for name, value in query if name == kind.parameter]
    if parts.path != kind.path or len(keys) != 1 or not re.fullmatch(KEY, keys[0]):
        return ""
    return f"{api}{kind.path}?{kind.parameter}={keys[0]}"


def _secret(kind: RobotKind, secret: str) -> str:
    if not secret:
        return ""
    if kind.channel is GroupChannel.WECOM:
        raise InvalidInputError("企业微信机器人没有加签密钥，请把密钥一栏留空。")
    if not SECRET.fullmatch(secret):
        raise InvalidInputError("加签密钥不对，请从机器人的安全设置里完整复制。")
    return f"#{secret}"
