"""A file by its name, its size and its SHA-256: what it is called and known for, never opened."""

import re
from dataclasses import dataclass, replace

from bot.matching.library import Library
from bot.matching.result import Level, Reason, Verdict

QUESTION = "这个文件是谁发来的？让您安装它、打开它做什么？"
ADVICE = (
    "先别点开，也别安装。",
    "已经装了的：关掉 Wi-Fi 和流量，别输密码和验证码，马上打 96110。",
    "软件只从手机自带的应用商店下载。",
)
BLOCKED, INSTALLER = "民警核实过的诈骗文件", "来历不明的安装包"
_INSTALLING = (
    "apk apks apkm xapk ipa hap mobileconfig exe msi msix bat cmd com scr pif vbs vbe js jse jar "
    "dmg pkg ps1 lnk hta reg appimage deb rpm"
)
_INSTALLERS = frozenset(_INSTALLING.split())
_MACROS = frozenset(("docm", "xlsm", "pptm", "xlam", "dotm"))
_ARCHIVES = frozenset(("zip", "rar", "7z", "tar", "gz", "iso", "img", "cab", "z"))
_LOOKS_HARMLESS = re.compile(r"\.(?:pdf|docx?|xlsx?|pptx?|txt|jpe?g|png|mp4|mp3)\s*\.", re.I)
_TURNED = re.compile("[\u202a-\u202e\u2066-\u2069]")
_ORDER = list(Level)


@dataclass(frozen=True, slots=True)
class FileSeen:
    """A file as it was sent; `digest` is its SHA-256, empty where it could not be fetched."""

    name: str
    size: int
    digest: str = ""

    @property
    def ending(self) -> str:
        """The ending of the name, in small letters; empty where there is none."""
        bare = _TURNED.sub("", self.name).strip().lower()
        return bare.rpartition(".")[2] if "." in bare else ""


def judge_file(file: FileSeen, library: Library, caption: Verdict | None = None) -> Verdict:
    """What a file is by its outside; what was written below it counts, too."""
    blocked = library.blocklist.reason_for_file(file.digest) if file.digest else None
    reasons = tuple(_reasons(file, blocked))
    installs = file.ending in _INSTALLERS or any(one.code == "file:disguised" for one in reasons)
    level = Level.HIGH if blocked else Level.SUSPICIOUS if installs else Level.UNCLEAR
    title = BLOCKED if blocked else INSTALLER if installs else None
    verdict = Verdict(
        level,
        0.0,
        library.version,
        title=title,
        reasons=reasons,
        advice=ADVICE if installs or blocked else (),
        question=QUESTION if level is Level.UNCLEAR else None,
    )
    if caption is None or _ORDER.index(caption.level) >= _ORDER.index(level):
        return verdict
    return replace(caption, reasons=(*reasons, *caption.reasons))


def _reasons(file: FileSeen, blocked: str | None) -> list[Reason]:
    found: list[Reason] = []
    if blocked:
        found.append(Reason("file:blocked", f"文件和诈骗文件名单里的一模一样（{blocked}）"))
    if _TURNED.search(file.name) or (
        file.ending in _INSTALLERS and _LOOKS_HARMLESS.search(file.name)
    ):
        found.append(Reason("file:disguised", "名字装成文档或图片，其实是会装软件的文件"))
    elif file.ending in _INSTALLERS:
        found.append(Reason("file:installer", "打开就会安装软件，不经过应用商店"))
    elif file.ending in _MACROS:
        found.append(Reason("file:macro", "这种文档里可以藏程序，打开后别点“启用内容”"))
    elif file.ending in _ARCHIVES:
        found.append(Reason("file:archive", "压缩包里可以藏程序，光看外面看不出来"))
    return found


def size_in_words(size: int) -> str:
    """A size as people read it."""
    if size < 1024 * 1024:
        return f"{max(1, round(size / 1024))} KB"
    return f"{size / 1024 / 1024:.1f} MB"
