"""Verdicts in short, written and read aloud, for who has turned elder mode on."""

from aiogram.utils.formatting import Bold, Text

from bot.handlers.views import (
    LEVEL_HEADS,
    PAID_LEAD,
    UNSURE,
    question_about,
    quoted,
    verdict,
    verdict_in_short,
)
from bot.matching.result import ActionCode, Level, Verdict
from bot.services.knowledge import actions, family_title
from bot.services.reported import CODE as REPORTED
from bot.storage.checks import Check


def verdict_for_elders(judged: Verdict) -> Text:
    """The short form, with what to do where money is gone."""
    if judged.level is Level.UNCLEAR:
        return Text(Bold(LEVEL_HEADS[judged.level], "\n", UNSURE), f"\n{question_about(judged)}")
    if judged.level is Level.NONE:
        return verdict(judged)
    reported = [one for one in judged.reasons if one.code == REPORTED]
    known = "".join(f"\n“{quoted(one.quote)}”：{one.text}。" for one in reported)
    return Text(verdict_in_short(judged), known, "\n\n", Bold("已经转了账？"), PAID_LEAD)


def verdict_aloud(check: Check) -> str:
    """A verdict given before, to be read aloud: level, one action, what it is."""
    level = Level(check.level)
    if level is Level.NONE:
        return "未见异常，但不等于没有风险。只要对方提到转账、验证码、共享屏幕，就先停下。"
    if level is Level.UNCLEAR:
        return f"拿不准。{UNSURE}可以打 96110 问一问。"
    title = family_title(check.category or "", check.family) if check.family else ""
    likely = "这是" if level is Level.HIGH else "有点像"
    told = f"{likely}：{title}。" if title else ""
    lead = actions()[ActionCode(check.action)].now
    return f"{LEVEL_HEADS[level]}。{lead}{told}已经转了账？{PAID_LEAD}"
