"""Changing a signed score sheet: the marks as they stand, the coded reason, and why in words.

Why: it is possible, it is rare, and nobody should do it without reading that everybody will see it.
Never here: whether it is allowed (services/changed_sheets.py), the list of what was changed (scores.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from starlette.responses import Response

from workflow.engine.errors import UnknownSubject
from workflow.engine.request import Refused
from workflow.services import score_accounts
from workflow.services.acts import ChangeSheet, Recording
from workflow.services.records import record
from workflow.services.score_accounts import SignedSheet
from workflow.web import marks
from workflow.web.access import Access
from workflow.web.desk import Desk, Here
from workflow.web.form import Typed
from workflow.web.pages import Pages
from workflow.web.refusals import NotFound

pages = Pages()

_ADDRESS = "/{institution}/procedures/{procedure}/applications/{application}/scores/{assessment}/{member}"
_LONGEST_REASON = 4000


@pages.get(_ADDRESS, may=Access.CASE_ACT)
def shows_sheet(desk: Here, procedure: str, application: str, assessment: str, member: str) -> Response:
    """The form with the marks as they stand."""
    sheet = _sheet(desk, procedure, application, assessment, member)
    stand = {f"m-{c}": marks.written(sheet.marks.get(c), desk.language) for c in sheet.assessment.criteria}
    return _page(desk, sheet, stand)


@pages.post(_ADDRESS, may=Access.CASE_ACT)
def changes_sheet(desk: Here, procedure: str, application: str, assessment: str, member: str, form: Typed) -> Response:
    """Changes it, or says beside each field what is wrong."""
    sheet = _sheet(desk, procedure, application, assessment, member)
    given: dict[str, Decimal | None] = {}
    for criterion in sheet.assessment.criteria:
        try:
            given[criterion] = marks.read(form.text(f"m-{criterion}"), desk.language)
        except marks.NoMark:
            desk.errors[f"m-{criterion}"] = desk.say("Give a number.")
    reason = form.text("reason")
    if not reason:
        desk.errors["reason"] = desk.say("Write in a few words why.")
    elif len(reason) > _LONGEST_REASON:
        desk.errors["reason"] = desk.say("Shorten this to %(n)s characters.", n=_LONGEST_REASON)
    if form.text("code") not in sheet.application.book.process.change_reasons:
        desk.errors["code"] = desk.say("Choose the reason.")
    if desk.errors:
        return _page(desk, sheet, form.typed(), status=422)
    done = record(
        desk.house,
        Recording(
            institution=desk.at,
            subject=application,
            actor=desk.actor(procedure),
            act=ChangeSheet(assessment=assessment, member=member, marks=given, code=form.text("code")),
            reason=reason,
        ),
    )
    if isinstance(done, Refused):
        desk.errors[""] = " ".join(desk.reasons(done.reasons, sheet.application.book.process))
        return _page(desk, sheet, form.typed(), status=409)
    return desk.go(
        desk.url("procedures", procedure, "applications", application, "scores"),
        desk.say("The sheet is changed, and the record of the procedure says so."),
    )


def _sheet(desk: Desk, procedure: str, application: str, assessment: str, member: str) -> SignedSheet:
    try:
        found = score_accounts.signed_sheet(
            desk.house, desk.at, procedure, application, assessment, member, desk.who.user
        )
    except UnknownSubject:
        raise NotFound from None
    if not found.application.book.process.change_reasons:
        raise NotFound
    return found


def _page(desk: Desk, sheet: SignedSheet, typed: Mapping[str, str], *, status: int = 200) -> Response:
    process = sheet.application.book.process
    reasons = [(one.name, desk.words(one.text, process)) for one in process.change_reasons.values()]
    return desk.page(
        "change_sheet.html",
        status=status,
        sheet=sheet,
        process=process,
        procedure=sheet.application.facts.procedure,
        typed=typed,
        reasons=[("", desk.say("Choose")), *reasons],
        written=lambda value: marks.written(value, desk.language),
    )
