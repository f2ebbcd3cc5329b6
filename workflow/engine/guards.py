"""The named conditions of transitions: the registry is the vocabulary that definitions may use.

Why: every refusal must say everything that is missing, so a guard returns all its reasons; no guard means yes.
Never here: judgement of people (guards read what a commission decided), I/O, expressions from definitions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from workflow.engine import checking, deadlines, explanation, scoring, training
from workflow.engine.facts import Facts, SheetFacts
from workflow.engine.process import Kind
from workflow.engine.request import GivenGround, Reason, Request
from workflow.engine.rulebook import Rulebook
from workflow.engine.threshold import NOT_FIXED

Check = Callable[[Rulebook, Facts, Request, datetime, tuple[str, ...]], Iterator[Reason]]


@dataclass(frozen=True, slots=True)
class Guard:
    """A predicate with the kinds of subject it speaks of, the parameters it takes and the facts it reads.

    `takes`: nothing | date | deadline | channels | assessment | checks | states | position_states | procedure_states |
    publications.
    `reads`: groups of Facts: documents asked fired verdicts sheets results checks re_examinations parts attended
    tasks members counts seats entered positions procedure papers tie windows objections application.
    """

    name: str
    kinds: frozenset[Kind]
    takes: str
    reads: frozenset[str]
    check: Check


GUARDS: dict[str, Guard] = {}

_APPLICATION = frozenset({Kind.APPLICATION})
_PROCEDURE = frozenset({Kind.PROCEDURE})
_POSITION = frozenset({Kind.POSITION})
_ABOVE = _PROCEDURE | _POSITION
_OBJECTION = frozenset({Kind.OBJECTION})
_FILED = _APPLICATION | _OBJECTION
_ANY = _FILED | _ABOVE


def _guard(kinds: frozenset[Kind], *, takes: str = "nothing", reads: tuple[str, ...] = ()) -> Callable[[Check], Check]:
    def enter(check: Check) -> Check:
        name = check.__name__
        GUARDS[name] = Guard(name, kinds, takes, frozenset(reads), check)
        return check

    return enter


# --- what is given with the request ---------------------------------------------------------------------------------


@_guard(_FILED)
def ground_given(book: Rulebook, facts: Facts, request: Request, now: datetime, p: tuple[str, ...]) -> Iterator[Reason]:
    """At least one ground of the catalogue is given, each with the values that its text names."""
    if not request.grounds:
        yield Reason("ground_missing")
    for given in request.grounds:
        needed = book.ground_values.get(given.code)
        if needed is None:
            yield Reason("unknown_ground", {"ground": given.code, "known": ", ".join(book.process.grounds)})
            continue
        missing = sorted(needed - {name for name, value in given.values.items() if value.strip()})
        if missing:
            yield Reason("ground_incomplete", {"ground": given.code, "missing": ", ".join(missing)})
        for value in ("document", "requirement"):
            known = book.process.documents if value == "document" else book.process.requirements
            item = given.values.get(value)
            if item is not None and item not in known:
                yield Reason("unknown_item", {"item": item})


@_guard(_ANY)
def reason_given(book: Rulebook, facts: Facts, request: Request, now: datetime, p: tuple[str, ...]) -> Iterator[Reason]:
    """The request says why, in free text."""
    if not (request.reason or "").strip():
        yield Reason("reason_missing")


# --- documents ------------------------------------------------------------------------------------------------------


@_guard(_APPLICATION, reads=("documents", "verdicts"))
def documents_complete(
    book: Rulebook, facts: Facts, request: Request, now: datetime, p: tuple[str, ...]
) -> Iterator[Reason]:
    """Every required document was handed in and none was judged not in order."""
    for name in book.required_documents(facts.position):
        if name not in facts.documents:
            yield Reason("document_missing", {"document": name})
        elif name in facts.verdicts and not facts.verdicts[name].ok:
            yield Reason("document_not_ok", {"document": name})


@_guard(_APPLICATION, reads=("verdicts",))
def requirements_proved(
    book: Rulebook, facts: Facts, request: Request, now: datetime, p: tuple[str, ...]
) -> Iterator[Reason]:
    """Every necessary requirement of the position was judged as proved. Guards never decide a diploma themselves."""
    for name in book.necessary_requirements(facts.position):
        verdict = facts.verdicts.get(name)
        if verdict is None:
            yield Reason("verdict_missing", {"item": name})
        elif not verdict.ok:
            yield Reason("requirement_not_proved", {"requirement": name})


@_guard(_APPLICATION, reads=("verdicts",))
def verdicts_complete(
    book: Rulebook, facts: Facts, request: Request, now: datetime, p: tuple[str, ...]
) -> Iterator[Reason]:
    """Every required document and necessary requirement has a verdict."""
    for name in (*book.required_documents(facts.position), *book.necessary_requirements(facts.position)):
        if name not in facts.verdicts:
            yield Reason("verdict_missing", {"item": name})


@_guard(_APPLICATION)
def documents_asked(
    book: Rulebook, facts: Facts, request: Request, now: datetime, p: tuple[str, ...]
) -> Iterator[Reason]:
    """Every ground given names the document, or the requirement to be proved, that is asked for."""
    for given in request.grounds:
        if not asked_by((given,)):
            yield Reason("nothing_asked", {"ground": given.code})


@_guard(_APPLICATION, reads=("documents", "asked"))
def supplement_complete(
    book: Rulebook, facts: Facts, request: Request, now: datetime, p: tuple[str, ...]
) -> Iterator[Reason]:
    """All that was asked for was handed in since. Whether it is in order is for people to judge."""
    for kind, name in outstanding(book, facts):
        yield Reason("supplement_missing", {"item": name, "kind": kind})


@_guard(_APPLICATION, reads=("documents", "asked"))
def supplement_incomplete(
    book: Rulebook, facts: Facts, request: Request, now: datetime, p: tuple[str, ...]
) -> Iterator[Reason]:
    """Some of what was asked for was not handed in since."""
    if not outstanding(book, facts):
        yield Reason("supplement_handed_in")


@_guard(_APPLICATION, takes="deadline", reads=("documents", "asked", "fired"))
def supplement_in_time(
    book: Rulebook, facts: Facts, request: Request, now: datetime, p: tuple[str, ...]
) -> Iterator[Reason]:
    """The deadline led here, and all that it found missing had come while it ran: it was typed in afterwards."""
    ran = facts.fired.get(p[0])
    if ran is None or ran[1] != facts.asked_at:
        yield Reason("deadline_not_fired", {"deadline": p[0]})
        return
    for kind, name in _lacking(book, facts, lambda at: ran[0] <= at <= ran[1]):
        yield Reason("supplement_after_due", {"item": name, "kind": kind, "due": ran[1].isoformat()})


def asked_by(grounds: Iterable[GivenGround]) -> tuple[tuple[str, str], ...]:
    """What grounds ask a person for: ("document" | "requirement", name), each once."""
    asked = (
        (kind, given.values[kind]) for given in grounds for kind in ("document", "requirement") if kind in given.values
    )
    return tuple(dict.fromkeys(asked))


def outstanding(book: Rulebook, facts: Facts) -> tuple[tuple[str, str], ...]:
    """What was asked for and did not come since: a document itself, a requirement by any document that proves it."""
    return _lacking(book, facts, lambda at: facts.asked_at is None or at >= facts.asked_at)


def _lacking(book: Rulebook, facts: Facts, counts: Callable[[datetime], bool]) -> tuple[tuple[str, str], ...]:
    came = {n for n, at in facts.handed_in.items() if counts(at)}
    proved = {r for n in came if n in book.process.documents for r in book.process.documents[n].proves}
    return tuple((kind, name) for kind, name in facts.asked if name not in (came if kind == "document" else proved))


# --- timeliness -----------------------------------------------------------------------------------------------------


def _date(book: Rulebook, facts: Facts, name: str) -> datetime | None:
    value = facts.dates.get(name)
    return None if value is None else deadlines.instant_of(value, book.process.institution)


def counted_at(book: Rulebook, facts: Facts) -> datetime | None:
    """The instant that decides whether an application is in time: of its receipt, or where the postmark counts the
    first of the day that it shows, because a postmark tells no hour and the doubt is not the candidate's.
    """
    channel = book.process.channels.get(facts.channel)
    if channel is None or channel.counts != "postmark" or facts.posted_on is None:
        return facts.received_at
    return deadlines.first_instant_of(facts.posted_on, book.process.institution)


@_guard(_APPLICATION, takes="date")
def received_by(book: Rulebook, facts: Facts, request: Request, now: datetime, p: tuple[str, ...]) -> Iterator[Reason]:
    """Received at or before that date: the instant of receipt decides, never the instant of typing."""
    limit, at = _date(book, facts, p[0]), counted_at(book, facts)
    if limit is None:
        yield Reason("date_missing", {"date": p[0]})
    elif at is not None and at > limit:
        yield Reason("received_late", {"received_at": at.isoformat(), "due": limit.isoformat()})


@_guard(_APPLICATION, takes="date")
def received_after(
    book: Rulebook, facts: Facts, request: Request, now: datetime, p: tuple[str, ...]
) -> Iterator[Reason]:
    """Received after that date."""
    limit, at = _date(book, facts, p[0]), counted_at(book, facts)
    if limit is None:
        yield Reason("date_missing", {"date": p[0]})
    elif at is not None and at <= limit:
        yield Reason("received_in_time", {"received_at": at.isoformat(), "due": limit.isoformat()})


@_guard(_FILED, takes="channels")
def received_through(
    book: Rulebook, facts: Facts, request: Request, now: datetime, p: tuple[str, ...]
) -> Iterator[Reason]:
    """It came in one of these ways."""
    if facts.channel not in p:
        yield Reason("wrong_channel", {"channel": facts.channel, "channels": ", ".join(p)})


@_guard(_PROCEDURE, takes="date")
def date_set(book: Rulebook, facts: Facts, request: Request, now: datetime, p: tuple[str, ...]) -> Iterator[Reason]:
    """That date of the procedure is known."""
    if p[0] not in facts.dates:
        yield Reason("date_missing", {"date": p[0]})


@_guard(_PROCEDURE, takes="date")
def date_reached(book: Rulebook, facts: Facts, request: Request, now: datetime, p: tuple[str, ...]) -> Iterator[Reason]:
    """That date of the procedure has come."""
    value = facts.dates.get(p[0])
    limit = None if value is None else deadlines.first_instant_of(value, book.process.institution)
    if limit is None:
        yield Reason("date_missing", {"date": p[0]})
    elif now < limit:
        yield Reason("date_not_reached", {"date": limit.isoformat()})


@_guard(_FILED | _POSITION, takes="procedure_states", reads=("procedure",))
def procedure_in(book: Rulebook, facts: Facts, request: Request, now: datetime, p: tuple[str, ...]) -> Iterator[Reason]:
    """The procedure stands in one of these states: what was received in time but typed after closing goes on there."""
    if facts.procedure_state not in p:
        yield Reason("procedure_not_in", {"states": ", ".join(p), "state": facts.procedure_state})


# --- objections -----------------------------------------------------------------------------------------------------


def _against_window(book: Rulebook, facts: Facts, name: str, *, late: bool) -> Iterator[Reason]:
    window, at = facts.windows.get(name), counted_at(book, facts)
    if window is None or at is None or at < window[0]:
        yield Reason("objection_window_not_open", {"deadline": name})
    elif late and at <= window[1]:
        yield Reason("received_in_time", {"received_at": at.isoformat(), "due": window[1].isoformat()})
    elif not late and at > window[1]:
        yield Reason("received_late", {"received_at": at.isoformat(), "due": window[1].isoformat()})


@_guard(_OBJECTION, takes="deadline", reads=("windows",))
def objection_in_time(
    book: Rulebook, facts: Facts, request: Request, now: datetime, p: tuple[str, ...]
) -> Iterator[Reason]:
    """Received while that deadline ran, its last instant among it; whether it still runs when typed is no matter."""
    yield from _against_window(book, facts, p[0], late=False)


@_guard(_OBJECTION, takes="deadline", reads=("windows",))
def objection_late(
    book: Rulebook, facts: Facts, request: Request, now: datetime, p: tuple[str, ...]
) -> Iterator[Reason]:
    """Received after that deadline was due."""
    yield from _against_window(book, facts, p[0], late=True)


@_guard(_OBJECTION, takes="states", reads=("application",))
def application_in(
    book: Rulebook, facts: Facts, request: Request, now: datetime, p: tuple[str, ...]
) -> Iterator[Reason]:
    """The application that is objected about stands in one of these states."""
    if facts.application_state not in p:
        yield Reason("application_not_in", {"states": ", ".join(p), "state": facts.application_state})


@_guard(_ABOVE, takes="deadline", reads=("windows",))
def objection_window_over(
    book: Rulebook, facts: Facts, request: Request, now: datetime, p: tuple[str, ...]
) -> Iterator[Reason]:
    """That deadline has run and is over: nobody can object in time any more."""
    window = facts.windows.get(p[0])
    if window is None:
        yield Reason("objection_window_not_open", {"deadline": p[0]})
    elif now <= window[1]:
        yield Reason("objection_window_open", {"deadline": p[0], "due": window[1].isoformat()})


@_guard(_APPLICATION | _ABOVE, reads=("objections",))
def no_open_objection(
    book: Rulebook, facts: Facts, request: Request, now: datetime, p: tuple[str, ...]
) -> Iterator[Reason]:
    """No objection about it, or about any application of it, waits for a decision."""
    if facts.open_objections:
        numbers = ", ".join(facts.open_objections)
        yield Reason("objections_open", {"numbers": numbers, "count": str(len(facts.open_objections))})


# --- assessment -----------------------------------------------------------------------------------------------------


@_guard(_APPLICATION, takes="assessment", reads=("sheets",))
def sheets_signed(
    book: Rulebook, facts: Facts, request: Request, now: datetime, p: tuple[str, ...]
) -> Iterator[Reason]:
    """At least the quorum of members who are not recused have signed their sheets."""
    sheets = facts.sheets.get(p[0], SheetFacts())
    quorum = book.process.assessments[p[0]].quorum
    entitled = sheets.members - sheets.recused
    signed = sheets.signed - sheets.recused
    if len(signed) < quorum:
        data = {"assessment": p[0], "signed": str(len(signed)), "quorum": str(quorum)}
        recused = sheets.recused & sheets.members
        if recused and len(entitled) < quorum:  # no signature of theirs could ever make it up
            data = {"assessment": p[0], "members": str(len(entitled)), "quorum": str(quorum)}
            yield Reason("quorum_recused", {**data, "missing": ", ".join(sorted(recused))})
        else:
            yield Reason("sheets_not_signed", {**data, "missing": ", ".join(sorted(entitled - signed))})


@_guard(_APPLICATION, takes="assessment", reads=("results",))
def result_at_least(
    book: Rulebook, facts: Facts, request: Request, now: datetime, p: tuple[str, ...]
) -> Iterator[Reason]:
    """The assessment's threshold was reached, and that of each criterion which has one (inclusive)."""
    yield from _against_threshold(book, facts, p[0], wanted=True)


