"""A second look at uncertain texts."""

import pytest

from bot.matching.index import Entry
from bot.matching.keys import key_of
from bot.matching.library import Library
from bot.matching.neighbours import NO_NEIGHBOURS, Neighbours, build_neighbours
from bot.matching.normalize import normalize
from bot.matching.thresholds import IN_DOUBT, NEIGHBOUR_WEIGHT
from bot.matching.weighing import second_look

SCAMS = (
    "老师带你看盘先交保证金",
    "交保证金马上提现到账",
    "先交保证金再放款到卡",
    "保证金交了就能提现",
)
GENUINE = ("明早八点学校门口集合", "晚饭在奶奶家吃鱼", "车位费下周一起交", "周末一起去爬山吗")


def known(texts: tuple[str, ...], owner: str) -> list[Entry]:
    return [Entry(text, key_of(text), owner, "") for text in texts]


@pytest.fixture(scope="module")
def neighbours() -> Neighbours:
    return build_neighbours(known(GENUINE, "") + known(SCAMS, "loan_fee"))


def test_leans_to_the_side_whose_texts_are_nearer(neighbours: Neighbours) -> None:
    assert neighbours.lean(key_of("您交了保证金就能提现")) > 0.1
    assert neighbours.lean(key_of("周末学校门口一起集合")) < -0.1


def test_a_text_with_nothing_in_common_leans_nowhere(neighbours: Neighbours) -> None:
    assert neighbours.lean(key_of("龘靐齉爩")) == 0.0


def test_without_enough_texts_on_both_sides_there_is_no_second_look() -> None:
    assert NO_NEIGHBOURS.lean("先交保证金") == 0.0
    assert build_neighbours(known(SCAMS, "loan_fee")).lean("先交保证金") == 0.0


@pytest.mark.parametrize("key", ["", "a", "保证金", "\ud800\udfff\ud800\ud800", "0000", "😀" * 300])
def test_any_key_is_looked_at(neighbours: Neighbours, key: str) -> None:
    assert -1 <= neighbours.lean(key) <= 1


def test_only_a_text_in_doubt_gets_a_second_look(neighbours: Neighbours) -> None:
    key = key_of(SCAMS[0])
    assert second_look(0.0, key, neighbours, told=False, guessed=False) > 1
    assert second_look(-IN_DOUBT, key, neighbours, told=False, guessed=False) == 0.0
    assert second_look(IN_DOUBT, key, neighbours, told=False, guessed=False) == 0.0


def test_what_no_text_has_makes_less_sure(neighbours: Neighbours) -> None:
    assert neighbours.unfamiliar(key_of(SCAMS[0])) == 0.0
    assert neighbours.unfamiliar(key_of("龘靐齉爩")) == 1.0
    whole, broken = key_of(SCAMS[0]), key_of(SCAMS[0] + "龘靐齉爩")
    lean = NEIGHBOUR_WEIGHT * (neighbours.lean(broken) - neighbours.lean(whole))
    looks = [
        second_look(0.0, key, neighbours, told=False, guessed=False) for key in (whole, broken)
    ]
    assert looks[1] < looks[0] + lean - 0.5


def test_a_guessed_word_makes_less_sure(neighbours: Neighbours) -> None:
    key = key_of(SCAMS[0])
    sure, guessed = (
        second_look(0.0, key, neighbours, told=False, guessed=one) for one in (False, True)
    )
    assert guessed < sure
    assert normalize("先fu保zheng金,加薇❤").is_guessed
    assert not normalize("請將帳戶餘額轉賬").is_guessed


def test_where_too_few_texts_are_known_nothing_is_unfamiliar() -> None:
    assert NO_NEIGHBOURS.unfamiliar("先交保证金") == 0.0
    assert second_look(0.0, "先交保证金", NO_NEIGHBOURS, told=False, guessed=False) == 0.0


def test_a_warning_is_not_suspect_for_quoting_a_known_script(neighbours: Neighbours) -> None:
    assert second_look(0.0, key_of(SCAMS[0]), neighbours, told=True, guessed=False) == 0.0


def test_the_library_puts_every_written_text_among_the_neighbours(library: Library) -> None:
    long_enough = [entry for entry in library.index.entries if len(entry.key) >= 4]
    assert library.neighbours.texts == len(long_enough)
    assert library.neighbours.scams == sum(bool(entry.owner) for entry in long_enough)
    assert library.neighbours.lean(long_enough[0].key) > 0.3
