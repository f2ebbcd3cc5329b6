"""Databases to measure on: shipped definitions, one application brought there by the services, and copies of it.

Why: a transition must be measured on what an office stores, and 100,000 applications must stand there in seconds. So
one application is registered and judged through the services, and the database multiplies its rows.
Never here: a clock that is looked at, a figure.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from sqlalchemy import Table, text
from sqlmodel import SQLModel

from workflow.bootstrap import open_catalogue
from workflow.clock import VirtualClock
from workflow.engine import journal
from workflow.engine.process import CLOCK
from workflow.engine.request import Actor, Refused, Request
from workflow.identifiers import uuid7
from workflow.persistence.columns import table_of
from workflow.persistence.database import Database
from workflow.persistence.tables import (
    Application,
    Arrival,
    Candidate,
    CheckResult,
    Deadline,
    Document,
    Dossier,
    Journal,
    Subject,
    VerdictRow,
)
from workflow.persistence.unit_of_work import Unit
from workflow.services import staff
from workflow.services.acts import GiveVerdict, Recording
from workflow.services.enforcement import sweep_all
from workflow.services.house import House
from workflow.services.records import record
from workflow.services.registration import NewApplication, NewProcedure, Person, open_procedure, register
from workflow.services.transitions import perform

COPIED: Mapping[type[SQLModel], str] = {
    Candidate: "id",
    Dossier: "id",
    Subject: "id",
    Application: "id",
    Arrival: "application_id",
    Document: "dossier_id",
    VerdictRow: "application_id",
    CheckResult: "application_id",
    Deadline: "subject_id",
    Journal: "subject_id",
}
"""The tables that hold one application, each with the column that finds its rows; those pointed to stand first."""

Outcome = TypeVar("Outcome")

_RENUMBERED = ("id", "subject_id", "application_id", "candidate_id", "dossier_id")


@dataclass(frozen=True)
class Story:
    """A move of a shipped definition, and how an application comes to stand where the move starts.

    `walk`: transitions of the procedure, in order, before and after the registration. `put_in`: the state into which
    the template is put by SQL when the way there is long, with the check that it has passed and its armed deadline.
    """

    name: str
    institution: str
    process: str
    position: str
    language: str
    move: str
    role: str
    now: datetime
    dates: dict[str, str]
    before: tuple[str, ...]
    after: tuple[str, ...] = ()
    put_in: str | None = None
    check: str | None = None
    deadline: str | None = None


EVERYTHING = Story(
    name="guard, deadline cancelled, deadline armed, notice",
    institution="zhengzhou",
    process="community_workers",
    position="community_service",
    language="zh",
    move="pass_medical",
    role="coordinator",
    now=datetime(2025, 6, 10, 2, 0, tzinfo=UTC),
    dates={
        "registration_opens": "2025-06-09 09:00",
        "documents_close": "2025-06-20 17:00",
        "written_at": "2025-07-05 09:00",
    },
    before=("announce",),
    put_in="medical",
    check="medical",
    deadline="medical_due",
)
SILENT = Story(
    name="guards over documents and verdicts, no notice",
    institution="stara_zagora",
    process="staff_selection",
    position="psychologist",
    language="bg",
    move="admit",
    role="commission",
    now=datetime(2022, 3, 10, 8, 0, tzinfo=UTC),
    dates={},
    before=("announce",),
    after=("close_intake",),
)


@dataclass
class World:
    """A database with a procedure and a template application; `stored` counts its copies."""

    story: Story
    house: House
    actor: Actor
    template: str
    ids: Mapping[type[SQLModel], str] = field(default_factory=dict)
    stored: int = 0

    def request(self, number: int) -> Request:
        """The story's move for the copy of that number, counted from 0."""
        return Request(
            institution=self.story.institution,
            subject=numbered(self.template, number),
            transition=self.story.move,
            actor=self.actor,
        )

    def close(self) -> None:
        """Closes the database, the write-ahead log folded into its file."""
        database = self.house.database
        self.house.writer.close()
        if database.dialect == "sqlite":
            with database.engine.connect() as connection:
                raw = connection.connection.driver_connection
                assert raw is not None
                raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        database.close()

    def on(self, url: str) -> World:
        """The same world on a copy of its database."""
        house = House(Database.open(url), self.house.catalogue, self.house.clock)
        return World(self.story, house, self.actor, self.template, self.ids, self.stored)

    def copy_to(self, number: int) -> None:
        """Multiplies the template until that many copies are stored."""
        with self.house.database.writing() as connection:
            if self.house.database.dialect == "postgresql":
                # The copies point to each other as the template's rows do; asking about each would take minutes.
                connection.execute(text("SET LOCAL session_replication_role = replica"))
            for model, found_by in COPIED.items():
                values = {
                    "institution": self.story.institution,
                    "template": self.ids[model],
                    "first": self.stored,
                    "last": number - 1,
                }
                connection.execute(text(_copy(table_of(model), found_by)), values)
            if self.house.database.dialect == "postgresql":
                connection.execute(text("ANALYZE"))
        self.stored = number


