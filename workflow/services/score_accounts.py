"""The account of a result: who gave what, how it was added up, how far the members lie apart. Only of opened sheets.

Why: a candidate, a court and the members themselves must be able to follow a result line by line; before the sheets are
opened there is nothing to follow, and how many have signed is all that is said.
Never here: sealed marks (the select does not give them), sentences.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

from workflow.engine import divergence, explanation, scoring
from workflow.engine.effects import OpenSheets
from workflow.engine.errors import UnknownSubject
from workflow.engine.process import Assessment, Criterion, Kind, ProcessDefinition
from workflow.persistence import reads, statements
from workflow.persistence import scoring_reads as sql
from workflow.persistence.unit_of_work import instant
from workflow.services.case import Case
from workflow.services.house import House
from workflow.services.scoring_grid import SCORES, application_of, procedure_of

A_PAGE = 50


@dataclass(frozen=True, slots=True)
class MemberSheet:
    """One member's opened sheet. `is_far`: the total lies far from the others'; `function`: as what it counts,
    where the rule weighs that."""

    name: str
    marks: Mapping[str, Decimal]
    total: Decimal
    note: str
    is_far: bool
    function: str = ""
    user: str = ""


@dataclass(frozen=True, slots=True)
class Account:
    """One assessment of one application: opened with everything, or sealed with how many have signed.

    `members`: of how many scoring members the opened sheets are; `recused`: those of them who may not score, by name.
    """

    assessment: Assessment
    is_held: bool
    signed: int
    entitled: int
    sheets: tuple[MemberSheet, ...] = ()
    result: scoring.Result | None = None
    lines: tuple[scoring.Line, ...] = ()
    members: int = 0
    recused: tuple[str, ...] = ()

    @property
    def without(self) -> int:
        """How many members who might have scored are not in the result."""
        return self.members - len(self.sheets) - len(self.recused)

    @property
    def spread(self) -> Decimal:
        """How many points lie between the highest and the lowest total."""
        return divergence.spread([sheet.total for sheet in self.sheets])

    @property
    def is_reached(self) -> bool | None:
        """Whether the result reached the threshold; None when there is none, or no result."""
        if self.result is None or self.assessment.threshold is None:
            return None
        return scoring.total_reached(self.assessment, self.result.value)

    @property
    def is_passed(self) -> bool | None:
        """Whether every threshold was reached, of the result and of its criteria; None without any, or no result."""
        if self.result is None or not self.assessment.has_floor:
            return None
        return scoring.reached(self.assessment, self.result.value, self.result.criteria)

    @property
    def below(self) -> tuple[Criterion, ...]:
        """The criteria that miss a threshold of their own."""
        return () if self.result is None else scoring.criteria_below(self.assessment, self.result.criteria)

    @property
    def formula(self) -> str:
        """The arithmetic of the result."""
        return "" if self.result is None else explanation.formula(self.assessment, self.result)

    def mean(self, criterion: str) -> str:
        """The exact combined mark of a criterion."""
        return "" if self.result is None else scoring.plain(self.result.criteria.get(criterion, Fraction(0)))


@dataclass(frozen=True, slots=True)
class SheetChange:
    """A signed sheet was changed. `old` and `new` are None when it was sealed then."""

    assessment: str
    member: str
    by: str
    at: datetime
    code: str
    reason: str
    old: Mapping[str, str] | None
    new: Mapping[str, str] | None


@dataclass(frozen=True, slots=True)
class Accounts:
    """Every assessment of one application. `is_recused`: the reader declared a conflict, and is shown nothing.

    `own`: the assessments in which the reader has signed a sheet."""

    application: Case
    accounts: tuple[Account, ...]
    is_recused: bool
    changes: tuple[SheetChange, ...] = ()
    own: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class SignedSheet:
    """One signed sheet as it stands, for whoever may see it. `name`: its member's."""

    application: Case
    assessment: Assessment
    member: str
    name: str
    marks: Mapping[str, Decimal]
    is_open: bool


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
    members = frozenset(user for user, function in commission.items() if function in SCORES)
    recused = _recused(house, institution, [application]).get(application, {})
    signed = {name: n for _, name, n in house.database.read(sql.signed, **here)}
    opened = _opened(house, institution, [application])
    functions = _functions(house, institution, case.book.process, [application])
    skips = case.book.process.positions[case.facts.position].skips
    return Accounts(
        case,
        tuple(
            _account(
                rule,
                opened.get((application, name), []),
                functions.get((application, name), {}),
                is_held=name not in skips,
                signed=signed.get(name, 0),
                entitled=len(members) - len(recused),
                commission=members,
                recused=recused,
            )
            for name, rule in case.book.process.assessments.items()
        ),
        is_recused=False,
        changes=_changes(house, here, {user: name for sheets in opened.values() for user, name, *_ in sheets}),
        own=_signed_by(house, here, user),
    )


def signed_sheet(
    house: House, institution: str, procedure: str, application: str, assessment: str, member: str, user: str
) -> SignedSheet:
    """A member's signed sheet: an opened one for whoever is not recused, a sealed one for its own member alone.

    Raises UnknownSubject for any other.
    """
    case = application_of(house, institution, procedure, application)
    here = {"institution": institution, "ids": [application]}
    rule = case.book.process.assessments.get(assessment)
    if rule is None or house.database.read(sql.is_recused, **here, user=user):
        raise UnknownSubject(assessment)
    for known, name, marks, _ in _opened(house, institution, [application]).get((application, assessment), []):
        if known == member:
            return SignedSheet(case, rule, member, name, marks, is_open=True)
    if member != user or assessment not in _signed_by(house, here, user):
        raise UnknownSubject(member)
    own = house.database.read(sql.own_marks, **here, assessment=assessment, user=user)
    return SignedSheet(case, rule, member, "", {c: Decimal(mark) for _, c, mark in own}, is_open=False)


