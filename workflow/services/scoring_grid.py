"""The scoring grid: a member's own marks for the candidates of one assessment, read, saved and signed as a page needs.

Why: thirty candidates and four criteria are one page, so reading it costs one fixed number of statements and saving it
one transaction. Of the other members it knows how many have signed, and nothing else.
Never here: a mark of anybody else (score_accounts.py shows them once they are opened), what a page looks like.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from workflow.engine import scoring
from workflow.engine.errors import UnknownSubject
from workflow.engine.process import Assessment, Kind, ProcessDefinition
from workflow.engine.request import Actor, Reason, Refused
from workflow.engine.rulebook import scored_in as scored_in  # noqa: PLC0414 - of a grid as well
from workflow.persistence import reads
from workflow.persistence import scoring_reads as sql
from workflow.persistence.unit_of_work import instant
from workflow.services.acts import DeclareConflict, Recording, SaveSheet, SignSheet
from workflow.services.case import Case
from workflow.services.docket import Docket
from workflow.services.house import House
from workflow.services.records import Recorded, record, record_many

SCORES = ("chair", "member")
"""The functions in a commission that score; a secretary writes, a substitute waits."""

MOST_ROWS = 50
MOST_SIGNED = 200
"""As many sheets as are signed at once: a person reads them all before."""

_FIELDS = 900
"""A form may have a thousand fields: a mark and what it was for each criterion, a note and what it was."""


@dataclass(frozen=True, slots=True)
class GridRow:
    """One candidate as the member sees them. `given`: how many of the marks that may not be missing
    the member gave; `by_others`: (signed, of how many who may score this candidate), the member included."""

    application: str
    number: str
    name: str
    position: str
    signed_at: datetime | None
    given: int
    marks: Mapping[str, Decimal] = field(default_factory=dict)
    note: str = ""
    by_others: tuple[int, int] = (0, 0)


@dataclass(frozen=True, slots=True)
class Grid:
    """One page of a member's grid. Counts are over all candidates whom the member scores, not over the page."""

    procedure: Case
    assessment: Assessment
    function: str
    states: tuple[str, ...]
    rows: tuple[GridRow, ...]
    recused: tuple[GridRow, ...]
    positions: tuple[str, ...]
    page: int
    pages: int
    total: int
    complete: int
    signed: int
    next_unscored: tuple[str, int] | None
    """(application, page) of the first candidate on or after this page who lacks a mark, else of the first at all."""

    @property
    def process(self) -> ProcessDefinition:
        """The rules that the procedure runs by."""
        return self.procedure.book.process

    @property
    def may_score(self) -> bool:
        """Whether the person is one of those who score."""
        return self.function in SCORES

    @property
    def may_declare(self) -> bool:
        """Whether a conflict can be declared while the procedure stands where it stands."""
        act = self.process.acts.get("declare_conflict")
        return self.may_score and act is not None and (not act.states or self.procedure.facts.state in act.states)

    @property
    def to_sign(self) -> int:
        """How many sheets are complete and not signed."""
        return self.complete - self.signed


def procedure_of(house: House, institution: str, procedure: str) -> Case:
    """The procedure itself. Raises UnknownSubject, also when the id is that of something else."""
    case: Case = house.glance(lambda unit: Docket(house, unit, institution, house.clock.now()).case(procedure))
    if case.facts.kind is not Kind.PROCEDURE:
        raise UnknownSubject(procedure)
    return case


def application_of(house: House, institution: str, procedure: str, application: str) -> Case:
    """An application of that procedure. Raises UnknownSubject for any other id."""
    case: Case = house.glance(lambda unit: Docket(house, unit, institution, house.clock.now()).case(application))
    if case.facts.kind is not Kind.APPLICATION or case.facts.procedure != procedure:
        raise UnknownSubject(application)
    return case