@_guard(_APPLICATION, takes="assessment", reads=("results",))
def result_below(book: Rulebook, facts: Facts, request: Request, now: datetime, p: tuple[str, ...]) -> Iterator[Reason]:
    """The assessment's threshold was not reached, or that of a criterion."""
    yield from _against_threshold(book, facts, p[0], wanted=False)


def _against_threshold(book: Rulebook, facts: Facts, name: str, *, wanted: bool) -> Iterator[Reason]:
    assessment = book.process.assessments[name]
    value = facts.results.get(name)
    if assessment.is_unfixed:
        yield Reason(NOT_FIXED, {"assessment": name})
    elif value is None:
        yield Reason("result_missing", {"assessment": name})
    elif not wanted:
        if scoring.reached(assessment, value, facts.criteria.get(name, {})):
            data = {"assessment": name, "result": str(scoring.rounded(value, assessment.rounding))}
            if assessment.threshold is None:
                yield Reason("criteria_reached", data)
            else:
                yield Reason("threshold_reached", {**data, "threshold": str(assessment.threshold)})
    else:
        for line in explanation.shortfalls(assessment, value, facts.criteria.get(name, {})):
            yield Reason(line.code, line.data)


@_guard(_APPLICATION, takes="assessment", reads=("tie",))
def in_open_tie(book: Rulebook, facts: Facts, request: Request, now: datetime, p: tuple[str, ...]) -> Iterator[Reason]:
    """The rules leave the application equal with others for a place, and this assessment is held for them."""
    if p[0] not in facts.tie:
        yield Reason("not_in_open_tie", {"assessment": p[0]})


