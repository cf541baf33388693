"""Posters: drawn at both sizes, with a code that leads to the bot; overflow is refused."""

import io

import pytest
import zxingcpp
from PIL import Image

from bot.errors import InvalidInputError
from bot.services.outgoing import PosterOrder
from bot.services.poster import Poster, PosterSize, draw_poster, phone_poster, read_poster

TYPED = "刷单返利都是骗局\n先给小钱\n再让垫钱\n提现要交费\n停下,拨 96110"
LINK = "https://t.me/fanzha_bot?start=b7"


@pytest.mark.parametrize("size", list(PosterSize))
def test_a_poster_is_drawn_in_its_size(size: PosterSize) -> None:
    drawn = Image.open(io.BytesIO(draw_poster(read_poster(TYPED), size, LINK, "城东")))
    assert drawn.size == size.pixels
    width, height = size.pixels
    title = drawn.convert("L").crop((0, 0, width, int(height * 0.25)))
    code = drawn.convert("L").crop(
        (int(width * 0.69), int(height * 0.77), int(width * 0.93), int(height * 0.9))
    )
    for part in (title, code):
        dark, light = part.getextrema()
        assert (dark < 90, light > 200) == (True, True)


def letter_height(drawn: Image.Image, top: float, bottom: float, right: float = 1.0) -> int:
    """The rows that the first line of ink between two heights takes, in pixels."""
    width, height = drawn.size
    part = drawn.convert("L").crop((0, int(height * top), int(width * right), int(height * bottom)))
    paper = part.getpixel((0, 0))
    inked = []
    for row in range(part.height):
        darkest, lightest = part.crop((0, row, part.width, row + 1)).getextrema()
        inked.append(max(paper - darkest, lightest - paper) > 60)
    first = inked.index(True)
    return inked.index(False, first) - first


PARTS = {
    "title": (0.03, 0.25, 1.0),
    "mark": (0.266, 0.38, 1.0),
    "action": (0.64, 0.765, 1.0),
    "foot": (0.9, 1.0, 0.66),
}


@pytest.mark.parametrize("part", PARTS)
def test_elders_have_letters_a_quarter_higher_at_least(part: str) -> None:
    poster = Poster("口口口口", ("口口口", "口口口", "口口口"), "口口口口")
    heights = []
    for size in (PosterSize.PHONE, PosterSize.ELDERS):
        drawn = Image.open(io.BytesIO(draw_poster(poster, size, LINK, "城东")))
        assert drawn.size == PosterSize.PHONE.pixels
        heights.append(letter_height(drawn, *PARTS[part]))
    usual, large = heights
    assert large >= usual * 1.25


def test_a_poster_for_elders_is_drawn_large_where_its_words_fit() -> None:
    poster = read_poster(TYPED)
    long = Poster("长" * 16, poster.marks, poster.action)
    for words, drawn in ((poster, PosterSize.ELDERS), (long, PosterSize.PHONE)):
        order = PosterOrder(words.to_json(), LINK, "城东", large=True)
        assert phone_poster(order) == draw_poster(words, drawn, LINK, "城东")


@pytest.mark.parametrize("large", [False, True])
def test_each_areas_code_is_set_into_the_same_drawing(large: bool) -> None:
    stored = read_poster(TYPED).to_json()
    links = [f"{LINK}a{number}" for number in (7, 123456, 8)]
    drawn = [phone_poster(PosterOrder(stored, link, "城东", large=large)) for link in links]
    read = [zxingcpp.read_barcodes(Image.open(io.BytesIO(one))) for one in drawn]
    assert [[code.text for code in found] for found in read] == [[link] for link in links]


def test_without_a_link_there_is_no_code() -> None:
    poster = read_poster(TYPED)
    plain, linked = (draw_poster(poster, PosterSize.PHONE, link, "城东") for link in ("", LINK))
    assert plain != linked


def test_what_is_kept_is_what_was_read() -> None:
    poster = read_poster(TYPED)
    assert Poster.from_json(poster.to_json()) == poster


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("", "五行"),
        ("一\n二\n三", "五行"),
        (TYPED + "\n多一行", "五行"),
        (TYPED.replace("刷单返利都是骗局", "长" * 60), "标题太长:有 60 个字"),
        (TYPED.replace("再让垫钱", "长" * 80), "第 2 个特征太长"),
        (TYPED.replace("停下,拨 96110", "长" * 60), "行动太长"),
        (TYPED.replace("刷单返利都是骗局", "长" * 13), "给老人的大字版上放得下 12 个"),
    ],
)
def test_a_poster_whose_text_overflows_is_refused_with_the_words_why(
    typed: str, words: str
) -> None:
    with pytest.raises(InvalidInputError, match=words.replace(":", ".")):
        read_poster(typed)
