"""Lines put back in order: who said what, what belongs to the phone, what the screen cut. Pure."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.vision.joining import between, share_before
from bot.vision.layout import Line, Seen, put_together, quarter_turns, tile_tops
from bot.vision.talk import Side, transcribe


def line(text: str, left: float, top: float, *, letter: float = 46, score: float = 1.0) -> Line:
    """A line of text as it is read from a screen: a little taller than its letters."""
    wide = sum(letter if ord(sign) > 255 else letter * 0.55 for sign in text)
    right, bottom = left + wide, top + letter * 1.15
    return Line(text, ((left, top), (right, top), (right, bottom), (left, bottom)), score)


def right_of(text: str, right: float, top: float) -> Line:
    made = line(text, 0, top)
    return line(text, right - made.box.width, top)


CHAT = (
    line("9:41", 60, 30, letter=36),
    line("5G 87%", 860, 30, letter=36),
    line("李经理", 470, 130),
    line("昨天下午3:25", 430, 270, letter=34),
    line("您好，我是京东金融客服，您", 198, 370),
    line("名下的贷款要注销", 198, 436),
    right_of("真的吗", 882, 560),
    line("转到安全账户6222021234567890", 198, 690),
    line("123，马上", 198, 756),
    line("按住说话", 140, 2250),
)


def test_bubbles_are_in_order_with_who_said_them() -> None:
    said = transcribe(Seen(1080, 2340, CHAT))
    assert [(one.side, one.text) for one in said.bubbles] == [
        (Side.THEIRS, "您好，我是京东金融客服，您名下的贷款要注销"),
        (Side.MINE, "真的吗"),
        (Side.THEIRS, "转到安全账户6222021234567890123，马上"),
    ]
    assert said.title == "李经理"
    assert said.bubbles[0].time == "昨天下午3:25"


def test_the_order_in_which_lines_were_found_does_not_matter() -> None:
    assert transcribe(Seen(1080, 2340, CHAT[::-1])) == transcribe(Seen(1080, 2340, CHAT))


def test_a_name_above_a_bubble_is_whose_it_is() -> None:
    said = transcribe(
        Seen(
            1080,
            1200,
            (
                line("客服小李", 168, 300, letter=32),
                line("请把验证码发给我", 198, 352),
                right_of("不给", 882, 500),
            ),
        )
    )
    assert [(one.name, one.text) for one in said.bubbles] == [
        ("客服小李", "请把验证码发给我"),
        ("", "不给"),
    ]


def test_a_page_has_no_speakers() -> None:
    said = transcribe(Seen(1080, 900, (line("通知" * 10, 60, 300), line("请尽快办理", 60, 374))))
    assert [(one.side, one.text) for one in said.bubbles] == [
        (Side.NONE, "通知" * 10 + "请尽快办理")
    ]


def test_faces_and_what_is_hardly_read_are_no_words() -> None:
    face = line("0", 36, 300, letter=104)
    unsure = line("么丿", 200, 700, score=0.3)
    said = transcribe(Seen(1080, 900, (face, line("你好呀朋友", 198, 310), unsure)))
    assert said.text == "你好呀朋友"


def test_a_phrase_is_found_on_every_line_that_it_runs_over() -> None:
    said = transcribe(Seen(1080, 2340, CHAT))
    start = said.text.index("6222021234567890123")
    first, second = said.boxes(start, start + 19)
    assert (round(first.top), round(second.top)) == (690, 756)
    assert first.left > 198 + 5 * 46
    assert second.left == pytest.approx(198)
    assert second.right < 198 + 4 * 46


@pytest.mark.parametrize(
    ("above", "below", "free", "wanted"),
    [
        ("请打13812", "345678", 0, ""),
        ("网址https://jd-", "kefu.top/login", 10, ""),
        ("see www.x", ".top now", 5, ""),
        ("please send", "the code", 5, " "),
        ("您好，", "请转账", 400, "\n"),
        ("请点", "https://very-long-address.example.top/path", 400, ""),
        ("转到安全", "账户", 20, ""),
    ],
)
def test_what_the_screen_cut_is_joined_and_what_the_writer_broke_is_not(
    above: str, below: str, free: float, wanted: str
) -> None:
    assert between(above, below, free, 53) == wanted


@given(st.text(min_size=1, max_size=30), st.integers(0, 30))
def test_a_share_of_a_line_is_a_share(text: str, place: int) -> None:
    assert 0 <= share_before(text, min(place, len(text))) <= 1


def test_tiles_cover_a_long_capture_and_read_each_line_once() -> None:
    tiles = tile_tops(1080, 30_000)
    assert tiles[0][0] == 0
    assert tiles[-1][1] == 30_000
    assert all(begin < before for (_, before), (begin, _) in zip(tiles, tiles[1:], strict=False))
    lines = [line(f"第{n}行话", 60, n * 100) for n in range(299)]
    read = [
        (
            begin,
            end,
            Seen(
                1080,
                end - begin,
                tuple(
                    one.moved(-begin)
                    for one in lines
                    if begin <= one.box.top and one.box.bottom <= end
                ),
            ),
        )
        for begin, end in tiles
    ]
    assert [one.text for one in put_together(read, 1080, 30_000).lines] == [
        one.text for one in lines
    ]
    assert tile_tops(1080, 2340) == [(0, 2340)]


@pytest.mark.parametrize(
    ("sideways", "score", "turns"),
    [(False, 0.99, 0), (True, 0.99, 1), (True, 0.5, 3), (False, 0.5, 2)],
)
def test_lines_tell_which_way_is_up(sideways: bool, score: float, turns: int) -> None:
    wide, tall = (50, 600) if sideways else (600, 50)
    corners = ((0, 0), (wide, 0), (wide, tall), (0, tall))
    assert quarter_turns([Line("几个字", corners, score)] * 5) == turns


@given(
    st.lists(
        st.builds(
            line,
            st.text(max_size=12),
            st.floats(0, 1000),
            st.floats(0, 3000),
            letter=st.floats(1, 200),
            score=st.floats(0, 1),
        ),
        max_size=25,
    )
)
def test_anything_that_was_read_becomes_some_text(lines: list[Line]) -> None:
    said = transcribe(Seen(1080, 3000, tuple(lines)))
    for piece in said.pieces:
        assert said.text[piece.start :].startswith(piece.line.text)
    assert "\n".join(one.text for one in said.bubbles) == said.text


@pytest.mark.parametrize("text", ["12:30", "12:30 5G"])
def test_a_picture_of_nothing_but_the_phones_own_bar_has_no_words(text: str) -> None:
    assert transcribe(Seen(1080, 3000, (line(text, 0, 10),))).pieces == ()
