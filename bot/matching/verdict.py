"""All evidence of a text, weighed into one verdict. Pure: no file, no setting, no clock."""

from bot.matching.classifier import probability
from bot.matching.explain import against, question_for, reasons_for
from bot.matching.features import Grams, Reading, read_text
from bot.matching.index import Near, key_of
from bot.matching.library import Family, FamilyStatus, Library
from bot.matching.result import ActionCode, Level, Verdict
from bot.matching.stance import Stance
from bot.matching.thresholds import (
    HIGH,
    KNOWN_SCRIPT,
    KNOWN_WEIGHT,
    LEAST_REASONS,
    PRIOR_LOG_ODDS,
    SHORTEST,
    SUSPICIOUS,
    UNCLEAR,
)

_TALKS_ABOUT = frozenset({Stance.WARNING, Stance.NEWS})
"""Who speaks about scams quotes their words: being near a known script says nothing then."""


def judge(text: str, library: Library) -> Verdict:
    """Judge one text: any string, in bounded time."""
    reading = read_text(text)
    grams = reading.grams()
    key = key_of(reading.folded)
    found = library.index.search(key)
    scam = next((near for near in found if near.entry.owner in library.families), None)
    genuine = next((near for near in found if not near.entry.owner), None)
    log_odds = PRIOR_LOG_ODDS + library.classifier.log_odds(reading, grams)
    log_odds += known_script_weight(scam, genuine, reading.stance)
    score = round(probability(log_odds), 4)
    level = _level(score, key)
    if level is Level.NONE:
        return _nothing_known(reading, score, genuine, library)
    family = choose_family(grams, scam, library)
    return _explained(reading, level, score, family, scam, genuine, library)


def known_script_weight(scam: Near | None, genuine: Near | None, stance: Stance) -> float:
    """Log-odds from retrieval: for a known script, against a known genuine message."""
    near_scam = 0.0 if scam is None or stance in _TALKS_ABOUT else scam.nearness
    near_genuine = genuine.nearness if genuine else 0.0
    if near_scam >= near_genuine:
        return KNOWN_WEIGHT * max(0.0, near_scam - KNOWN_SCRIPT)
    return -KNOWN_WEIGHT * max(0.0, near_genuine - KNOWN_SCRIPT)


def choose_family(grams: Grams, scam: Near | None, library: Library) -> Family | None:
    """The family of a known script; else the likeliest one.

    Summing shares by category first named large categories too often.
    """
    if scam is not None and scam.nearness >= KNOWN_SCRIPT:
        return library.families[scam.entry.owner]
    likeliest = library.classifier.likeliest_family(grams, library.families)
    return None if likeliest is None else library.families[likeliest]


def _level(score: float, key: str) -> Level:
    if len(key) < SHORTEST:
        return Level.UNCLEAR
    if score >= HIGH:
        return Level.HIGH
    if score >= SUSPICIOUS:
        return Level.SUSPICIOUS
    return Level.UNCLEAR if score >= UNCLEAR else Level.NONE


def _nothing_known(
    reading: Reading, score: float, genuine: Near | None, library: Library
) -> Verdict:
    return Verdict(
        Level.NONE,
        score,
        library.version,
        indicators=reading.indicators,
        against=against(reading, genuine),
    )


def _explained(
    reading: Reading,
    level: Level,
    score: float,
    family: Family | None,
    scam: Near | None,
    genuine: Near | None,
    library: Library,
) -> Verdict:
    near = scam if scam and family and scam.entry.owner == family.id else None
    reasons = reasons_for(reading, family, near, library.classifier)
    trial = family is not None and family.status is FamilyStatus.TRIAL
    if level is Level.HIGH and (len(reasons) < LEAST_REASONS or trial):
        level = Level.SUSPICIOUS
    flagged = family if level in (Level.HIGH, Level.SUSPICIOUS) else None
    return Verdict(
        level,
        score,
        library.version,
        category=flagged.category if flagged else None,
        family=flagged.id if flagged else None,
        title=flagged.title if flagged else None,
        action=flagged.action if flagged else ActionCode.STOP_AND_VERIFY,
        reasons=reasons if flagged else (),
        advice=flagged.advice if flagged else (),
        indicators=reading.indicators,
        question=question_for(reading, level),
        genuine=flagged.differs_from_genuine if flagged else None,
        nearest=near.entry.text if near and flagged else None,
        nearness=round(near.nearness, 3) if near and flagged else 0.0,
        against=against(reading, genuine),
    )
