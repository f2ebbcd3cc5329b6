"""Pages of the onboarding: everybody's hours and tasks, attendance of a part on one page, the register of papers.

Why: a curator records a room at once, and an auditor finds a certificate by its number.
Never here: what an act does (services/onboarding.py), how a paper looks.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from pydantic import ValidationError
from starlette.responses import Response

from workflow.documents import pdf
from workflow.engine import checking
from workflow.engine.errors import UnknownSubject
from workflow.engine.process import Training
from workflow.engine.request import Refused
from workflow.services import trainees
from workflow.services.acts import CompleteTask, RecordAttendance, Recording, RequestReExamination, SetPart
from workflow.services.appointing import allowed
from workflow.services.records import record, record_many
from workflow.services.trainees import Issued, Overview, Trainee
from workflow.services.training_paper import training_paper
from workflow.web.access import Access
from workflow.web.application import CASE, opened
from workflow.web.application_acts import answer, is_day, recorded
from workflow.web.desk import Desk, Here
from workflow.web.exporting import harmless
from workflow.web.form import Form, Typed
from workflow.web.pages import Pages
from workflow.web.refusals import NotFound

pages = Pages()
_HOME = "/{institution}/procedures/{procedure}/training"
_KINDS = ("certificate", "statement")


@dataclass(frozen=True, slots=True)
class _Registered:
    """A line of the register of papers."""

    person: Trainee
    paper: Issued


# --- one application --------------------------------------------------------------------------------------------------


@pages.post(CASE + "/re-examination", may=Access.CASE_ACT)
def asks_again(desk: Here, procedure: str, application: str, form: Typed) -> Response:
    """A failed check is to be looked at again, as the candidate asked."""
    file = opened(desk, procedure, application)
    name = form.text("check")
    if name not in [check.name for check in file.checks]:
        raise NotFound
    act = RequestReExamination(check=name)
    return recorded(desk, file, [act], form, f"passed-{name}", desk.say("The re-examination is asked for."))


@pages.post(CASE + "/attendance", may=Access.CASE_ACT)
def attends(desk: Here, procedure: str, application: str, form: Typed) -> Response:
    """Hours of a part that the person attended on a day."""
    file = opened(desk, procedure, application)
    name = form.text("part")
    if name not in [part.name for part in file.parts]:
        raise NotFound
    hours = _hours(form.text(f"attended-{name}"))
    if hours is None:
        desk.errors[f"attended-{name}"] = desk.say("Give the hours as a number, such as 3 or 1.5.")
    day = form.text(f"day-{name}")
    if not is_day(day):
        desk.errors[f"day-{name}"] = desk.say("Give a day, such as 2027-03-31.")
    if hours is None or desk.errors:
        return answer(desk, file, form)
    act = RecordAttendance(part=name, day=day, hours=hours)
    return recorded(desk, file, [act], form, f"attended-{name}", desk.say("The attendance is recorded."))


@pages.post(CASE + "/tasks", may=Access.CASE_ACT)
def does_task(desk: Here, procedure: str, application: str, form: Typed) -> Response:
    """A task of the onboarding was done."""
    file = opened(desk, procedure, application)
    name = form.text("task")
    if name not in [given.task.name for given in file.progress.tasks]:
        raise NotFound
    day = form.given(f"done-{name}")
    if day is not None and not is_day(day):
        desk.errors[f"done-{name}"] = desk.say("Give a day, such as 2027-03-31.")
        return answer(desk, file, form)
    act = CompleteTask(task=name, day=day)
    return recorded(desk, file, [act], form, f"done-{name}", desk.say("The task is recorded as done."))


@pages.get(CASE + "/papers/{kind}.pdf", may=Access.CASE_READ)
def paper(desk: Here, procedure: str, application: str, kind: str, language: str = "") -> Response:
    """The certificate or the statement of hours as PDF, in the institution's own language unless another is asked."""
    file = opened(desk, procedure, application)
    languages = file.process.institution.languages
    if kind not in _KINDS or not file.sight.training or (language and language not in languages):
        raise NotFound
    try:
        issued = trainees.paper_of(file.progress, kind)
    except UnknownSubject:
        raise NotFound from None
    facts = file.case.facts
    name = facts.candidate or facts.register_number
    made = training_paper(file.process, facts.number, name, issued, file.progress, language or languages[0])
    return _file(pdf.pdf(made), pdf.MEDIA_TYPE, f"{kind}-{file.case.id}.pdf")


