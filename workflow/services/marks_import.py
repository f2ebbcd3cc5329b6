"""A member's marks from a spreadsheet: every row checked, then all of them saved on the member's own sheets, or none.

Why: a written test of three hundred people is marked in a table. What comes in is the member's own sheet, saved and not
signed: the same act as typing it, in one transaction, with everything that is wrong told at once.
Never here: signing, marks of other members, the file's format (spreadsheet).

The table has one row for each candidate: a column with the register number, and one for each criterion, headed by its
name or its label in any language. Columns with the name or the position are passed over. An empty cell changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from pathlib import Path

from workflow.engine import answers
from workflow.engine.errors import ImportFileError, Problem, UnknownSubject
from workflow.engine.process import Assessment, ProcessDefinition
from workflow.engine.request import Actor, Refused
from workflow.engine.scoring import check_mark
from workflow.persistence import scoring_reads as sql
from workflow.services import column_guess, names, scoring_grid
from workflow.services.acts import Recording, SaveSheet
from workflow.services.house import House
from workflow.services.importing import words_for
from workflow.services.records import record_many
from workflow.services.sentences import sentences
from workflow.services.spreadsheet import Columns, Row, cells_of, plain, problem, read_rows

NUMBER = "register_number"
_PASSED_OVER = ("name", "position")

ReadNumber = Callable[[str], Decimal | None]
"""A number as the reader of the page writes it; None for nothing. Raises ValueError for anything else."""


@dataclass(frozen=True, slots=True)
class Marked:
    """One candidate whose marks the table changes: criterion -> mark, and what stood there before."""

    row: int
    application: str
    number: str
    name: str
    marks: Mapping[str, Decimal]
    before: Mapping[str, Decimal] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Told:
    """What a table says: who gets marks, how many rows change nothing, and how many of those whom the member scores it
    does not name."""

    marked: tuple[Marked, ...]
    unchanged: int
    missing: int


@dataclass(frozen=True, slots=True)
class _Own:
    """A candidate whom the member scores here now, or would but for a signature or a conflict."""

    application: str
    number: str
    name: str
    signed: bool
    recused: bool
    marks: dict[str, Decimal]


def read(
    house: House,
    institution: str,
    procedure: str,
    assessment: str,
    user: str,
    path: Path,
    number: ReadNumber,
    language: str,
) -> Told:
    """What the table would change on the user's sheets of an assessment; nothing is saved.

    Raises ImportFileError with every row that is wrong, UnknownSubject for what is not there.
    """
    process, rule, own = candidates(house, institution, procedure, assessment, user)
    columns = _columns(path, process, rule)
    rows = read_rows(path, columns, (NUMBER, *rule.criteria), (NUMBER,))
    if not rows:
        raise ImportFileError([Problem(str(path), 0, 0, "", "no row below the header", "write one for each person")])
    reader = _Reader(path, process, rule, {one.number: one for one in own}, number, language)
    for row in rows:
        reader.take(row)
    if reader.problems:
        raise ImportFileError(reader.problems)
    scored = [one for one in own if not one.recused and not one.signed]
    missing = sum(one.number not in reader.seen for one in scored)
    return Told(tuple(reader.marked), reader.unchanged, missing)


def save(
    house: House, institution: str, assessment: str, actor: Actor, marked: Sequence[Marked]
) -> tuple[Refused, ...]:
    """Saves all of it in one transaction, or, if anything is refused, nothing and says why."""
    outcomes = record_many(
        house,
        [
            Recording(
                institution=institution,
                subject=one.application,
                actor=actor,
                act=SaveSheet(assessment=assessment, marks=one.marks),
            )
            for one in marked
        ],
        together=True,
    )
    return tuple(outcome for outcome in outcomes if isinstance(outcome, Refused))


def candidates(
    house: House, institution: str, procedure: str, assessment: str, user: str
) -> tuple[ProcessDefinition, Assessment, list[_Own]]:
    """The definition, the assessment, and whom the user scores in it now, by register number, with the own marks."""
    case = scoring_grid.procedure_of(house, institution, procedure)
    process = case.book.process
    if assessment not in process.assessments:
        raise UnknownSubject(assessment)
    here = {"institution": institution, "assessment": assessment, "user": user}
    states = scoring_grid.scored_in(process, assessment)
    own = [
        _Own(application, number, name, signed_at is not None, bool(recused), {})
        for application, number, name, position, signed_at, _, recused in house.database.read(
            sql.own_grid,
            **here,
            procedure=procedure,
            states=list(states),
            asked=list(process.assessments[assessment].required),
        )
        if assessment not in process.positions[position].skips
    ]
    by_id = {one.application: one for one in own}
    for application, criterion, value in house.database.read(sql.own_marks, **here, ids=list(by_id)):
        by_id[application].marks[criterion] = Decimal(value)
    return process, process.assessments[assessment], own


def _columns(path: Path, process: ProcessDefinition, rule: Assessment) -> Columns:
    """Which column is what. Raises ImportFileError for a column that is nothing, stands twice or is missing."""
    bare = Columns(encoding=column_guess.encoding_of(path, process))
    header = next(cells_of(path, bare), None)
    texts = [str(plain(cell)) for cell in header or ()]
    criteria = words_for(rule.criteria, {})
    numbers = {*column_guess.WORDS[NUMBER], "register number"}
    ignored = {word for one in _PASSED_OVER for word in column_guess.WORDS[one]}
    found: dict[str, str] = {}
    passed_over: list[str] = []
    problems: list[Problem] = []
    for text in texts:
        folded = " ".join(names.words(text))
        meant = criteria.get(text.casefold()) or (NUMBER if text == NUMBER or folded in numbers else None)
        if meant is None:
            if not text or folded in ignored:
                passed_over.append(text)
                continue
            known = ", ".join((NUMBER, *rule.criteria))
            problems.append(problem(path, 1, text, "an unknown column", f"known are: {known}"))
        elif meant in found:
            problems.append(problem(path, 1, text, "the column stands here twice", "keep one"))
        else:
            found[meant] = text
    if header is not None and not found.keys() & rule.criteria.keys() and not problems:
        listed = ", ".join(rule.criteria)
        problems.append(problem(path, 1, "", "no column holds marks", f"write one of: {listed}"))
    if problems:
        raise ImportFileError(problems)
    return bare.model_copy(update={"applications": found, "ignore": tuple(passed_over)})


class _Reader:
    """Turns rows into marks, collecting what is wrong."""

    def __init__(
        self,
        path: Path,
        process: ProcessDefinition,
        rule: Assessment,
        own: Mapping[str, _Own],
        number: ReadNumber,
        language: str,
    ) -> None:
        self.marked: list[Marked] = []
        self.problems: list[Problem] = []
        self.seen: set[str] = set()
        self.unchanged = 0
        self._path, self._process, self._rule, self._own = path, process, rule, own
        self._number, self._language = number, language

    def take(self, row: Row) -> None:
        text = row.text(NUMBER)
        one = self._own.get(text)
        if not text:
            self._wrong(row, NUMBER, "it is empty", "write the register number; a merged cell counts for one row only")
            return
        if text in self.seen:
            self._wrong(row, NUMBER, f"{text!r} stands in the file twice", "keep one")
            return
        self.seen.add(text)
        if one is None:
            self._wrong(
                row, NUMBER, f"you score nobody with the number {text!r} here now", "correct it, or take it out"
            )
            return
        if one.recused:
            self._wrong(row, NUMBER, f"you declared a conflict with {text!r}", "take the row out")
            return
        given = {name: mark for name in self._rule.criteria if (mark := self._mark(row, name)) is not None}
        if self._rule.answers is not None:
            too_many = answers.check(self._rule.answers, {**one.marks, **given})
            for sentence in sentences([too_many] if too_many else (), self._process, self._language):
                self._wrong(row, NUMBER, sentence)
                return
        changed = {name: mark for name, mark in given.items() if one.marks.get(name) != mark}
        if changed and one.signed:
            self._wrong(row, NUMBER, f"your sheet of {text!r} is signed already", "take the row out")
        elif changed:
            before = {name: one.marks[name] for name in changed if name in one.marks}
            self.marked.append(Marked(row.number, one.application, text, one.name, changed, before))
        else:
            self.unchanged += 1

    def _mark(self, row: Row, criterion: str) -> Decimal | None:
        value = row.cells.get(criterion, "")
        if isinstance(value, datetime):  # a spreadsheet makes 3.5 a day in May, if it is let
            self._wrong(row, criterion, f"{row.text(criterion)!r} is no number", "give the cell the format of a number")
            return None
        try:
            mark = self._number(value)
        except ValueError:
            self._wrong(row, criterion, f"{value[:40]!r} is no number", "write digits only")
            return None
        if mark is None:
            return None
        against = check_mark(self._rule.criteria[criterion], mark)
        if against is not None:
            for sentence in sentences([against], self._process, self._language):
                self._wrong(row, criterion, sentence)
            return None
        return mark

    def _wrong(self, row: Row, name: str, what: str, remedy: str = "") -> None:
        self.problems.append(problem(self._path, row.number, row.headers.get(name, name), what, remedy))
