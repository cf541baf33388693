"""Pictures as residents send them, drawn by us: chats, short messages, pages on a phone.

Sizes are those of a phone of 1080 × 2340 pixels, in pixels.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from PIL import Image, ImageDraw, ImageFont
from pylopdf_fonts_zh_cn import sans_path

WIDTH, HEIGHT = 1080, 2340
LETTER, LINE = 46, 66
STATUS = 88
HEAD = 132


@dataclass(frozen=True, slots=True)
class Said:
    """One bubble: what it says and whether the owner of the phone said it."""

    text: str
    mine: bool = False


@dataclass(frozen=True, slots=True)
class Look:
    """The colours of an app, in light or dark."""

    paper: str
    ink: str
    faint: str
    theirs: str
    mine: str
    mine_ink: str


WECHAT = Look("#ededed", "#181818", "#888888", "#ffffff", "#95ec69", "#181818")
WECHAT_DARK = Look("#111111", "#d5d5d5", "#6e6e6e", "#2c2c2c", "#3eb575", "#06140c")
QQ = Look("#f1f1f6", "#1a1a1a", "#9a9aa5", "#ffffff", "#0099ff", "#ffffff")
QQ_DARK = Look("#0f0f12", "#e4e4e8", "#6c6c74", "#26262b", "#0a6cc4", "#ffffff")
SMS = Look("#ffffff", "#1c1c1e", "#8e8e93", "#e9e9eb", "#34c759", "#ffffff")
SMS_DARK = Look("#000000", "#f2f2f7", "#8d8d93", "#262629", "#30a14e", "#ffffff")
LOOKS: Mapping[str, tuple[Look, Look]] = {
    "wechat": (WECHAT, WECHAT_DARK),
    "qq": (QQ, QQ_DARK),
    "sms": (SMS, SMS_DARK),
    "page": (SMS, SMS_DARK),
}


@cache
def font(letter: int) -> ImageFont.FreeTypeFont:
    """The font that comes with a package, in that size."""
    return ImageFont.truetype(str(sans_path()), letter)


def wrapped(text: str, width: float, letter: int = LETTER) -> list[str]:
    """Lines as a phone breaks them: anywhere between two signs, inside numbers and links too."""
    lines = []
    for paragraph in text.split("\n"):
        line = ""
        for sign in paragraph:
            if line and font(letter).getlength(line + sign) > width:
                lines.append(line)
                line = ""
            line += sign
        lines.append(line)
    return lines


class Screen:
    """A phone's screen that is written from top to bottom."""

    def __init__(self, app: str, *, dark: bool = False, height: int = HEIGHT) -> None:
        self.look = LOOKS[app][dark]
        self.image = Image.new("RGB", (WIDTH, height), self.look.paper)
        self.draw = ImageDraw.Draw(self.image)
        self.place = STATUS + HEAD + 40

    def head(self, title: str) -> None:
        """The status bar and the name of the chat or page."""
        self.draw.text((60, 24), "9:41", font=font(38), fill=self.look.ink)
        self.draw.text((WIDTH - 210, 24), "5G  87%", font=font(36), fill=self.look.ink)
        self.draw.text((36, STATUS + 34), "‹", font=font(60), fill=self.look.ink)
        middle = (WIDTH - font(48).getlength(title)) / 2
        self.draw.text((middle, STATUS + 36), title, font=font(48), fill=self.look.ink)

    def time(self, words: str) -> None:
        """A time in the middle between two bubbles."""
        middle = (WIDTH - font(34).getlength(words)) / 2
        self.draw.text((middle, self.place), words, font=font(34), fill=self.look.faint)
        self.place += 84

    def bubble(self, said: Said, *, faces: bool, name: str = "") -> None:
        """A bubble with the corner rounded, a face beside it where the app shows one."""
        lines = wrapped(said.text, 640 if faces else 700)
        wide = max(font(LETTER).getlength(line) for line in lines) + 60
        tall = len(lines) * LINE + 44
        edge = 168 if faces else 48
        if name and not said.mine:
            self.draw.text((edge, self.place - 4), name, font=font(32), fill=self.look.faint)
            self.place += 46
        left = WIDTH - edge - wide if said.mine else edge
        box = (left, self.place, left + wide, self.place + tall)
        self.draw.rounded_rectangle(box, 18, self.look.mine if said.mine else self.look.theirs)
        if faces:
            face = WIDTH - 140 if said.mine else 36
            self.draw.rounded_rectangle(
                (face, self.place, face + 104, self.place + 104), 14, "#7a8fa6"
            )
        ink = self.look.mine_ink if said.mine else self.look.ink
        for number, line in enumerate(lines):
            at = (left + 30, self.place + 16 + number * LINE)
            self.draw.text(at, line, font=font(LETTER), fill=ink)
        self.place += tall + 40

    def foot(self, words: str) -> None:
        """The bar to write in."""
        top = self.image.height - 150
        self.draw.rectangle((0, top, WIDTH, self.image.height), self.look.theirs)
        self.draw.text((140, top + 46), words, font=font(40), fill=self.look.faint)


def chat(
    talk: Sequence[Said],
    app: str = "wechat",
    *,
    dark: bool = False,
    title: str = "李经理",
    time: str = "昨天 下午3:25",
    name: str = "",
    height: int = HEIGHT,
) -> Image.Image:
    """A chat in an app; what does not fit is not there, as on a phone."""
    screen = Screen(app, dark=dark, height=height)
    screen.head(title)
    screen.time(time)
    for said in talk:
        screen.bubble(said, faces=app != "sms", name=name)
    if app != "sms":
        screen.foot("按住 说话" if app == "wechat" else "发消息")
    return screen.image


def page(title: str, text: str, *, dark: bool = False) -> Image.Image:
    """A web page: an address, a heading, paragraphs over the whole width."""
    screen = Screen("page", dark=dark)
    screen.head("网页")
    for line in wrapped(title, WIDTH - 120, 62):
        screen.draw.text((60, screen.place), line, font=font(62), fill=screen.look.ink)
        screen.place += 92
    screen.place += 30
    for line in wrapped(text, WIDTH - 120):
        screen.draw.text((60, screen.place), line, font=font(LETTER), fill=screen.look.ink)
        screen.place += 74
    return screen.image


def height_of(talk: Sequence[Said], *, faces: bool = True) -> int:
    """How tall a capture must be for the whole talk, bars included."""
    width = 640 if faces else 700
    tall = sum(len(wrapped(said.text, width)) * LINE + 84 for said in talk)
    return STATUS + HEAD + 40 + 84 + tall + 170


Draw = Callable[[Sequence[Said]], Image.Image]
