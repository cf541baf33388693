"""A suspect's numbers, accounts and links in what somebody wrote: what links leads together."""

import re
from collections.abc import Collection

from sqlalchemy.ext.asyncio import AsyncSession

from bot.matching.indicators import locate
from bot.matching.normalize import normalize
from bot.matching.ownership import owner_before
from bot.matching.result import IndicatorKind
from bot.storage.database import vault_of
from bot.storage.leads import IDENTIFIER, Lead, SuspectIdentifier, identifiers_of

Named = tuple[str, str]
"""Kind and value of an identifier."""

TRACEABLE = frozenset(
    {
        IndicatorKind.LINK,
        IndicatorKind.PHONE,
        IndicatorKind.BANK_CARD,
        IndicatorKind.WECHAT,
        IndicatorKind.QQ,
        IndicatorKind.GROUP,
        IndicatorKind.APP,
    }
)
PERSONAL = frozenset(
    {IndicatorKind.PHONE, IndicatorKind.BANK_CARD, IndicatorKind.WECHAT, IndicatorKind.QQ}
)
"""Kinds that the writer has, too."""
SAYS_NOTHING = re.compile(
    r"[0-9A-Za-z_.:/@+-]+|对方|电话|手机|微信|账号|银行卡|号码|链接|网址|还有|[号是的]|\W"
)
"""What is left of an answer without this is more than the identifiers that were found in it."""


def named_in_story(story: str) -> set[Named]:
    """What a story names of the suspect; a card counts only where the words say it is his."""
    return _named(story, told_of_suspect=False)


def named_in_answer(words: str) -> set[Named]:
    """What an answer about the suspect names; all but what the words call one's own."""
    named = _named(words, told_of_suspect=True)
    if len(SAYS_NOTHING.sub("", words)) > 1 or (words and not named):
        named.add((str(IndicatorKind.OTHER), words))
    return named


def _named(text: str, *, told_of_suspect: bool) -> set[Named]:
    plain = normalize(text)
    found: set[Named] = set()
    for start, _, one in locate(plain):
        if one.kind not in TRACEABLE:
            continue
        owner = owner_before(plain.text, start) if one.kind in PERSONAL else "theirs"
        needs_words = one.kind is IndicatorKind.BANK_CARD and not told_of_suspect
        if owner == "own" or (owner is None and needs_words):
            continue
        found.add((str(one.kind), one.value))
    return found


def foreign_cards_only(text: str) -> bool:
    """Whether the words say of every card number that it is the suspect's."""
    plain = normalize(text)
    return all(
        owner_before(plain.text, start) == "theirs"
        for start, _, one in locate(plain)
        if one.kind is IndicatorKind.BANK_CARD
    )


async def add_identifiers(
    session: AsyncSession, lead: Lead, named: Collection[Named], own_phone: str
) -> None:
    """Keep identifiers with a lead, each once; the reporter's own phone is none."""
    if not named:
        return
    vault = vault_of(session)
    known = {row.value_hash for row in await identifiers_of(session, lead.id)}
    for kind, value in sorted(set(named)):
        value_hash = vault.fingerprint(f"{kind}:{value}", IDENTIFIER)
        if value == own_phone or value_hash in known:
            continue
        session.add(
            SuspectIdentifier(
                lead_id=lead.id,
                kind=kind,
                value_sealed=vault.seal(value, IDENTIFIER),
                value_hash=value_hash,
            )
        )
