"""Group robots of three kinds over real HTTP, each against a double that keeps its rules."""

import logging
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from aiohttp import web

from bot.services.outgoing import Button, Outgoing, PosterOrder
from bot.services.poster import Poster
from bot.services.splitting import json_bytes, split_text, utf8_bytes, utf16_units
from scheduler.senders.base import (
    NO_POSTER,
    Blocked,
    Delivered,
    Failed,
    PutOff,
    SendResult,
)
from scheduler.senders.dingtalk import DingtalkSender
from scheduler.senders.feishu import FeishuSender
from scheduler.senders.robots import RobotSender
from scheduler.senders.wecom import WecomSender
from tests.scheduler.robots import (
    HANG,
    HOOK,
    KEY,
    RESET,
    TOKEN,
    DingtalkRobot,
    FeishuRobot,
    Robot,
    robot_server,
)

HELLO = Outgoing("您好")
MOMENT = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)
KINDS: dict[str, tuple[type[Robot], type[RobotSender]]] = {
    "wecom": (Robot, WecomSender),
    "dingtalk": (DingtalkRobot, DingtalkSender),
    "feishu": (FeishuRobot, FeishuSender),
}
every_kind = pytest.mark.parametrize("kind", sorted(KINDS))


class StillClock:
    """Monotonic seconds that pass only by sleeping."""

    def __init__(self) -> None:
        self.at = 100.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.at

    async def sleep(self, seconds: float) -> None:
        self.slept.append(round(seconds, 3))
        self.at += seconds

    def wall(self) -> datetime:
        return MOMENT + timedelta(seconds=self.at)


@pytest.fixture
def clock() -> StillClock:
    return StillClock()


@pytest.fixture
def kind() -> str:
    return "wecom"


@pytest.fixture
async def robot(kind: str, clock: StillClock) -> AsyncIterator[Robot]:
    made = KINDS[kind][0](clock=lambda: clock.wall().timestamp(), paced=True)
    async with robot_server(made) as robot:
        yield robot


@pytest.fixture
async def sender(kind: str, clock: StillClock) -> AsyncIterator[RobotSender]:
    sender = KINDS[kind][1](sleep=clock.sleep, monotonic=clock, now=clock.wall)
    yield sender
    await sender.close()


@every_kind
async def test_every_kind_takes_a_text_without_its_buttons(
    robot: Robot, sender: RobotSender
) -> None:
    message = Outgoing("先停下", ((Button("举报", "report"),),))
    assert await sender.send(robot.webhook, message) == Delivered()
    assert robot.posts == ["先停下"]


POSTER = PosterOrder(
    Poster("刷单先垫付", ("先返小利", "要您垫付", "提现要交费"), "先停下").to_json(), "", "城东区"
)


@pytest.mark.parametrize(
    ("kind", "posts"),
    [("wecom", ["先停下", "<picture>"]), ("dingtalk", ["先停下"]), ("feishu", ["先停下"])],
)
async def test_a_poster_follows_where_the_robot_takes_pictures(
    robot: Robot, sender: RobotSender, posts: list[str]
) -> None:
    assert await sender.send(robot.webhook, Outgoing("先停下", poster=POSTER)) == Delivered()
    assert robot.posts == posts


async def test_a_poster_that_is_refused_does_not_send_the_text_twice(
    robot: Robot, sender: RobotSender
) -> None:
    robot.answers = [web.json_response({"errcode": 0}), web.json_response({"errcode": 45009})]
    sent = await sender.send(robot.webhook, Outgoing("先停下", poster=POSTER))
    assert sent == Delivered(without=NO_POSTER)
    assert robot.answers == []


@every_kind
async def test_thirty_in_a_row_keep_the_pace_of_every_kind(
    robot: Robot, sender: RobotSender, clock: StillClock
) -> None:
    for _ in range(30):
        assert await sender.send(robot.webhook, HELLO) == Delivered()
    assert clock.slept == [3.1] * 29


@every_kind
async def test_too_fast_is_put_off_for_as_long_as_that_kind_rests(
    robot: Robot, kind: str, clock: StillClock
) -> None:
    hasty = KINDS[kind][1](pause=timedelta(0), now=clock.wall)
    results = [await hasty.send(robot.webhook, HELLO) for _ in range(robot.a_minute + 1)]
    await hasty.close()
    code, wait = {
        "wecom": ("errcode 45009", 1),
        "dingtalk": ("errcode 410100", 10),
        "feishu": ("code 11232", 1),
    }[kind]
    assert results == [Delivered()] * robot.a_minute + [PutOff(code, timedelta(minutes=wait))]


