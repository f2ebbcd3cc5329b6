"""The account of a result: who gave what, how it was added up, how far the members lie apart. Only of opened sheets.

Why: a candidate, a court and the members themselves must be able to follow a result line by line; before the sheets are
opened there is nothing to follow, and how many have signed is all that is said.
Never here: sealed marks (the select does not give them), sentences.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from workflow.engine import divergence, scoring
from workflow.engine.errors import UnknownSubject
from workflow.engine.process import Assessment
from workflow.persistence import reads
from workflow.persistence import scoring_reads as sql
from workflow.services.case import Case
from workflow.services.house import House
from workflow.services.scoring_grid import SCORES, application_of, procedure_of

A_PAGE = 50


@dataclass(frozen=True, slots=True)
class MemberSheet:
    """One member's opened sheet. `is_far`: the total lies far from the others'."""

    name: str
    marks: Mapping[str, Decimal]
    total: Decimal
    note: str
    is_far: bool


@dataclass(frozen=True, slots=True)
class Account:
    """One assessment of one application: opened with everything, or sealed with how many have signed."""

    assessment: Assessment
    is_held: bool
    signed: int
    entitled: int
    sheets: tuple[MemberSheet, ...] = ()
    result: scoring.Result | None = None
    lines: tuple[scoring.Line, ...] = ()

    @property
    def spread(self) -> Decimal:
        """How many points lie between the highest and the lowest total."""
        return divergence.spread([sheet.total for sheet in self.sheets])

    @property
    def is_reached(self) -> bool | None:
        """Whether the threshold was reached; None when there is none, or no result."""
        if self.result is None or self.assessment.threshold is None:
            return None
        return scoring.reached(self.assessment, self.result.value)

    def mean(self, criterion: str) -> str:
        """The exact mean of a criterion over the members."""
        return "" if self.result is None else scoring.plain(self.result.criteria.get(criterion, Fraction(0)))


@dataclass(frozen=True, slots=True)
class Accounts:
    """Every assessment of one application. `is_recused`: the reader declared a conflict, and is shown nothing."""

    application: Case
    accounts: tuple[Account, ...]
    is_recused: bool


@dataclass(frozen=True, slots=True)
class ResultRow:
    """One line of the list of results."""

    application: str
    number: str
    name: str
    position: str
    account: Account


def accounts(house: House, institution: str, procedure: str, application: str, user: str) -> Accounts:
    """The accounts of an application of that procedure. Raises UnknownSubject for any other id."""
    case = application_of(house, institution, procedure, application)
    here = {"institution": institution, "ids": [application]}
    if house.database.read(sql.is_recused, **here, user=user):
        return Accounts(case, (), is_recused=True)
    commission = dict(house.database.read(reads.commission, institution=institution, procedure=procedure))
    members = sum(function in SCORES for function in commission.values())
    recused = dict(house.database.read(sql.recused, **here)).get(application, 0)
    signed = {name: n for _, name, n in house.database.read(sql.signed, **here)}
    opened = _opened(house, institution, [application])
    skips = case.book.process.positions[case.facts.position].skips
    return Accounts(
        case,
        tuple(
            _account(
                rule, opened.get((application, name), []), name not in skips, signed.get(name, 0), members - recused
            )
            for name, rule in case.book.process.assessments.items()
        ),
        is_recused=False,
    )


def results(
    house: House, institution: str, procedure: str, assessment: str, user: str, after: str = ""
) -> tuple[Case, Assessment, tuple[ResultRow, ...], str]:
    """A page of the opened results of an assessment by register number, and the number after which the next begins
    ('' = that was all). Those from which the reader is recused are left out."""
    case = procedure_of(house, institution, procedure)
    if assessment not in case.book.process.assessments:
        raise UnknownSubject(assessment)
    rule = case.book.process.assessments[assessment]
    found = house.database.read(
        sql.opened_results,
        institution=institution,
        procedure=procedure,
        assessment=assessment,
        user=user,
        after=after,
        limit=A_PAGE + 1,
    )
    shown = found[:A_PAGE]
    opened = _opened(house, institution, [row[0] for row in shown])
    rows = []
    for application, number, name, position, _ in shown:
        sheets = opened.get((application, assessment), [])
        account = _account(rule, sheets, is_held=True, signed=len(sheets), entitled=len(sheets))
        rows.append(ResultRow(application, number, name, position, account))
    return case, rule, tuple(rows), shown[-1][1] if len(found) > A_PAGE else ""


_Sheets = list[tuple[str, dict[str, Decimal], str]]


def _opened(house: House, institution: str, ids: Sequence[str]) -> dict[tuple[str, str], _Sheets]:
    """The opened sheets of those applications: (application, assessment) -> [(member's name, marks, note)]."""
    here = {"institution": institution, "ids": list(ids)}
    notes = {(a, name, user): note for a, name, user, note in house.database.read(sql.opened_notes, **here)}
    found: dict[tuple[str, str], dict[str, tuple[str, dict[str, Decimal], str]]] = {}
    for application, assessment, user, name, _, criterion, value in house.database.read(sql.opened_marks, **here):
        sheets = found.setdefault((application, assessment), {})
        if user not in sheets:
            sheets[user] = (name, {}, notes.get((application, assessment, user), ""))
        sheets[user][1][criterion] = Decimal(value)
    return {key: list(sheets.values()) for key, sheets in found.items()}


def _account(rule: Assessment, sheets: _Sheets, is_held: bool, signed: int, entitled: int) -> Account:
    if not sheets:
        return Account(rule, is_held, signed, entitled)
    totals = [scoring.member_total(rule, marks) for _, marks, _ in sheets]
    far = divergence.outliers(rule, totals)
    result = scoring.result(rule, [marks for _, marks, _ in sheets])
    return Account(
        assessment=rule,
        is_held=is_held,
        signed=signed,
        entitled=entitled,
        sheets=tuple(
            MemberSheet(name, marks, totals[i], note, i in far) for i, (name, marks, note) in enumerate(sheets)
        ),
        result=result,
        lines=scoring.explain(rule, result),
    )