def rows_a_page(assessment: Assessment) -> int:
    """How many candidates fit into one form."""
    return max(1, min(MOST_ROWS, _FIELDS // (2 * len(assessment.criteria) + 2)))


def look(
    house: House,
    institution: str,
    procedure: str,
    assessment: str,
    user: str,
    *,
    position: str = "",
    page: int = 1,
    only: Sequence[str] = (),
    to_sign: bool = False,
) -> Grid:
    """The member's grid: a page of one position or of all, or only the named applications, or what can be signed.

    A fixed number of statements. Raises UnknownSubject for a procedure or an assessment that is not there.
    """
    case = procedure_of(house, institution, procedure)
    process = case.book.process
    if assessment not in process.assessments:
        raise UnknownSubject(assessment)
    rule, here = process.assessments[assessment], {"institution": institution}
    position = position if position in process.positions else ""
    states = scored_in(process, assessment)
    commission = dict(house.database.read(reads.commission, **here, procedure=procedure))
    members = sum(function in SCORES for function in commission.values())
    mine = {"assessment": assessment, "user": user}
    asked = list(rule.required)
    found = house.database.read(sql.own_grid, **here, **mine, procedure=procedure, states=list(states), asked=asked)
    held: list[tuple[GridRow, bool]] = []
    positions: dict[str, None] = {}
    for application, number, name, post, signed_at, given, is_recused in found:
        if assessment in process.positions[post].skips:
            continue
        positions[post] = None
        if not position or post == position:
            at = None if signed_at is None else instant(signed_at)
            held.append((GridRow(application, number, name, post, at, given), bool(is_recused)))
    own = [row for row, is_recused in held if not is_recused]
    size = rows_a_page(rule)
    pages = max(1, -(-len(own) // size))
    page = min(max(page, 1), pages)
    shown = own[(page - 1) * size : page * size]
    if only or to_sign:
        wanted = set(only)
        shown = [row for row in own if not only or row.application in wanted]
        if to_sign:
            shown = [row for row in shown if row.given == len(asked) and row.signed_at is None][:MOST_SIGNED]
    return Grid(
        procedure=case,
        assessment=rule,
        function=commission.get(user, ""),
        states=states,
        rows=_filled(house, institution, mine, shown, members),
        recused=tuple(row for row, is_recused in held if is_recused),
        positions=tuple(name for name in process.positions if name in positions),
        page=page,
        pages=pages,
        total=len(own),
        complete=sum(row.given == len(asked) for row in own),
        signed=sum(row.signed_at is not None for row in own),
        next_unscored=_next(own, len(asked), (page - 1) * size, size),
    )


def _filled(
    house: House, institution: str, mine: Mapping[str, str], rows: Sequence[GridRow], members: int
) -> tuple[GridRow, ...]:
    """The rows with the member's own marks and notes, and with how many have signed."""
    here = {"institution": institution, "ids": [row.application for row in rows]}
    marks: dict[str, dict[str, Decimal]] = {}
    for application, criterion, value in house.database.read(sql.own_marks, **here, **mine):
        marks.setdefault(application, {})[criterion] = Decimal(value)
    notes = dict(house.database.read(sql.own_notes, **here, **mine))
    signed = {a: n for a, name, n in house.database.read(sql.signed, **here) if name == mine["assessment"]}
    recused = dict(house.database.read(sql.recused, **here))
    return tuple(
        GridRow(
            application=row.application,
            number=row.number,
            name=row.name,
            position=row.position,
            signed_at=row.signed_at,
            given=row.given,
            marks=marks.get(row.application, {}),
            note=notes.get(row.application, ""),
            by_others=(signed.get(row.application, 0), members - recused.get(row.application, 0)),
        )
        for row in rows
    )


def _next(rows: Sequence[GridRow], criteria: int, start: int, size: int) -> tuple[str, int] | None:
    lacking = [i for i, row in enumerate(rows) if row.given < criteria and row.signed_at is None]
    if not lacking:
        return None
    chosen = next((i for i in lacking if i >= start), lacking[0])
    return rows[chosen].application, chosen // size + 1


# --- saving -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Entered:
    """What a member changed in one row: criterion -> mark (None = emptied), and the note if it was changed."""

    marks: Mapping[str, Decimal | None] = field(default_factory=dict)
    note: str | None = None


def save(
    house: House, institution: str, assessment: str, actor: Actor, entered: Mapping[str, Entered]
) -> dict[str, Recorded | Refused]:
    """Saves rows of the member's grid, by application, in one transaction; each is saved or refused for itself."""
    outcomes = record_many(
        house,
        [
            Recording(
                institution=institution,
                subject=application,
                actor=actor,
                act=SaveSheet(assessment=assessment, marks=one.marks, note=one.note),
            )
            for application, one in entered.items()
        ],
    )
    return dict(zip(entered, outcomes, strict=True))


def sign(
    house: House, institution: str, assessment: str, actor: Actor, seen: Mapping[str, Mapping[str, Decimal]]
) -> dict[str, Recorded | Refused]:
    """Signs the member's sheets, application -> the marks that were shown; one that has changed since is refused."""
    outcomes = record_many(
        house,
        [
            Recording(
                institution=institution,
                subject=application,
                actor=actor,
                act=SignSheet(assessment=assessment, seen=marks),
            )
            for application, marks in seen.items()
        ],
    )
    return dict(zip(seen, outcomes, strict=True))


def recuse(
    house: House, institution: str, procedure: str, application: str, actor: Actor, reason: str
) -> Recorded | Refused:
    """Records that the actor declares a conflict with an application, and why."""
    if not reason.strip():
        return Refused((Reason("reason_missing"),))
    return record(
        house,
        Recording(
            institution=institution,
            subject=procedure,
            actor=actor,
            act=DeclareConflict(application=application),
            reason=reason,
        ),
    )


def check(assessment: Assessment, criterion: str, value: Decimal) -> Reason | None:
    """Why a mark is not on its criterion's scale, or None: said beside the cell before anything is saved."""
    return scoring.check_mark(assessment.criteria[criterion], value)
