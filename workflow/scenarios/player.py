"""Plays a diary line by line through the services, on a virtual clock that fires what falls due on the way.

Why: a scenario proves the rules only if it takes the same doors as a click and the same sweep as the scheduler.
Never here: the grammar (sentence.py), what must come out (outcome.py).
"""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

from workflow.clock import VirtualClock
from workflow.engine.file_kind import NotAccepted
from workflow.engine.process import NEW, Kind, ProcessDefinition
from workflow.engine.request import Actor, GivenGround, Refused, Request
from workflow.persistence import paper_reads, reads
from workflow.persistence.files import FileStore
from workflow.scenarios.sample_paper import sample_paper
from workflow.scenarios.sentence import Line, SentenceError
from workflow.services import acts, cases, filing, staff
from workflow.services.acts import Act, Recording
from workflow.services.enforcement import next_due, sweep_all
from workflow.services.house import House
from workflow.services.objections import NewObjection, lodge
from workflow.services.overdue import Fired
from workflow.services.records import record
from workflow.services.registration import NewApplication, NewProcedure, Person, open_procedure, register
from workflow.services.transitions import perform_many

_MEMBERS = ("chair", "member")


class Unexpected(Exception):
    """A line went otherwise than the diary says: what was expected and what happened."""


@dataclass(slots=True)
class Somebody:
    """A candidate of the scenario: the id once registered, and how to write to the person."""

    name: str
    language: str
    email: str | None
    phone: str | None = None
    candidate: str | None = None
    applications: dict[str, str] = field(default_factory=dict)  # position -> subject


