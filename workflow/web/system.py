"""The installation and the evidence, for administrator and auditor: what hangs, what is set, who did what when.

Why: an auditor finds what happened without asking anybody; an administrator sees what is wrong before others do.
Nothing here changes anything: searching and verifying only read, so both are addresses that can be opened again.
Never here: what is looked at (services/oversight.py), the record of staff (people.py).
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from importlib.metadata import version
from zoneinfo import ZoneInfo

from starlette.responses import Response

from workflow.engine.errors import DefinitionError, UnknownName
from workflow.engine.process import Kind, ProcessDefinition
from workflow.services import oversight
from workflow.services.oversight import Deed, Named, Overdue, Place, Question
from workflow.settings import values
from workflow.web.access import Access
from workflow.web.clauses import Clauses
from workflow.web.desk import Desk, Here
from workflow.web.foreseen import act_label
from workflow.web.pages import Pages
from workflow.web.refusals import NotFound

pages = Pages()

_OPEN = "open"
"""The act of the clock's like: how a procedure comes into being."""


@pages.get("/{institution}/system", may=Access.OVERSEE)
def system(desk: Here) -> Response:
    """What hangs, what it runs on, how it is set."""
    late, more = oversight.overdue(desk.house, desk.at)
    subjects = oversight.named(desk.house, desk.at, sorted({one.subject for one in late}))
    return desk.page(
        "system.html",
        late=[(one, subjects[one.subject], _deadline_label(desk, one, subjects[one.subject])) for one in late],
        more=more,
        outbox=[
            (state, label, kind, n)
            for state, n in oversight.outbox_waiting(desk.house, desk.at).items()
            for label, kind in [_outbox_words(desk)[state]]
        ],
        most=oversight.MOST,
        years=_missing_years(desk),
        calendar=desk.place.calendar,
        version=version("nabor"),
        database=oversight.database(desk.house),
        settings=values(desk.site.settings),
        label=lambda subject: subject_label(desk, subject),
    )


@pages.get("/{institution}/system/verify", may=Access.OVERSEE)
def verify(desk: Here) -> Response:
    """Verifies the journals of the institution, now: every chain, every invariant."""
    proof = oversight.verify(desk.house, desk.at)
    broken = [] if proof is None else sorted({error.subject for error in proof.verified.broken})
    subjects = oversight.named(desk.house, desk.at, broken) if broken else {}
    return desk.page(
        "system_verify.html",
        status=200 if proof is not None else 409,
        proof=proof,
        label=lambda id: subject_label(desk, subjects[id]) if id in subjects else id,
    )


@pages.get("/{institution}/system/journal", may=Access.OVERSEE)
def journal(
    desk: Here, subject: str = "", actor: str = "", act: str = "", since: str = "", until: str = "", before: str = ""
) -> Response:
    """Who did what when: the newest first, of a subject, an actor, an act, a time."""
    typed = {"subject": subject, "actor": actor, "act": act, "since": since, "until": until}
    typed = {name: value.replace("\0", "").strip() for name, value in typed.items()}
    found = _subject(desk, typed["subject"])
    question = Question(
        subject=found or "",
        actor=typed["actor"],
        act=typed["act"],
        since=_midnight(desk, "since", typed["since"], 0),
        until=_midnight(desk, "until", typed["until"], 1),
    )
    if not desk.errors and question.since and question.until and question.since >= question.until:
        desk.errors["until"] = desk.say("The last day is before the first. Change one of them.")
    answer = None if desk.errors else oversight.journal(desk.house, desk.at, question, _place(before))
    following = answer and answer.before and desk.url("system", "journal", **typed, before=_place_text(answer.before))
    return desk.page(
        "journal.html",
        status=422 if desk.errors else 200,
        typed=typed,
        answer=answer,
        deeds=[(one, _act(desk, one), _state(desk, one), _role(desk, one)) for one in (answer.deeds if answer else ())],
        following=following,
        acts=_acts(desk),
        asked=any(typed.values()),
        texts=desk.may(Access.READ),
        label=lambda subject: subject_label(desk, subject),
        address=lambda subject: _address(desk, subject),
    )


# --- words ----------------------------------------------------------------------------------------------------------


def subject_label(desk: Desk, subject: Named) -> str:
    """What a subject is called: `T-1`, `T-1 / Speech therapist`, `T-1/0001`."""
    if subject.register_number:
        return subject.register_number
    if subject.kind is Kind.POSITION and subject.position:
        process = _process(desk, subject.process)
        known = process.positions.get(subject.position) if process else None
        label = desk.words(known.label, process) if process and known else subject.position
        return f"{subject.number} / {label}"
    return subject.number