@every_kind
async def test_a_long_text_is_split_to_what_every_kind_takes(
    robot: Robot, sender: RobotSender
) -> None:
    text = "".join(f'第{number}句\\提醒"先停下"。' for number in range(2000))
    assert await sender.send(robot.webhook, Outgoing(text)) == Delivered()
    assert "".join(robot.posts) == text
    assert len(robot.posts) > 1


@every_kind
async def test_5xx_and_429_and_resets_and_silence_are_tried_again(
    robot: Robot, kind: str, sender: RobotSender
) -> None:
    robot.answers = [web.Response(status=503), web.Response(status=429), RESET, HANG]
    *said, reset = [await sender.send(robot.webhook, HELLO) for _ in range(3)]
    assert said == [PutOff("HTTP 503"), PutOff("429", sender.too_often)]
    assert reset in {PutOff("RemoteProtocolError"), PutOff("ReadError")}
    impatient = KINDS[kind][1](timeout=0.2)
    assert await impatient.send(robot.webhook, HELLO) == PutOff("ReadTimeout")
    await impatient.close()
    assert robot.posts == []


@pytest.mark.parametrize("kind", ["dingtalk", "feishu"])
@pytest.mark.parametrize("age", [timedelta(0), timedelta(minutes=59), timedelta(minutes=61)])
async def test_a_sign_is_good_for_an_hour(
    robot: Robot, kind: str, clock: StillClock, age: timedelta
) -> None:
    late = KINDS[kind][1](now=lambda: clock.wall() - age)
    result = await late.send(robot.webhook, HELLO)
    await late.close()
    assert isinstance(result, Delivered) is (age < timedelta(hours=1))


@pytest.mark.parametrize(
    ("kind", "result"),
    [("dingtalk", Failed("errcode 310000 sign")), ("feishu", Failed("code 19021"))],
)
async def test_a_wrong_secret_fails(robot: Robot, sender: RobotSender, result: SendResult) -> None:
    assert await sender.send(robot.webhook + "x", HELLO) == result
    bare = robot.webhook.partition("#")[0]
    assert isinstance(await sender.send(bare, HELLO), Failed)


@pytest.mark.parametrize(
    ("kind", "result"),
    [
        ("wecom", Blocked("errcode 93000")),
        ("dingtalk", Blocked("errcode 300005")),
        ("feishu", Blocked("code 19001")),
    ],
)
async def test_an_address_that_is_no_more_blocks(
    robot: Robot, sender: RobotSender, result: SendResult
) -> None:
    gone = robot.webhook
    for name in (KEY, TOKEN, HOOK):
        gone = gone.replace(name, name[:-1] + "9")
    assert await sender.send(gone, HELLO) == result


@pytest.mark.parametrize(
    ("kind", "answer", "result"),
    [
        ("dingtalk", {"errcode": -1}, PutOff("errcode -1")),
        ("dingtalk", {"errcode": 130101}, PutOff("errcode 130101", timedelta(minutes=10))),
        ("dingtalk", {"errcode": 400102}, Blocked("errcode 400102")),
        (
            "dingtalk",
            {"errcode": 310000, "errmsg": "keywords not in content"},
            Failed("errcode 310000 keyword"),
        ),
        (
            "dingtalk",
            {"errcode": 310000, "errmsg": "ip 198.51.100.7 not in whitelist"},
            Failed("errcode 310000 ip"),
        ),
        ("dingtalk", {"errcode": True}, PutOff("answer not understood")),
        ("feishu", {"StatusCode": 0, "StatusMessage": "success"}, Delivered()),
        ("feishu", {"code": 19024, "msg": "Key Words Not Found"}, Failed("code 19024")),
        (
            "feishu",
            {"code": 9499, "msg": "too many request"},
            PutOff("code 9499", timedelta(minutes=1)),
        ),
        ("feishu", {"msg": "ok"}, PutOff("answer not understood")),
    ],
)
async def test_what_the_number_in_a_200_means(
    robot: Robot, sender: RobotSender, answer: object, result: SendResult
) -> None:
    robot.answers = [web.json_response(answer)]
    assert await sender.send(robot.webhook, HELLO) == result