def numbered(template: str, number: int) -> str:
    """The id that a copy has in the place of the template's."""
    return f"{template[:24]}{number:012d}"


def build(story: Story, url: str, *, number: str = "1") -> World:
    """A world in a database: the story's procedure, opened, announced and walked through the services."""
    database = Database.open(url)
    database.migrate()
    house = House(database, open_catalogue(), VirtualClock(story.now))
    process = house.catalogue.snapshot(story.institution, story.process).process
    actor = Actor(user="tester", roles=frozenset({*process.roles, "commission", "chair"}))
    staff.ensure_institution(house, story.institution)
    staff.add_user(house, "Tester", "tester@office.example", user=actor.user)
    opened = open_procedure(
        house,
        NewProcedure(
            institution=story.institution, process=story.process, number=number, actor=actor, dates=dict(story.dates)
        ),
    )
    procedure = _done(opened)
    _walk(house, story, procedure, actor, story.before)
    application = register(
        house,
        NewApplication(
            institution=story.institution,
            procedure=procedure,
            position=story.position,
            actor=actor,
            candidate=Person(name="A. Candidate", email="candidate@mail.example", language=story.language),
            documents=dict.fromkeys(process.required_documents(story.position)),
        ),
    )
    template = _done(application).subject
    _walk(house, story, procedure, actor, story.after)
    if story.put_in is not None:
        house.writer.run(lambda unit: _put(unit, story, template))
    else:
        for item in process.necessary_requirements(story.position):
            act = GiveVerdict(item=item, ok=True)
            _done(record(house, Recording(institution=story.institution, subject=template, actor=actor, act=act)))
    with house.database.reading() as connection:
        query = text("SELECT candidate_id, dossier_id FROM application WHERE id = :id")
        found = connection.execute(query, {"id": template}).one()
    ids: dict[type[SQLModel], str] = dict.fromkeys(COPIED, template)
    ids[Candidate], ids[Dossier], ids[Document] = found[0], found[1], found[1]
    return World(story, house, Actor(user=actor.user, roles=frozenset({story.role})), template, ids)


def _walk(house: House, story: Story, procedure: str, actor: Actor, moves: Sequence[str]) -> None:
    clock = Actor(user=CLOCK, roles=frozenset({CLOCK, *actor.roles}))
    for move in moves:
        _done(perform(house, Request(institution=story.institution, subject=procedure, transition=move, actor=clock)))
        sweep_all(house)  # what is due by the story's instant, such as the opening of the intake


def _put(unit: Unit, story: Story, application: str) -> None:
    key = {"institution": story.institution, "id": application}
    unit.update(Subject, key, {"state": story.put_in})
    passed = {"application_id": application, "name": story.check, "passed": True, "recorded_at": story.now}
    unit.insert(CheckResult, {"institution": story.institution, **passed})
    due = {"rule": story.deadline, "kind": "due", "due_at": story.now + timedelta(days=14), "armed_seq": 1}
    derivation = journal.canonical([])
    armed = {"id": uuid7(), "subject_id": application, "status": "armed", "derivation": derivation}
    unit.insert(Deadline, {"institution": story.institution, **due, **armed})


def _done(outcome: Outcome | Refused) -> Outcome:
    if isinstance(outcome, Refused):
        raise SystemExit(f"refused: {outcome}")
    return outcome


def _copy(table: Table, found_by: str) -> str:
    """INSERT of the numbered copies of a template's rows; the same text on both databases."""
    values = []
    for column in table.columns:
        name = f't."{column.name}"'
        if column.name in _RENUMBERED:
            renumbered = f"substr({name}, 1, 24) || substr(CAST(1000000000000 + n.i AS TEXT), 2)"
            values.append(f"CASE WHEN {name} = '' THEN '' ELSE {renumbered} END")
        elif column.name == "register_number":
            values.append(f"{name} || '-' || n.i")
        else:
            values.append(name)
    columns = ", ".join(f'"{c.name}"' for c in table.columns)
    order = " ORDER BY t.seq" if table.name == "journal" else ""  # its trigger refuses gaps
    return (
        "WITH RECURSIVE n(i) AS (SELECT CAST(:first AS BIGINT) UNION ALL SELECT i + 1 FROM n WHERE i < :last) "
        f'INSERT INTO "{table.name}" ({columns}) SELECT {", ".join(values)} FROM n CROSS JOIN "{table.name}" AS t '
        f"WHERE t.institution = :institution AND t.{found_by} = :template{order}"
    )