@_guard(_APPLICATION, takes="assessment")
def assessment_held(
    book: Rulebook, facts: Facts, request: Request, now: datetime, p: tuple[str, ...]
) -> Iterator[Reason]:
    """The position has this assessment."""
    if p[0] in book.process.positions[facts.position].skips:
        yield Reason("assessment_not_held", {"assessment": p[0]})


@_guard(_APPLICATION, takes="assessment")
def assessment_skipped(
    book: Rulebook, facts: Facts, request: Request, now: datetime, p: tuple[str, ...]
) -> Iterator[Reason]:
    """The position goes without this assessment."""
    if p[0] not in book.process.positions[facts.position].skips:
        yield Reason("assessment_is_held", {"assessment": p[0]})


@_guard(_PROCEDURE, takes="assessment", reads=("members",))
def commission_appointed(
    book: Rulebook, facts: Facts, request: Request, now: datetime, p: tuple[str, ...]
) -> Iterator[Reason]:
    """The commission has at least as many scoring members as the assessment's quorum."""
    quorum = book.process.assessments[p[0]].quorum
    if len(facts.members) < quorum:
        yield Reason("commission_too_small", {"members": str(len(facts.members)), "quorum": str(quorum)})


# --- checks and training --------------------------------------------------------------------------------------------


