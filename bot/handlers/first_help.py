"""What somebody reads first who tells that it has happened to himself."""

from collections.abc import Mapping
from datetime import datetime

from aiogram.methods import SendMessage
from aiogram.utils.formatting import Bold, Text
from sqlalchemy.ext.asyncio import AsyncSession

from bot.handlers import keyboards, views
from bot.handlers.replies import say
from bot.matching.plea import Plea
from bot.services.circle import PAID, tell_circle
from bot.services.knowledge import actions
from bot.services.triage import ACTION_BY_HAPPENED, Happened
from bot.storage.residents import Resident

HAPPENED_BY_PLEA: Mapping[Plea, Happened] = {
    Plea.ON_CALL: Happened.ON_CALL,
    Plea.CASH: Happened.CASH,
    Plea.CHILD: Happened.CHILD,
    Plea.PAID: Happened.PAID,
    Plea.PERHAPS_PAID: Happened.PAID,
    Plea.BLACKMAILED: Happened.BLACKMAILED,
    Plea.GAVE_CODE: Happened.GAVE_CODE,
    Plea.ASKED: Happened.NOT_PAID,
}
TOLD_WITH_VERDICT = frozenset({Plea.PERHAPS_PAID, Plea.ASKED})
"""What may as well be an ordinary message: its verdict is told, too."""
MONEY_IS_GONE = frozenset({Plea.PAID, Plea.CASH})
BEFORE_THE_ACTION: Mapping[Happened, str] = {
    Happened.PAID: "☎ ",
    Happened.CASH: "☎ ",
    Happened.ON_CALL: "先挂断电话。",
}
IF_TO_A_STRANGER = "如果钱是转给不认识的人，或者现在觉得不对：\n"


def help_for(chat: int, plea: Plea | None, reference: str = "") -> list[SendMessage]:
    """One action, the steps after it and a button to report; nothing without a plea."""
    if plea is None:
        return []
    if plea is Plea.DESPAIR:
        return [say(chat, views.DESPAIR)]
    happened = HAPPENED_BY_PLEA[plea]
    words = first_help(happened, sure=plea is not Plea.PERHAPS_PAID)
    return [say(chat, words, keyboards.report_now(reference, happened))]


def first_help(happened: Happened, *, sure: bool = True) -> Text:
    """The one action for what somebody tells of himself, and the steps after it.

    Unless `sure`, the money may have been sent to anybody.
    """
    advice = actions()[ACTION_BY_HAPPENED[happened]]
    steps = "".join(f"{n}. {step}\n" for n, step in enumerate(advice.steps, 1))
    return Text(
        "" if sure else IF_TO_A_STRANGER,
        Bold(f"{BEFORE_THE_ACTION.get(happened, '')}{advice.now}"),
        "\n越早越好。" if happened in (Happened.PAID, Happened.CASH) else "",
        f"\n{steps}\n",
        "想请反诈专班看看，点下面。"
        if happened is Happened.NOT_PAID
        else "打完电话，可以点下面把情况告诉反诈专班。",
        f"\n{views.NOT_A_POLICE_REPORT}",
    )


async def tell_circle_of(
    session: AsyncSession, resident: Resident, plea: Plea | None, now: datetime
) -> bool:
    """Let the family circle know where money is gone; whether that was so."""
    if plea not in MONEY_IS_GONE:
        return False
    await tell_circle(session, resident, PAID, None, now)
    return True
