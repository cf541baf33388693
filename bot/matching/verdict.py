"""All evidence of a text, weighed into one verdict. Pure: no file, no setting, no clock."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import chain

from bot.matching.explain import (
    against,
    question_for,
    reasons_for,
    reasons_with,
    reasons_without_family,
)
from bot.matching.features import Grams, Reading, is_benign
from bot.matching.index import Near
from bot.matching.keys import key_of
from bot.matching.library import Family, FamilyStatus, Library
from bot.matching.lookup.findings import Weighs
from bot.matching.peeling import SENDER, Evidence, evidence_of
from bot.matching.plea import plea_in
from bot.matching.result import ActionCode, Level, Verdict
from bot.matching.stance import Stance
from bot.matching.thresholds import (
    GREATEST_SCORE,
    KNOWN_SCRIPT,
    LEAST_REASONS,
    LEAST_SCORE,
    MUCH_EVIDENCE,
    NEARLY_SURE,
    SHORTEST,
)
from bot.matching.weighing import Weighed, is_certain, weigh

_RANK = {level: place for place, level in enumerate(reversed(Level))}
_TRIES = frozenset({Stance.LURE, Stance.PLAIN})


def judge(text: str, library: Library) -> Verdict:
    """Judge one text: any string, in bounded time."""
    weighed = _explained(weigh(text, library), library)
    if weighed.score > LEAST_SCORE and not _is_sure(weighed.level, weighed.score):
        weighed = _never_below_its_parts(weighed, library)
    if weighed.level is Level.NONE and _pleads_beside_a_tactic(weighed.reading):
        weighed = _asked_back(weighed)
    return _told(weighed, library)


def _is_sure(level: Level, score: float) -> bool:
    """Whether nothing can raise it."""
    return level is Level.HIGH and score >= GREATEST_SCORE


def _explained(weighed: Weighed, library: Library) -> Weighed:
    """The same with family and reasons, and no longer at high where they do not bear it."""
    reading, level, found_out = weighed.reading, weighed.level, weighed.found_out
    if level is Level.NONE:
        return weighed
    if not weighed.by_its_words:
        return replace(weighed, reasons=reasons_without_family(reading, found_out))
    family = choose_family(weighed.grams, weighed.scam, library)
    near = _near(weighed.scam, family)
    reasons = reasons_for(reading, found_out, family, near, library.classifier)
    on_trial = family is not None and family.status is FamilyStatus.TRIAL
    if not is_certain(found_out) and (len(reasons) < LEAST_REASONS or on_trial):
        level = Level.SUSPICIOUS
    return replace(weighed, level=level, family=family, reasons=reasons)


def choose_family(grams: Grams, scam: Near | None, library: Library) -> Family | None:
    """The family of a known script; else the likeliest one.

    Summing shares by category first named large categories too often.
    """
    if scam is not None and scam.nearness >= KNOWN_SCRIPT:
        return library.families[scam.entry.owner]
    likeliest = library.classifier.likeliest_family(grams, library.families)
    return None if likeliest is None else library.families[likeliest]


def _near(scam: Near | None, family: Family | None) -> Near | None:
    """The nearest known script, where it is one of the family."""
    return scam if scam and family and scam.entry.owner == family.id else None


def _pleads_beside_a_tactic(reading: Reading) -> bool:
    """Whether somebody pleads for help beside what shows a tactic: with that he may not sound so.
    Who signs with his name sends a notice."""
    if SENDER in reading.normalized.original or all(is_benign(one.code) for one in reading.signals):
        return False
    evidence = evidence_of(reading, amid_tellings=True)
    return any(map(plea_in, chain(evidence.without_sentences(), evidence.without_clauses())))


def _never_below_its_parts(whole: Weighed, library: Library) -> Weighed:
    """The same text, at least as suspect as it is without what speaks for a trick in it."""
    alarming = [one.span for one in whole.found_out if one.weighs >= Weighs.ALARM]
    evidence = evidence_of(whole.reading, alarming)
    score = _certainty(whole.level, whole.score, evidence)
    for part in _parts(evidence, library):
        if _is_sure(whole.level, score):
            break
        if _RANK[part.level] > _RANK[whole.level]:
            part = _explained(part, library)
            if _RANK[part.level] > _RANK[whole.level]:
                whole = _raised(whole, part, library)
        score = _certainty(whole.level, max(score, part.score), evidence)
    return whole if score == whole.score else replace(whole, score=score)


def _certainty(level: Level, score: float, evidence: Evidence) -> float:
    """The same score, or the greatest where much evidence makes it nearly sure."""
    if level is Level.HIGH and score >= NEARLY_SURE and evidence.pieces >= MUCH_EVIDENCE:
        return GREATEST_SCORE
    return score


def _parts(evidence: Evidence, library: Library) -> Iterator[Weighed]:
    """What a text is without sentences and clauses that speak for a trick, where enough is left;
    without clauses only what neither warns, reports, tells nor asks."""
    for text in evidence.without_sentences():
        part = weigh(text, library)
        if not _is_hardly_any_text(part):
            yield part
    for text in evidence.without_clauses():
        part = weigh(text, library)
        if part.reading.stance in _TRIES and not _is_hardly_any_text(part):
            yield part


def _is_hardly_any_text(part: Weighed) -> bool:
    """Whether it is too short to be judged, and only asked about for that."""
    return len(key_of(part.reading.folded)) < SHORTEST


def _raised(whole: Weighed, part: Weighed, library: Library) -> Weighed:
    """The whole at the level of the part, of the family by which it is raised, and with the reasons
    of the part where its own are too few."""
    if part.level is Level.UNCLEAR:
        return _asked_back(whole)
    near = _near(whole.scam, part.family)
    reasons = reasons_for(whole.reading, whole.found_out, part.family, near, library.classifier)
    if len(reasons) < LEAST_REASONS:
        reasons = reasons_with(reasons, part.reasons)
    return replace(whole, level=part.level, family=part.family, reasons=reasons)


def _asked_back(whole: Weighed) -> Weighed:
    reasons = reasons_without_family(whole.reading, whole.found_out)
    return replace(whole, level=Level.UNCLEAR, reasons=reasons)


def _told(weighed: Weighed, library: Library) -> Verdict:
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
