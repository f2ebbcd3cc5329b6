"""What whoever registers a paper must know beforehand: the positions, the next number, who is known already.

Why: one person with two files is two people in every list, and nobody finds that out at the counter without being told.
Names are compared without case, diacritics and order of words.
Never here: registering (registration), deciding.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import permutations

from workflow.engine.decide import Step, decide, needs
from workflow.engine.errors import UnknownSubject
from workflow.engine.facts import Facts
from workflow.engine.process import NEW, Kind, State, Transition
from workflow.engine.request import Actor, Reason, Refused, Request
from workflow.engine.rulebook import Rulebook
from workflow.persistence import intake_reads, reads
from workflow.persistence.unit_of_work import Unit, instant
from workflow.services import names
from workflow.services.case import Case
from workflow.services.docket import Docket
from workflow.services.house import House

MOST_PEOPLE = 8
"""How many known people a warning names."""
_MOST_REORDERED = 3
_MOST_APPLICATIONS = 60


@dataclass(frozen=True, slots=True)
class Place:
    """A position of the procedure: its id, its name in the definition, its state."""

    id: str
    name: str
    state: str


@dataclass(frozen=True, slots=True)
class Intake:
    """A procedure as the register sees it. `next_number`: what it would give now; another may take it meanwhile."""

    procedure: str
    number: str
    book: Rulebook
    places: tuple[Place, ...]
    next_number: str
    against: tuple[Reason, ...]
    """Why nobody can be registered here and now by this person; empty when one can."""
    would_be: State | None
    """Where an application that is received now would stand."""

    @property
    def alternatives(self) -> tuple[Transition, ...]:
        """The ways into the register."""
        return self.book.starting.get((Kind.APPLICATION, NEW, "register"), ())

    @property
    def may_be_earlier(self) -> bool:
        """Whether an earlier instant of receipt is accepted at all."""
        return any(t.backdated for t in self.alternatives)


@dataclass(frozen=True, slots=True)
class Filed:
    """An application that somebody made before."""

    id: str
    procedure_id: str
    procedure: str
    process: str
    position_id: str
    position: str
    register_number: str
    state: str
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Known:
    """A person who is known already. `same`: what is the same as typed: `email`, `name` or both."""

    id: str
    name: str
    email: str | None
    phone: str | None
    address: str | None
    language: str
    same: tuple[str, ...] = ()
    applications: tuple[Filed, ...] = field(default=())


def intake(house: House, institution: str, procedure: str, actor: Actor) -> Intake:
    """The procedure as the register sees it now. Raises UnknownSubject for anything but a procedure."""

    def work(unit: Unit) -> Intake:
        docket = Docket(house, unit, institution, house.clock.now())
        case = docket.case(procedure)
        if case.facts.kind is not Kind.PROCEDURE:
            raise UnknownSubject(procedure)
        children = docket.children(case, Kind.POSITION, None)
        places = {c.facts.position: Place(c.id, c.facts.position, c.facts.state) for c in children}
        order = [places.pop(name) for name in case.book.process.positions if name in places]
        last = unit.read(reads.register_last, institution=institution, id=procedure)[0][0]
        request = Request(institution=institution, subject=procedure, transition="register", actor=actor)
        # As if a paper without anything in it were handed in now, for the first position.
        draft = _draft(docket, case, children[0]) if children else None
        if draft is not None:
            docket.load([draft], needs(case.book, Kind.APPLICATION, NEW, "register") - draft.loaded)
        step = decide(case.book, draft.facts, request, docket.now) if draft is not None else None
        states = case.book.process.lifecycles[Kind.APPLICATION].states
        return Intake(
            procedure=procedure,
            number=case.facts.number,
            book=case.book,
            places=(*order, *places.values()),
            next_number=f"{case.facts.number}/{last + 1:04d}",
            against=step.reasons if isinstance(step, Refused) else (),
            would_be=states[step.to_state] if isinstance(step, Step) else None,
        )

    found: Intake = house.glance(work)
    return found


def known_people(house: House, institution: str, name: str, email: str) -> list[Known]:
    """Who is known by that e-mail address or that name, with what they applied for; those with both first."""
    found: dict[str, tuple[tuple[object, ...], list[str]]] = {}
    if email:
        emails = sorted({email, email.lower()})
        for row in house.database.read(
            intake_reads.people_by_email, institution=institution, emails=emails, limit=MOST_PEOPLE
        ):
            found[row[0]] = (row, ["email"])
    wholes = _wholes(name)
    if wholes:
        for row in house.database.read(
            intake_reads.people_by_name, institution=institution, names=wholes, limit=MOST_PEOPLE
        ):
            found.setdefault(row[0], (row, []))[1].append("name")
    best = sorted(found.values(), key=lambda one: -len(one[1]))[:MOST_PEOPLE]
    return _with_applications(house, institution, best)


def known_person(house: House, institution: str, candidate: str) -> Known | None:
    """A person by id, with what they applied for; None when nobody has that id, or is erased."""
    rows = house.database.read(intake_reads.people, institution=institution, ids=[candidate])
    people = _with_applications(house, institution, [(row, []) for row in rows if row[1]])
    return people[0] if people else None


def filed(house: House, institution: str, procedure: str, number: str) -> str | None:
    """The id of the procedure's application with that register number."""
    rows = house.database.read(reads.applications_by_number, institution=institution, number=number)
    return next((row[0] for row in rows if row[1] == procedure), None)


