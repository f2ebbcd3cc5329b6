"""Registering papers, one after the other: the form comes again at once, with what stays the same filled in.

Why: forty envelopes lie on the table. Everything is reached by the Tab key, Enter registers, and nothing typed is lost.
Never here: the decision whether it is in time (engine), what a document is (definition).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from pydantic import ValidationError
from starlette.responses import Response

from workflow.engine.process import Document, Kind
from workflow.engine.request import Refused
from workflow.services import dossier, intake, mail
from workflow.services.cases import look
from workflow.services.intake import Intake, Known
from workflow.services.registration import NewApplication, Person, register
from workflow.services.transitions import Done
from workflow.web.access import Access
from workflow.web.desk import Desk, Here
from workflow.web.form import Form, Typed
from workflow.web.pages import Pages
from workflow.web.refusals import NotFound

pages = Pages()

ANOTHER = "another"
"""Stands where a known person's id would: the warning was read, and it is somebody else."""

_FIELD_OF = {
    "duplicate_register_number": "register_number",
    "unknown_language": "language",
    "effective_in_future": "received_on",
    "effective_before_creation": "received_on",
    "backdating_not_allowed": "received_on",
    "backdating_needs_reason": "register_entry",
    "postmark_not_counted": "posted_on",
    "posted_after_receipt": "posted_on",
    "received_late": "received_on",
    "received_in_time": "received_on",
}
_KEPT = ("position", "channel", "received_on", "received_time", "language")
"""What is the same for the next paper as a rule."""


@dataclass(frozen=True, slots=True)
class Paper:
    """A document that the position asks for, as the form shows it."""

    document: Document
    required: bool


@pages.get("/{institution}/procedures/{procedure}/register", may=Access.ACT)
def register_form(desk: Here, procedure: str) -> Response:
    """The form."""
    asked = desk.request.query_params
    return _show(desk, _intake(desk, procedure), {name: asked.get(name, "") for name in _KEPT}, [])


@pages.post("/{institution}/procedures/{procedure}/register", may=Access.ACT)
def registers(desk: Here, procedure: str, form: Typed) -> Response:
    """Registers a paper, or shows the form again: for another position, with a warning, with what is wrong."""
    at = _intake(desk, procedure)
    typed = form.typed()
    # Whoever counts the pages has the document in hand, ticked or not.
    papers = [*form.all("document"), *(name for name, n in form.starting("pages:").items() if n)]
    act, _, person = form.text("do").partition(":")
    match act:
        case "same" | "another":
            typed["person"] = person or ANOTHER
        case "forget":
            typed["person"] = ""
            return _show(desk, at, typed, papers)
        case "find":
            return _show(desk, at, typed, papers, _alike(desk, typed), looked=True)
        case "register":
            pass
        case _:  # "choose", and whatever a script submits without a button
            return _show(desk, at, typed, papers)
    known = _known(desk, typed)
    new = _application(desk, at, typed, form, papers, known)
    if new is None:
        return _show(desk, at, typed, papers)
    alike = [] if typed.get("person") else _alike(desk, typed)
    if alike:
        return _show(desk, at, typed, papers, alike, status=409)
    outcome = register(desk.house, new)
    if isinstance(outcome, Refused):
        return _refused(desk, at, typed, papers, outcome, known)
    return _registered(desk, at, typed, outcome)


def _intake(desk: Desk, procedure: str) -> Intake:
    return intake.intake(desk.house, desk.at, procedure, desk.actor(procedure))  # UnknownSubject is a 404


def _show(
    desk: Desk,
    at: Intake,
    typed: dict[str, str],
    papers: list[str],
    alike: list[Known] | None = None,
    *,
    looked: bool = False,
    status: int = 200,
    existing: tuple[str, str] | None = None,
) -> Response:
    process = at.book.process
    names = [place.name for place in at.places]
    position = typed.get("position") if typed.get("position") in names else next(iter(names), "")
    required = process.required_documents(position) if position else ()
    asked = [
        Paper(document, document.name in required)
        for document in process.documents.values()
        if not document.only_for or position in document.only_for
    ]
    return desk.page(
        "register.html",
        status=422 if desk.errors else status,
        at=at,
        process=process,
        typed=typed,
        position=position,
        papers=asked,
        ticked=frozenset(papers),
        person=_known(desk, typed),
        another=typed.get("person") == ANOTHER,
        alike=alike or [],
        looked=looked,
        existing=existing,
        against=desk.reasons(at.against, process),
        languages=process.institution.applicant_languages,
    )


def _known(desk: Desk, typed: dict[str, str]) -> Known | None:
    """The known person who was chosen. Raises NotFound when there is nobody of that id here."""
    chosen = typed.get("person", "")
    if not chosen or chosen == ANOTHER:
        return None
    found = intake.known_person(desk.house, desk.at, chosen)
    if found is None:
        raise NotFound
    return found


def _alike(desk: Desk, typed: dict[str, str]) -> list[Known]:
    return intake.known_people(desk.house, desk.at, typed.get("name", ""), typed.get("email", ""))


