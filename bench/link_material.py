"""Links for `bench.links`, made by tables of its own: the detector knows none of them.

Half imitate official and bank sites, by eight means. The others are pages of those sites, of
government offices and of firms, schools and shops that imitate nobody.
"""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from bot.matching.domains import is_official, site_of
from bot.matching.official_sites import OFFICIAL_SITES

_GLYPHS = (
    ("o", "0"), ("l", "1"), ("i", "1"), ("i", "l"), ("m", "rn"), ("w", "vv"), ("e", "3"),
    ("s", "5"), ("a", "а"), ("o", "о"), ("e", "е"), ("c", "с"), ("p", "р"), ("u", "v"), ("d", "cl"),
)  # fmt: skip
_ADDED = (
    "vip", "jifen", "kefu", "app", "login", "safe", "pay", "service", "card", "dk", "yh", "wap",
    "online", "888", "2026", "66", "xyk", "sj", "hd", "cx", "rz", "fuwu", "zhongxin", "tuikuan",
    "anquan", "shengji", "duihuan",
)  # fmt: skip
_CHEAP_ENDINGS = (
    "top", "xyz", "vip", "cc", "icu", "shop", "club", "online", "site", "work", "pw", "cyou",
    "buzz", "fun", "live", "ink", "sbs", "cfd",
)  # fmt: skip
_PLAIN_ENDINGS = ("com", "net", "cn", "com.cn", "org")
_FOREIGN_HOSTS = (
    "kx7h2", "m-serve", "qwe9", "yunhost8", "zhp-center", "a8d3kk", "goto-page", "huiyuan-site",
    "tongzhi66", "wuyou-net",
)  # fmt: skip
_NOT_IMITATED = ("platform", "news")
"""What is left are banks, authorities, carriers, couriers, insurers, travel: 152 domains."""

_TAILS = ("", "/", "/login", "/index.html", "/m/act?id=8812", "/h5/#/home", "/verify.php?t=1")
_FRONTS = ("www.", "", "m.", "wap.")
_OFFICES = (
    "www.gov.cn", "www.mps.gov.cn", "www.chinatax.gov.cn", "www.nhsa.gov.cn",
    "etax.chinatax.gov.cn", "www.beijing.gov.cn", "rsj.beijing.gov.cn", "gaj.sh.gov.cn",
    "zwfw.gd.gov.cn", "www.hangzhou.gov.cn", "si.12333.gov.cn", "www.court.gov.cn",
    "zxgk.court.gov.cn", "www.spp.gov.cn", "www.csrc.gov.cn", "www.pbc.gov.cn",
    "www.tsinghua.edu.cn", "yz.pku.edu.cn", "jwc.zju.edu.cn", "www.mnr.gov.cn",
    "gab.122.gov.cn", "www.gsxt.gov.cn", "wsjkw.sc.gov.cn", "jyj.sz.gov.cn",
    "ggfw.hrss.gd.gov.cn",
)  # fmt: skip
_OTHERS = (
    "zhihu.com", "douban.com", "csdn.net", "github.com", "cnki.net", "sohu.com", "ifeng.com",
    "hexun.com", "eastmoney.com", "10jqka.com.cn", "youku.com", "iqiyi.com", "mgtv.com",
    "le.com", "58.com", "ganji.com", "anjuke.com", "lianjia.com", "ke.com", "zhaopin.com",
    "51job.com", "liepin.com", "autohome.com.cn", "dongchedi.com", "pcauto.com.cn",
    "zol.com.cn", "jianshu.com", "mafengwo.cn", "tuniu.com", "qyer.com", "booking.com",
    "airbnb.cn", "ikea.cn", "uniqlo.cn", "nike.com.cn", "adidas.com.cn", "muji.com.cn",
    "samsclub.cn", "decathlon.com.cn", "haidilao.com", "starbucks.com.cn", "kfc.com.cn",
    "mcdonalds.com.cn", "luckincoffee.com", "heytea.com", "ximalaya.com", "kugou.com",
    "dedao.cn", "xueersi.com", "hujiang.com", "icourse163.org", "wps.cn", "tencentmusic.com.cn",
    "wikipedia.org", "stackoverflow.com", "bing.com", "yahoo.com", "amazon.cn", "ebay.com",
    "walmart.cn", "carrefour.com.cn", "yonghui.com.cn", "rt-mart.com.cn", "haier.com",
    "midea.cn", "gree.com", "tcl.com", "lenovo.com.cn", "dell.com", "hp.com", "canon.com.cn",
    "byd.com", "nio.cn", "xiaopeng.com", "lixiang.com", "geely.com", "saicmotor.com",
    "faw.com.cn", "yili.com", "mengniu.com.cn", "nongfuspring.com", "moutaichina.com",
    "wuliangye.com.cn", "chaoyangyiyuan.com", "xiehe.cn", "301hospital.com.cn", "guahao.com",
    "dxy.cn", "haodf.com", "tingyu-tea.com", "laowang-mutton.cn", "xinghe-wuye.com",
    "qinghe-school.cn", "lvdao-decor.com", "hongdajixie.com", "shunda-logistics.cn",
    "jinmao-property.cn", "hengyuan-law.com", "beike123.com", "yuehai-piano.cn",
    "tongrentang.com", "sanxing-print.com", "ruixiang-flower.top", "chenguang-art.vip",
    "huadu-yoga.club", "xiangyang-farm.shop", "baiyun-kids.online", "hualian.com",
    "zhongfu-pack.cn", "minsheng-gas.com", "puyang-dental.com", "gongyi-bike.cn",
    "weilai-tuoguan.com", "anju-wuye.cn",
)  # fmt: skip
_PAGES = (
    "", "/", "/about", "/news/2026/11/20/8831.html", "/item/10234?from=share", "/p/88213",
    "/index.shtml", "/act/2026/double12?utm=sms", "/u/profile", "/a/b/c.pdf",
)  # fmt: skip
_OWN_FRONTS = ("www.", "m.", "", "mobile.", "wap.", "app.", "e.", "service.", "news.", "help.")


