"""Freezes that end soon are brought up by message, once a day, until they are renewed."""

from collections.abc import Sequence
from datetime import datetime, time

from sqlalchemy.ext.asyncio import AsyncSession

from bot.services.freezes import REMIND_BEFORE, freezes_to_renew
from bot.services.masking import mask_numbers
from bot.services.notifications import alert_roles
from bot.services.outgoing import Outgoing
from bot.services.permissions import Action, may
from bot.storage.entries import LedgerEntry
from bot.storage.once import first_time, is_done
from bot.storage.roster import chats_to_alert
from bot.storage.staff import Role
from bot.times import SHANGHAI, on_screen

FROM = time(9)
"""*Default*: the local time from which the day's reminder goes out; banks are open then."""
NAMED = 10
KEEPERS = tuple(role for role in Role if may(role, Action.KEEP_LEDGER))


async def renewals_wait(session: AsyncSession, now: datetime) -> bool:
    """Whether freezes end soon of which nobody was told today; only looks."""
    if now.astimezone(SHANGHAI).time() < FROM or await is_done(session, _once(now)):
        return False
    return bool(await freezes_to_renew(session, now))


async def remind_of_renewals(session: AsyncSession, now: datetime) -> int:
    """Tell who is on duty of the freezes that end soon, once a day; returns to how many chats.

    Where nobody can be told yet the day stays open, so that who is bound later hears of it.
    """
    ending = await freezes_to_renew(session, now)
    chats = await chats_to_alert(session, KEEPERS, now)
    if not ending or not chats or not await first_time(session, _once(now), now):
        return 0
    return await alert_roles(session, KEEPERS, Outgoing(_words(ending)), key=_once(now), now=now)


def _once(now: datetime) -> str:
    return f"renewals:{now.astimezone(SHANGHAI).date()}"


def _words(ending: Sequence[LedgerEntry]) -> str:
    named = [
        f"{on_screen(one.until, '%m-%d %H:%M')} 到期：{mask_numbers(one.words)}，"
        f"{one.amount_fen / 100:,.2f} 元"
        for one in ending[:NAMED]
        if one.until is not None
    ]
    more = [f"还有 {len(ending) - NAMED} 笔。"] if len(ending) > NAMED else []
    first = (
        f"有 {len(ending)} 笔冻结在 {REMIND_BEFORE.days} 天内到期，到期前没有续冻，钱可能被转走。"
    )
    last = "请联系银行办理续冻，再到网页“冻结返还、来访”里登记新的到期时间。"
    return "\n".join([first, *named, *more, last])
