"""Feishu group robots: the sign in the body, a hundred messages a minute, 20 KB a request."""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime, timedelta

from bot.services.splitting import LIMITS
from bot.storage.groups import GroupChannel
from scheduler.senders.base import Blocked, Delivered, Failed, PutOff, SendResult
from scheduler.senders.robots import NOT_UNDERSTOOD, Post, RobotSender, number_in


class FeishuSender(RobotSender):
    """The address carries the robot's secret behind a #, which is never sent."""

    channel = "feishu"
    limit = LIMITS[GroupChannel.FEISHU]
    too_often = timedelta(minutes=1)

    def post_of(self, address: str, text: str) -> Post:
        """A plain text, with timestamp and sign beside it where the robot has a secret."""
        url, _, secret = address.partition("#")
        body: dict[str, object] = {"msg_type": "text", "content": {"text": text}}
        if secret:
            body = signed(secret, self._now()) | body
        return Post(url, body)

    def result_of(self, answer: Mapping[str, object]) -> SendResult:
        """By `code`; older robots answer with `StatusCode` alone."""
        words = str(answer.get("msg") or answer.get("StatusMessage") or "").lower()
        match number_in(answer, "code", "StatusCode"):
            case None:
                return NOT_UNDERSTOOD
            case 0:
                return Delivered()
            case 11232 | 99991400 as code:
                return PutOff(f"code {code}", self.too_often)
            case 9499 if "too many" in words or "frequen" in words:
                return PutOff("code 9499", self.too_often)
            case 11233 | 1500 as code:
                return PutOff(f"code {code}")
            case 19001 as code:
                return Blocked(f"code {code}")
            case code:
                return Failed(f"code {code}")


def signed(secret: str, moment: datetime) -> dict[str, object]:
    """Timestamp and sign: base64(hmac_sha256(key=f"{seconds}\\n{secret}", msg=b""))."""
    stamp = str(int(moment.timestamp()))
    digest = hmac.digest(f"{stamp}\n{secret}".encode(), b"", hashlib.sha256)
    return {"timestamp": stamp, "sign": base64.b64encode(digest).decode()}
