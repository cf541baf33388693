"""All evidence of a text, weighed into one verdict. Pure: no file, no setting, no clock."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.matching.classifier import probability
from bot.matching.concepts import A_SALE
from bot.matching.explain import (
    against,
    question_for,
    reasons_for,
    reasons_with,
    reasons_without_family,
)
from bot.matching.features import Grams, Reading, is_strong, read_text
from bot.matching.index import Near
from bot.matching.keys import key_of
from bot.matching.library import Family, FamilyStatus, Library
from bot.matching.lookup.findings import Finding, Weighs, look_up, says_little_else
from bot.matching.neighbours import Neighbours
from bot.matching.peeling import without_evidence
from bot.matching.plea import plea_of
from bot.matching.result import ActionCode, Level, Reason, Verdict
from bot.matching.stance import Stance, told_to_protect_money
from bot.matching.thresholds import (
    GUESSED,
    HIGH,
    HIGH_OF_A_SALE,
    HIGH_OF_A_STORY,
    IN_DOUBT,
    KNOWN_SCRIPT,
    KNOWN_WEIGHT,
    LEAST_REASONS,
    NEIGHBOUR_WEIGHT,
    PRIOR_LOG_ODDS,
    SHORTEST,
    SUSPICIOUS,
    SUSPICIOUS_OF_A_STORY,
    UNCLEAR,
    UNFAMILIAR_WEIGHT,
    USUALLY_UNFAMILIAR,
)
from bot.matching.voice import is_asked_of_the_teller, tells_of_it

_FLAGGED = frozenset({Level.HIGH, Level.SUSPICIOUS})
_TALKS_ABOUT = frozenset({Stance.WARNING, Stance.NEWS})
"""Who speaks about scams quotes their words: being near a known script says nothing then."""

_STORY_SIGNALS = frozenset({"not_fallen_for", "told_to_the_end", "warns_a_friend"})


@dataclass(frozen=True, slots=True)
class _Weighed:
    """A text with all that speaks for and against it, and the level that this makes."""

    reading: Reading
    level: Level
    score: float
    found_out: tuple[Finding, ...]
    family: Family | None
    scam: Near | None
    genuine: Near | None
    reasons: tuple[Reason, ...]


def judge(text: str, library: Library) -> Verdict:
    """Judge one text: any string, in bounded time."""
    weighed = _weigh(text, library)
    if weighed.level is not Level.HIGH:
        weighed = _never_below_its_parts(weighed, library)
    return _told(weighed, library)


def _weigh(text: str, library: Library) -> _Weighed:
    """What a text is by itself."""
    reading = read_text(text)
    grams = reading.grams()
    key = key_of(reading.folded)
    found = library.index.search(key)
    scam = next((near for near in found if near.entry.owner in library.families), None)
    genuine = next((near for near in found if not near.entry.owner), None)
    log_odds = PRIOR_LOG_ODDS + library.classifier.log_odds(reading, grams)
    log_odds += known_script_weight(scam, genuine, reading.stance)
    log_odds += second_look(
        log_odds,
        key,
        library.neighbours,
        told=talks_about(reading),
        guessed=reading.normalized.is_guessed,
    )
    score = round(probability(log_odds), 4)
    level = level_of_a_story(_level(score, key), score, reading)
    found_out = look_up(reading.normalized, reading.indicators, library.blocklist)
    if reading.stance in _TALKS_ABOUT:
        found_out = tuple(one for one in found_out if one.weighs is Weighs.GENUINE)
    if level not in _FLAGGED:
        level = _by_what_was_found(reading, level, found_out)
        reasons = () if level is Level.NONE else reasons_without_family(reading, found_out)
        return _Weighed(reading, level, score, found_out, None, scam, genuine, reasons)
    family = choose_family(grams, scam, library)
    reasons = reasons_for(reading, found_out, family, _near(scam, family), library.classifier)
    if level is Level.HIGH and (
        len(reasons) < LEAST_REASONS
        or (family is not None and family.status is FamilyStatus.TRIAL)
        or (score < HIGH_OF_A_SALE and only_sells(reading, grams, found_out, scam))
    ):
        level = Level.SUSPICIOUS
    if any(one.weighs is Weighs.CERTAIN for one in found_out):
        level = Level.HIGH
    return _Weighed(reading, level, score, found_out, family, scam, genuine, reasons)


def known_script_weight(scam: Near | None, genuine: Near | None, stance: Stance) -> float:
    """Log-odds from retrieval: for a known script, against a known genuine message."""
    near_scam = 0.0 if scam is None or stance in _TALKS_ABOUT else scam.nearness
    near_genuine = genuine.nearness if genuine else 0.0
    if near_scam >= near_genuine:
        return KNOWN_WEIGHT * max(0.0, near_scam - KNOWN_SCRIPT)
    return -KNOWN_WEIGHT * max(0.0, near_genuine - KNOWN_SCRIPT)


def second_look(
    log_odds: float, key: str, neighbours: Neighbours, *, told: bool, guessed: bool
) -> float:
    """Log-odds from the nearest written texts, where the first look left the text in doubt, less
    for what no text has and for words that were guessed.

    Who only tells of a trick is never more suspect for being near to it.
    """
    if abs(log_odds) >= IN_DOUBT or not neighbours.can_tell(key):
        return 0.0
    added = NEIGHBOUR_WEIGHT * neighbours.lean(key)
    added += UNFAMILIAR_WEIGHT * (USUALLY_UNFAMILIAR - neighbours.unfamiliar(key))
    added -= GUESSED * guessed
    return min(added, 0.0) if told else added


def talks_about(reading: Reading) -> bool:
    """Whether somebody warns of a trick, reports it, or tells of one that is over."""
    return reading.stance in _TALKS_ABOUT or any(
        signal.code in _STORY_SIGNALS for signal in reading.signals
    )


def only_sells(
    reading: Reading, grams: Grams, found_out: Sequence[Finding], scam: Near | None
) -> bool:
    """Whether it speaks as shops do, and neither a tactic, an address nor a script is known."""
    return (
        A_SALE in grams.concepts
        and not any(is_strong(signal.code) for signal in reading.signals)
        and all(one.weighs < Weighs.ALARM for one in found_out)
        and (scam is None or scam.nearness < KNOWN_SCRIPT)
    )


def choose_family(grams: Grams, scam: Near | None, library: Library) -> Family | None:
    """The family of a known script; else the likeliest one.

    Summing shares by category first named large categories too often.
    """
    if scam is not None and scam.nearness >= KNOWN_SCRIPT:
        return library.families[scam.entry.owner]
    likeliest = library.classifier.likeliest_family(grams, library.families)
    return None if likeliest is None else library.families[likeliest]


def level_of_a_story(level: Level, score: float, reading: Reading) -> Level:
    """The same level, or a lower one for who tells of a trick rather than tries it."""
    if level not in _FLAGGED or score >= HIGH_OF_A_STORY or not tells_of_it(reading.normalized):
        return level
    if score >= SUSPICIOUS_OF_A_STORY or is_asked_of_the_teller(reading.normalized):
        return Level.SUSPICIOUS
    return Level.UNCLEAR


def _level(score: float, key: str) -> Level:
    if len(key) < SHORTEST:
        return Level.UNCLEAR
    if score >= HIGH:
        return Level.HIGH
    if score >= SUSPICIOUS:
        return Level.SUSPICIOUS
    return Level.UNCLEAR if score >= UNCLEAR else Level.NONE


def _by_what_was_found(reading: Reading, level: Level, found_out: Sequence[Finding]) -> Level:
    """Where the words alone say little: what an address or number in them says by itself."""
    weightiest = max((one.weighs for one in found_out), default=Weighs.GENUINE)
    if weightiest is Weighs.CERTAIN:
        return Level.HIGH
    if weightiest is Weighs.ALARM:
        return Level.SUSPICIOUS
    if level is Level.NONE and _cannot_pass(reading, weightiest, found_out):
        return Level.UNCLEAR
    return level


def _cannot_pass(reading: Reading, weightiest: Weighs, found_out: Sequence[Finding]) -> bool:
    """Whether the bot must ask back however ordinary the words are: a doubtful address alone, money
    to be "protected", or somebody who tells what is asked of him or has happened to him."""
    text = reading.normalized
    return (
        (weightiest is Weighs.NOTE and says_little_else(text, found_out))
        or (reading.stance is Stance.LURE and told_to_protect_money(text))
        or plea_of(text) is not None
    )


def _near(scam: Near | None, family: Family | None) -> Near | None:
    """The nearest known script, where it is one of the family."""
    return scam if scam and family and scam.entry.owner == family.id else None


def _never_below_its_parts(whole: _Weighed, library: Library) -> _Weighed:
    """The same text, at least as suspect as it is without what speaks for a trick in it."""
    alarming = [one.span for one in whole.found_out if one.weighs >= Weighs.ALARM]
    for text in without_evidence(whole.reading.normalized.original, alarming):
        part = _weigh(text, library)
        if part.level in _FLAGGED:
            whole = _raised(whole, part, library)
        if whole.level is Level.HIGH:
            break
    return whole


def _raised(whole: _Weighed, part: _Weighed, library: Library) -> _Weighed:
    """The whole with the greater level and score of both; of the family by which it is raised, and
    with the reasons of the part where its own are too few."""
    score = max(whole.score, part.score)
    if part.level is whole.level:
        return replace(whole, score=score)
    near = _near(whole.scam, part.family)
    reasons = reasons_for(whole.reading, whole.found_out, part.family, near, library.classifier)
    if len(reasons) < LEAST_REASONS:
        reasons = reasons_with(reasons, part.reasons)
    return replace(whole, level=part.level, score=score, family=part.family, reasons=reasons)


def _told(weighed: _Weighed, library: Library) -> Verdict:
    reading, family, found_out = weighed.reading, weighed.family, weighed.found_out
    near = _near(weighed.scam, family)
    return Verdict(
        weighed.level,
        weighed.score,
        library.version,
        category=family.category if family else None,
        family=family.id if family else None,
        title=family.title if family else None,
        action=family.action if family else ActionCode.STOP_AND_VERIFY,
        reasons=weighed.reasons,
        advice=family.advice if family else (),
        indicators=reading.indicators,
        question=question_for(reading, weighed.level),
        genuine=family.differs_from_genuine if family else None,
        nearest=near.entry.text if near else None,
        nearness=round(near.nearness, 3) if near else 0.0,
        against=against(reading, found_out, weighed.genuine),
    )