@dataclass(frozen=True, slots=True)
class MadeLink:
    """A link with how it was made; `imitates` is empty for a genuine one."""

    text: str
    means: str
    imitates: str


def imitations(count: int, rng: random.Random) -> list[MadeLink]:
    """That many links that pretend to be an official or bank site."""
    targets = [
        (site.organisation, domain)
        for site in OFFICIAL_SITES
        for domain in site.domains
        if site.sector not in _NOT_IMITATED
    ]
    found: list[MadeLink] = []
    while len(found) < count:
        organisation, domain = rng.choice(targets)
        means, make = rng.choice(_MEANS)
        host = make(domain, rng)
        if host and not _is_genuine(host.partition("/")[0]):
            scheme = rng.choice(("", "http://", "https://"))
            tail = "" if "/" in host else rng.choice(_TAILS)
            found.append(MadeLink(scheme + host + tail, means, organisation))
    return found


def _is_genuine(host: str) -> bool:
    site = site_of(host)
    return site is None or is_official(site)


def genuine(count: int, rng: random.Random) -> list[MadeLink]:
    """That many links to official sites, offices and others: two in four, one, and one."""
    makers = (_official, _official, _office, _other)
    return [rng.choice(makers)(rng) for _ in range(count)]


def _official(rng: random.Random) -> MadeLink:
    domain = rng.choice([domain for site in OFFICIAL_SITES for domain in site.domains])
    return MadeLink(_page(rng.choice(_OWN_FRONTS) + domain, rng), "official", "")


def _office(rng: random.Random) -> MadeLink:
    return MadeLink(_page(rng.choice(_OFFICES), rng), "office", "")


def _other(rng: random.Random) -> MadeLink:
    return MadeLink(_page(rng.choice(("www.", "m.", "")) + rng.choice(_OTHERS), rng), "other", "")


def _page(host: str, rng: random.Random) -> str:
    return rng.choice(("", "http://", "https://")) + host + rng.choice(_PAGES)