@_guard(_APPLICATION, takes="checks", reads=("checks",))
def checks_passed(
    book: Rulebook, facts: Facts, request: Request, now: datetime, p: tuple[str, ...]
) -> Iterator[Reason]:
    """Each of these checks was passed, and holds on the day."""
    at = request.due or request.effective_at or now
    for name in p:
        if name not in facts.checks:
            yield Reason("check_missing", {"check": name})
        elif not facts.checks[name]:
            yield Reason("check_failed", {"check": name})
        elif checking.expired(book, facts, name, at):
            yield Reason("check_expired", {"check": name, "day": facts.valid_until[name]})


@_guard(_APPLICATION, takes="checks", reads=("checks",))
def check_failed(book: Rulebook, facts: Facts, request: Request, now: datetime, p: tuple[str, ...]) -> Iterator[Reason]:
    """At least one of these checks was failed."""
    if not any(facts.checks.get(name) is False for name in p):
        yield Reason("no_check_failed", {"checks": ", ".join(p)})


@_guard(_APPLICATION, takes="checks", reads=("checks", "re_examinations"))
def check_failed_finally(
    book: Rulebook, facts: Facts, request: Request, now: datetime, p: tuple[str, ...]
) -> Iterator[Reason]:
    """At least one of these checks was failed, and no re-examination of it can be asked for any more."""
    at = request.due or request.effective_at or now
    failed = [name for name in p if facts.checks.get(name) is False]
    if not failed:
        yield Reason("no_check_failed", {"checks": ", ".join(p)})
    elif not any(checking.failed_finally(book, facts, name, at) for name in failed):
        until = min(d for d in (checking.ask_until(book, facts, name) for name in failed) if d is not None)
        yield Reason("re_examination_open", {"checks": ", ".join(failed), "due": until.isoformat()})


