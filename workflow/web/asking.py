"""What a move asks for beside the click: a reason, a ground, the instant from which it counts. Read from a form.

Why: the definition says what must be given with a move, and every page that makes moves asks for it in the same fields.
Never here: whether the move is allowed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from workflow.engine.process import ProcessDefinition, Transition
from workflow.engine.request import GivenGround
from workflow.engine.rulebook import Rulebook
from workflow.web.desk import Desk
from workflow.web.form import Form

LONGEST_REASON = 4000
_LONGEST_ENTRY = 100
_VALUE = "ground_"


@dataclass(frozen=True, slots=True)
class Asks:
    """What must, and what may, be given with a move."""

    ground: bool
    reason: bool
    backdated: bool


@dataclass(frozen=True, slots=True)
class Given:
    """What was given. Where nothing was yet, a preview goes on with stand-ins; `exact` says that the texts of the
    messages follow from what was given: a reason is only quoted, a ground makes sentences."""

    reason: str | None
    grounds: tuple[GivenGround, ...]
    effective_at: datetime | None
    register_entry: str | None
    exact: bool


def asks(alternatives: Sequence[Transition]) -> Asks:
    """What these alternatives of one move ask for between them."""
    guards = {call.name for t in alternatives for call in t.guards}
    return Asks("ground_given" in guards, "reason_given" in guards, any(t.backdated for t in alternatives))


def given(desk: Desk, book: Rulebook, asked: Asks, form: Form | None, *, must: bool) -> Given:
    """What the form gives. With `must`, what is missing becomes an error beside its field; else a stand-in."""
    reason = form.given("reason") if form else None
    if reason is not None and len(reason) > LONGEST_REASON:
        desk.errors["reason"] = desk.say("The reason is too long. Keep it below 4,000 characters.")
    if asked.reason and reason is None and must:
        desk.errors["reason"] = desk.say("Write in a few words why.")
    grounds = _grounds(desk, book, form, must=must) if asked.ground else ()
    effective_at = _instant(desk, form.text("effective_at")) if form and asked.backdated else None
    entry = form.given("register_entry") if form and asked.backdated else None
    if entry is not None and len(entry) > _LONGEST_ENTRY:
        desk.errors["register_entry"] = desk.say("The register entry is too long. Keep it below 100 characters.")
    exact = bool(grounds) or not asked.ground
    if not must:
        if asked.reason and reason is None:
            reason = desk.say("(the reason that you will give)")
        if asked.ground and not grounds:
            grounds = _stand_in(book)
    return Given(reason, grounds, effective_at, entry, exact)


def _grounds(desk: Desk, book: Rulebook, form: Form | None, *, must: bool) -> tuple[GivenGround, ...]:
    code = form.text("ground") if form else ""
    if form is None or not code:
        if must:
            desk.errors["ground"] = desk.say("Choose the ground.")
        return ()
    if code not in book.process.grounds:
        desk.errors["ground"] = desk.say("Choose one of the grounds in the list.")
        return ()
    values = {}
    for name in sorted(book.ground_values[code]):
        value = form.text(_VALUE + name)
        if value:
            values[name] = value
        elif must:
            desk.errors[_VALUE + name] = desk.say("This ground needs to know this. Fill it in.")
    if values.keys() != book.ground_values[code]:
        return ()
    return (GivenGround(code=code, values=values),)


def _stand_in(book: Rulebook) -> tuple[GivenGround, ...]:
    """Any ground of the catalogue with any values: for what a move does that does not hang on the ground."""
    known = {
        "document": next(iter(book.process.documents), "-"),
        "requirement": next(iter(book.process.requirements), "-"),
    }
    for code, names in book.ground_values.items():
        return (GivenGround(code=code, values={name: known.get(name, "…") for name in names}),)
    return ()


def ground_fields(desk: Desk, process: ProcessDefinition, book: Rulebook) -> dict[str, list[tuple[str, str]]]:
    """The choices of the fields of a ground: `ground`, and each value that some ground names, with its options."""
    choose = [("", desk.say("Choose"))]
    values = sorted(set().union(*book.ground_values.values())) if book.ground_values else []
    options = {
        "document": [(name, desk.words(d.label, process)) for name, d in process.documents.items()],
        "requirement": [(name, desk.words(r.label, process)) for name, r in process.requirements.items()],
        "deadline": [(name, desk.words(d.label, process)) for name, d in process.deadlines.items()],
    }
    fields = {"ground": choose + [(code, desk.words(g.text, process)) for code, g in process.grounds.items()]}
    for name in values:
        fields[_VALUE + name] = choose + options[name] if name in options else []
    return fields


def _instant(desk: Desk, text: str) -> datetime | None:
    """A local time of the institution, as a field of type datetime-local sends it, in UTC."""
    if not text:
        return None
    try:
        local = datetime.fromisoformat(text)
    except ValueError:
        local = None
    if local is None or local.tzinfo is not None:
        desk.errors["effective_at"] = desk.say("Give a day and a time, such as 2026-03-31 17:30.")
        return None
    at = local.replace(tzinfo=ZoneInfo(desk.zone)).astimezone(UTC)
    if at > desk.now:
        desk.errors["effective_at"] = desk.say("This instant has not come yet. Give one that has passed.")
        return None
    return at
