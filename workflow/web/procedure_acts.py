"""What changes a procedure without moving it: opening one, its dates and details, its commission, its wording.

Why: each is one form for one act, so that nothing is ever half-saved, and an error stands beside its field.
Never here: moves (moves.py), what the page shows (procedures.py).
"""

from __future__ import annotations

import re

from starlette.responses import Response

from workflow.engine.deadlines import parse_date
from workflow.engine.errors import CalendarGap, Conflict, DatabaseError, InvalidRequest
from workflow.engine.process import Kind, ProcessDefinition
from workflow.engine.request import Refused
from workflow.services import one_time_links, staff
from workflow.services.acts import Act, AppointMember, Recording, ReplaceMember, SetDate, SetDetail
from workflow.services.appointing import allowed, appoint, appoint_outside
from workflow.services.case import Case
from workflow.services.corrected_wording import current_text
from workflow.services.procedures import (
    commission,
    latest,
    listing,
    number_taken,
    procedure_of,
    staff_names,
)
from workflow.services.records import Recorded, record
from workflow.services.registration import NewProcedure, open_procedure
from workflow.web.access import Access
from workflow.web.desk import Desk, Here
from workflow.web.foreseen import no_calendar
from workflow.web.form import Form, Typed
from workflow.web.pages import Pages
from workflow.web.procedures import FUNCTIONS, local_date, role_label, show
from workflow.web.refusals import NotFound

pages = Pages()

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_MOST_SEATS = 10_000
_LONGEST_DETAIL = 400


# --- opening ----------------------------------------------------------------------------------------------------------


@pages.get("/{institution}/procedures/new", may=Access.ACT)
def new_procedure(desk: Here, process: str = "") -> Response:
    """The choice of a process, then the form."""
    known = desk.house.catalogue.processes(desk.at)
    if not process and len(known) == 1:
        process = known[0]
    if not process:
        current = [(name, current_text(desk.house, desk.at, name)) for name in known]
        titles = [(name, desk.words(c.process.title, c.process)) for name, c in current if c is not None]
        broken = [name for name, c in current if c is None]
        return desk.page("procedure_choose.html", processes=titles, broken=broken)
    if process not in known or current_text(desk.house, desk.at, process) is None:
        raise NotFound
    return _new(desk, process, None)


@pages.post("/{institution}/procedures/new", may=Access.ACT)
def opens_procedure(desk: Here, form: Typed) -> Response:
    """Opens it in its first state, or says beside each field what is wrong."""
    name = form.text("process")
    if name not in desk.house.catalogue.processes(desk.at) or current_text(desk.house, desk.at, name) is None:
        raise NotFound
    process = desk.house.catalogue.snapshot(desk.at, name).process
    number = form.text("number")
    if not number or len(number) > 60:
        desk.errors["number"] = desk.say("Give the number under which the office knows it, in at most 60 characters.")
    elif number_taken(desk.house, desk.at, number):
        desk.errors["number"] = desk.say("There is a procedure %(number)s already. Give another number.", number=number)
    positions = _seats(desk, process, form)
    dates = {}
    for date in process.dates:
        value = _date(desk, form, f"date_{date}")
        if value:
            dates[date] = value
    details = {}
    for detail in process.details:
        text = form.text(f"detail_{detail}")
        if len(text) > _LONGEST_DETAIL:
            desk.errors[f"detail_{detail}"] = desk.say("Keep it below 400 characters.")
        elif text:
            details[detail] = text
    if desk.errors:
        return _new(desk, name, form, status=422)
    staff.ensure_institution(desk.house, desk.at)
    try:
        opened = open_procedure(
            desk.house,
            NewProcedure(
                institution=desk.at,
                process=name,
                number=number,
                actor=desk.actor(),
                positions=positions,
                dates=dates,
                details=details,
                predecessor=form.given("predecessor"),
            ),
        )
    except Conflict:  # somebody gave the number in this very moment
        desk.errors["number"] = desk.say("There is a procedure %(number)s already. Give another number.", number=number)
        return _new(desk, name, form, status=409)
    except CalendarGap as gap:
        desk.errors[""] = no_calendar(desk, gap)
        return _new(desk, name, form, status=422)
    except DatabaseError:
        if not number_taken(desk.house, desk.at, number):
            raise
        desk.errors["number"] = desk.say("There is a procedure %(number)s already. Give another number.", number=number)
        return _new(desk, name, form, status=409)
    if isinstance(opened, Refused):
        desk.errors[""] = " ".join(desk.reasons(opened.reasons, process))
        return _new(desk, name, form, status=409)
    return desk.go(desk.url("procedures", opened), desk.say("%(number)s is opened as a draft.", number=number))


