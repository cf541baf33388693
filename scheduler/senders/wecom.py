"""WeCom group robots: twenty messages a minute, 2,048 bytes a message, 200 for every answer."""

import base64
from collections.abc import Mapping
from datetime import timedelta
from hashlib import md5

from bot.services.splitting import LIMITS
from bot.storage.groups import GroupChannel
from scheduler.senders.base import Blocked, Delivered, Failed, PutOff, SendResult
from scheduler.senders.robots import NOT_UNDERSTOOD, Post, RobotSender, number_in


class WecomSender(RobotSender):
    """The key in the address is all that a robot asks for."""

    channel = "wecom"
    limit = LIMITS[GroupChannel.WECOM]
    too_often = timedelta(minutes=1)

    def post_of(self, address: str, text: str) -> Post:
        """A plain text."""
        return Post(address, {"msgtype": "text", "text": {"content": text}})

    def picture_of(self, address: str, picture: bytes) -> Post:
        """A picture of at most 2 MB, with the MD5 of it that WeCom asks for."""
        digest = md5(picture, usedforsecurity=False).hexdigest()
        content = {"base64": base64.b64encode(picture).decode(), "md5": digest}
        return Post(address, {"msgtype": "image", "image": content})

    def result_of(self, answer: Mapping[str, object]) -> SendResult:
        """By `errcode`, as WeCom's table of error codes has it."""
        match number_in(answer, "errcode"):
            case None:
                return NOT_UNDERSTOOD
            case 0:
                return Delivered()
            case 45009 | 45033:
                return PutOff("errcode 45009", self.too_often)
            case -1:
                return PutOff("errcode -1")
            case 93000:
                return Blocked("errcode 93000")
            case code:
                return Failed(f"errcode {code}")
