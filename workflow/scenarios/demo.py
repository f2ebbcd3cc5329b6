"""The demonstration: a scenario with an office's own files beside it, played into a real database with real mails.

Why: the main job on real input: applications from the incoming register, marks from the commission's sheets, the diary
for everything else, all in the order of time and through the same doors as ever.
Never here: printing.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import BaseModel, Field, ValidationError

from workflow.catalogue.yaml_reader import read_file
from workflow.clock import VirtualClock
from workflow.engine.errors import DefinitionError, ImportFileError, Problem
from workflow.engine.process import ProcessDefinition
from workflow.engine.request import Refused
from workflow.persistence import reads
from workflow.persistence.files import FileStore
from workflow.scenarios.outcome import Difference, differences
from workflow.scenarios.player import Player, Somebody, Unexpected
from workflow.scenarios.sentence import Line, parse
from workflow.scenarios.story import FROZEN, Story
from workflow.services.acts import Recording, SaveSheet, SignSheet
from workflow.services.delivery import deliver
from workflow.services.house import House
from workflow.services.overdue import Fired
from workflow.services.records import record_many
from workflow.services.registration import NewApplication, Person, register


class Intake(BaseModel):
    """The incoming register: its file and how to read it."""

    model_config = FROZEN
    file: str
    columns: str


class Scores(BaseModel):
    """The commission's marks: their file, how to read it, and of which assessment they are."""

    model_config = FROZEN
    file: str
    columns: str
    assessment: str


class Demonstration(Story):
    """A scenario with files beside it. `names`: what the office's people are called."""

    intake: Intake
    scores: Scores
    names: Mapping[str, str] = Field(default_factory=dict)


class ApplicationColumns(BaseModel):
    """Which column holds what; `dossier` names the register number of the person's document set."""

    model_config = FROZEN
    register_number: str
    received_at: str
    name: str
    email: str
    phone: str
    language: str
    position: str
    documents: str
    dossier: str
    remark: str


class ScoreColumns(BaseModel):
    """Which column holds what; `marks` maps criteria to columns."""

    model_config = FROZEN
    register_number: str
    position: str
    interview_at: str
    member: str
    marks: Mapping[str, str]


class Columns(BaseModel):
    """How the columns and words of an office's files are to be read."""

    model_config = FROZEN
    format: int = Field(ge=1, le=1)
    encoding: str = "utf-8"
    delimiter: str = ";"
    date: str
    applications: ApplicationColumns
    scores: ScoreColumns
    languages: Mapping[str, str]
    documents: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Registered:
    """One row of the incoming register, in the words of the definition."""

    at: str
    number: str
    name: str
    email: str | None
    phone: str | None
    language: str
    position: str
    documents: tuple[str, ...]
    dossier: str


@dataclass(frozen=True, slots=True)
class Marked:
    """One member's marks for one application."""

    at: str
    number: str
    member: str
    marks: Mapping[str, Decimal]


@dataclass(frozen=True, slots=True)
class Plan:
    """A demonstration ready to be played: everything that will happen, in the order of time."""

    institution: str
    story: Demonstration
    events: tuple[Line | Registered | Marked, ...]

    def start(self, definition: ProcessDefinition) -> datetime:
        """The instant at which the virtual clock starts."""
        zone = ZoneInfo(definition.institution.zone)
        return datetime.fromisoformat(self.story.start).replace(tzinfo=zone).astimezone(ZoneInfo("UTC"))


def read_plan(path: Path, definition: ProcessDefinition) -> Plan:
    """The plan in `<institution>/samples/demo.yaml`. Raises DefinitionError or ImportFileError with every problem."""
    document = read_file(path)
    try:
        story = Demonstration.model_validate(document.data)
        columns = Columns.model_validate(read_file(path.parent / story.intake.columns).data)
    except ValidationError as error:
        raise DefinitionError([document.problem(tuple(e["loc"]), e["msg"]) for e in error.errors()]) from None
    lines = [parse(when, what) for entry in story.diary for when, what in entry.items()]
    intake = _applications(path.parent / story.intake.file, columns, definition)
    marks = _marks(path.parent / story.scores.file, columns)
    # Equal times keep this order: what was handed in, then what was scored, then what the office did.
    unsorted: list[Line | Registered | Marked] = [*intake, *marks, *lines]
    events = sorted(unsorted, key=lambda event: event.at.ljust(len("2022-03-31 17:30:00"), ":"))
    return Plan(definition.institution.name, story, tuple(events))


def _rows(path: Path, columns: Columns, wanted: Sequence[str]) -> list[tuple[int, dict[str, str]]]:
    try:
        with path.open(encoding=columns.encoding, newline="") as file:
            reader = csv.DictReader(file, delimiter=columns.delimiter)
            missing = [name for name in wanted if name not in (reader.fieldnames or ())]
            if missing:
                what = f"the header lacks {', '.join(missing)}"
                raise ImportFileError([Problem(str(path), 1, 1, "", what, "write the columns that columns.yaml names")])
            return [(number, row) for number, row in enumerate(reader, start=2)]
    except OSError as error:
        raise ImportFileError([Problem(str(path), 0, 0, "", f"cannot be read ({error.strerror})")]) from None
    except UnicodeDecodeError:
        what = f"is not {columns.encoding}"
        raise ImportFileError([Problem(str(path), 0, 0, "", what, "save it in that encoding")]) from None


