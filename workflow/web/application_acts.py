"""Acts on one application: documents handed in, verdicts, checks, training, corrected data.

Why: each is one form and one entry of the journal; what is refused is said beside the form, with everything typed kept.
Never here: what an act does (services/records.py), files (files.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import ValidationError
from starlette.responses import Response

from workflow.engine.request import GivenGround, Refused
from workflow.services.acts import (
    CORRECTABLE,
    Act,
    CompletePart,
    CorrectCandidate,
    GiveVerdict,
    RecordCheck,
    Recording,
    name_of,
)
from workflow.services.dossier import Dossier, Item
from workflow.services.records import Recorded, record, record_many
from workflow.web import application_words as said
from workflow.web import document_check
from workflow.web.access import Access
from workflow.web.application import CASE, Words, address, opened, race, seen_version, show
from workflow.web.desk import Desk, Here
from workflow.web.form import Form, Typed
from workflow.web.local import OWN_NAMES
from workflow.web.pages import Pages
from workflow.web.refusals import NotFound

pages = Pages()


@pages.post(CASE + "/verdicts", may=Access.CASE_ACT)
def give_verdicts(desk: Here, procedure: str, application: str, form: Typed) -> Response:
    """The verdict of one document or requirement, or `all`: everything that waits for one is in order."""
    file = opened(desk, procedure, application)
    if "all" in form:
        items = file.to_judge
        if not items:
            desk.errors["all"] = desk.say("Nothing waits for a verdict here.")
            return answer(desk, file, form)
        acts: list[Act] = [GiveVerdict(item=item.name, ok=True) for item in items]
        done = desk.count("%(n)s verdict given: in order.", "%(n)s verdicts given: in order.", len(acts))
        return recorded(desk, file, acts, form, "all", done)
    item = next((one for one in file.items if one.name == form.text("item")), None)
    if item is None:
        raise NotFound
    ok = form.text("ok")
    ground = _ground(desk, file, item, form) if ok == "no" else None
    if ok not in ("yes", "no"):
        desk.errors[f"ok-{item.name}"] = desk.say("Choose: in order, or not in order.")
    if desk.errors:
        return answer(desk, file, form, item=item.name)
    act = GiveVerdict(item=item.name, ok=ok == "yes", ground=ground)
    verdict = desk.say("in order") if act.ok else desk.say("not in order")
    label = said.item_label(desk, file.case, item.name)
    return recorded(desk, file, [act], form, f"ok-{item.name}", f"{label}: {verdict}.", item=item.name)


def _ground(desk: Desk, file: Dossier, item: Item, form: Form) -> GivenGround | None:
    code = form.text(f"ground-{item.name}")
    if code not in dict(said.grounds_for(desk, file, item.name)):
        desk.errors[f"ground-{item.name}"] = desk.say("Choose the ground on which it is not in order.")
        return None
    needed = file.case.book.ground_values[code]
    values = {name: value for name, value in said.ground_values(file, item.name).items() if name in needed}
    for name in sorted(needed - values.keys()):
        typed = form.text(f"{name}-{item.name}")
        if not typed:
            desk.errors[f"{name}-{item.name}"] = desk.say("This ground needs to know this. Fill it in.")
        values[name] = typed
    return GivenGround(code=code, values=values)


@pages.post(CASE + "/checks", may=Access.CASE_ACT)
def record_checks(desk: Here, procedure: str, application: str, form: Typed) -> Response:
    """The result of a medical or background check."""
    file = opened(desk, procedure, application)
    name = form.text("check")
    if name not in [check.name for check in file.checks]:
        raise NotFound
    lines = file.process.checks[name].items
    said = {item: form.text(f"item-{name}-{item}") for item in lines}
    passed = form.text(f"passed-{name}")
    if not lines and passed not in ("yes", "no"):
        desk.errors[f"passed-{name}"] = desk.say("Choose: passed, or not passed.")
    until = form.given(f"valid_until-{name}")
    if until is not None and not is_day(until):
        desk.errors[f"valid_until-{name}"] = desk.say("Give a day, such as 2027-03-31.")
    if desk.errors:
        return answer(desk, file, form)
    act = RecordCheck(
        check=name,
        passed=None if lines else passed == "yes",
        valid_until=until,
        items={item: value == "yes" for item, value in said.items() if value in ("yes", "no")},
        notes={item: form.text(f"note-{name}-{item}")[:2000] for item in lines},
    )
    done = desk.say("The result of the check is recorded.")
    return recorded(desk, file, [act], form, f"passed-{name}", done)


@pages.post(CASE + "/parts", may=Access.CASE_ACT)
def complete_parts(desk: Here, procedure: str, application: str, form: Typed) -> Response:
    """A part of the training plan was completed."""
    file = opened(desk, procedure, application)
    name = form.text("part")
    if name not in [part.name for part in file.parts]:
        raise NotFound
    field = f"hours-{name}"
    try:
        act = CompletePart(part=name, hours=Decimal(form.text(field).replace(",", ".")))
    except (InvalidOperation, ValidationError):
        desk.errors[field] = desk.say("Give the hours as a number from 0 to 10,000.")
        return answer(desk, file, form)
    return recorded(desk, file, [act], form, field, desk.say("The part is recorded as completed."))


@pages.get(CASE + "/candidate", may=Access.CASE_ACT)
def correcting(desk: Here, procedure: str, application: str) -> Response:
    """The form of the candidate's data."""
    return _candidate(desk, opened(desk, procedure, application))