@dataclass
class Player:
    """One procedure being played. Names of people and members are whatever the diary calls them."""

    house: House
    clock: VirtualClock
    institution: str
    process: str
    language: str
    people: dict[str, Somebody] = field(default_factory=dict)
    members: dict[str, str] = field(default_factory=dict)
    positions: dict[str, str] = field(default_factory=dict)
    procedure: str = ""
    objections: dict[str, list[str]] = field(default_factory=dict)  # application -> in order of their coming
    predecessor: str = ""
    fired: list[Fired] = field(default_factory=list)
    on_fired: Callable[[Fired], None] | None = None
    user_names: Mapping[str, str] = field(default_factory=dict)
    store: FileStore | None = None
    """Where files are kept; without one a document is handed in without its file."""
    _runs: int = 0
    _opened: NewProcedure | None = None

    @property
    def definition(self) -> ProcessDefinition:
        """The definition as the catalogue has it."""
        return self.house.catalogue.snapshot(self.institution, self.process).process

    def instant(self, local: str) -> datetime:
        """A local time of the institution as an instant in UTC."""
        zone = ZoneInfo(self.definition.institution.zone)
        return datetime.fromisoformat(local).replace(tzinfo=zone).astimezone(ZoneInfo("UTC"))

    # --- before the first line ----------------------------------------------------------------------------------------

    def open(
        self,
        *,
        number: str,
        positions: Mapping[str, int],
        dates: Mapping[str, str],
        details: Mapping[str, str],
        commission: Mapping[str, str],
    ) -> None:
        """Opens the procedure and appoints the commission, each by a user who may."""
        staff.ensure_institution(self.house, self.institution)
        for role in self.definition.roles:
            name = self.user_names.get(role, role)
            user = staff.add_user(
                self.house,
                name,
                self.office_mail(role),
                user=f"{self.institution}.{role}",
                language=self.language,
            )
            staff.grant(self.house, self.institution, user, role)
        self._opened = NewProcedure(
            institution=self.institution,
            process=self.process,
            number=number,
            actor=self._opener(),
            positions=positions,
            dates=dates,
            details=details,
        )
        self._start(self._opened, commission)

    def _start(self, new: NewProcedure, commission: Mapping[str, str]) -> None:
        opened = open_procedure(self.house, new)
        if isinstance(opened, Refused):
            raise Unexpected(f"the procedure could not be opened: {', '.join(opened.codes)}")
        self.procedure = opened
        rows = self.house.database.read(reads.positions, institution=self.institution, procedure=opened)
        self.positions = {row[1]: row[0] for row in rows}
        for letter, function in commission.items():
            self._add_member(letter)
            if "appoint_member" not in self.definition.acts:
                raise Unexpected("the definition does not say who may appoint members (acts: appoint_member)")
            by = self.definition.acts["appoint_member"].by
            act = acts.AppointMember(user=self.members[letter], function=function)
            self._record(self.procedure, self._as_role(by[0]), act, "appoint")

    def _add_member(self, letter: str) -> None:
        name = self.user_names.get(letter, letter)
        user = f"{self.institution}.member.{letter}"
        staff.add_user(
            self.house, name, self.office_mail(f"member{len(self.members) + 1}"), user=user, language=self.language
        )
        self.members[letter] = user

    def office_mail(self, who: str) -> str:
        """An invented address of the office: a domain holds no underscore, and `.example` belongs to nobody."""
        return f"{who}@{self.institution.replace('_', '-')}.example"

    def _opener(self) -> Actor:
        lifecycle = self.definition.lifecycles[Kind.PROCEDURE]
        roles = [role for t in lifecycle.transitions if lifecycle.initial in t.sources for role in t.by]
        return self._as_role(next(role for role in roles if role in self.definition.roles))

    # --- the clock ----------------------------------------------------------------------------------------------------

    def go_to(self, at: datetime) -> None:
        """Lets time pass up to an instant: every deadline on the way fires at its own instant."""
        while (due := next_due(self.house)) is not None and due <= at:
            self.clock.advance_to(max(due, self.clock.now()))
            done = sweep_all(self.house)
            if not done:
                break
            self.fired += done
            for one in done:
                if self.on_fired is not None:
                    self.on_fired(one)
        self.clock.advance_to(max(at, self.clock.now()))

    # --- one line -----------------------------------------------------------------------------------------------------

    def play(self, line: Line) -> None:
        """Plays one line. Raises Unexpected when it goes otherwise, SentenceError when it cannot be understood."""
        self.go_to(self.instant(line.at))
        codes = [list(o.codes) if isinstance(o, Refused) else None for o in self._act(line)]
        if line.refused is None:
            refused = sorted({code for c in codes for code in c or ()})
            if refused:
                raise Unexpected(f"refused: {', '.join(refused)}")
        else:
            for found in codes:
                if found is None:
                    raise Unexpected(f"was done, but should have been refused: {', '.join(line.refused)}")
                if sorted(set(found)) != sorted(set(line.refused)):
                    raise Unexpected(f"refused {', '.join(found)}, but should have been {', '.join(line.refused)}")

    def _act(self, line: Line) -> Sequence[Any]:
        lifecycle = self.definition.lifecycles[Kind.APPLICATION]
        if any(NEW in t.sources for t in lifecycle.named(line.verb)):
            return [self._register(line, name) for name in line.names]
        objections = self.definition.lifecycles.get(Kind.OBJECTION)
        if objections is not None and any(NEW in t.sources for t in objections.named(line.verb)):
            return [self._lodge(line, name) for name in line.names]
        verb = _VERBS.get(line.verb)
        if verb is not None:
            if any(lc.named(line.verb) for lc in self.definition.lifecycles.values()):
                raise SentenceError(f"{line.verb!r} is an act of the diary and a transition; rename the transition")
            return verb(self, line)
        if not any(lc.named(line.verb) for lc in self.definition.lifecycles.values()):
            known = sorted({t.name for lc in self.definition.lifecycles.values() for t in lc.transitions})
            raise SentenceError(f"{line.verb!r} is no act and no transition; transitions are {', '.join(known)}")
        subjects = [self.subject(name) for name in line.names] or [self.procedure]
        grounds = tuple(GivenGround(code=g.code, values=g.values) for g in line.grounds())
        effective = line.word("effective")
        requests = [
            Request(
                institution=self.institution,
                subject=subject,
                transition=line.verb,
                actor=self.actor(line.who),
                effective_at=None if effective is None else self.instant(effective),
                reason=line.word("reason"),
                grounds=grounds,
                register_entry=line.word("entry"),
            )
            for subject in subjects
        ]
        return perform_many(self.house, requests)

    def _register(self, line: Line, name: str) -> Any:
        position = line.word("for")
        if position is None or position not in self.definition.positions:
            known = ", ".join(self.definition.positions)
            raise SentenceError(f"say for which position: 'register {name} for <position>', one of {known}")
        person = self.people.setdefault(name, self._somebody(name))
        documents = dict.fromkeys(self.definition.required_documents(position))
        documents |= dict.fromkeys(line.words.get("with", ()))
        for missing in line.words.get("without", ()):
            documents.pop(missing, None)
        received = line.word("received")
        new = NewApplication(
            institution=self.institution,
            procedure=self.procedure,
            position=position,
            actor=self.actor(line.who),
            candidate=person.candidate
            or Person(
                name=person.name,
                email=person.email,
                phone=person.phone,
                language=line.word("language") or person.language,
            ),
            transition=line.verb,
            documents=documents,
            received_at=None if received is None else self.instant(received),
            register_entry=line.word("entry"),
            reason=line.word("reason"),
            channel=line.word("through"),
            posted_on=line.word("posted"),
        )
        outcome = register(self.house, new)
        if not isinstance(outcome, Refused):
            person.applications[position] = outcome.subject
            if person.candidate is None:
                rows = self.house.database.read(reads.candidate_of, institution=self.institution, id=outcome.subject)
                person.candidate = rows[0][0]
        return outcome

    def _lodge(self, line: Line, name: str) -> Any:
        if len(line.values) != 1:
            raise SentenceError(f"write '{line.verb} {name} \"<what is objected to>\"'")
        received, application = line.word("received"), self.subject(name)
        new = NewObjection(
            institution=self.institution,
            application=application,
            actor=self.actor(line.who),
            words=line.values[0],
            transition=line.verb,
            received_at=None if received is None else self.instant(received),
            register_entry=line.word("entry"),
            reason=line.word("reason"),
            channel=line.word("through"),
        )
        outcome = lodge(self.house, new)
        if not isinstance(outcome, Refused):
            self.objections.setdefault(application, []).append(outcome.subject)
        return outcome

    def _somebody(self, name: str) -> Somebody:
        return Somebody(name, self.language, f"person{len(self.people) + 1}@applicants.example")

    # --- who and whom -------------------------------------------------------------------------------------------------

    def actor(self, who: str) -> Actor:
        """The actor that a line names: a role, a member of the commission, or a candidate."""
        if who in self.members:
            return staff.actor(self.house, self.institution, self.members[who], self.procedure)
        if who == "candidate" or who in self.people:
            return Actor(user="candidate", roles=frozenset({"candidate"}))
        if who == "clock":
            raise SentenceError("the clock acts by itself; write 'wait' or a later line instead")
        return self._as_role(who)

    def _as_role(self, role: str) -> Actor:
        if role in self.definition.roles:
            return staff.actor(self.house, self.institution, f"{self.institution}.{role}", self.procedure)
        if role in ("commission", *_MEMBERS) and self.members:
            for user in self.members.values():
                actor = staff.actor(self.house, self.institution, user, self.procedure)
                if role in actor.roles:
                    return actor
        known = ", ".join([*self.definition.roles, "candidate", *self.members])
        raise SentenceError(f"nobody here is {role!r}; known are {known}")

    def subject(self, name: str) -> str:
        """The subject that a name stands for: `A`, `A/position`, an objection about it (`A!1`), a position,
        `procedure`."""
        if name == "procedure":
            return self.procedure
        if name == "predecessor" and self.predecessor:
            return self.predecessor
        about, mark, ordinal = name.rpartition("!")
        if mark and ordinal.isascii() and ordinal.isdigit():
            several = self.objections.get(self.subject(about), [])
            if not 1 <= int(ordinal) <= len(several):
                raise SentenceError(f"{name!r}: there are {len(several)} objections about {about}")
            return several[int(ordinal) - 1]
        person, _, position = name.partition("/")
        if person in self.people:
            applications = self.people[person].applications
            if position and position in applications:
                return applications[position]
            if not position and len(applications) == 1:
                return next(iter(applications.values()))
            raise SentenceError(f"{name!r}: write {person}/<position>; {person} applied for {', '.join(applications)}")
        if name in self.positions:
            return self.positions[name]
        raise SentenceError(f"{name!r} is neither a registered person nor a position of this procedure")

    # --- acts ---------------------------------------------------------------------------------------------------------

    def _record(self, subject: str, actor: Actor, act: Act, verb: str, line: Line | None = None) -> Any:
        outcome = record(self.house, self._recording(subject, actor, act, line))
        if line is None and isinstance(outcome, Refused):
            raise Unexpected(f"{verb} was refused: {', '.join(outcome.codes)}")
        return outcome

    def _recording(self, subject: str, actor: Actor, act: Act, line: Line | None) -> Recording:
        effective = line.word("effective") if line else None
        return Recording(
            institution=self.institution,
            subject=subject,
            actor=actor,
            act=act,
            effective_at=None if effective is None else self.instant(effective),
            reason=line.word("reason") if line else None,
            register_entry=line.word("entry") if line else None,
        )

    def _hand_in(self, line: Line) -> list[Any]:
        pages, file = line.word("pages"), line.word("file")
        several = [acts.HandInDocument(document=d, pages=int(pages) if pages else None) for d in line.values]
        outcomes = []
        for name in line.names:
            for act in several:
                if file is not None and self.store is not None:
                    outcomes.append(self._file(self.store, name, act, line, file))
                else:
                    outcomes.append(self._record(self.subject(name), self.actor(line.who), act, line.verb, line))
        return outcomes

    def _file(self, store: FileStore, name: str, act: acts.HandInDocument, line: Line, file: str) -> Any:
        """Hands in a document with a file, which is made here and says that it is a sample."""
        known = self.definition.documents.get(act.document)
        label = known.label[self.language] if known is not None else act.document
        facts = cases.look(self.house, self.institution, self.subject(name)).facts
        institution = self.definition.institution.title[self.language]
        made = sample_paper(
            self.language, institution, label, facts.candidate, facts.register_number, self.house.clock.now()
        )
        asked = self._recording(self.subject(name), self.actor(line.who), act, line)
        outcome = filing.file_document(self.house, store, asked, file, io.BytesIO(made), megabytes=1)
        if isinstance(outcome, NotAccepted):
            raise Unexpected(f"{file} was not accepted: {outcome.code}")
        return outcome

    def _verdict(self, line: Line) -> list[Any]:
        if len(line.values) != 2 or line.values[1] not in ("ok", "not_ok"):
            raise SentenceError("write 'verdict A <document or requirement or *> ok' or 'not_ok because <ground>'")
        given = line.grounds()
        ground = GivenGround(code=given[0].code, values=given[0].values) if given else None
        outcomes = []
        for name in line.names:
            for item in self._items(name, line.values[0]):
                act = acts.GiveVerdict(item=item, ok=line.values[1] == "ok", ground=ground)
                outcomes.append(self._record(self.subject(name), self.actor(line.who), act, line.verb, line))
        return outcomes

    def _items(self, name: str, item: str) -> list[str]:
        if item != "*":
            return [item]
        subject = self.subject(name)
        position = next(p for s in self.people.values() for p, i in s.applications.items() if i == subject)
        d = self.definition
        return [*d.required_documents(position), *d.necessary_requirements(position)]

    def _score(self, line: Line) -> list[Any]:
        if not line.values or line.values[0] not in self.definition.assessments:
            raise SentenceError(
                f"write '{line.verb} A <assessment> 4 4 4', one of {', '.join(self.definition.assessments)}"
            )
        assessment = line.values[0]
        criteria = self.definition.assessments[assessment].criteria
        outcomes: list[Any] = []
        for name in line.names:
            subject, actor = self.subject(name), self.actor(line.who)
            if line.verb != "sign":
                try:
                    given = dict(zip(criteria, line.values[1:], strict=True))
                    marks = {name: None if mark == "-" else Decimal(mark) for name, mark in given.items()}
                except (InvalidOperation, ValueError):
                    raise SentenceError(f"give one mark for each of {', '.join(criteria)}") from None
                saved = self._record(
                    subject, actor, acts.SaveSheet(assessment=assessment, marks=marks), line.verb, line
                )
                if isinstance(saved, Refused) or line.verb == "save":
                    outcomes.append(saved)
                    continue
            outcomes.append(self._record(subject, actor, acts.SignSheet(assessment=assessment), line.verb, line))
        return outcomes

    def _change(self, line: Line) -> list[Any]:
        known = self.definition.assessments
        if len(line.values) < 2 or line.values[0] not in known or line.values[1] not in self.members:
            raise SentenceError(f"write 'change_sheet A <assessment> K 5 4 because slip', one of {', '.join(known)}")
        criteria = known[line.values[0]].criteria
        try:
            given = dict(zip(criteria, line.values[2:], strict=True))
            marks = {name: None if mark == "-" else Decimal(mark) for name, mark in given.items()}
        except (InvalidOperation, ValueError):
            raise SentenceError(f"give one mark for each of {', '.join(criteria)}") from None
        member, code = self.members[line.values[1]], line.word("because") or ""
        act = acts.ChangeSheet(assessment=line.values[0], member=member, marks=marks, code=code)
        return [self._record(self.subject(n), self.actor(line.who), act, line.verb, line) for n in line.names]

    def _check(self, line: Line) -> list[Any]:
        name, *said = line.values or ("",)
        outcome = next((s == "passed" for s in said if s in ("passed", "failed")), None)
        pairs = [s.partition("=") for s in said if "=" in s]
        words = {item: value.partition(":") for item, _, value in pairs}
        if (outcome is None and not pairs) or any(w[0] not in ("passed", "failed") for w in words.values()):
            what = "write 'check A <check> passed' or 'failed', or its list: '<item>=passed <item>=\"failed:why\"'"
            raise SentenceError(what)
        act = acts.RecordCheck(
            check=name,
            passed=outcome,
            items={item: w[0] == "passed" for item, w in words.items()},
            notes={item: w[2].strip() for item, w in words.items() if w[2].strip()},
        )
        return [self._record(self.subject(n), self.actor(line.who), act, line.verb, line) for n in line.names]

    def _complete(self, line: Line) -> list[Any]:
        plan = self.definition.training
        if plan is None or not line.values or line.values[0] not in plan.parts:
            raise SentenceError(f"write 'complete A <part>', one of {', '.join(plan.parts) if plan else 'none'}")
        part = plan.parts[line.values[0]]
        hours = Decimal(line.word("hours") or part.hours)
        act = acts.CompletePart(part=part.name, hours=hours)
        return [self._record(self.subject(n), self.actor(line.who), act, line.verb, line) for n in line.names]

    def _re_examine(self, line: Line) -> list[Any]:
        if not line.values:
            raise SentenceError("write 're_examine A <check>'")
        act = acts.RequestReExamination(check=line.values[0])
        return [self._record(self.subject(n), self.actor(line.who), act, line.verb, line) for n in line.names]

    def _attend(self, line: Line) -> list[Any]:
        if len(line.values) != 2 or line.word("hours") is None:
            raise SentenceError("write 'attend A <part> <day> hours 4'")
        part, day = line.values
        act = acts.RecordAttendance(part=part, day=day, hours=Decimal(line.word("hours") or ""))
        return [self._record(self.subject(n), self.actor(line.who), act, line.verb, line) for n in line.names]

    def _set_part(self, line: Line) -> list[Any]:
        pairs = [value.partition("=") for value in line.values]
        unknown = [key for key, _, _ in pairs if key not in ("day", "place", "host", "mentor")]
        if len(line.names) != 1 or unknown:
            raise SentenceError('write \'set_part <part> day=2026-04-20 place="..." host="..." mentor="..."\'')
        act = acts.SetPart.model_validate({"part": line.names[0], **{key: value for key, _, value in pairs}})
        return [self._record(self.procedure, self.actor(line.who), act, line.verb, line)]

    def _do_task(self, line: Line) -> list[Any]:
        if not 1 <= len(line.values) <= 2:
            raise SentenceError("write 'task A <task>' or 'task A <task> <day>'")
        act = acts.CompleteTask(task=line.values[0], day=line.values[1] if len(line.values) == 2 else None)
        return [self._record(self.subject(n), self.actor(line.who), act, line.verb, line) for n in line.names]

    def _tie(self, line: Line) -> list[Any]:
        position = line.names[0]
        order = tuple(self.subject(f"{name}/{position}" if "/" not in name else name) for name in line.values)
        act = acts.DecideTie(order=order)
        return [self._record(self.positions[position], self.actor(line.who), act, line.verb, line)]

    def _lot(self, line: Line) -> list[Any]:
        position = line.names[0]
        applications = tuple(self.subject(f"{name}/{position}" if "/" not in name else name) for name in line.values)
        act = acts.DrawLot(applications=applications, by_hand=True)
        return [self._record(self.positions[position], self.actor(line.who), act, line.verb, line)]

    def _seats(self, line: Line) -> list[Any]:
        if len(line.names) != 1 or len(line.values) != 2 or not line.values[1].isdigit():
            raise SentenceError("write 'seats <from position> <to position> <number> reason \"...\"'")
        act = acts.MoveSeats(source=line.names[0], target=line.values[0], seats=int(line.values[1]))
        return [self._record(self.procedure, self.actor(line.who), act, line.verb, line)]

    def _conflict(self, line: Line) -> list[Any]:
        several = [acts.DeclareConflict(application=self.subject(name)) for name in line.names]
        return [self._record(self.procedure, self.actor(line.who), act, line.verb, line) for act in several]

    def _appoint(self, line: Line) -> list[Any]:
        letter, function = line.names[0], line.values[0] if line.values else "member"
        if letter not in self.members:
            self._add_member(letter)
        act = acts.AppointMember(user=self.members[letter], function=function)
        return [self._record(self.procedure, self.actor(line.who), act, line.verb, line)]

    def _replace(self, line: Line) -> list[Any]:
        if not line.names or len(line.values) != 2:
            raise SentenceError('write \'replace K N "RD-77" reason "..."\', with the number of the order')
        leaving, letter, order = line.names[0], *line.values
        if letter not in self.members:
            self._add_member(letter)
        known = {"leaving": self.members.get(leaving, leaving), "user": self.members[letter]}
        act = acts.ReplaceMember(**known, order_number=order)
        return [self._record(self.procedure, self.actor(line.who), act, line.verb, line)]

    def _date(self, line: Line) -> list[Any]:
        act = acts.SetDate(date=line.names[0], value=" ".join(line.values))
        return [self._record(self.procedure, self.actor(line.who), act, line.verb, line)]

    def _threshold(self, line: Line) -> list[Any]:
        try:
            act = acts.FixThreshold(assessment=line.names[0], value=Decimal(line.values[0]))
        except (IndexError, InvalidOperation):
            raise SentenceError("write 'threshold <assessment> 45 reason \"why\"'") from None
        return [self._record(self.procedure, self.actor(line.who), act, line.verb, line)]

    def _detail(self, line: Line) -> list[Any]:
        act = acts.SetDetail(detail=line.names[0], value=" ".join(line.values))
        return [self._record(self.procedure, self.actor(line.who), act, line.verb, line)]

    def _correct(self, line: Line) -> list[Any]:
        pairs = (value.partition("=") for value in line.values)
        values = {key: None if value == "none" else value for key, _, value in pairs}
        act = acts.CorrectCandidate(values=values)
        return [self._record(self.subject(n), self.actor(line.who), act, line.verb, line) for n in line.names]

    def _merge(self, line: Line) -> list[Any]:
        if len(line.names) != 1 or len(line.values) != 1:
            raise SentenceError("two people are merged: merge A B reason ...")
        (name,), (other,) = line.names, line.values
        act = acts.MergeCandidate(into=self._candidate_of(other))
        return [self._record(self.subject(name), self.actor(line.who), act, line.verb, line)]

    def _candidate_of(self, name: str) -> str:
        rows = self.house.database.read(reads.candidate_of, institution=self.institution, id=self.subject(name))
        return str(rows[0][0])

    def _survey(self, line: Line) -> list[Any]:
        pairs = (value.partition("=") for value in (*line.names, *line.values))
        act = acts.AnswerSurvey(ratings={key: int(value) for key, _, value in pairs})
        return [self._record(self.procedure, self.actor(line.who), act, line.verb, line)]

    def _adopt(self, line: Line) -> list[Any]:
        return [self._record(self.procedure, self.actor(line.who), acts.AdoptWording(), line.verb, line)]

    def _approve_publication(self, line: Line) -> list[Any]:
        number = self._numbered(line)
        rows = self.house.database.read(
            paper_reads.publication, institution=self.institution, procedure=self.procedure, number=number
        )
        version = rows[-1][1] if rows else 1
        act = acts.ApprovePublication(number=number, version=version)
        return [self._record(self.procedure, self.actor(line.who), act, line.verb, line)]

    def _correct_publication(self, line: Line) -> list[Any]:
        act = acts.CorrectPublication(number=self._numbered(line))
        return [self._record(self.procedure, self.actor(line.who), act, line.verb, line)]

    def _draw_up_protocol(self, line: Line) -> list[Any]:
        return [self._record(self.procedure, self.actor(line.who), acts.DrawUpProtocol(), line.verb, line)]

    def _sign_protocol(self, line: Line) -> list[Any]:
        rows = self.house.database.read(paper_reads.protocols, institution=self.institution, procedure=self.procedure)
        act = acts.SignProtocol(version=len(rows) or 1)
        return [self._record(self.procedure, self.actor(line.who), act, line.verb, line)]

    @staticmethod
    def _numbered(line: Line) -> int:
        if len(line.names) != 1 or not line.names[0].isascii() or not line.names[0].isdigit():
            raise SentenceError(f"write '{line.verb} 1', with the number of the publication")
        return int(line.names[0])

    def _rerun(self, line: Line) -> list[Any]:
        """Opens a new procedure linked to this one; from now on the diary speaks of the new one."""
        if self._opened is None:
            raise AssertionError("nothing was opened yet")
        self._runs += 1
        self.predecessor = self.procedure
        commission = self._functions()
        for person in self.people.values():
            person.applications = {}
        again = self._opened.model_copy(
            update={
                "number": f"{self._opened.number}-{self._runs + 1}",
                "predecessor": self.predecessor,
                "actor": self.actor(line.who),
                "dates": dict(pair.split("=", 1) for pair in line.names) or self._opened.dates,
            }
        )
        self._start(again, commission)
        return [None]

    def _functions(self) -> dict[str, str]:
        rows = self.house.database.read(reads.commission, institution=self.institution, procedure=self.procedure)
        by_user = {row[0]: row[1] for row in rows}
        return {letter: by_user[user] for letter, user in self.members.items() if user in by_user}

    def _wait(self, line: Line) -> list[Any]:
        return []


_VERBS: Mapping[str, Callable[[Player, Line], list[Any]]] = {
    "hand_in": Player._hand_in,
    "verdict": Player._verdict,
    "score": Player._score,
    "save": Player._score,
    "sign": Player._score,
    "change_sheet": Player._change,
    "check": Player._check,
    "complete": Player._complete,
    "re_examine": Player._re_examine,
    "attend": Player._attend,
    "set_part": Player._set_part,
    "task": Player._do_task,
    "tie": Player._tie,
    "lot": Player._lot,
    "seats": Player._seats,
    "conflict": Player._conflict,
    "appoint": Player._appoint,
    "threshold": Player._threshold,
    "replace_member": Player._replace,
    "date": Player._date,
    "detail": Player._detail,
    "correct": Player._correct,
    "merge": Player._merge,
    "survey": Player._survey,
    "adopt": Player._adopt,
    "approve_publication": Player._approve_publication,
    "correct_publication": Player._correct_publication,
    "draw_up_protocol": Player._draw_up_protocol,
    "sign_protocol": Player._sign_protocol,
    "rerun": Player._rerun,
    "wait": Player._wait,
}

VERBS = tuple(_VERBS)
"""The acts a diary line may name, beside every transition of the definition."""