@_guard(_APPLICATION, takes="checks", reads=("checks", "re_examinations"))
def re_examination_asked(
    book: Rulebook, facts: Facts, request: Request, now: datetime, p: tuple[str, ...]
) -> Iterator[Reason]:
    """A re-examination of one of these checks was asked for, and has no result yet."""
    if not any(facts.re_examined.get(name, 0) and name not in facts.checks for name in p):
        yield Reason("re_examination_not_asked", {"checks": ", ".join(p)})


@_guard(_APPLICATION, reads=("tasks",))
def tasks_done(book: Rulebook, facts: Facts, request: Request, now: datetime, p: tuple[str, ...]) -> Iterator[Reason]:
    """Every required task of the onboarding was done."""
    for task in book.process.tasks.values():
        if task.required and facts.tasks.get(task.name) is None:
            yield Reason("task_missing", {"task": task.name, "owner": task.owner})


@_guard(_APPLICATION, reads=("parts", "attended"))
def training_complete(
    book: Rulebook, facts: Facts, request: Request, now: datetime, p: tuple[str, ...]
) -> Iterator[Reason]:
    """Every part of the training plan was completed and the hours of the plan were reached."""
    if not _trained(book, facts):
        yield Reason("training_incomplete", _hours(book, facts))


@_guard(_APPLICATION, reads=("parts", "attended"))
def training_incomplete(
    book: Rulebook, facts: Facts, request: Request, now: datetime, p: tuple[str, ...]
) -> Iterator[Reason]:
    """Some part of the training plan, or some of its hours, is missing."""
    if _trained(book, facts):
        yield Reason("training_complete", _hours(book, facts))


