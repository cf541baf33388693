"""What made-up people are called and write: ordinary words, and the hardest that the forms take."""

from dataclasses import dataclass, replace
from typing import Any

TAG = '<script>alert("长名")</script>'
UNBROKEN = "ANameWithoutAnyPlaceToBreakWhichGoesOnAndOn_0123456789_" * 10
LONG = "一个名字特别长的社区居民委员会综合服务站第三分站（原机械厂家属院北区）" * 15
FAMILY = "👨‍👩‍👧‍👦"
PEOPLE = {
    "li": "阿卜杜热合曼·买买提艾力·图尔荪江·克里木",
    "zhao": "Wolfeschlegelsteinhausenbergerdo",
}
HUGE_FEN = 12_345_678_900


def hard(signs: int, which: int = 0) -> str:
    """Words of so many signs: in turn without a break, long Chinese, a script with an emoji."""
    return (UNBROKEN, LONG, f"{TAG}{FAMILY}🈲𠮷{UNBROKEN}")[which % 3][:signs]


@dataclass(frozen=True, slots=True)
class Words:
    """Everything that somebody may write. `times` is how many there are of what is listed."""

    hard: bool = False
    times: int = 1

    def of(self, ordinary: str, signs: int, which: int = 0) -> str:
        """The ordinary words, or hard ones of as many signs as the form takes."""
        return hard(signs, which) if self.hard else ordinary

    def fen(self, ordinary: int) -> int:
        """The ordinary amount, or a huge one."""
        return HUGE_FEN if self.hard else ordinary

    def name(self, login: str) -> str:
        """What somebody is called."""
        plain = hard(40, len(login)).replace(FAMILY, "👨")[:32]
        return PEOPLE.get(login, plain) if self.hard else f"{login}警官"


ORDINARY = Words()
HARD = Words(hard=True, times=6)
HARD_FEW = replace(HARD, times=1)

STORIES: tuple[dict[str, Any], ...] = (
    {"happened": "paid", "amount_fen": 1_250_000, "category": "fake_customer_service"},
    {"happened": "gave_code", "amount_fen": None, "category": "fake_customer_service"},
    {"happened": "not_paid", "amount_fen": None, "category": "", "phone": "13900001111"},
    {
        "happened": "paid",
        "amount_fen": 98_765_432_100,
        "category": "brushing",
        "area": "一个名字特别长的社区服务中心旁边的小区" * 2,
        "description": "前三单都返了佣金，第四单要连做三单，共垫付了十二万，客服说账户冻结。" * 5,
    },
    {"happened": "paid", "amount_fen": 100, "category": "brushing"},
)
HARD_STORIES: tuple[dict[str, Any], ...] = (
    *STORIES,
    {
        "happened": "paid",
        "amount_fen": HUGE_FEN,
        "category": "fake_customer_service",
        "area": hard(80),
        "description": hard(900),
        "suspects": f"https://{'a' * 60}.example.com/{UNBROKEN[:200]} 6222021234567890123",
    },
    {
        "happened": "paid",
        "amount_fen": 0,
        "category": "brushing",
        "area": hard(80, 2),
        "description": hard(900, 2),
        "suspects": hard(120, 2),
    },
    {"happened": "not_paid", "amount_fen": 0, "description": hard(900, 1), "area": hard(80, 1)},
)


def stories(words: Words) -> tuple[dict[str, Any], ...]:
    """The answers of those who report."""
    return HARD_STORIES * (5 * words.times // 3) if words.hard else STORIES * 3