# --- everybody --------------------------------------------------------------------------------------------------------


@pages.get(_HOME, may=Access.READ)
def training(desk: Here, procedure: str) -> Response:
    """Everybody's hours and tasks, and who leads the parts."""
    found = _overview(desk, procedure)
    process = found.case.book.process
    return desk.page(
        "training.html",
        case=found.case,
        process=process,
        plan=process.training,
        people=found.people,
        sessions=found.sessions,
        labels=_labels(desk, found),
        now=desk.now,
    )


@pages.get(_HOME + "/{part}", may=Access.READ)
def part_of_training(desk: Here, procedure: str, part: str) -> Response:
    """One part: who leads it, and the attendance of everybody on a day."""
    return _part(desk, _overview(desk, procedure), part)


@pages.post(_HOME + "/{part}/session", may=Access.ACT)
def sets_part(desk: Here, procedure: str, part: str, form: Typed) -> Response:
    """Says when and where the part is held, and who leads it."""
    found = _overview(desk, procedure)
    _known(found, part)
    day = form.given("held_on")
    if day is not None and not is_day(day):
        desk.errors["held_on"] = desk.say("Give a day, such as 2027-03-31.")
        return _part(desk, found, part, form, status=422)
    texts = {name: form.text(name) for name in ("place", "host", "mentor")}
    for name, text in texts.items():
        if len(text) > 200:
            desk.errors[name] = desk.say("Keep it below 200 characters.")
    if desk.errors:
        return _part(desk, found, part, form, status=422)
    act = SetPart(part=part, day=day, **texts)
    done = record(
        desk.house, Recording(institution=desk.at, subject=found.case.id, actor=desk.actor(procedure), act=act)
    )
    if isinstance(done, Refused):
        desk.errors["held_on"] = " ".join(desk.reasons(done.reasons, found.case.book.process))
        return _part(desk, found, part, form, status=409)
    return desk.go(desk.url("procedures", procedure, "training", part), desk.say("Saved."))


@pages.post(_HOME + "/{part}/attendance", may=Access.ACT)
def attend_together(desk: Here, procedure: str, part: str, form: Typed) -> Response:
    """The attendance of everybody who was there on a day; who is refused stands there again with why."""
    found = _overview(desk, procedure)
    _known(found, part)
    day = form.text("day")
    if not is_day(day):
        desk.errors["day"] = desk.say("Give a day, such as 2027-03-31.")
    there: dict[str, Decimal] = {}
    for person in found.people:
        typed = form.text(f"hours-{person.id}")
        hours = _hours(typed)
        if typed and hours is None:
            desk.errors[f"hours-{person.id}"] = desk.say("Give the hours as a number, such as 3 or 1.5.")
        elif hours is not None:
            there[person.id] = hours
    if not there and not desk.errors:
        desk.errors["day"] = desk.say("Write the hours of at least one person.")
    if desk.errors:
        return _part(desk, found, part, form, status=422)
    actor, reason = desk.actor(procedure), form.given("reason")
    recordings = [
        Recording(
            institution=desk.at,
            subject=one,
            actor=actor,
            act=RecordAttendance(part=part, day=day, hours=hours),
            reason=reason and reason[:4000],
        )
        for one, hours in there.items()
    ]
    outcomes = record_many(desk.house, recordings)
    for one, outcome in zip(there, outcomes, strict=True):
        if isinstance(outcome, Refused):
            desk.errors[f"hours-{one}"] = " ".join(desk.reasons(outcome.reasons, found.case.book.process))
    if desk.errors:
        # What was recorded stays so: sent again as it stands it changes nothing.
        return _part(desk, _overview(desk, procedure), part, form, status=409, n=len(there) - len(desk.errors))
    done = desk.count("Attendance recorded of %(n)s person.", "Attendance recorded of %(n)s people.", len(there))
    return desk.go(desk.url("procedures", procedure, "training", part), done)