def _signed_by(house: House, here: Mapping[str, Any], user: str) -> frozenset[str]:
    """The assessments of the one application in which the user signed a sheet."""
    rows = (
        dict(zip(statements.sheets.columns, row, strict=True)) for row in house.database.read(statements.sheets, **here)
    )
    return frozenset(r["assessment"] for r in rows if r["user_id"] == user and r["signed_at"] is not None)


def _changes(house: House, here: Mapping[str, Any], names: Mapping[str, str]) -> tuple[SheetChange, ...]:
    found = []
    for at, actor, name, text, reason in house.database.read(sql.changes, **here):
        p = house.parsed(text)
        # Whose sheet was sealed changed it alone, so that there the one who acted is the member.
        member = names.get(p["user"], name or actor)
        one = SheetChange(
            p["assessment"], member, name or actor, instant(at), p["code"], reason or "", p.get("old"), p.get("new")
        )
        found.append(one)
    return tuple(found)


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
    functions = _functions(house, institution, case.book.process, [row[0] for row in shown])
    commission = house.database.read(reads.commission, institution=institution, procedure=procedure)
    members = frozenset(user for user, function in commission if function in SCORES)
    recused = _recused(house, institution, [row[0] for row in shown])
    rows = []
    for application, number, name, position, _ in shown:
        sheets = opened.get((application, assessment), [])
        counted = functions.get((application, assessment), {})
        account = _account(
            rule,
            sheets,
            counted,
            is_held=True,
            signed=len(sheets),
            entitled=len(sheets),
            commission=members,
            recused=recused.get(application, {}),
        )
        rows.append(ResultRow(application, number, name, position, account))
    return case, rule, tuple(rows), shown[-1][1] if len(found) > A_PAGE else ""


_Sheets = list[tuple[str, str, dict[str, Decimal], str]]


def _opened(house: House, institution: str, ids: Sequence[str]) -> dict[tuple[str, str], _Sheets]:
    """The opened sheets of those applications: (application, assessment) -> [(user, name, marks, note)]."""
    here = {"institution": institution, "ids": list(ids)}
    notes = {(a, name, user): note for a, name, user, note in house.database.read(sql.opened_notes, **here)}
    found: dict[tuple[str, str], dict[str, tuple[str, str, dict[str, Decimal], str]]] = {}
    for application, assessment, user, name, _, criterion, value in house.database.read(sql.opened_marks, **here):
        sheets = found.setdefault((application, assessment), {})
        if user not in sheets:
            sheets[user] = (user, name, {}, notes.get((application, assessment, user), ""))
        sheets[user][2][criterion] = Decimal(value)
    return {key: list(sheets.values()) for key, sheets in found.items()}


def _recused(house: House, institution: str, ids: Sequence[str]) -> dict[str, dict[str, str]]:
    """Application -> the scoring members who are recused from it, id -> name."""
    found: dict[str, dict[str, str]] = {}
    for application, user, name in house.database.read(sql.recused_members, institution=institution, ids=list(ids)):
        found.setdefault(application, {})[user] = name
    return found


def _functions(
    house: House, institution: str, process: ProcessDefinition, ids: Sequence[str]
) -> dict[tuple[str, str], dict[str, str]]:
    """As what each sheet counted where a function weighs: (application, assessment) -> user -> function.

    From the journal, because commissions change and what was opened does not.
    """
    weighed = {name for name, rule in process.assessments.items() if rule.combine.weights}
    acts = sorted(
        {
            t.name
            for t in process.lifecycles[Kind.APPLICATION].transitions
            for effect in t.effects
            if isinstance(effect, OpenSheets) and effect.assessment in weighed
        }
    )
    if not acts or not ids:
        return {}
    found = {}
    for application, text in house.database.read(sql.openings, institution=institution, ids=list(ids), acts=acts):
        parameters = house.parsed(text)
        if "functions" in parameters:
            found[application, str(parameters["assessment"])] = dict(parameters["functions"])
    return found


def _account(
    rule: Assessment,
    sheets: _Sheets,
    functions: Mapping[str, str],
    *,
    is_held: bool,
    signed: int,
    entitled: int,
    commission: frozenset[str],
    recused: Mapping[str, str],
) -> Account:
    if not sheets:
        return Account(rule, is_held, signed, entitled)
    totals = [scoring.member_total(rule, marks) for _, _, marks, _ in sheets]
    far = divergence.outliers(rule, totals)
    counted = [functions[user] for user, *_ in sheets if user in functions]
    result = scoring.result(rule, [marks for _, _, marks, _ in sheets], counted)
    return Account(
        assessment=rule,
        is_held=is_held,
        signed=signed,
        entitled=entitled,
        sheets=tuple(
            MemberSheet(name, marks, totals[i], note, i in far, functions.get(user, ""), user)
            for i, (user, name, marks, note) in enumerate(sheets)
        ),
        result=result,
        lines=explanation.explain(rule, result),
        # Whoever scored and left the commission since is still one of those of whom the result is made.
        members=len(commission | {user for user, *_ in sheets}),
        recused=tuple(name for user, name in recused.items() if user not in {user for user, *_ in sheets}),
    )
