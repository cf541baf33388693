"""Whose number it is: a suspect's is kept and links reports, a resident's own is not."""

import re

REACH = 24
"""How many characters before a number may say whose it is."""
_CUES = re.compile(
    r"(?P<theirs>给我打|打给我|发给我|转给我说|加我|找我|骗我|让我|叫我|要我|教我|拉我"
    r"|对方|骗子|客服|他们?|她们?|陌生人|收款|转[给到入]|打[给到进入]|汇[给到入]|存[到入]|付给|充[到值]"
    r"|安全账户|指定账户|对公)"
    r"|(?P<own>打我|联系我|回我|我|俺|咱|本人|自己|付款|尾号)"
)


def owner_before(text: str, start: int) -> str | None:
    """What the nearest words before a number say: "own", "theirs" or nothing."""
    before = text[max(0, start - REACH) : start]
    owner = None
    for cue in _CUES.finditer(before):
        owner = cue.lastgroup
    return owner