def _part(
    desk: Desk, found: Overview, part: str, form: Form | None = None, *, status: int = 200, n: int = 0
) -> Response:
    plan = _known(found, part)
    process = found.case.book.process
    actor = desk.actor(found.case.id)
    rule = process.acts.get("record_attendance")
    states = rule.states if rule is not None else ()
    may_attend = rule is not None and bool(actor.roles.intersection(rule.by))
    return desk.page(
        "training_part.html",
        status=status,
        case=found.case,
        process=process,
        plan=plan,
        part=plan.parts[part],
        session=found.sessions.get(part, trainees.Session()),
        people=[p for p in found.people if not states or p.state in states],
        may_attend=may_attend,
        may_set=allowed(desk.house, found.case, "set_part", actor) is None,
        typed=form.typed() if form else {"day": _today(desk, found)},
        recorded=n,
    )


# --- the register of papers -------------------------------------------------------------------------------------------


@pages.get("/{institution}/procedures/{procedure}/certificates", may=Access.READ)
def certificates(desk: Here, procedure: str) -> Response:
    """Every certificate and statement of hours of the procedure, by number."""
    found = _overview(desk, procedure)
    return desk.page(
        "certificates.html", case=found.case, lines=_registered(found), plan=found.case.book.process.training
    )


@pages.get("/{institution}/procedures/{procedure}/certificates/file.csv", may=Access.READ)
def certificates_csv(desk: Here, procedure: str) -> Response:
    """The register as CSV in UTF-8, with the mark by which Excel knows it."""
    found = _overview(desk, procedure)
    text = io.StringIO("\ufeff", newline="")
    text.seek(0, io.SEEK_END)
    writer = csv.writer(text)
    writer.writerow(["number", "kind", "name", "register_number", "hours", "issued_at"])
    for line in _registered(found):
        cells = (line.paper.number, line.paper.kind, line.person.name, line.person.number)
        writer.writerow([*map(harmless, cells), str(line.paper.hours), line.paper.at.isoformat()])
    return _file(text.getvalue().encode(), "text/csv; charset=utf-8", "certificates.csv")


def _registered(found: Overview) -> list[_Registered]:
    lines = [_Registered(person, one) for person in found.people for one in person.progress.papers]
    return sorted(lines, key=lambda line: (line.paper.kind, line.paper.number))


# --- what all of them share -------------------------------------------------------------------------------------------


def _overview(desk: Desk, procedure: str) -> Overview:
    found = trainees.overview(desk.house, desk.at, procedure)
    process = found.case.book.process
    if process.training is None and not process.tasks:
        raise NotFound
    return found


def _known(found: Overview, part: str) -> Training:
    plan = found.case.book.process.training
    if plan is None or part not in plan.parts:
        raise NotFound
    return plan


def _labels(desk: Desk, found: Overview) -> Mapping[str, str]:
    process = found.case.book.process
    return {
        name: desk.words(one.label, process)
        for known in (process.training.parts if process.training else {}, process.tasks, process.roles)
        for name, one in known.items()
    }


def _today(desk: Desk, found: Overview) -> str:
    return checking.local_day(found.case.book, desk.now).isoformat()


def _hours(text: str) -> Decimal | None:
    """Hours as typed, from 0 to 10,000; None: that is no such number."""
    try:
        return RecordAttendance(part="-", day="2000-01-01", hours=Decimal(text.replace(",", "."))).hours
    except (InvalidOperation, ValidationError):
        return None


def _file(content: bytes, kind: str, name: str) -> Response:
    return Response(content, media_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})