def _new(desk: Desk, name: str, form: Form | None, *, status: int = 200) -> Response:
    process = desk.house.catalogue.snapshot(desk.at, name).process
    typed = form.typed() if form else {}
    lifecycle = process.lifecycles[Kind.PROCEDURE]
    openers = dict.fromkeys(role for t in lifecycle.transitions if lifecycle.initial in t.sources for role in t.by)
    earlier, _ = listing(desk.house, desk.at)
    return desk.page(
        "procedure_new.html",
        status=status,
        name=name,
        title=desk.words(process.title, process),
        may_open=bool(desk.actor().roles & openers.keys()),
        openers=[role_label(desk, process, role) for role in openers],
        predecessors=[("", desk.say("None"))] + [(p.id, p.number) for p in earlier if p.process.name == name],
        positions=[
            (
                p.name,
                desk.words(p.label, process),
                typed.get(f"seats_{p.name}", p.seats),
                form is None or f"position_{p.name}" in typed,
            )
            for p in process.positions.values()
        ],
        dates=[
            (
                f"date_{d.name}",
                desk.words(d.label, process),
                typed.get(f"date_{d.name}", (d.default or "")[:10]),
                typed.get(f"date_{d.name}_time", (d.default or "")[11:]),
            )
            for d in process.dates.values()
        ],
        details=[
            (
                f"detail_{d.name}",
                desk.words(d.label, process),
                typed.get(f"detail_{d.name}", ""),
                desk.words(d.default, process) if d.default else "",
            )
            for d in process.details.values()
        ],
        typed=typed,
    )


def _seats(desk: Desk, process: ProcessDefinition, form: Form) -> dict[str, int]:
    found = {}
    for name in process.positions:
        if f"position_{name}" not in form:
            continue
        text = form.text(f"seats_{name}")
        if not text.isascii() or not text.isdigit() or not 1 <= int(text[:9]) <= _MOST_SEATS or len(text) > 9:
            desk.errors[f"seats_{name}"] = desk.say("Give the number of seats: 1 or more.")
        else:
            found[name] = int(text)
    if not found and not desk.errors:
        first = next(iter(process.positions), "")
        desk.errors[f"position_{first}"] = desk.say("Choose at least one position.")
    return found


# --- dates and details ------------------------------------------------------------------------------------------------


@pages.post("/{institution}/procedures/{procedure}/dates/{name}", may=Access.CASE_ACT)
def sets_date(desk: Here, procedure: str, name: str, form: Typed) -> Response:
    """Sets one date; the deadlines that hang on it follow."""
    case, field = procedure_of(desk.house, desk.at, procedure), f"date_{name}"
    process = case.book.process
    if name not in process.dates:
        raise NotFound
    value = _date(desk, form, field)
    if value is None and not desk.errors:
        desk.errors[field] = desk.say("Give the day.")
    now = case.facts.dates.get(name, "")
    if not desk.errors and form.text("was") != now:
        desk.errors[field] = _changed_meanwhile(desk, case, local_date(desk, now))
    if value is None or desk.errors:
        return show(desk, procedure, typed=form.typed(), status=422)
    label = desk.words(process.dates[name].label, process)
    said = desk.say("Saved: %(what)s.", what=label)
    return _act(desk, case, SetDate(date=name, value=value), form, field, said, reason=form.given(f"reason_{name}"))


