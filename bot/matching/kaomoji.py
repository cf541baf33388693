"""Faces made of signs, (*^▽^*) and T_T: they say nothing and part what belongs together."""

import re

from bot.matching.digits import Edit

_ARM = "[\u3040-\u30ff\u2500-\u257f✧☆★~*σو/\\\\<>=♡❤・、]"
_FACE = re.compile(
    rf"(?:{_ARM}{{1,3}}|(?<![a-z])o)?\((?P<face>[^()\n\u4e00-\u9fff]{{2,18}})\)"
    rf"{_ARM}{{0,3}}(?:o(?![a-z]))?"
)
_BARE = re.compile(
    r"\^[_.o-]?\^|(?<![a-z0-9])(?:[tqx;]_[tqx;]|qaq|qwq|tat|orz|o_o|=_=|-_-)(?![a-z0-9])|>_<|@_@|[→←]_[→←]"
    r"|≧[▽w]?≦|⊙[._o]?⊙"
)
_HINT = re.compile(r"\([^\w]|[^\w\s]\)|_|\^|[≧⊙]|qaq|qwq|tat|orz")
_HINTS = ("(", ")", "_", "^", "qaq", "qwq", "tat", "orz", "≧", "⊙")
_ODD = re.compile(r"[^\w\s,.:;/&%$#@+\-'\"!?¥*…—、。《》<>=]|_")
_SIGN = re.compile(r"[^\w\s]|_")
_LETTERS = re.compile("[a-z]{3,}|[0-9]{2,}")


def kaomoji_edits(text: str) -> list[Edit]:
    """Edits that take the faces out."""
    if not any(map(text.__contains__, _HINTS)) or not _HINT.search(text):
        return []
    spans = [found.span() for found in _FACE.finditer(text) if _is_face(found["face"])]
    spans += [found.span() for found in _BARE.finditer(text)]
    return [(start, end, "", "kaomoji") for start, end in spans]


def _is_face(inner: str) -> bool:
    signs = len(_SIGN.findall(inner))
    return signs >= 2 and _ODD.search(inner) is not None and not _LETTERS.search(inner)
