"""DingTalk group robots: a signed address, twenty messages a minute or ten minutes' rest."""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime, timedelta

from bot.services.splitting import LIMITS
from bot.storage.groups import GroupChannel
from scheduler.senders.base import Blocked, Delivered, Failed, PutOff, SendResult
from scheduler.senders.robots import NOT_UNDERSTOOD, Post, RobotSender, number_in

REFUSED = "errcode 310000"
WHY_REFUSED = {"sign": "sign", "timestamp": "time", "keyword": "keyword", "ip": "ip"}
"""The security setting that a 310000 names, by a word of its answer."""


class DingtalkSender(RobotSender):
    """The address carries the robot's secret behind a #, which is never sent."""

    channel = "dingtalk"
    limit = LIMITS[GroupChannel.DINGTALK]
    too_often = timedelta(minutes=10)

    def post_of(self, address: str, text: str) -> Post:
        """A plain text; the sign stands in the query, encoded once."""
        url, _, secret = address.partition("#")
        base, _, token = url.partition("?access_token=")
        params = {"access_token": token}
        if secret:
            params |= signed(secret, self._now())
        return Post(base, {"msgtype": "text", "text": {"content": text}}, params)

    def result_of(self, answer: Mapping[str, object]) -> SendResult:
        """By `errcode`; of a refused one only which security setting refused it is kept."""
        match number_in(answer, "errcode"):
            case None:
                return NOT_UNDERSTOOD
            case 0:
                return Delivered()
            case 410100 | 130101 | 90030 as code:
                return PutOff(f"errcode {code}", self.too_often)
            case -1:
                return PutOff("errcode -1")
            case 310000:
                words = str(answer.get("errmsg", "")).lower()
                named = next((why for word, why in WHY_REFUSED.items() if word in words), "other")
                return Failed(f"{REFUSED} {named}")
            case (300001 | 300005 | 400013 | 400101 | 400102 | 400106) as code:
                return Blocked(f"errcode {code}")
            case code:
                return Failed(f"errcode {code}")


def signed(secret: str, moment: datetime) -> dict[str, str]:
    """Timestamp and sign: base64(hmac_sha256(secret, f"{ms}\\n{secret}")), not yet URL-encoded."""
    stamp = str(int(moment.timestamp() * 1000))
    digest = hmac.digest(secret.encode(), f"{stamp}\n{secret}".encode(), hashlib.sha256)
    return {"timestamp": stamp, "sign": base64.b64encode(digest).decode()}