@pages.post("/{institution}/procedures/{procedure}/details/{name}", may=Access.CASE_ACT)
def sets_detail(desk: Here, procedure: str, name: str, form: Typed) -> Response:
    """Sets one detail."""
    case, field = procedure_of(desk.house, desk.at, procedure), f"detail_{name}"
    process = case.book.process
    if name not in process.details:
        raise NotFound
    text = form.text(field)
    if not text or len(text) > _LONGEST_DETAIL:
        desk.errors[field] = desk.say("Write what messages shall say, in at most 400 characters.")
        return show(desk, procedure, typed=form.typed(), status=422)
    said = desk.say("Saved: %(what)s.", what=desk.words(process.details[name].label, process))
    return _act(desk, case, SetDetail(detail=name, value=text), form, field, said)


def _act(desk: Desk, case: Case, act: Act, form: Form, field: str, said: str, *, reason: str | None = None) -> Response:
    recording = Recording(
        institution=desk.at, subject=case.id, actor=desk.actor(case.id), act=act, reason=reason and reason[:4000]
    )
    try:
        done = record(desk.house, recording)
    except CalendarGap as gap:
        desk.errors[field] = no_calendar(desk, gap)
        return show(desk, case.id, typed=form.typed(), status=422)
    if isinstance(done, Refused):
        desk.errors[field] = " ".join(desk.reasons(done.reasons, case.book.process))
        return show(desk, case.id, typed=form.typed(), status=409)
    return desk.go(desk.url("procedures", case.id), said)


def _changed_meanwhile(desk: Desk, case: Case, value: str) -> str:
    last = latest(desk.house, desk.at, [case.id]).get(case.id)
    who = last.name if last else "?"
    return desk.say("%(who)s changed it meanwhile to %(value)s. Look again, then decide.", who=who, value=value or "–")


def _date(desk: Desk, form: Form, field: str) -> str | None:
    """`YYYY-MM-DD` or `YYYY-MM-DD HH:MM` of the two fields of a date; None when it was left empty."""
    day, clock = form.text(field), form.text(f"{field}_time")[:5]
    if not day and not clock:
        return None
    try:
        value = f"{day} {clock}" if clock else day
        parse_date(value)
    except InvalidRequest:
        desk.errors[field] = desk.say("Give a day that exists, such as 2026-03-31, and a time such as 17:30 or none.")
        return None
    return value


# --- the commission ---------------------------------------------------------------------------------------------------


@pages.post("/{institution}/procedures/{procedure}/commission", may=Access.CASE_ACT)
def appoints(desk: Here, procedure: str, form: Typed) -> Response:
    """Appoints somebody who works here."""
    case = procedure_of(desk.house, desk.at, procedure)
    names = dict(staff_names(desk.house, desk.at))
    user, function = form.text("member"), form.text("function")
    if user not in names:
        desk.errors["member"] = desk.say("Choose the person.")
    if function not in FUNCTIONS:
        desk.errors["function"] = desk.say("Choose the function.")
    if desk.errors:
        return show(desk, procedure, typed=form.typed(), status=422)
    act = AppointMember(user=user, function=function, order_number=_order(form, "order_number"))
    done = appoint(desk.house, desk.at, procedure, desk.actor(procedure), act)
    return _appointed(desk, case, done, form, "member", names[user])