def _trained(book: Rulebook, facts: Facts) -> bool:
    plan = book.process.training
    return plan is not None and training.complete(plan, facts.parts, facts.attended)


def _hours(book: Rulebook, facts: Facts) -> dict[str, str]:
    plan = book.process.training
    missing = training.missing(plan, facts.parts, facts.attended) if plan else ()
    hours = {"hours": str(training.total(facts.parts, facts.attended)), "required": str(plan.hours if plan else 0)}
    return {**hours, **({"parts": ", ".join(missing)} if missing else {})}


# --- approval ---------------------------------------------------------------------------------------------------------


@_guard(_APPLICATION, reads=("entered",))
def second_person(
    book: Rulebook, facts: Facts, request: Request, now: datetime, p: tuple[str, ...]
) -> Iterator[Reason]:
    """Whoever does this is not the one whose move brought the application to where it stands."""
    if request.actor.user == facts.entered_by or not facts.entered_by:
        yield Reason("same_person")


# --- seats and numbers ----------------------------------------------------------------------------------------------


def _taken(book: Rulebook, facts: Facts) -> int:
    return sum(facts.counts.get(state, 0) for state in book.seat_states)


@_guard(_APPLICATION, reads=("seats",))
def seats_free(book: Rulebook, facts: Facts, request: Request, now: datetime, p: tuple[str, ...]) -> Iterator[Reason]:
    """The position has a seat that nobody holds."""
    if _taken(book, facts) >= facts.seats:
        yield Reason("no_seat_free", {"seats": str(facts.seats)})


@_guard(_APPLICATION, reads=("seats",))
def no_seats_free(
    book: Rulebook, facts: Facts, request: Request, now: datetime, p: tuple[str, ...]
) -> Iterator[Reason]:
    """Every seat of the position is held."""
    if _taken(book, facts) < facts.seats:
        yield Reason("seat_free", {"seats": str(facts.seats)})


@_guard(_POSITION, reads=("seats",))
def seats_filled(book: Rulebook, facts: Facts, request: Request, now: datetime, p: tuple[str, ...]) -> Iterator[Reason]:
    """Every seat is held."""
    if _taken(book, facts) < facts.seats:
        yield Reason("seats_not_filled", {"seats": str(facts.seats), "taken": str(_taken(book, facts))})


@_guard(_POSITION, reads=("seats",))
def seats_open(book: Rulebook, facts: Facts, request: Request, now: datetime, p: tuple[str, ...]) -> Iterator[Reason]:
    """Some seat is free."""
    if _taken(book, facts) >= facts.seats:
        yield Reason("seats_all_filled", {"seats": str(facts.seats)})


