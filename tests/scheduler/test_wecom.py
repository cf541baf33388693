"""Group robots over real HTTP."""

import logging
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from aiohttp import web

from bot.services.outgoing import Button, Outgoing
from scheduler.senders.base import (
    Blocked,
    Delivered,
    Failed,
    PutOff,
    SendResult,
    split_text,
    utf8_bytes,
    utf16_units,
)
from scheduler.senders.wecom import WecomSender
from tests.scheduler.robot import KEY, Robot, robot_server

HELLO = Outgoing("您好")


@pytest.fixture
async def robot() -> AsyncIterator[Robot]:
    async with robot_server() as robot:
        yield robot


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


@pytest.fixture
def clock() -> StillClock:
    return StillClock()


@pytest.fixture
async def sender(clock: StillClock) -> AsyncIterator[WecomSender]:
    sender = WecomSender(sleep=clock.sleep, monotonic=clock)
    yield sender
    await sender.close()


async def test_a_text_arrives_without_its_buttons(robot: Robot, sender: WecomSender) -> None:
    message = Outgoing("先停下", ((Button("举报", "report"),),))
    assert await sender.send(robot.webhook, message) == Delivered()
    assert robot.posts == ["先停下"]


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
    robot: Robot, sender: WecomSender, answer: object, result: SendResult
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
    robot: Robot, sender: WecomSender, status: int, result: SendResult
) -> None:
    robot.answers = [
        web.Response(status=status, text="<html>", headers={"Location": robot.webhook})
    ]
    assert await sender.send(robot.webhook, HELLO) == result


async def test_an_answer_that_is_not_json_is_tried_again(robot: Robot, sender: WecomSender) -> None:
    robot.answers = [web.Response(text="<html>ok</html>")]
    assert await sender.send(robot.webhook, HELLO) == PutOff("answer not understood")


async def test_a_server_that_is_gone_is_tried_again(sender: WecomSender) -> None:
    result = await sender.send("http://127.0.0.1:1/cgi-bin/webhook/send?key=x", HELLO)
    assert result == PutOff("ConnectError")


async def test_a_wrong_key_blocks(robot: Robot, sender: WecomSender) -> None:
    assert await sender.send(robot.webhook + "x", HELLO) == Blocked("errcode 93000")


async def test_twenty_a_minute_for_each_robot(
    robot: Robot, sender: WecomSender, clock: StillClock
) -> None:
    for _ in range(3):
        await sender.send(robot.webhook, HELLO)
    await sender.send(robot.webhook + "&of=another", HELLO)
    assert clock.slept == [3.1, 3.1]
    clock.at += 60
    await sender.send(robot.webhook, HELLO)
    assert len(clock.slept) == 2


async def test_a_long_text_goes_in_parts_cut_at_sentences(
    robot: Robot, sender: WecomSender, clock: StillClock
) -> None:
    sentences = [f"第{number}句提醒，有人让您转账先停下。" for number in range(100)]
    assert await sender.send(robot.webhook, Outgoing("".join(sentences))) == Delivered()
    assert len(robot.posts) == 3
    assert "".join(robot.posts) == "".join(sentences)
    assert all(post.endswith("。") for post in robot.posts)
    assert clock.slept == [3.1, 3.1]


async def test_an_empty_text_is_never_posted(robot: Robot, sender: WecomSender) -> None:
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


@pytest.mark.parametrize("size", [utf8_bytes, utf16_units, len])
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