def _glyph(domain: str, rng: random.Random) -> str:
    label, _, ending = domain.partition(".")
    fitting = [(plain, like) for plain, like in _GLYPHS if plain in label]
    if not fitting or len(label) < 3:
        return ""
    plain, like = rng.choice(fitting)
    ending = ending if rng.random() < 0.5 else rng.choice(_CHEAP_ENDINGS)
    return f"{rng.choice(_FRONTS)}{label.replace(plain, like, 1)}.{ending}"


def _slip(domain: str, rng: random.Random) -> str:
    label, _, ending = domain.partition(".")
    if len(label) < 6 or not label.isalpha():
        return ""
    at = rng.randrange(1, len(label) - 1)
    kinds: tuple[Callable[[], str], ...] = (
        lambda: label[:at] + label[at + 1 :],
        lambda: label[:at] + label[at] + label[at:],
        lambda: label[:at] + label[at + 1] + label[at] + label[at + 2 :],
        lambda: label[:at] + rng.choice("abcdeghknrtuz") + label[at + 1 :],
    )
    made = rng.choice(kinds)()
    return "" if made == label else f"{rng.choice(_FRONTS)}{made}.{ending}"


def _other_ending(domain: str, rng: random.Random) -> str:
    label = domain.partition(".")[0]
    return f"{rng.choice(_FRONTS)}{label}.{rng.choice(_CHEAP_ENDINGS)}" if len(label) > 2 else ""


def _with_word(domain: str, rng: random.Random) -> str:
    label = domain.partition(".")[0]
    if len(label) < 3:
        return ""
    word, glue = rng.choice(_ADDED), rng.choice(("-", "-", ""))
    name = f"{label}{glue}{word}" if rng.random() < 0.7 else f"{word}{glue}{label}"
    ending = rng.choice(_CHEAP_ENDINGS if rng.random() < 0.7 else _PLAIN_ENDINGS)
    return f"{rng.choice(_FRONTS)}{name}.{ending}"


def _in_front(domain: str, rng: random.Random) -> str:
    ending = rng.choice((*_CHEAP_ENDINGS, "com", "net", "cn"))
    return f"{rng.choice(_FRONTS)}{domain}.{rng.choice(_FOREIGN_HOSTS)}.{ending}"


def _hyphenated(domain: str, rng: random.Random) -> str:
    if len(domain) < 7:
        return ""
    return f"{rng.choice(_FRONTS)}{domain.replace('.', '-')}.{rng.choice(_CHEAP_ENDINGS)}"


def _in_path(domain: str, rng: random.Random) -> str:
    host = f"{rng.choice(_FOREIGN_HOSTS)}.{rng.choice((*_CHEAP_ENDINGS, 'com', 'cn'))}"
    return f"{host}/{rng.choice(('', 'www.', 'm.'))}{domain}/login" if len(domain) > 6 else ""


def _state(domain: str, rng: random.Random) -> str:
    what = rng.choice(
        ("12333", "12366", "yibao", "shebao", "gongan", "jiaojing", "nhsa", "butie", "")
    )
    glue = "-" if what else ""
    name = rng.choice((f"{what}{glue}gov-cn", f"{what}{glue}gov", f"gov{glue}{what}", "gov-cn"))
    return f"{rng.choice(_FRONTS)}{name}.{rng.choice((*_CHEAP_ENDINGS, 'com', 'cn'))}"


_MEANS: tuple[tuple[str, Callable[[str, random.Random], str]], ...] = (
    ("glyph", _glyph),
    ("glyph", _glyph),
    ("slip", _slip),
    ("other ending", _other_ending),
    ("added word", _with_word),
    ("added word", _with_word),
    ("name in front", _in_front),
    ("hyphens", _hyphenated),
    ("name in path", _in_path),
    ("state", _state),
)


def all_means() -> Iterator[str]:
    """The means by which imitations are made, each once."""
    yield from dict.fromkeys(means for means, _ in _MEANS)
