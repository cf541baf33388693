"""Why a verdict is what it is, in a layman's words, quoting the resident's own text."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import chain, islice

from bot.matching.classifier import Classifier
from bot.matching.features import Reading, is_benign, is_strong
from bot.matching.index import Near
from bot.matching.library import Family
from bot.matching.lookup.findings import Finding, Weighs
from bot.matching.plea import plea_of
from bot.matching.quotes import telling_phrases, whole_words, with_clauses
from bot.matching.result import Indicator, IndicatorKind, Level, Reason, Span
from bot.matching.signals import SIGNALS
from bot.matching.stance import Stance
from bot.matching.thresholds import SHOWN_SCRIPT

MOST_REASONS = 6

_SIGNAL_TEXTS = {rule.code: rule.text for rule in SIGNALS}

_FLAG_TEXTS = {
    "virtual": "虚拟运营商号码，常被骗子使用",
    "disguised": "号码用别的写法藏了起来",
}
"""Of accounts, which are looked up nowhere; addresses and numbers are in `lookup/`."""

_DISGUISES = {
    "split": "拆开写的字",
    "homophone": "谐音字",
    "pinyin": "拼音",
    "swapped": "调换了顺序的字",
    "kaomoji": "夹在字里的颜文字",
    "inner_space": "隔开写的字",
    "zero_width": "看不见的字符",
}
"""What the normaliser undoes and an honest sender would not do, as a resident reads of it."""

_SLIPS = frozenset({"homophone", "swapped"})
"""What honest people write by mistake, though seldom twice in a message."""

ALMOST_THE_SAME = 0.95
"""From this nearness on a text is told to be almost a known script."""

_TENTHS = "零一二三四五六七八九"
_ROUNDING = 1e-9

MOST_FOUND_AT_ONE_PLACE = 3
"""Sentences on one address, told together so that it is quoted once."""

_STAGE_TEXTS = {
    "hook": "这类骗局常这样开头",
    "trust": "用来取得信任的常见说法",
    "transfer": "通常是骗走钱或信息的一步",
}

_ABOUT_FRAUD = re.compile("骗|诈|涉案|嫌疑|上当|防范|警惕|谨防|当心")
"""Without such a word nobody warns or reports of fraud, whomever he addresses."""

_AGAINST_STANCES = {
    Stance.WARNING: "读起来像是在提醒别人防骗",
    Stance.NEWS: "读起来像是新闻或案情通报",
}


def reasons_for(
    reading: Reading,
    found_out: Sequence[Finding],
    family: Family | None,
    near: Near | None,
    classifier: Classifier,
) -> tuple[Reason, ...]:
    """The evidence for a scam, the plainest first; at most MOST_REASONS, no phrase twice."""
    original = reading.normalized.original
    found = chain(
        finding_reasons([one for one in found_out if one.weighs >= Weighs.ALARM], original),
        _signal_reasons(reading, strong=True),
        finding_reasons(found_out, original),
        _indicator_reasons(reading.indicators, original),
        _stage_reasons(reading, family),
        _known_script_reasons(family, near),
        _signal_reasons(reading, strong=False),
        _disguise_reasons(reading),
        _phrase_reasons(reading, family, classifier),
    )
    reasons = tuple(islice(_without_repeats(found), MOST_REASONS))
    return tuple(with_clauses(reasons, original))


def reasons_without_family(reading: Reading, found_out: Sequence[Finding]) -> tuple[Reason, ...]:
    """What speaks for a scam where the text as a whole does not settle it."""
    found = chain(
        finding_reasons(found_out, reading.normalized.original),
        _signal_reasons(reading, strong=True),
    )
    return tuple(islice(_without_repeats(found), MOST_REASONS))


def reasons_with(reasons: Sequence[Reason], of_a_part: Iterable[Reason]) -> tuple[Reason, ...]:
    """The reasons, and those of a part of the text, whose places are not those of the text."""
    unplaced = (replace(reason, span=None) for reason in of_a_part)
    return tuple(islice(_without_repeats(chain(reasons, unplaced)), MOST_REASONS))


def finding_reasons(found_out: Sequence[Finding], original: str) -> Iterator[Reason]:
    """One reason a place, with all that was found there, the gravest first."""
    for span in dict.fromkeys(one.span for one in found_out):
        here = [one for one in found_out if one.span == span and one.weighs > Weighs.GENUINE]
        here = sorted(here, key=lambda one: -one.weighs)[:MOST_FOUND_AT_ONE_PLACE]
        if here:
            words = "；".join(one.text for one in here)
            yield Reason(here[0].code, words, original[span.start : span.end], span)


def against(
    reading: Reading, found_out: Sequence[Finding], genuine: Near | None
) -> tuple[str, ...]:
    """What speaks for a genuine message; never that it is one."""
    codes = sorted({signal.code for signal in reading.signals if is_benign(signal.code)})
    if _leads_away(reading):
        codes = [code for code in codes if code != "nothing_to_do"]
    words = [_SIGNAL_TEXTS[code] for code in codes]
    if reading.stance in _AGAINST_STANCES and _ABOUT_FRAUD.search(reading.normalized.text):
        words.append(_AGAINST_STANCES[reading.stance])
    links = sum(item.kind is IndicatorKind.LINK for item in reading.indicators)
    genuine_links = [one.text for one in found_out if one.weighs is Weighs.GENUINE]
    if links and len(genuine_links) == links:
        words += genuine_links
    if genuine is not None and genuine.nearness >= SHOWN_SCRIPT:
        words.append("和一类常见的正常消息相近")
    return tuple(dict.fromkeys(words))


def _leads_away(reading: Reading) -> bool:
    """Whether a number or an address is given that is not an official one: then there is something
    to do, whatever the message says."""
    return any(
        found.kind in (IndicatorKind.LINK, IndicatorKind.PHONE) and "official" not in found.flags
        for found in reading.indicators
    )


def question_for(reading: Reading, level: Level) -> str | None:
    """What to ask back where the text does not suffice; asks what happened, never for a secret."""
    if level is not Level.UNCLEAR:
        return None
    if plea_of(reading.normalized) is not None:
        return "能把对方发来的原话发给我看看吗？卡号、密码、验证码不用发。"
    kinds = {indicator.kind for indicator in reading.indicators}
    if not any(char.isalnum() for char in reading.folded):
        return "能把收到的文字原样发来吗？也可以用自己的话说说发生了什么。"
    if IndicatorKind.LINK in kinds:
        return "这个链接是谁发来的？点开后有没有要您填卡号、密码或验证码？"
    if IndicatorKind.PHONE in kinds:
        return "这个号码和您说了什么？有没有让您转账、点链接或下载软件？"
    return "对方有没有让您转账、点链接或下载软件？"


def _signal_reasons(reading: Reading, *, strong: bool) -> Iterator[Reason]:
    for signal in reading.signals:
        if is_strong(signal.code) is strong and not is_benign(signal.code):
            text = _SIGNAL_TEXTS[signal.code]
            yield _quoted(reading, f"signal:{signal.code}", text, signal.start, signal.end)


def _indicator_reasons(indicators: Iterable[Indicator], original: str) -> Iterator[Reason]:
    for indicator in indicators:
        flag = next((one for one in indicator.flags if one in _FLAG_TEXTS), None)
        if flag is not None and indicator.kind is not IndicatorKind.LINK:
            span = indicator.span
            quote = original[span.start : span.end]
            yield Reason(f"{indicator.kind}:{flag}", _FLAG_TEXTS[flag], quote, span)


def _stage_reasons(reading: Reading, family: Family | None) -> Iterator[Reason]:
    if family is None:
        return
    text = reading.normalized.text
    for stage, phrases in family.stages.items():
        for phrase in phrases:
            start = text.find(phrase)
            if start >= 0:
                words = f"“{family.title}”{_STAGE_TEXTS[stage]}"
                yield _quoted(reading, f"stage:{stage}", words, start, start + len(phrase))
                break


def _known_script_reasons(family: Family | None, near: Near | None) -> Iterator[Reason]:
    if family is not None and near is not None and near.nearness >= SHOWN_SCRIPT:
        yield Reason("known_script", f"与已知的“{family.title}”话术{how_alike(near.nearness)}")


def how_alike(nearness: float) -> str:
    """A nearness of at least SHOWN_SCRIPT as people say it, rounded down to tenths."""
    if nearness >= ALMOST_THE_SAME:
        return "几乎一样"
    return f"有{_TENTHS[int(nearness * 10 + _ROUNDING)]}成相似"


def _disguise_reasons(reading: Reading) -> Iterator[Reason]:
    disguises = reading.normalized.disguises
    if sum(disguises.get(kind, 0) for kind in _DISGUISES) == 1 and not _SLIPS.isdisjoint(disguises):
        return
    named = [words for kind, words in _DISGUISES.items() if disguises.get(kind, 0)]
    if named:
        yield Reason("disguise", f"用{'、'.join(named)}躲避检查，正规机构不会这样写")


def _phrase_reasons(
    reading: Reading, family: Family | None, classifier: Classifier
) -> Iterator[Reason]:
    trick = "这类骗局" if family else "骗局"
    for start, end in telling_phrases(reading, classifier.contributions(reading)):
        yield _quoted(reading, "phrase", f"{trick}里常见的说法", start, end)


def _quoted(reading: Reading, code: str, text: str, start: int, end: int) -> Reason:
    span = whole_words(reading, start, end)
    return Reason(code, text, reading.normalized.original[span.start : span.end], span)


def _without_repeats(found: Iterable[Reason]) -> Iterator[Reason]:
    """Each text and each quote once; what overlaps a phrase already marked is not marked again, nor
    quoted where one quote holds the other."""
    texts: set[str] = set()
    quotes: set[str] = set()
    spans: list[Span] = []
    for reason in found:
        span = reason.span
        overlaps = span is not None and any(
            span.start < other.end and other.start < span.end for other in spans
        )
        if reason.code == "phrase" and overlaps:
            continue
        if (reason.code != "phrase" and reason.text in texts) or reason.quote in quotes:
            continue
        texts.add(reason.text)
        if overlaps:
            repeated = any(reason.quote in quote or quote in reason.quote for quote in quotes)
            reason = replace(reason, quote="" if repeated else reason.quote, span=None)
        elif span is not None:
            spans.append(span)
        if reason.quote:
            quotes.add(reason.quote)
        yield reason
