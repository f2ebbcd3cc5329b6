"""The desk of a pass mark that the definition leaves to the commission: what each mark would mean, and fixing one.

Why: whoever fixes a pass mark with the marks on the table must see whom it lets pass, and everybody with sight of the
case must see the same. It works without script: a mark is chosen, shown, and only then fixed.
Never here: who may fix it and when (the definition), what a mark means (engine/threshold.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from starlette.responses import Response

from workflow.engine.request import Refused
from workflow.engine.threshold import Choice
from workflow.services import recusals, threshold_desk
from workflow.services.acts import FixThreshold, Recording
from workflow.services.appointing import allowed
from workflow.services.records import record
from workflow.services.threshold_desk import ThresholdDesk
from workflow.web import charts, marks
from workflow.web.access import Access
from workflow.web.charts import Bar
from workflow.web.desk import Desk, Here
from workflow.web.form import Typed
from workflow.web.pages import Pages

pages = Pages()

_DESK = "/{institution}/procedures/{procedure}/scoring/{assessment}/threshold"
_LONGEST_REASON = 4000


@pages.get(_DESK, may=Access.CASE_READ)
def show_threshold(desk: Here, procedure: str, assessment: str, mark: str = "") -> Response:
    """How many each possible pass mark would let pass, and who would stand on the line of the one that is looked at."""
    return _page(desk, procedure, assessment, mark[:40])


@pages.post(_DESK, may=Access.CASE_ACT)
def fixes_threshold(desk: Here, procedure: str, assessment: str, form: Typed) -> Response:
    """Fixes the mark that was looked at: once, confirmed, with a reason."""
    found = threshold_desk.desk(desk.house, desk.at, procedure, assessment)
    typed = form.typed()
    value = _read(desk, form.text("value"), "value")
    if form.text("confirm") != "yes":
        desk.errors["confirm"] = desk.say("Confirm that this is the pass mark. It cannot be changed afterwards.")
    reason = form.text("reason")[:_LONGEST_REASON]
    if not reason.strip():
        desk.errors["reason"] = desk.say("Write why this is the pass mark.")
    if desk.errors or value is None:
        return _page(desk, procedure, assessment, form.text("value")[:40], typed=typed, status=422)
    done = record(
        desk.house,
        Recording(
            institution=desk.at,
            subject=procedure,
            actor=desk.actor(procedure),
            act=FixThreshold(assessment=assessment, value=value),
            reason=reason,
        ),
    )
    if isinstance(done, Refused):
        desk.errors["value"] = " ".join(desk.reasons(done.reasons, found.procedure.book.process))
        return _page(desk, procedure, assessment, form.text("value")[:40], typed=typed, status=409)
    return desk.go(
        desk.url("procedures", procedure, "scoring", assessment, "threshold"), desk.say("The pass mark is fixed.")
    )


def _read(desk: Desk, text: str, field: str) -> Decimal | None:
    """The mark that was typed. What is wrong with it stands beside the field."""
    try:
        value = marks.read(text, desk.language)
    except marks.NoMark:
        value = None
    if value is None:
        desk.errors[field] = desk.say("Give a number.")
    return value


def _page(
    desk: Desk,
    procedure: str,
    assessment: str,
    text: str,
    *,
    typed: Mapping[str, str] | None = None,
    status: int = 200,
) -> Response:
    found = threshold_desk.desk(desk.house, desk.at, procedure, assessment)
    process = found.procedure.book.process
    rule = found.assessment.fixing
    assert rule is not None  # the desk is only of those that have it
    wanted = found.fixed.value if found.fixed is not None else _read(desk, text, "mark") if text else None
    chosen = next((one for one in found.choices if one.mark == wanted), None)
    if text and found.choices and chosen is None and not desk.errors:
        desk.errors["mark"] = desk.say("Choose one of the marks in the table.")
    hidden = recusals.hidden_from(desk.house, desk.at, procedure, desk.who.user)
    positions = [name for name in process.positions if any(name in one.passed for one in found.choices)]
    may_fix = (
        found.fixed is None
        and found.why_not is None
        and allowed(desk.house, found.procedure, "fix_threshold", desk.actor(procedure)) is None
    )
    label = desk.words(found.assessment.label, process)
    return desk.page(
        "threshold.html",
        status=status,
        case=found.procedure,
        process=process,
        assessment=found.assessment,
        rule=rule,
        label=label,
        found=found,
        chosen=chosen,
        positions=[(name, desk.words(process.positions[name].label, process)) for name in positions],
        chart=_chart(desk, found, label, chosen),
        line=_line(found, chosen, hidden),
        hidden=len(hidden.intersection((*chosen.at, *chosen.below))) if chosen else 0,
        may_fix=may_fix and not desk.only_reads,
        why_not=desk.reasons(found.why_not.reasons, process) if found.why_not else [],
        written=lambda value: marks.written(value, desk.language),
        mark=text,
        typed=typed or {},
    )


def _line(found: ThresholdDesk, chosen: Choice | None, hidden: frozenset[str]) -> list[tuple[bool, Any]]:
    """Who stands on the line: (whether the mark is reached, who), without those from whom the reader is recused."""
    if chosen is None:
        return []
    return [
        (reached, found.people[one])
        for reached, ids in ((True, chosen.at), (False, chosen.below))
        for one in ids
        if one not in hidden
    ]


def _chart(desk: Desk, found: ThresholdDesk, label: str, chosen: Choice | None) -> Any:
    """How many would pass by each mark, as steps going down."""
    rows = [
        Bar(
            marks.written(one.mark, desk.language),
            one.total,
            desk.say("%(mark)s: %(n)s would pass", mark=marks.written(one.mark, desk.language), n=one.total),
        )
        for one in found.choices
    ]
    if not rows:
        return ""
    title = desk.say("How many would pass by each mark")
    description = desk.say(
        "%(assessment)s: from %(most)s at %(low)s down to %(least)s at %(high)s.",
        assessment=label,
        most=found.choices[0].total,
        low=rows[0].label,
        least=found.choices[-1].total,
        high=rows[-1].label,
    )
    index = None if chosen is None else found.choices.index(chosen)
    return charts.columns("passing", title, description, rows, index)
