"""Who tells that it has happened is helped before anything is judged."""

import pytest

from bot.handlers.first_help import HAPPENED_BY_PLEA
from bot.matching.library import Library
from bot.matching.plea import Plea
from bot.services.knowledge import actions
from bot.services.triage import ACTION_BY_HAPPENED, Happened
from bot.storage.database import Database
from tests.talk import Talk

TOLD = {
    Happened.PAID: "我已经转了2万给对方了怎么办",
    Happened.GAVE_CODE: "刚才把验证码告诉他了",
    Happened.ON_CALL: "他不让我挂电话",
    Happened.CASH: "金条让闪送拿走了",
    Happened.CHILD: "孩子用我手机给网上的人转了三千",
    Happened.BLACKMAILED: "有人拿裸照威胁我",
}


@pytest.mark.parametrize(("happened", "text"), TOLD.items())
async def test_the_action_comes_first_and_a_report_knows_how_far_it_went(
    happened: Happened, text: str, sqlite_database: Database, library: Library
) -> None:
    talk = Talk(sqlite_database, library)
    words = await talk.says(text)
    head = words.split("\n")[0]
    assert actions()[ACTION_BY_HAPPENED[happened]].now in head
    assert "报送不等于报案" in words
    asked = await talk.presses("告诉反诈专班")
    assert "现在到哪一步了" not in asked


@pytest.mark.parametrize(
    ("text", "first"),
    [("我刚把五万转过去了", "如果钱是转给不认识的人"), ("他让我共享屏幕", "先停下")],
)
async def test_what_may_be_ordinary_is_judged_as_well(
    text: str, first: str, sqlite_database: Database, library: Library
) -> None:
    words = await Talk(sqlite_database, library).says(text)
    assert words.startswith(first)
    assert any(head in words for head in ("高危", "可疑", "拿不准", "未见异常"))


def test_every_plea_has_its_way() -> None:
    assert set(HAPPENED_BY_PLEA) == set(Plea) - {Plea.DESPAIR}
