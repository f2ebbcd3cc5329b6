"""Corrected wording of a running procedure: what differs, and adopting it.

Why: the definition says who may adopt it, the office or the administrator, and each reaches the pages of their own.
Never here: rules, which a running procedure never adopts.
"""

from __future__ import annotations

from starlette.responses import Response

from workflow.engine.request import Refused
from workflow.services.acts import AdoptWording, Recording
from workflow.services.appointing import allowed
from workflow.services.case import Case
from workflow.services.corrected_wording import current_text, wording
from workflow.services.procedures import procedure_of
from workflow.services.records import record
from workflow.web.access import Access
from workflow.web.desk import Desk, Here
from workflow.web.form import Form, Typed
from workflow.web.pages import Pages
from workflow.web.procedures import role_label

pages = Pages()


@pages.get("/{institution}/procedures/{procedure}/wording", may=Access.RULES)
def look_at_wording(desk: Here, procedure: str) -> Response:
    """What the files say otherwise than the text the procedure runs by."""
    return _wording(desk, procedure_of(desk.house, desk.at, procedure))


@pages.post("/{institution}/procedures/{procedure}/wording", may=Access.CASE_ACT)
def adopts_wording(desk: Here, procedure: str, form: Typed) -> Response:
    """Adopts the corrected wording, where the definition leaves that to the office."""
    return _adopt(desk, procedure, form)


@pages.post("/{institution}/procedures/{procedure}/wording/administer", may=Access.ADMINISTER)
def administrator_adopts_wording(desk: Here, procedure: str, form: Typed) -> Response:
    """Adopts the corrected wording, where the definition leaves that to the administrator."""
    return _adopt(desk, procedure, form)


def _adopt(desk: Desk, procedure: str, form: Form) -> Response:
    case = procedure_of(desk.house, desk.at, procedure)
    address = desk.url("procedures", procedure, "wording")
    current = current_text(desk.house, desk.at, case.process)
    if current is None or form.text("seen") != current.hash:
        desk.errors[""] = desk.say(
            "The files have changed again since you looked. Read the differences below once more."
        )
        return _wording(desk, case, status=409)
    recording = Recording(
        institution=desk.at,
        subject=procedure,
        actor=desk.actor(procedure),
        act=AdoptWording(),
        reason=(form.given("reason") or "")[:4000] or None,
    )
    done = record(desk.house, recording)
    if isinstance(done, Refused):
        desk.errors[""] = " ".join(desk.reasons(done.reasons, case.book.process))
        return _wording(desk, case, status=409, typed=form.typed())
    return desk.go(address, desk.say("The corrected wording holds for this procedure from now on."))


def _wording(desk: Desk, case: Case, *, status: int = 200, typed: dict[str, str] | None = None) -> Response:
    process = case.book.process
    rule = process.acts.get("adopt_wording")
    current = current_text(desk.house, desk.at, case.process)
    standing, differences = wording(desk.house, desk.at, case)
    may = allowed(desk.house, case, "adopt_wording", desk.actor(case.id)) is None
    administers = not desk.may(Access.CASE_ACT) and desk.may(Access.ADMINISTER)
    return desk.page(
        "wording.html",
        status=status,
        case=case,
        standing=standing.value,
        differences=differences,
        pinned=case.calendar_version is not None,
        current=current.hash if current else "",
        may=may and not desk.only_reads,
        by=[role_label(desk, process, role) for role in (rule.by if rule else ())],
        action=desk.url("procedures", case.id, "wording", *(["administer"] if administers else [])),
        typed=typed or {},
    )