def _applications(path: Path, columns: Columns, definition: ProcessDefinition) -> list[Registered]:
    names = columns.applications
    own = definition.institution.languages[0]
    positions = {p.label[own]: p.name for p in definition.positions.values()}
    problems: list[Problem] = []
    found = []
    for number, row in _rows(path, columns, list(names.model_dump().values())):
        cells = {key: (row[column] or "").strip() for key, column in names.model_dump().items()}
        papers = [paper.strip() for paper in cells["documents"].split(",") if paper.strip()]
        strange = [
            (key, cells[key], known)
            for key, known in (("position", positions), ("language", columns.languages))
            if cells[key] not in known
        ]
        strange += [("documents", paper, columns.documents) for paper in papers if paper not in columns.documents]
        for key, value, known in strange:
            column = list(names.model_dump()).index(key) + 1
            remedy = f"known are {', '.join(known)}"
            problems.append(Problem(str(path), number, column, getattr(names, key), f"{value!r} is unknown", remedy))
        if not strange:
            found.append(
                Registered(
                    at=_local(cells["received_at"], columns.date, path, number),
                    number=cells["register_number"],
                    name=cells["name"],
                    email=cells["email"] or None,
                    phone=cells["phone"] or None,
                    language=columns.languages[cells["language"]],
                    position=positions[cells["position"]],
                    documents=tuple(columns.documents[paper] for paper in papers),
                    dossier=cells["dossier"] or cells["register_number"],
                )
            )
    if problems:
        raise ImportFileError(problems)
    return found


def _marks(path: Path, columns: Columns) -> list[Marked]:
    names = columns.scores
    wanted = [names.register_number, names.position, names.interview_at, names.member, *names.marks.values()]
    return [
        Marked(
            at=_local(row[names.interview_at], columns.date.removesuffix(":%S"), path, number),
            number=row[names.register_number],
            member=row[names.member],
            marks={criterion: Decimal(row[column]) for criterion, column in names.marks.items()},
        )
        for number, row in _rows(path, columns, wanted)
    ]


def _local(text: str, pattern: str, path: Path, row: int) -> str:
    try:
        return datetime.strptime(text, pattern).isoformat(sep=" ")  # noqa: DTZ007 - a local time, zoned by the player
    except ValueError:
        problem = Problem(str(path), row, 0, "", f"{text!r} is no date", f"write it as {pattern}")
        raise ImportFileError([problem]) from None


class Stage:
    """Plays a plan into a house. `clocked` is told what the clock does by itself, `told` each event as it comes;
    `store` keeps files."""

    def __init__(
        self,
        house: House,
        clock: VirtualClock,
        plan: Plan,
        *,
        clocked: Callable[[Fired], None] | None = None,
        told: Callable[[str], None] | None = None,
        store: FileStore | None = None,
    ) -> None:
        self.plan = plan
        self.player = Player(
            house,
            clock,
            plan.institution,
            plan.story.process,
            language=self._own(house, plan),
            user_names=plan.story.names,
        )
        self.player.on_fired = clocked
        self.player.store = store
        self._told = told
        self._house = house
        self._day = ""

    @staticmethod
    def _own(house: House, plan: Plan) -> str:
        return house.catalogue.institution(plan.institution).languages[0]

    def play(self) -> list[Difference]:
        """Plays everything; returns what came out otherwise than the plan says. Raises Unexpected."""
        given = self.plan.story.procedure
        self.player.open(
            number=given.number,
            positions=given.positions,
            dates=given.dates,
            details=given.details,
            commission=given.commission,
        )
        for event in self.plan.events:
            if self._told is not None:
                self._told(event.at)
            if event.at[:10] != self._day:
                self._day = event.at[:10]
                deliver(self._house)
            match event:
                case Registered():
                    self._register(event)
                case Marked():
                    self._score(event)
                case _:
                    self._line(event)
        if self.plan.story.until is not None:
            self.player.go_to(self.player.instant(self.plan.story.until))
        deliver(self._house)
        return differences(self.player, self.plan.story.expect)

    def _line(self, line: Line) -> None:
        try:
            self.player.play(line)
        except Unexpected as error:
            raise Unexpected(f"{line.at} {line.who}: {line.verb} {', '.join(line.names)}: {error}") from None

    def _register(self, row: Registered) -> None:
        player = self.player
        player.go_to(player.instant(row.at))
        first = player.people.get(row.dossier)
        person = Somebody(row.name, row.language, row.email, row.phone, first.candidate if first else None)
        player.people[row.number] = person
        new = NewApplication(
            institution=player.institution,
            procedure=player.procedure,
            position=row.position,
            actor=player.actor("registrar"),
            candidate=person.candidate
            or Person(name=row.name, email=row.email, phone=row.phone, language=row.language),
            documents=dict.fromkeys(row.documents),
            register_number=row.number,
        )
        outcome = register(self._house, new)
        if isinstance(outcome, Refused):
            raise Unexpected(f"{row.at} register {row.number}: refused: {', '.join(outcome.codes)}")
        person.applications[row.position] = outcome.subject
        person.candidate = self._house.database.read(
            reads.candidate_of, institution=player.institution, id=outcome.subject
        )[0][0]

    def _score(self, row: Marked) -> None:
        player = self.player
        player.go_to(player.instant(row.at))
        assessment = self.plan.story.scores.assessment
        common: dict[str, Any] = {
            "institution": player.institution,
            "subject": player.subject(row.number),
            "actor": player.actor(row.member),
        }
        acts = (SaveSheet(assessment=assessment, marks=row.marks), SignSheet(assessment=assessment))
        for outcome in record_many(self._house, [Recording(**common, act=act) for act in acts]):
            if isinstance(outcome, Refused):
                raise Unexpected(f"{row.at} {row.member} scores {row.number}: refused: {', '.join(outcome.codes)}")