def _process(desk: Desk, name: str) -> ProcessDefinition | None:
    try:
        return desk.house.catalogue.snapshot(desk.at, name).process
    except (DefinitionError, UnknownName):
        return None


def _address(desk: Desk, subject: Named) -> str | None:
    """The page of a subject, for who may open it."""
    if not desk.may(Access.READ):
        return None
    match subject.kind:
        case Kind.PROCEDURE:
            return desk.url("procedures", subject.id)
        case Kind.POSITION:
            return desk.url("procedures", subject.procedure, "positions", subject.id)
        case Kind.APPLICATION:
            return desk.url("procedures", subject.procedure, "applications", subject.id)
        case Kind.OBJECTION:
            return desk.url("procedures", subject.procedure)


def _act(desk: Desk, deed: Deed) -> str:
    process = _process(desk, deed.subject.process)
    if deed.is_move and process is not None:
        named = process.lifecycles[deed.subject.kind].named(deed.act)
        chosen = next((t for t in named if t.target == deed.to_state), named[0] if named else None)
        if chosen is not None:
            return desk.words(chosen.label, process)
    return act_label(desk, deed.act)


def _state(desk: Desk, deed: Deed) -> str:
    process = _process(desk, deed.subject.process)
    if deed.to_state is None or process is None:
        return deed.to_state or ""
    return Clauses(desk, process).state(deed.subject.kind, deed.to_state)


def _role(desk: Desk, deed: Deed) -> str:
    process = _process(desk, deed.subject.process)
    return Clauses(desk, process).role(deed.role) if process is not None else deed.role


def _acts(desk: Desk) -> list[tuple[str, str]]:
    """Every act that a search can name, in words, sorted; moves of all processes by their labels."""
    found: dict[str, dict[str, None]] = {}
    for name in desk.house.catalogue.processes(desk.at):
        process = _process(desk, name)
        if process is None:
            continue
        for lifecycle in process.lifecycles.values():
            for t in lifecycle.transitions:
                found.setdefault(t.name, {})[desk.words(t.label, process)] = None
        for rule in process.acts.values():
            found.setdefault(rule.name, {})[act_label(desk, rule.name)] = None
    for act in (_OPEN, "remind", "deadline_refused", "follow_date"):
        found.setdefault(act, {})[act_label(desk, act)] = None
    named = [(act, " / ".join(labels)) for act, labels in found.items()]
    return [("", desk.say("any")), *sorted(named, key=lambda one: one[1].casefold())]


def _deadline_label(desk: Desk, one: Overdue, subject: Named) -> str:
    process = _process(desk, subject.process)
    rule = process.deadlines.get(one.rule) if process else None
    return desk.words(rule.label, process) if process and rule else one.rule


def _outbox_words(desk: Desk) -> dict[str, tuple[str, str]]:
    return {
        "queued": (desk.say("wait for the next sending"), ""),
        "held": (desk.say("wait for a person's release"), "waiting"),
        "sending": (desk.say("are being sent"), ""),
        "failed": (desk.say("failed and will be tried again"), "waiting"),
        "dead": (desk.say("were given up: nobody will try again"), "late"),
    }


# --- what was asked -------------------------------------------------------------------------------------------------


def _subject(desk: Desk, text: str) -> str | None:
    if not text:
        return None
    found = oversight.subject_of(desk.house, desk.at, text)
    if found is None:
        desk.errors["subject"] = desk.say(
            "Nothing here has that number. Give the number of a procedure, or a whole register number."
        )
    return found


def _midnight(desk: Desk, field: str, text: str, days: int) -> datetime | None:
    if not text:
        return None
    try:
        day = date.fromisoformat(text) + timedelta(days=days)
        return datetime.combine(day, time.min, ZoneInfo(desk.place.zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        desk.errors[field] = desk.say("This is no day. Write it as 2026-03-31.")
        return None


def _place_text(place: Place) -> str:
    return f"{place.at.isoformat()}~{place.subject}~{place.seq}"


def _place(text: str) -> Place | None:
    if not text:
        return None
    at, _, rest = text.partition("~")
    subject, _, seq = rest.partition("~")
    try:
        moment, number = datetime.fromisoformat(at), int(seq)
    except ValueError:
        raise NotFound from None
    if moment.tzinfo is None or len(subject) > 36 or not 0 <= number < 1 << 31 or "\0" in text:
        raise NotFound
    return Place(moment, subject, number)


def _missing_years(desk: Desk) -> list[tuple[int, bool]]:
    """The years that the institution's calendar lacks, of this one and the next; and whether it is this one."""
    now = desk.now.astimezone(ZoneInfo(desk.place.zone)).year
    try:
        known = desk.house.catalogue.calendar(desk.place.calendar).years
    except DefinitionError:
        known = frozenset()
    return [(year, year == now) for year in (now, now + 1) if year not in known]
