"""The subjects of one unit of work: what was read of them, and what will be written when all of it is decided.

Why: decisions are made in memory against one snapshot, set-wise, and written at the end in a constant number of
statements. A move that is refused after others were staged for it is unwound here, before anything was written.
Never here: rules, effects, wording.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from workflow.engine import journal
from workflow.engine.acts import UNNOTICED
from workflow.engine.errors import UnknownSubject
from workflow.engine.facts import Facts
from workflow.engine.process import NEW, Kind
from workflow.engine.request import GivenGround, Reason
from workflow.engine.rulebook import Rulebook
from workflow.identifiers import uuid7
from workflow.persistence import onboarding_reads, reads
from workflow.persistence import statements as sql
from workflow.persistence.rows import shape
from workflow.persistence.scoring_reads import fixed_thresholds
from workflow.persistence.tables import Journal, JournalText, Subject
from workflow.persistence.unit_of_work import Glance, Unit, instant
from workflow.services import gathering
from workflow.services.case import Case, Entry, Row
from workflow.services.house import House


@dataclass(slots=True)
class _Before:
    """What a case was, to go back to."""

    case: Case
    state: str
    version: int
    seq: int
    head: str
    entered_at: datetime
    place: tuple[int, str] | None
    grounds: tuple[GivenGround, ...] | None
    armed: Mapping[str, tuple[str, ...]]
    results: Mapping[str, Fraction]
    seats: int
    rows: int


class Docket:
    """Loads cases set-wise and stages what will be written. One per unit of work."""

    def __init__(self, house: House, unit: Unit, institution: str, now: datetime) -> None:
        self.house = house
        self.unit = unit
        self.institution = institution
        self.now = now
        self._recorded = journal.instant_text(now)
        self._cases: dict[str, Case] = {}
        self._created: set[str] = set()
        self._before: list[_Before] = []
        self._rows: list[tuple[str, type, Row]] = []
        self._numbers: Counter[str] = Counter()
        self._dossiers: dict[tuple[str, str], tuple[str, set[str]]] = {}
        self._counts: dict[str, tuple[frozenset[str], Counter[str]]] = {}
        self._positions: dict[str, Counter[str]] = {}
        self._places: dict[str, list[Case]] = {}
        self._fixed: dict[str, Mapping[str, Decimal]] = {}
        self.ahead: gathering.Ahead = {}
        self._recipients: dict[tuple[str, str], tuple[tuple[str, str, str | None, str | None], ...]] = {}

    # --- reading ------------------------------------------------------------------------------------------------------

    def cases(self, ids: Sequence[str], ahead: Iterable[str] = ()) -> list[Case]:
        """The cases of those subjects, in order; loads (and on PostgreSQL locks) the ones not yet known, in one query.

        `ahead`: groups of facts that will probably be asked for next; they come in the same round trip.
        Raises UnknownSubject for an id that this institution does not have.
        """
        missing = sorted({i for i in ids if i not in self._cases})
        if missing:
            rows, self.ahead = gathering.subjects(self, missing, ahead)
            for row in rows:
                case = self._case(dict(zip(sql.subjects.columns, row, strict=True)))
                self._cases[case.id] = case
        for i in ids:
            if i not in self._cases:
                raise UnknownSubject(i)
        return [self._cases[i] for i in ids]

    def case(self, subject: str) -> Case:
        """The case of one subject."""
        return self._cases[subject] if subject in self._cases else self.cases([subject])[0]

    def adopt(self, case: Case) -> None:
        """Takes in a case that this unit is about to create."""
        self._cases[case.id] = case
        self._created.add(case.id)

    def _case(self, row: Mapping[str, Any]) -> Case:
        kind = Kind(row["kind"])
        book = self.house.rulebook(
            self.institution, row["process"], row["definition_hash"], row["calendar_version"], self.unit
        )
        book = self._with_thresholds(row["procedure_id"], book)
        received = row["received_at"]
        facts = Facts(
            institution=self.institution,
            subject=row["id"],
            kind=kind,
            state=row["state"],
            version=row["version"],
            created_at=instant(row["created_at"]),
            procedure=row["procedure_id"],
            number=row["number"],
            dates=self.house.parsed(row["dates"]),
            details=self.house.parsed(row["details"]),
            position=row["position"] or "",
            position_id=row["position_id"] or "",
            seats=row["seats"] or 0,
            candidate=row["candidate"] or "",
            register_number=row["register_number"] or "",
            received_at=None if received is None else instant(received),
            channel=row["channel"] or "",
            posted_on=row["posted_on"],
        )
        if kind is Kind.OBJECTION:
            facts.application, facts.objection = row["application_id"], row["objection"]
            facts.received_at, facts.channel, facts.posted_on = (
                instant(row["objected_at"]),
                row["objected_through"] or "",
                None,
            )
        return Case(
            facts=facts,
            book=book,
            seq=row["seq"],
            head=row["head"],
            entered_at=instant(row["entered_at"]),
            process=row["process"],
            calendar_version=row["calendar_version"],
            candidate_id=row["candidate_id"],
            dossier_id=row["dossier_id"],
            email=row["email"],
            address=row["address"],
            language=row["language"] or "",
        )

    def _with_thresholds(self, procedure: str, book: Rulebook) -> Rulebook:
        """The rules with the pass marks that the procedure's commission fixed: here, so that every reader has them."""
        if all(rule.fixing is None for rule in book.process.assessments.values()):
            return book
        if procedure not in self._fixed:
            rows = self.unit.read(fixed_thresholds, institution=self.institution, procedure=procedure)
            self._fixed[procedure] = {name: Decimal(value) for name, value, _ in rows}
        fixed = self._fixed[procedure]
        return self.house.with_thresholds(book, fixed) if fixed else book

    def load(self, cases: Iterable[Case], groups: Iterable[str]) -> None:
        """Reads those groups of facts for those cases: one query a group, whatever the number of cases."""
        gathering.load(self, cases, groups)

    def creates(self, case: Case) -> bool:
        """Whether this unit creates the case, so that nothing of it is stored yet."""
        return case.id in self._created

    def count_seats(self, cases: Sequence[Case]) -> None:
        """Gives each application the number of its position's applications in states that hold a seat."""
        positions = {case.facts.position_id: case.book.seat_states for case in cases}
        # The position's row is locked before its seats are counted: two nodes cannot both give away the last one.
        self.cases(sorted(positions))
        new = {p: s for p, s in positions.items() if p not in self._counts}
        if new and not isinstance(self.unit, Glance):
            # Under that lock: seats may have been moved since the row that was waited for was read.
            for position, seats in self.unit.read(sql.seats, institution=self.institution, ids=sorted(new)):
                self.case(position).facts.seats = seats
        self._count(sql.counts_by_position, new)
        for case in cases:
            case.facts.counts = self._counts[case.facts.position_id][1]
            case.facts.seats = self.case(case.facts.position_id).facts.seats

    def others_of_candidate(self, case: Case, states: Sequence[str]) -> list[Case]:
        """The same person's further applications in the procedure that stand in those states, in order of their id."""
        rows = self.unit.read(sql.applications_of_candidate, institution=self.institution, candidate=case.candidate_id)
        found = self.cases(sorted(row[0] for row in rows if row[1] == case.facts.procedure and row[0] != case.id))
        return [other for other in found if other.facts.state in states]

    def count_applications(self, cases: Sequence[Case]) -> None:
        """Gives each position or procedure the number of its applications by state."""
        for statement, kind in (
            (sql.counts_by_position, Kind.POSITION),
            (sql.counts_by_procedure, Kind.PROCEDURE),
        ):
            scopes = {
                c.id: frozenset(c.book.process.lifecycles[Kind.APPLICATION].states)
                for c in cases
                if c.facts.kind is kind
            }
            counted = {i for i, states in scopes.items() if i in self._counts and states <= self._counts[i][0]}
            self._count(statement, {i: states for i, states in scopes.items() if i not in counted})
        for case in cases:
            case.facts.counts = self._counts[case.id][1]

    def _count(self, statement: sql.Statement, scopes: Mapping[str, frozenset[str]]) -> None:
        """Counts applications by state per scope: what is stored, with what this unit has staged taken into account."""
        if not scopes:
            return
        listed = sorted(frozenset().union(*scopes.values()))
        for scope, states in scopes.items():
            self._counts[scope] = (states, Counter())
        rows = self.unit.read(statement, institution=self.institution, ids=sorted(scopes), states=listed)
        for scope, state, number in rows:
            self._counts[scope][1][state] += number
        for case, origin in self._origins().values():
            if case.facts.kind is Kind.APPLICATION:
                for scope in {case.facts.position_id, case.facts.procedure} & scopes.keys():
                    self._shift(self._counts[scope][1], origin, case.facts.state)

    def _origins(self) -> dict[str, tuple[Case, str]]:
        """Every case with something staged, with the state that is stored."""
        origins: dict[str, tuple[Case, str]] = {}
        for before in self._before:
            origins.setdefault(before.case.id, (before.case, before.state))
        return origins

    def count_positions(self, cases: Sequence[Case]) -> None:
        """Gives each procedure the number of its positions by state."""
        for case in cases:
            if case.id not in self._positions:
                positions = self.children(case, Kind.POSITION, None)
                self._positions[case.id] = Counter(c.facts.state for c in positions)
            case.facts.positions = self._positions[case.id]

    def children(self, case: Case, kind: Kind, states: Sequence[str] | None) -> list[Case]:
        """The positions, applications or objections below a subject that stand in those states (None = any), with
        what this unit has staged taken into account, in order of their id."""
        if kind is Kind.OBJECTION:
            return [
                c for c in self.cases(sorted(self._objections_of(case))) if states is None or c.facts.state in states
            ]
        if kind is Kind.POSITION:
            rows = self.unit.read(sql.positions_of_procedure, institution=self.institution, parent=case.id)
        else:
            whole = case.facts.kind is Kind.PROCEDURE
            by = sql.applications_of_procedure if whole else sql.applications_of_position
            listed = sorted(case.book.process.lifecycles[kind].states if states is None else states)
            rows = self.unit.read(by, institution=self.institution, parent=case.id, states=listed)
        ids = {row[0] for row in rows}
        for other in self._cases.values():
            belongs = case.id in (other.facts.procedure, other.facts.position_id) and other is not case
            if other.facts.kind is kind and belongs and (states is None or other.facts.state in states):
                ids.add(other.id)
        found = self.cases(sorted(ids))
        return [c for c in found if states is None or c.facts.state in states]

    def _objections_of(self, case: Case) -> dict[str, tuple[str, str]]:
        """Number and state of each objection about an application of the subject, or about the application itself,
        with what this unit has staged taken into account."""
        rows = self.unit.read(sql.objections_of_procedure, institution=self.institution, procedure=case.facts.procedure)
        above = {case.facts.procedure: rows}
        if case.facts.kind is not Kind.PROCEDURE:
            above = {case.id: [row for row in rows if case.id in row[2:4]]}
        found = {row[0]: (row[1], row[4]) for row in above.get(case.id, ())}
        for other in self._cases.values():
            facts = other.facts
            if facts.kind is Kind.OBJECTION and case.id in (facts.procedure, facts.position_id, facts.application):
                found[other.id] = (facts.objection, facts.state)
        return found

    def count_objections(self, cases: Sequence[Case]) -> None:
        """Gives each subject the numbers of the objections below it that wait for a decision. None of them is locked:
        who lodges one holds the procedure."""
        for case in cases:
            lifecycle = case.book.process.lifecycles.get(Kind.OBJECTION)
            waiting = {} if lifecycle is None else {n for n, s in lifecycle.states.items() if s.final is None}
            found = self._objections_of(case).values() if waiting else ()
            case.facts.open_objections = tuple(sorted(number for number, state in found if state in waiting))

    def places_of(self, procedure: Case) -> list[Case]:
        """The positions of a procedure, read once a unit: none comes while applications are registered for them."""
        if procedure.id not in self._places:
            self._places[procedure.id] = self.children(procedure, Kind.POSITION, None)
        return self._places[procedure.id]

    def recipients(self, case: Case, role: str) -> tuple[tuple[str, str, str | None, str | None], ...]:
        """(user id, name, e-mail, language) of everybody who holds a role in the institution or the procedure."""
        key = (case.facts.procedure, role)
        if key not in self._recipients:
            rows = self.unit.read(
                reads.holders, institution=self.institution, procedure=case.facts.procedure, role=role
            )
            self._recipients[key] = tuple((row[0], row[1], row[2], row[3]) for row in rows)
        return self._recipients[key]

    def next_in_line(self, case: Case, states: Sequence[str]) -> Case | None:
        """The best placed application of the case's position that stands in one of those states."""
        position = case.facts.position_id
        rows = self.unit.read(
            sql.next_in_line,
            institution=self.institution,
            position=position,
            states=sorted(states),
            limit=1 + len(self._origins()),
        )
        ids = [row[0] for row in rows]
        ids += [c.id for c in self._cases.values() if c.facts.position_id == position and c.place and c.id not in ids]
        line = [c for c in self.cases(ids) if c.facts.state in states and c is not case]
        self.load(line, {"places"})
        return min(line, key=lambda c: (c.place or (1 << 30, ""))[0], default=None)

    def today(self, case: Case) -> str:
        """The day it is at the institution, `YYYY-MM-DD`."""
        return self.now.astimezone(ZoneInfo(case.book.process.institution.zone)).date().isoformat()

    def next_number(self, name: str, statement: sql.Statement, **key: str) -> int:
        """The next of a gap-free series (publications of a procedure, certificates, register numbers)."""
        series = f"{name}/{sorted(key.items())}"
        if series not in self._numbers:
            rows = self.unit.read(statement, institution=self.institution, **key)
            self._numbers[series] = int(rows[0][0]) if rows and rows[0][0] is not None else 0
        self._numbers[series] += 1
        return self._numbers[series]

    def twin(self, procedure: str, position: str, candidate: str, number: str) -> Reason | None:
        """The reason against registering a person twice for a position, or a register number twice in a procedure."""
        for case in self._cases.values():
            if case.facts.procedure == procedure and case.facts.kind is Kind.APPLICATION:
                if case.facts.register_number == number:
                    return Reason("duplicate_register_number", {"number": number})
                if case.facts.position_id == position and case.candidate_id == candidate:
                    return Reason("already_applied", {"number": case.facts.register_number})
        key = {"institution": self.institution, "procedure": procedure, "number": number}
        if self.unit.read(sql.application_by_number, **key):
            return Reason("duplicate_register_number", {"number": number})
        others = self.unit.read(sql.applications_of_candidate, institution=self.institution, candidate=candidate)
        if any(row[2] == position for row in others):
            return Reason("already_applied")
        return None

    def dossier(self, procedure: str, candidate: str) -> tuple[str, bool, set[str]]:
        """The candidate's document set in a procedure, whether it is new, and the shared documents that lie in it."""
        key = (procedure, candidate)
        if key in self._dossiers:
            dossier, shared = self._dossiers[key]
            return dossier, False, shared
        rows = self.unit.read(reads.dossier, institution=self.institution, procedure=procedure, candidate=candidate)
        return (rows[0][0] if rows else uuid7()), not rows, {row[1] for row in rows if row[1] is not None}

    def keep_dossier(self, procedure: str, candidate: str, dossier: str, shared: set[str]) -> None:
        """Remembers a document set as this unit leaves it."""
        self._dossiers[procedure, candidate] = (dossier, shared)

    def next_certificate(self, prefix: str) -> str:
        """The next certificate number of the institution: the prefix and five digits."""
        return self._next_of(reads.last_certificate, prefix)

    def next_statement(self, prefix: str) -> str:
        """The next number of a statement of hours: the prefix and five digits."""
        return self._next_of(onboarding_reads.last_statement, prefix)

    def _next_of(self, last: sql.Statement, prefix: str) -> str:
        if prefix not in self._numbers:
            rows = self.unit.read(last, institution=self.institution, prefix=prefix + "%")
            self._numbers[prefix] = int(rows[0][0][len(prefix) :]) if rows else 0
        self._numbers[prefix] += 1
        return f"{prefix}{self._numbers[prefix]:05d}"

    # --- staging ------------------------------------------------------------------------------------------------------

    def mark(self) -> int:
        """How far staging has come; `unwind(mark)` goes back to it."""
        return len(self._before)

    def unwind(self, mark: int) -> None:
        """Forgets everything staged since the mark. Nothing of it was written."""
        while len(self._before) > mark:
            b = self._before.pop()
            case, facts = b.case, b.case.facts
            self._shift_all(case, facts.state, b.state)
            facts.state, facts.version, facts.results, facts.seats = b.state, b.version, b.results, b.seats
            case.seq, case.head, case.entered_at = b.seq, b.head, b.entered_at
            case.place, case.grounds, case.armed = b.place, b.grounds, b.armed
            case.loaded.discard("entered")
            del self._rows[b.rows :]

    def _remember(self, case: Case) -> None:
        f = case.facts
        self._before.append(
            _Before(
                case,
                f.state,
                f.version,
                case.seq,
                case.head,
                case.entered_at,
                case.place,
                case.grounds,
                case.armed,
                f.results,
                f.seats,
                len(self._rows),
            )
        )

    def enter(self, case: Case, state: str, at: datetime) -> None:
        """Moves the case in memory, so that what the move causes sees it where it will stand."""
        self._remember(case)
        self._shift_all(case, case.facts.state, state)
        if state != case.facts.state:
            case.entered_at = at
            case.loaded.discard("asked")  # it is asked with the move into a state
        case.facts.state = state

    def stage(self, case: Case, entry: Entry, rows: Iterable[tuple[str, type, Row]] = ()) -> int:
        """Adds one journal entry with its rows; returns its number in the subject's journal."""
        self._remember(case)
        seq = case.seq + 1
        parameters = entry.parameters
        for name, text in entry.texts.items():
            salt = journal.new_salt()
            text_id = uuid7()
            parameters = {**parameters, name: {"text": text_id, "digest": journal.text_digest(salt, text)}}
            beside = {"institution": self.institution, "id": text_id, "subject_id": case.id, "seq": seq}
            self._rows.append(("insert", JournalText, {**beside, "field": name, "salt": salt, "text": text}))
        chained: dict[str, Any] = {
            "institution": self.institution,
            "subject_id": case.id,
            "seq": seq,
            "kind": entry.kind,
            "act": entry.act,
            "from_state": entry.from_state,
            "to_state": entry.to_state,
            "effective_at": journal.instant_text(entry.effective_at),
            "recorded_at": self._recorded,
            "actor": entry.actor,
            "role": entry.role,
            "rule": entry.rule,
            "parameters": journal.canonical(parameters),
            "effects": journal.canonical(entry.effects),
            "definition_hash": case.book.hash,
            "previous": case.head,
        }
        row: dict[str, Any] = {**chained, "hash": journal.entry_hash(**chained)}
        self._rows.append(("insert", Journal, row))
        self._rows.extend(rows)
        if entry.kind != "record" or entry.act not in UNNOTICED:
            case.facts.version += 1
        case.seq, case.head = seq, row["hash"]
        if entry.kind == "transition" and entry.from_state != entry.to_state:
            case.facts.entered_by = entry.actor
            case.loaded.add("entered")
        return seq

    def add_rows(self, rows: Iterable[tuple[str, type, Row]]) -> None:
        """Adds rows to what was staged last."""
        self._rows.extend(rows)

    @property
    def staged(self) -> Sequence[tuple[str, type, Row]]:
        """What would be written now: for who shows an act before it is made (preview.py)."""
        return tuple(self._rows)

    def write(self) -> None:
        """Hands everything staged to the unit of work, which writes it set-wise at its flush."""
        for operation, table, row in self._rows:
            if operation == "update":
                key = shape(table).key
                self.unit.update(table, {k: row[k] for k in key}, {k: v for k, v in row.items() if k not in key})
            else:
                getattr(self.unit, operation)(table, row)
        numbers: dict[str, int] = {}
        for before in self._before:
            numbers.setdefault(before.case.id, before.seq)
        for subject, seq_was in numbers.items():
            case = self._cases[subject]
            row = {
                "institution": self.institution,
                "id": subject,
                "state": case.facts.state,
                "version": case.facts.version,
                "seq": case.seq,
                "head": case.head,
                "entered_at": case.entered_at,
            }
            if subject in self._created:
                self._create(case, row)
            else:
                self.unit.move({**row, "seq_was": seq_was})
        self._before.clear()
        self._rows.clear()

    def _create(self, case: Case, row: dict[str, Any]) -> None:
        facts = case.facts
        kind = facts.kind
        self.unit.insert(
            Subject,
            {
                **row,
                "kind": kind.value,
                "procedure_id": None if kind is Kind.PROCEDURE else facts.procedure,
                "position_id": facts.position_id if kind is Kind.APPLICATION else None,
                "created_at": self.now,
            },
        )

    def _shift_all(self, case: Case, left: str, entered: str) -> None:
        facts = case.facts
        if left == entered:
            return
        if facts.kind is Kind.APPLICATION:
            for scope in (facts.position_id, facts.procedure):
                if scope in self._counts:
                    self._shift(self._counts[scope][1], left, entered)
        elif facts.kind is Kind.POSITION and facts.procedure in self._positions:
            self._shift(self._positions[facts.procedure], left, entered)

    @staticmethod
    def _shift(counts: Counter[str], left: str, entered: str) -> None:
        if left != NEW:
            counts[left] -= 1
        if entered != NEW:
            counts[entered] += 1
