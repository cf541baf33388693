"""Words of scams written with other characters of the same sound.

Every character is put by one that stands for its sound; where a word of scams then appears, some
of its own characters must stand there, and no ordinary word may be bent.
"""

from functools import lru_cache

from bot.matching.scam_words import WORDS
from bot.matching.searcher import Searcher, search_for
from bot.matching.signal_rule import words
from bot.matching.syllables import sound_table

Found = tuple[int, int, str]

_EVERYDAY = frozenset(
    "的一是了我不在有他这个们中来上大为和国地到以说时要就出会可也你对能而子那得于着下自之年过发后里用道行所"
    "然家多么去如都同没起看还只事把给让被它她想做走从但与或及其并最很太再更已已经又才向往跟比将请您吗呢吧"
    "两三四五六七八九十百千万元块月日点分秒天号"
)
"""Too common to be taken for a disguise of another character."""

_ORDINARY = frozenset(
    words(
        "关住 到站 收以 返里 大款 点站 日接 会元 奖券 "
        "老实 提线 绘本 同程 主卡 首卡 丢死 到店 读博 排单 菜金 "
        "急活 交易锁 领区 血费 会员非"
    )
)
"""Two neighbouring words of honest text that sound like one of scams."""


_LAST_IDEOGRAPH = 0xA000
"""A list is translated by twice as fast as a mapping in which most characters are missing."""


@lru_cache(maxsize=1)
def _sounding() -> tuple[list[int], Searcher, tuple[str, ...]]:
    table = list(range(_LAST_IDEOGRAPH))
    for code, char in sound_table().items():
        table[code] = ord(char)
    known = tuple(WORDS)
    return table, search_for(word.translate(table) for word in known), known


def homophones(text: str) -> list[Found]:
    """Where a text sounds like a word of scams but is written otherwise, with that word."""
    table, searcher, known = _sounding()
    found = []
    for number, start, end in searcher.find_matches_as_indexes(
        text.translate(table), overlapping=True
    ):
        word, written = known[number], text[start:end]
        if written != word and _is_disguise(written, word):
            found.append((start, end, word))
    return found


def _is_disguise(written: str, word: str) -> bool:
    other = [char for char, own in zip(written, word, strict=True) if char != own]
    if written in _ORDINARY or written in WORDS or not _EVERYDAY.isdisjoint(other):
        return False
    return len(word) - len(other) >= max(1, len(word) // 2)
