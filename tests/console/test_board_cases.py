"""Cases for the public board in the console: written by one, shown by another."""

import re

import pytest

from bot.storage.staff import Role
from tests.console.desk import Desk

CASE = {
    "category": "brushing",
    "title": "点赞换来的空账户",
    "story": "市民张伟在群里做任务返小钱，后来连做三单，垫了32000元取不出来。",
    "antidote": "要自己先垫钱的兼职都是骗局",
}


async def test_a_case_is_written_by_one_shown_by_another_and_taken_down(desk: Desk) -> None:
    li, wang = await desk.signed_in(Role.DUTY, "li"), await desk.signed_in(Role.DUTY, "wang")
    assert (await li.submit("/board-cases", CASE)).status_code == 303
    own = (await li.get("/board-cases")).text
    assert "张某" in own
    assert "张伟" not in own
    assert "32000" not in own
    assert "批准上栏" not in own
    other = (await wang.get("/board-cases")).text
    path = re.search(r"/board-cases/\d+/approve", other)[0]
    assert "另一个人" in (await li.submit(path)).text
    assert (await wang.submit(path)).status_code == 303
    assert "已上栏" in (await li.get("/board-cases")).text
    assert (await wang.submit(path)).status_code == 409
    assert (await li.submit(path.replace("approve", "take-down"))).status_code == 303
    assert "已撤下" in (await wang.get("/board-cases")).text


@pytest.mark.parametrize("missing", ["category", "title", "story", "antidote"])
async def test_a_wrong_case_comes_back_as_it_was_typed(small_desk: Desk, missing: str) -> None:
    li = await small_desk.signed_in(Role.DUTY, "li")
    answer = await li.submit("/board-cases", {**CASE, missing: ""})
    assert answer.status_code == 400
    assert 'role="alert"' in answer.text
    for name in {"title", "story", "antidote"} - {missing}:
        assert CASE[name] in answer.text


async def test_the_trick_of_a_case_belongs_to_its_category(small_desk: Desk) -> None:
    li = await small_desk.signed_in(Role.DUTY, "li")
    form = (await li.get("/board-cases")).text
    assert '<optgroup label="刷单返利">' in form
    answer = await li.submit("/board-cases", {**CASE, "family": "loan_fee"})
    assert answer.status_code == 400
    assert "不属于所选的骗局类别" in answer.text
    assert (await li.submit("/board-cases", {**CASE, "family": "brush_task"})).status_code == 303


async def test_the_reporters_words_come_back_with_the_reason(small_desk: Desk) -> None:
    told = "我在家带孩子，群里的小张说点赞一次两块钱，我就信了，后来垫了三单"
    await small_desk.report(description=told)
    li = await small_desk.signed_in(Role.DUTY, "li")
    answer = await li.submit("/board-cases", {**CASE, "story": told})
    assert answer.status_code == 400
    assert "原话" in answer.text
    assert "还没有案例" in answer.text