@pages.post(CASE + "/candidate", may=Access.CASE_ACT)
def correct_candidate(desk: Here, procedure: str, application: str, form: Typed) -> Response:
    """Corrects the candidate's data: what was changed, and only that."""
    file = opened(desk, procedure, application)
    if not file.may("correct_candidate") or not file.sight.contact:
        return _candidate(desk, file, form, status=403)
    known = _known(file)
    changed = {name: form.given(name) for name in CORRECTABLE if name in form and form.text(name) != known[name]}
    if "name" in changed and changed["name"] is None:
        desk.errors["name"] = desk.say("Give the name.")
    if not changed:
        desk.errors[""] = desk.say("Nothing was changed.")
    if desk.errors:
        return _candidate(desk, file, form, status=422)
    try:
        act = CorrectCandidate(values=changed)
    except ValidationError as error:
        for one in error.errors():
            field = str(one["loc"][-1]) if one["loc"] and one["loc"][-1] in CORRECTABLE else _blamed(one, changed)
            desk.errors[field] = desk.say("This cannot be right. Check it and write it again.")
        return _candidate(desk, file, form, status=422)
    outcome = record(desk.house, recording(desk, file, act, form))
    if isinstance(outcome, Refused):
        file = opened(desk, procedure, application)
        if "lost_race" in outcome.codes:
            return show(desk, file, status=409, race=race(desk, file, seen_version(form), form))
        desk.errors[""] = " ".join(desk.reasons(outcome.reasons, file.process))
        return _candidate(desk, file, form, status=422)
    return desk.go(address(desk, file), desk.say("The data is corrected."))


def _blamed(error: Any, changed: dict[str, str | None]) -> str:
    """The field that a message of the model's own check is about."""
    text = str(error.get("msg", ""))
    return next((name for name in changed if name in text), next(iter(changed)))


def _known(file: Dossier) -> dict[str, str]:
    case = file.case
    return {
        "name": case.facts.candidate,
        "email": case.email or "",
        "phone": file.phone,
        "address": case.address or "",
        "town": file.town,
        "language": case.language,
    }


def _candidate(desk: Desk, file: Dossier, form: Form | None = None, *, status: int = 200) -> Response:
    if not file.sight.contact:
        raise NotFound
    return desk.page(
        "application_candidate.html",
        status=status,
        file=file,
        case=file.case,
        process=file.process,
        home=address(desk, file),
        values=_known(file) | ({n: form.text(n) for n in CORRECTABLE if n in form} if form else {}),
        languages=[(code, OWN_NAMES.get(code, code)) for code in file.process.institution.applicant_languages],
        words=Words(desk, file),
    )


# --- what all of them share -------------------------------------------------------------------------------------------


def recording(desk: Desk, file: Dossier, act: Act, form: Form, version: int | None = None) -> Recording:
    """The recording of an act on the application, with its earlier instant where the definition allows one."""
    rule = file.process.acts.get(name_of(act))
    backdated = rule is not None and rule.backdated
    return Recording(
        institution=desk.at,
        subject=file.case.id,
        actor=desk.actor(file.case.facts.procedure),
        act=act,
        effective_at=_earlier(desk, form.text("effective_at")) if backdated else None,
        expected_version=seen_version(form) if version is None else version,
        reason=(form.given("reason") or "")[:4000] or None,
        register_entry=form.given("register_entry") if backdated else None,
    )


def answer(desk: Desk, file: Dossier, form: Form, *, item: str = "", status: int = 422) -> Response:
    """The page on which the form stood, with the errors beside its fields and what was typed."""
    if form.text("at") == "check":
        return document_check.show(desk, file, item or form.text("item"), status=status, typed=form.typed())
    return show(desk, file, status=status, typed=form.typed())


def settled(
    desk: Desk,
    file: Dossier,
    outcomes: Sequence[Recorded | Refused],
    form: Form,
    field: str,
    done: str,
    *,
    item: str = "",
) -> Response:
    """On after acts: back to the page that says what was done, or the same page with why not."""
    refused = next((outcome for outcome in outcomes if isinstance(outcome, Refused)), None)
    if refused is None:
        if form.text("at") == "check":
            return desk.go(document_check.onwards(desk, file, item), done)
        return desk.go(address(desk, file), done)
    seen = seen_version(form)
    file = opened(desk, file.case.facts.procedure, file.case.id)
    if "lost_race" in refused.codes:
        return show(desk, file, status=409, typed=form.typed(), race=race(desk, file, seen, form))
    desk.errors[field] = " ".join(desk.reasons(refused.reasons, file.process))
    return answer(desk, file, form, item=item)


def recorded(
    desk: Desk, file: Dossier, acts: Sequence[Act], form: Form, field: str, done: str, *, item: str = ""
) -> Response:
    """Records acts together and goes on, or shows why not beside that field."""
    seen = seen_version(form)
    recordings = [
        # Each act raises the version: the second is made on what the first left.
        recording(desk, file, act, form, None if seen is None else seen + i)
        for i, act in enumerate(acts)
    ]
    if desk.errors:
        return answer(desk, file, form, item=item)
    outcomes = record_many(desk.house, recordings, together=True)
    return settled(desk, file, outcomes, form, field, done, item=item)


def _earlier(desk: Desk, text: str) -> datetime | None:
    if not text:
        return None
    try:
        local = datetime.fromisoformat(text)
    except ValueError:
        local = None
    if local is None or local.tzinfo is not None:
        desk.errors["effective_at"] = desk.say("Give a day and a time, such as 2026-03-31 17:30.")
        return None
    return local.replace(tzinfo=ZoneInfo(desk.zone)).astimezone(UTC)


def is_day(text: str) -> bool:
    """Whether that is a day, `YYYY-MM-DD`."""
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
