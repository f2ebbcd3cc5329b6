"""The desk on which a commission sees what each possible pass mark would mean, before it fixes one.

Never here: fixing it (threshold.py), what a mark means (engine/threshold.py), sentences.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction

from workflow.engine import threshold
from workflow.engine.errors import UnknownSubject
from workflow.engine.process import Assessment
from workflow.engine.request import Refused
from workflow.persistence import scoring_reads as sql
from workflow.persistence.unit_of_work import Unit, instant
from workflow.services.case import Case
from workflow.services.docket import Docket
from workflow.services.house import House
from workflow.services.scoring_grid import procedure_of
from workflow.services.threshold import too_early


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody on the desk's line."""

    application: str
    number: str
    name: str
    position: str
    shown: Decimal


@dataclass(frozen=True, slots=True)
class Fixed:
    """A mark that was fixed: by whom, when, and why ('' once erased)."""

    value: Decimal
    by: str
    at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class ThresholdDesk:
    """What the commission sees. `choices` are empty until results are opened; `why_not`: why nothing can be fixed yet
    (None: it can be, by whoever the definition lets)."""

    procedure: Case
    assessment: Assessment
    choices: tuple[threshold.Choice, ...]
    people: Mapping[str, Candidate]
    fixed: Fixed | None
    why_not: Refused | None


def desk(house: House, institution: str, procedure: str, assessment: str) -> ThresholdDesk:
    """The desk of an assessment whose pass mark the definition leaves open. Raises UnknownSubject for any other."""
    case = procedure_of(house, institution, procedure)
    rule = case.book.process.assessments.get(assessment)
    if rule is None or rule.fixing is None:
        raise UnknownSubject(assessment)
    here = {"institution": institution, "procedure": procedure, "assessment": assessment}
    people, results = {}, []
    for application, number, name, position, value, shown, criteria in house.database.read(sql.all_results, **here):
        people[application] = Candidate(application, number, name, position, Decimal(shown))
        means = {c: Fraction(mean) for c, mean in house.parsed(criteria).items()}
        results.append(threshold.Reached(application, position, Fraction(value), means))

    def work(unit: Unit) -> Refused | None:
        docket = Docket(house, unit, institution, house.clock.now())
        early = too_early(docket, docket.case(procedure), assessment)
        return None if early is None else Refused((early,))

    return ThresholdDesk(
        case,
        rule,
        threshold.choices(rule, results) if results else (),
        people,
        None if rule.threshold is None else _fixed(house, rule.threshold, here),
        house.glance(work),
    )


def _fixed(house: House, value: Decimal, here: Mapping[str, str]) -> Fixed | None:
    for at, by, parameters, reason in house.database.read(
        sql.threshold_entries, institution=here["institution"], procedure=here["procedure"]
    ):
        if house.parsed(parameters).get("assessment") == here["assessment"]:
            return Fixed(value, by or "", instant(at), reason or "")
    return None