def _draft(docket: Docket, procedure: Case, position: Case) -> Case:
    """An application that is not there: enough of one for a decision on its registration."""
    facts = Facts(
        institution=docket.institution,
        subject=procedure.id,
        kind=Kind.APPLICATION,
        state=NEW,
        version=0,
        created_at=None,
        procedure=procedure.id,
        number=procedure.facts.number,
        dates=procedure.facts.dates,
        details=procedure.facts.details,
        position=position.facts.position,
        position_id=position.id,
        seats=position.facts.seats,
        received_at=docket.now,
    )
    facts.procedure_state = procedure.facts.state
    facts.documents = frozenset(procedure.book.process.documents)
    facts.channel = next(iter(procedure.book.process.channels), "")
    case = Case(facts, procedure.book, 0, "", docket.now, procedure.process, None)
    case.loaded |= {
        "documents",
        "verdicts",
        "sheets",
        "results",
        "checks",
        "parts",
        "armed",
        "places",
        "certificates",
        "statements",
        "re_examinations",
        "attended",
        "tasks",
    }
    return case


def _with_applications(
    house: House, institution: str, people: Sequence[tuple[Sequence[object], list[str]]]
) -> list[Known]:
    if not people:
        return []
    ids = [str(row[0]) for row, _ in people]
    rows = house.database.read(
        intake_reads.applications_of_people, institution=institution, ids=ids, limit=_MOST_APPLICATIONS
    )
    keys = intake_reads.applications_of_people.columns
    made: dict[str, list[Filed]] = {}
    for values in (dict(zip(keys, row, strict=True)) for row in rows):
        candidate = values.pop("candidate_id")
        made.setdefault(candidate, []).append(Filed(**{**values, "received_at": instant(values["received_at"])}))
    columns = intake_reads.people.columns
    return [
        Known(**dict(zip(columns, row, strict=True)), same=tuple(same), applications=tuple(made.get(str(row[0]), ())))  # type: ignore[arg-type]
        for row, same in people
    ]


def _wholes(name: str) -> list[str]:
    """The name as it is found by, with its words in any order: a register writes the surname first, a letter last."""
    words = names.words(name)
    orders = permutations(words) if len(words) <= _MOST_REORDERED else [words]
    return sorted({names.parts(" ".join(order))[0] for order in orders}) if words else []
