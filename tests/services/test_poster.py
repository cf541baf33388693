"""Posters: drawn at both sizes, with a code that leads to the bot; overflow is refused."""

import io

import pytest
from PIL import Image

from bot.errors import InvalidInputError
from bot.services.poster import Poster, PosterSize, draw_poster, read_poster

TYPED = "刷单返利都是骗局\n先给小钱\n再让垫钱\n提现要交费\n停下,拨 96110"
LINK = "https://t.me/fanzha_bot?start=b7"


@pytest.mark.parametrize("size", list(PosterSize))
def test_a_poster_is_drawn_in_its_size(size: PosterSize) -> None:
    drawn = Image.open(io.BytesIO(draw_poster(read_poster(TYPED), size, LINK, "城东")))
    assert drawn.size == size.value
    width, height = size.value
    title = drawn.convert("L").crop((0, 0, width, int(height * 0.25)))
    code = drawn.convert("L").crop(
        (int(width * 0.69), int(height * 0.77), int(width * 0.93), int(height * 0.9))
    )
    for part in (title, code):
        dark, light = part.getextrema()
        assert (dark < 90, light > 200) == (True, True)


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
    ],
)
def test_a_poster_whose_text_overflows_is_refused_with_the_words_why(
    typed: str, words: str
) -> None:
    with pytest.raises(InvalidInputError, match=words.replace(":", ".")):
        read_poster(typed)
