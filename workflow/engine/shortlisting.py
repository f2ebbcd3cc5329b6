"""The shortlist of an assessment: who goes on, and why the others do not.

Why: a cut after a test shuts people out for good, so nobody may pass over a better mark, and everybody is told.
Never here: the order of a ranking list (ranking.py), moving anybody, sentences.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor

from workflow.engine.effects import Cut
from workflow.engine.explanation import shortfalls
from workflow.engine.process import Assessment, ProcessDefinition
from workflow.engine.ranking import by_position, missing_result
from workflow.engine.request import Reason
from workflow.engine.scoring import Line, compared, reached, rounded
from workflow.engine.threshold import unfixed
from workflow.engine.tie_chain import Entry, register_order


@dataclass(frozen=True, slots=True)
class Shortlisted:
    """Who goes on and who does not, best first within each position, and what stands against it.

    `why` has one line for each who was compared; who goes on because the position skips the assessment has none.
    """

    enter: tuple[str, ...]
    leave: tuple[str, ...]
    reasons: tuple[Reason, ...]
    why: Mapping[str, Line]


def shortlist(
    process: ProcessDefinition, applications: Iterable[Entry], seats: Mapping[str, int], cut: Cut, assessment: str
) -> Shortlisted:
    """The best of each position by that assessment, as many as the cut says; nobody passes over a better mark.

    Who is below the assessment's own threshold does not enter, and does not count among the best; a position that skips
    the assessment sends everyone on. A position without seats invites nobody by a ratio, nor does one that nobody
    passed.
    Reasons: `result_missing`, `threshold_not_fixed` (assessment).
    Source: practice Z7, Z12 of processes.md (ratio, last-place ties enter).
    """
    rule = process.assessments[assessment]
    if rule.is_unfixed:
        return Shortlisted((), (), unfixed(process, [assessment]), {})
    enter: list[str] = []
    leave: list[str] = []
    reasons: list[Reason] = []
    why: dict[str, Line] = {}
    for position, unordered in by_position(applications):
        entries = sorted(unordered, key=register_order)
        if assessment in process.positions[position].skips:
            enter.extend(e.id for e in entries)
            continue
        missing = [missing_result(e, assessment) for e in entries if assessment not in e.results]
        reasons.extend(missing)
        if missing:
            continue
        best = sorted(entries, key=lambda e: -_mark(rule, e))  # stable: register order among equals
        invited = invited_by(cut, seats[position])
        passed = [e for e in best if _reached(rule, e)]
        entering = _cut(rule, passed, invited, cut.last_mark)
        at_cut = _mark(rule, passed[invited - 1]) if 0 < invited <= len(passed) else None
        for number, entry in enumerate(passed, 1):
            if number <= entering:
                code = "shortlist_within" if number <= invited else "shortlist_last_mark"
            elif not invited:
                code = "shortlist_no_seat"
            else:
                code = "shortlist_none_fit" if _mark(rule, entry) == at_cut else "shortlist_beyond"
            why[entry.id] = Line(code, {"mark": _shown(rule, entry), "invited": str(invited)})
        below = [e for e in best if not _reached(rule, e)]
        for entry in below:
            why[entry.id] = shortfalls(rule, entry.results[assessment].value, entry.results[assessment].criteria)[0]
        enter.extend(e.id for e in passed[:entering])
        leave.extend(e.id for e in (*passed[entering:], *below))
    return Shortlisted(tuple(enter), tuple(leave), tuple(reasons), why)


def invited_by(cut: Cut, seats: int) -> int:
    """How many people the cut invites for that many seats: 13 at 1.1 are 14.3, rounded as the cut says."""
    if cut.at_most is not None:
        return cut.at_most
    assert cut.ratio is not None  # the loader demands exactly one of them
    exact = seats * Fraction(cut.ratio)
    match cut.round:
        case "up":
            return ceil(exact)
        case "down":
            return floor(exact)
        case "half_up":
            return floor(exact + Fraction(1, 2))
        case unknown:
            raise ValueError(f"unknown rounding of a number of people: {unknown}")


def _cut(rule: Assessment, passed: Sequence[Entry], invited: int, last_mark: str) -> int:
    """How many of those who passed, best first, enter."""
    if invited >= len(passed) or invited == 0:
        return min(invited, len(passed))
    last = _mark(rule, passed[invited - 1])
    above = sum(_mark(rule, e) > last for e in passed)
    upto = sum(_mark(rule, e) >= last for e in passed)
    if upto == invited or last_mark == "all_enter":
        return upto
    return above


def _reached(rule: Assessment, entry: Entry) -> bool:
    return reached(rule, entry.results[rule.name].value, entry.results[rule.name].criteria)


def _mark(rule: Assessment, entry: Entry) -> Fraction:
    return compared(entry.results[rule.name].value, rule.rounding)


def _shown(rule: Assessment, entry: Entry) -> str:
    return str(rounded(entry.results[rule.name].value, rule.rounding))