@every_kind
async def test_no_secret_is_in_any_log_of_any_kind(
    robot: Robot, sender: RobotSender, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    shown = repr(await sender.send(robot.webhook, HELLO)) + repr(sender)
    shown += repr(await sender.send(robot.webhook + "z", HELLO)) + caplog.text
    for secret in (KEY, TOKEN, HOOK, robot.secret or KEY):
        assert secret not in shown


@pytest.mark.parametrize(
    ("answer", "result"),
    [
        ({"errcode": 45009}, PutOff("errcode 45009", timedelta(minutes=1))),
        ({"errcode": 93000}, Blocked("errcode 93000")),
        ({"errcode": -1}, PutOff("errcode -1")),
        ({"errcode": 40058}, Failed("errcode 40058")),
        ({"errcode": "0"}, PutOff("answer not understood")),
        ({}, PutOff("answer not understood")),
        ([], PutOff("answer not understood")),
    ],
)
async def test_errcode_decides_not_the_status(
    robot: Robot, sender: RobotSender, answer: object, result: SendResult
) -> None:
    robot.answers = [web.json_response(answer)]
    assert await sender.send(robot.webhook, HELLO) == result


@pytest.mark.parametrize(
    ("status", "result"),
    [
        (500, PutOff("HTTP 500")),
        (502, PutOff("HTTP 502")),
        (429, PutOff("429", timedelta(minutes=1))),
        (404, Failed("HTTP 404")),
        (302, Failed("HTTP 302")),
    ],
)
async def test_http_errors(
    robot: Robot, sender: RobotSender, status: int, result: SendResult
) -> None:
    robot.answers = [
        web.Response(status=status, text="<html>", headers={"Location": robot.webhook})
    ]
    assert await sender.send(robot.webhook, HELLO) == result


async def test_an_answer_that_is_not_json_is_tried_again(robot: Robot, sender: RobotSender) -> None:
    robot.answers = [web.Response(text="<html>ok</html>")]
    assert await sender.send(robot.webhook, HELLO) == PutOff("answer not understood")


async def test_a_server_that_is_gone_is_tried_again(sender: RobotSender) -> None:
    result = await sender.send("http://127.0.0.1:1/cgi-bin/webhook/send?key=x", HELLO)
    assert result == PutOff("ConnectError")


async def test_a_wrong_key_blocks(robot: Robot, sender: RobotSender) -> None:
    assert await sender.send(robot.webhook + "x", HELLO) == Blocked("errcode 93000")


async def test_twenty_a_minute_for_each_robot(
    robot: Robot, sender: RobotSender, clock: StillClock
) -> None:
    for _ in range(3):
        await sender.send(robot.webhook, HELLO)
    await sender.send(robot.webhook + "&of=another", HELLO)
    assert clock.slept == [3.1, 3.1]
    clock.at += 60
    await sender.send(robot.webhook, HELLO)
    assert len(clock.slept) == 2


async def test_a_long_text_goes_in_parts_cut_at_sentences(
    robot: Robot, sender: RobotSender, clock: StillClock
) -> None:
    sentences = [f"第{number}句提醒，有人让您转账先停下。" for number in range(100)]
    assert await sender.send(robot.webhook, Outgoing("".join(sentences))) == Delivered()
    assert len(robot.posts) == 3
    assert "".join(robot.posts) == "".join(sentences)
    assert all(post.endswith("。") for post in robot.posts)
    assert clock.slept == [3.1, 3.1]


async def test_an_empty_text_is_never_posted(robot: Robot, sender: RobotSender) -> None:
    assert await sender.send(robot.webhook, Outgoing("")) == Failed("empty text")


async def test_the_key_is_in_no_log(
    robot: Robot, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    for name in ("httpx", "httpcore", "httpcore.http11", "httpcore.connection"):
        caplog.set_level(logging.DEBUG, name)
    sender = WecomSender()
    await sender.send(robot.webhook, HELLO)
    result = await sender.send(robot.webhook.replace(KEY, KEY + "-wrong"), HELLO)
    await sender.close()
    shown = capsys.readouterr()
    assert KEY not in caplog.text + shown.out + shown.err + repr(result) + repr(sender)


@pytest.mark.parametrize("size", [utf8_bytes, utf16_units, json_bytes, len])
@pytest.mark.parametrize(
    "text",
    [
        "短。",
        "没有句号" * 400,
        "一。" * 900,
        "\U0001f600" * 700,
        "长" * 2047 + "。短句。",
        "ab\n" * 999,
    ],
)
def test_parts_keep_every_sign_and_the_limit(text: str, size: object) -> None:
    assert callable(size)
    parts = split_text(text, 500, size)
    assert all(0 < size(part) <= 500 for part in parts)
    assert "".join(parts).replace("\n", "") == text.replace("\n", "")


def test_nothing_has_no_parts() -> None:
    assert split_text("\n" * 600, 500, len) == []