@_guard(_POSITION, reads=("seats",))
def no_seat_taken(
    book: Rulebook, facts: Facts, request: Request, now: datetime, p: tuple[str, ...]
) -> Iterator[Reason]:
    """Nobody holds a seat."""
    if _taken(book, facts):
        yield Reason("seat_taken", {"taken": str(_taken(book, facts))})


@_guard(_ABOVE, reads=("counts",))
def has_applications(
    book: Rulebook, facts: Facts, request: Request, now: datetime, p: tuple[str, ...]
) -> Iterator[Reason]:
    """At least one application was registered."""
    if not sum(facts.counts.values()):
        yield Reason("no_applications")


@_guard(_ABOVE, reads=("counts",))
def no_applications(
    book: Rulebook, facts: Facts, request: Request, now: datetime, p: tuple[str, ...]
) -> Iterator[Reason]:
    """No application was registered."""
    if sum(facts.counts.values()):
        yield Reason("has_applications", {"count": str(sum(facts.counts.values()))})


@_guard(_ABOVE, takes="states", reads=("counts",))
def none_in(book: Rulebook, facts: Facts, request: Request, now: datetime, p: tuple[str, ...]) -> Iterator[Reason]:
    """No application stands in any of these states."""
    count = sum(facts.counts.get(state, 0) for state in p)
    if count:
        yield Reason("some_still_in", {"states": ", ".join(p), "count": str(count)})


@_guard(_ABOVE, takes="states", reads=("counts",))
def some_in(book: Rulebook, facts: Facts, request: Request, now: datetime, p: tuple[str, ...]) -> Iterator[Reason]:
    """At least one application stands in one of these states."""
    if not sum(facts.counts.get(state, 0) for state in p):
        yield Reason("none_in", {"states": ", ".join(p)})


@_guard(_PROCEDURE, reads=("positions",))
def has_positions(
    book: Rulebook, facts: Facts, request: Request, now: datetime, p: tuple[str, ...]
) -> Iterator[Reason]:
    """The procedure has at least one position."""
    if not sum(facts.positions.values()):
        yield Reason("no_positions")


@_guard(_PROCEDURE, takes="position_states", reads=("positions",))
def positions_all(
    book: Rulebook, facts: Facts, request: Request, now: datetime, p: tuple[str, ...]
) -> Iterator[Reason]:
    """Every position stands in one of these states."""
    if sum(facts.positions.values()) != sum(facts.positions.get(state, 0) for state in p):
        yield Reason("positions_not_all_in", {"states": ", ".join(p)})


@_guard(_PROCEDURE, takes="position_states", reads=("positions",))
def positions_some(
    book: Rulebook, facts: Facts, request: Request, now: datetime, p: tuple[str, ...]
) -> Iterator[Reason]:
    """At least one position stands in one of these states."""
    if not sum(facts.positions.get(state, 0) for state in p):
        yield Reason("no_position_in", {"states": ", ".join(p)})


# --- papers ---------------------------------------------------------------------------------------------------------


@_guard(_PROCEDURE, takes="publications", reads=("papers",))
def published(book: Rulebook, facts: Facts, request: Request, now: datetime, p: tuple[str, ...]) -> Iterator[Reason]:
    """Each of these publications was shown: made, and approved where that is asked for."""
    missing = [name for name in p if name not in facts.published]
    if missing:
        yield Reason("not_published", {"publication": ", ".join(missing)})


@_guard(_PROCEDURE, reads=("papers",))
def protocol_final(
    book: Rulebook, facts: Facts, request: Request, now: datetime, p: tuple[str, ...]
) -> Iterator[Reason]:
    """The newest version of the protocol was signed by everybody who must."""
    if not facts.protocol_final:
        yield Reason("protocol_not_final")


def registry() -> Mapping[str, Guard]:
    """Every guard by name, for documentation and self-tests."""
    return dict(GUARDS)