@pages.post("/{institution}/procedures/{procedure}/commission/outside", may=Access.CASE_ACT)
def appoints_from_outside(desk: Here, procedure: str, form: Typed) -> Response:
    """Adds a person from outside, appoints them, and shows the link by which they get in."""
    case = procedure_of(desk.house, desk.at, procedure)
    name, email, function = form.text("outside_name"), form.text("outside_email"), form.text("outside_function")
    if not name or len(name) > 200:
        desk.errors["outside_name"] = desk.say("Give the person's name.")
    if not _EMAIL.fullmatch(email) or len(email) > 254:
        desk.errors["outside_email"] = desk.say("Give an e-mail address such as name@example.org.")
    if function not in FUNCTIONS:
        desk.errors["outside_function"] = desk.say("Choose the function.")
    if desk.errors:
        return show(desk, procedure, typed=form.typed(), status=422)
    done = appoint_outside(
        desk.house,
        desk.at,
        procedure,
        desk.actor(procedure),
        name=name,
        email=email,
        function=function,
        order_number=_order(form, "outside_order"),
        language=desk.place.languages[0],
    )
    if isinstance(done, Refused):
        return _appointed(desk, case, done, form, "outside_name", name)
    return _with_link(desk, procedure, done[0])


@pages.post("/{institution}/procedures/{procedure}/commission/replace", may=Access.CASE_ACT)
def replaces(desk: Here, procedure: str, form: Typed) -> Response:
    """One leaves the commission, another takes the place."""
    case = procedure_of(desk.house, desk.at, procedure)
    members = {one.user: one.name for one in commission(desk.house, desk.at, procedure)}
    names = {**dict(staff_names(desk.house, desk.at)), **members}
    leaving, successor, order = form.text("leaving"), form.text("successor"), form.text("replace_order")
    if leaving not in members:
        desk.errors["leaving"] = desk.say("Choose the person.")
    if successor not in names:
        desk.errors["successor"] = desk.say("Choose the person.")
    if not order or len(order) > 100:
        desk.errors["replace_order"] = desk.say("Give the number of the order, in at most 100 characters.")
    reason = form.text("replace_reason")
    if not reason:
        desk.errors["replace_reason"] = desk.say("Write in a few words why.")
    if desk.errors:
        return show(desk, procedure, typed=form.typed(), status=422)
    said = desk.say("%(name)s takes the place of %(leaving)s.", name=names[successor], leaving=members[leaving])
    act = ReplaceMember(leaving=leaving, user=successor, order_number=order)
    return _act(desk, case, act, form, "successor", said, reason=reason)


@pages.post("/{institution}/procedures/{procedure}/commission/link", may=Access.CASE_ACT)
def makes_link(desk: Here, procedure: str, form: Typed) -> Response:
    """Makes a new one-time link for a member of the commission, by whoever may appoint one."""
    case = procedure_of(desk.house, desk.at, procedure)
    user = form.text("user")
    against = allowed(desk.house, case, "appoint_member", desk.actor(procedure))
    if against is not None:
        desk.errors[""] = " ".join(desk.reasons(against.reasons, case.book.process))
        return show(desk, procedure, typed=form.typed(), status=409)
    if user not in {member.user for member in commission(desk.house, desk.at, procedure)}:
        raise NotFound
    return _with_link(desk, procedure, user)


def _with_link(desk: Desk, procedure: str, user: str) -> Response:
    """The page with a new one-time link, shown once and stored nowhere; the member's earlier ones work no more."""
    one_time_links.withdraw(desk.house, desk.at, procedure, user)
    token = one_time_links.make_link(
        desk.house, user=user, institution=desk.at, procedure=procedure, made_by=desk.who.user
    )
    site = desk.site.settings.public_url or str(desk.request.base_url)
    return show(desk, procedure, made_link=site.rstrip("/") + one_time_links.path(token))


def _appointed(desk: Desk, case: Case, done: Recorded | Refused, form: Form, field: str, name: str) -> Response:
    if isinstance(done, Refused):
        desk.errors[field] = " ".join(desk.reasons(done.reasons, case.book.process))
        return show(desk, case.id, typed=form.typed(), status=409)
    return desk.go(desk.url("procedures", case.id), desk.say("%(name)s is appointed.", name=name))


def _order(form: Form, field: str) -> str | None:
    return form.text(field)[:100] or None
