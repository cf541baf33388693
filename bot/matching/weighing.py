"""What a text weighs by itself: its score and the level that the score, the speaker and what was
looked up make of it, before anybody asks why."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.matching.classifier import probability
from bot.matching.concepts import A_SALE
from bot.matching.features import Grams, Reading, is_strong, read_text
from bot.matching.index import Near
from bot.matching.keys import key_of
from bot.matching.library import Family, Library
from bot.matching.lookup.findings import Finding, Weighs, look_up, says_little_else
from bot.matching.neighbours import Neighbours
from bot.matching.plea import plea_of
from bot.matching.result import Level, Reason
from bot.matching.stance import Stance, told_to_protect_money
from bot.matching.thresholds import (
    GREATEST_SCORE,
    GUESSED,
    HIGH,
    HIGH_OF_A_SALE,
    HIGH_OF_A_STORY,
    IN_DOUBT,
    KNOWN_SCRIPT,
    KNOWN_WEIGHT,
    LEAST_SCORE,
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

FLAGGED = frozenset({Level.HIGH, Level.SUSPICIOUS})
_TALKS_ABOUT = frozenset({Stance.WARNING, Stance.NEWS})
"""Who speaks about scams quotes their words: being near a known script says nothing then."""

_STORY_SIGNALS = frozenset({"not_fallen_for", "told_to_the_end", "warns_a_friend"})


@dataclass(frozen=True, slots=True)
class Weighed:
    """A text with all that speaks for and against it, and the level that this makes.

    `by_its_words`: it is flagged for what it says, not only for what was found out about addresses
    and numbers in it. Family and reasons are there once it is explained.
    """

    reading: Reading
    grams: Grams
    level: Level
    score: float
    by_its_words: bool
    found_out: tuple[Finding, ...]
    scam: Near | None
    genuine: Near | None
    family: Family | None = None
    reasons: tuple[Reason, ...] = ()


def weigh(text: str, library: Library) -> Weighed:
    """What a text is by itself, before anybody asks why."""
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
    score = min(max(round(probability(log_odds), 4), LEAST_SCORE), GREATEST_SCORE)
    level = level_of_a_story(_level(score, key), score, reading)
    found_out = look_up(reading.normalized, reading.indicators, library.blocklist)
    if reading.stance in _TALKS_ABOUT:
        found_out = tuple(one for one in found_out if one.weighs is Weighs.GENUINE)
    by_its_words = level in FLAGGED
    if not by_its_words:
        level = _by_what_was_found(reading, level, found_out)
    elif is_certain(found_out):
        level = Level.HIGH
    elif score < HIGH_OF_A_SALE and only_sells(reading, grams, found_out, scam):
        level = Level.SUSPICIOUS
    return Weighed(reading, grams, level, score, by_its_words, found_out, scam, genuine)


def is_certain(found_out: Sequence[Finding]) -> bool:
    """Whether what was looked up settles it by itself."""
    return any(one.weighs is Weighs.CERTAIN for one in found_out)


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


def level_of_a_story(level: Level, score: float, reading: Reading) -> Level:
    """The same level, or a lower one for who tells of a trick rather than tries it."""
    if level not in FLAGGED or score >= HIGH_OF_A_STORY or not tells_of_it(reading.normalized):
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