def _application(
    desk: Desk, at: Intake, typed: dict[str, str], form: Form, papers: list[str], known: Known | None
) -> NewApplication | None:
    """What was typed as a request; None when something is wrong, which then stands in `desk.errors`."""
    process = at.book.process
    position = typed.get("position", "")
    if position not in {place.name for place in at.places}:
        desk.errors["position"] = desk.say("Choose a position of this procedure.")
    person = known or _person(desk, typed)
    received = _received(desk, typed, process.institution.zone)
    channel, posted_on = typed.get("channel") or None, typed.get("posted_on") or None
    if channel is not None and channel not in process.channels:
        desk.errors["channel"] = desk.say("Choose how it came.")
    if posted_on is not None and not _is_day(posted_on):
        desk.errors["posted_on"] = desk.say("Write the day as year-month-day: 2026-03-31.")
    documents = {name: _pages(desk, form, name) for name in papers if name in process.documents}
    if len(documents) < len(set(papers)):
        desk.errors["document"] = desk.say("One of these documents is not known. Load the page again.")
    for name, longest in (("register_number", 60), ("register_entry", 100), ("reason", 4000)):
        if len(typed.get(name, "")) > longest:
            desk.errors[name] = desk.say("Write it shorter: %(n)s characters at most.", n=longest)
    if desk.errors or person is None:
        return None
    return NewApplication(
        institution=desk.at,
        procedure=at.procedure,
        position=position,
        actor=desk.actor(at.procedure),
        candidate=person.id if isinstance(person, Known) else person,
        documents=documents,
        register_number=form.given("register_number"),
        received_at=received,
        register_entry=form.given("register_entry"),
        reason=form.given("reason"),
        channel=channel,
        posted_on=posted_on,
    )


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _person(desk: Desk, typed: dict[str, str]) -> Person | None:
    given = {name: typed.get(name) or None for name in ("email", "phone", "address", "town")}
    try:
        return Person(name=typed.get("name", ""), language=typed.get("language", ""), **given)
    except ValidationError as error:
        for one in error.errors():
            name = str(one["loc"][0])
            desk.errors[name] = {
                ("name", "string_too_short"): desk.say("Write the person's name as it stands on the application."),
                ("email", "string_pattern_mismatch"): desk.say(
                    "This is no e-mail address. Correct it, or leave it empty: then letters are printed."
                ),
            }.get((name, one["type"]), desk.say("This is too long. Write it shorter."))
        return None


def _received(desk: Desk, typed: dict[str, str], zone: str) -> datetime | None:
    """When the paper was received; None: now, or wrong (then it stands in the errors)."""
    on, at = typed.get("received_on", ""), typed.get("received_time", "")
    if not on and not at:
        return None
    try:
        day = date.fromisoformat(on) if on else desk.now.astimezone(ZoneInfo(zone)).date()
    except ValueError:
        desk.errors["received_on"] = desk.say("Write the day as year-month-day: 2026-03-31.")
        return None
    try:
        clock = time.fromisoformat(at)
    except ValueError:
        desk.errors["received_time"] = desk.say("Write the time of day as 17:29: it decides whether it is in time.")
        return None
    local = datetime.combine(day, clock.replace(tzinfo=None), ZoneInfo(zone))
    received = local.astimezone(UTC)
    if received.astimezone(local.tzinfo).replace(tzinfo=None) != local.replace(tzinfo=None):
        desk.errors["received_time"] = desk.say("That time never was: the clocks were put forward. Correct it.")
    elif received > desk.now:
        desk.errors["received_on"] = desk.say("That is in the future. Correct it, or leave both empty: then it is now.")
    elif not (typed.get("register_entry") or typed.get("reason")):
        desk.errors["register_entry"] = desk.say(
            "It was received earlier than now: give its entry in the incoming register, or a reason."
        )
    return received


def _pages(desk: Desk, form: Form, document: str) -> int | None:
    field = f"pages:{document}"
    text = form.text(field)
    if not text:
        return None
    if not text.isdecimal() or not 1 <= int(text) <= 9999:
        desk.errors[field] = desk.say("Write the number of pages in digits, or leave it empty.")
        return None
    return int(text)


def _refused(
    desk: Desk, at: Intake, typed: dict[str, str], papers: list[str], outcome: Refused, known: Known | None
) -> Response:
    existing: tuple[str, str] | None = None
    for reason in outcome.reasons:
        field = _FIELD_OF.get(reason.code, "")
        (sentence,) = desk.reasons((reason,), at.book.process)
        desk.errors[field] = f"{desk.errors[field]} {sentence}" if field in desk.errors else sentence
        number = typed.get("register_number", "")
        if reason.code == "duplicate_register_number":
            found = intake.filed(desk.house, desk.at, at.procedure, number)
            existing = (found, number) if found else None
        if reason.code == "already_applied" and known is not None:
            own = [a for a in known.applications if a.procedure_id == at.procedure and a.position == typed["position"]]
            existing = (own[0].id, own[0].register_number) if own else None
    return _show(desk, at, typed, papers, existing=existing)


def _registered(desk: Desk, at: Intake, typed: dict[str, str], done: Done) -> Response:
    process = at.book.process
    state = process.lifecycles[Kind.APPLICATION].states[done.to_state]
    facts = look(desk.house, desk.at, done.subject).facts
    written = mail.about(desk.house, desk.at, done.subject)
    said = desk.say(
        "%(number)s: %(name)s is registered. It stands in: %(state)s.",
        number=facts.register_number,
        name=facts.candidate,
        state=desk.words(state.label, process),
    )
    told = ", ".join(f"“{one.subject}” → {one.name}" for one in written)
    if told:
        said += " " + desk.count("Mail: %(told)s.", "Mails: %(told)s.", len(written), told=told)
    file = dossier.view(desk.house, desk.at, at.procedure, done.subject, desk.actor(at.procedure))
    if file.missing:
        missing = "; ".join(desk.words(process.documents[one.name].label, process) for one in file.missing)
        said += " " + desk.say("Missing: %(documents)s.", documents=missing)
    kept = {field: typed.get(field, "") for field in _KEPT}
    return desk.go(desk.url("procedures", at.procedure, "register", **kept), said)
