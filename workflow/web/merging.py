"""Making one of two records of one person: both side by side, a reason, and then one.

Never here: what goes over (services/merging.py), who may be alike (services/intake.py).
"""

from __future__ import annotations

from starlette.responses import Response

from workflow.engine.request import Refused
from workflow.services import intake
from workflow.services.acts import MergeCandidate
from workflow.services.dossier import Dossier
from workflow.services.records import record
from workflow.web.access import Access
from workflow.web.application import CASE, Words, address, opened, race, seen_version, show
from workflow.web.application_acts import recording
from workflow.web.desk import Desk, Here
from workflow.web.form import Typed
from workflow.web.pages import Pages
from workflow.web.refusals import NotFound

pages = Pages()

_LONGEST = 254


@pages.get(CASE + "/merge", may=Access.ACT)
def merging(desk: Here, procedure: str, application: str) -> Response:
    """The record of the candidate beside those that may be the same person."""
    asked = desk.request.query_params.get("find", "").strip()[:_LONGEST]
    return _show(desk, opened(desk, procedure, application), asked)


@pages.post(CASE + "/merge", may=Access.ACT)
def merge(desk: Here, procedure: str, application: str, form: Typed) -> Response:
    """Makes one of the two, or says why not."""
    file = opened(desk, procedure, application)
    asked, into, reason = form.text("find")[:_LONGEST], form.text("into"), form.given("reason") or ""
    if not file.may("merge_candidate") or not file.sight.contact:
        return _show(desk, file, asked, status=403)
    stays = intake.known_person(desk.house, desk.at, into) if into else None
    if stays is None:
        desk.errors["into"] = desk.say("Choose the record that stays.")
    if not reason.strip():
        desk.errors["reason"] = desk.say("Give the reason: it stands in the record.")
    if stays is None or desk.errors:
        return _show(desk, file, asked, into=into, reason=reason, status=422)
    outcome = record(desk.house, recording(desk, file, MergeCandidate(into=into), form))
    if isinstance(outcome, Refused):
        file = opened(desk, procedure, application)
        if "lost_race" in outcome.codes:
            return show(desk, file, status=409, race=race(desk, file, seen_version(form), form))
        desk.errors[""] = " ".join(desk.reasons(outcome.reasons, file.process))
        return _show(desk, file, asked, into=into, reason=reason, status=422)
    return desk.go(address(desk, file), desk.say("It is one record now: %(name)s.", name=stays.name))


def _show(desk: Desk, file: Dossier, asked: str, *, into: str = "", reason: str = "", status: int = 200) -> Response:
    if not file.sight.contact:
        raise NotFound
    case = file.case
    this = intake.known_person(desk.house, desk.at, case.candidate_id or "")
    if this is None:  # erased: there is nobody to be the same as
        raise NotFound
    name, email = (asked, asked) if asked else (case.facts.candidate, case.email or "")
    others = [one for one in intake.known_people(desk.house, desk.at, name, email) if one.id != this.id]
    return desk.page(
        "application_merge.html",
        status=status,
        file=file,
        case=case,
        process=file.process,
        home=address(desk, file),
        this=this,
        others=others,
        asked=asked,
        into=into,
        reason=reason,
        words=Words(desk, file),
    )
