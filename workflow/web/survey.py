"""The satisfaction survey of a procedure: the report once it may be seen, and a form for answers given on paper.

Why: what people say of the office helps only if it is looked at, weakest first, and nobody fears to be recognised.
Never here: what may be told (services/survey.py, engine/survey.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

from starlette.responses import Response

from workflow.engine.process import Kind, ProcessDefinition, Rounding, Survey
from workflow.engine.request import Refused
from workflow.engine.scoring import rounded
from workflow.engine.survey import BEST, Rated
from workflow.services import procedures
from workflow.services import survey as service
from workflow.services.acts import AnswerSurvey, Recording
from workflow.services.appointing import allowed
from workflow.services.case import Case
from workflow.services.records import record
from workflow.services.survey import GroupReport
from workflow.web import charts, foreseen
from workflow.web.access import Access
from workflow.web.charts import Bar
from workflow.web.desk import Desk, Here
from workflow.web.form import Typed
from workflow.web.local import number as local_number
from workflow.web.pages import Pages
from workflow.web.refusals import NotFound

pages = Pages()

_HUNDREDTHS = Rounding(places=2)
_WHOLE = Rounding(places=0)


@pages.get("/{institution}/procedures/{procedure}/survey", may=Access.READ)
def show_survey(desk: Here, procedure: str) -> Response:
    """The report, and the form for an answer on paper."""
    return _page(desk, *_surveyed(desk, procedure), {})


@pages.post("/{institution}/procedures/{procedure}/survey", may=Access.ACT)
def enters_answer(desk: Here, procedure: str, form: Typed) -> Response:
    """Takes down one answer that was given on paper. Nothing ties it to anybody."""
    case, asked = _surveyed(desk, procedure)
    typed = form.typed()
    marks = [str(mark) for mark in range(1, asked.scale + 1)]
    ratings = {}
    for question in asked.questions:
        mark = form.text(f"q-{question}")
        if mark in marks:
            ratings[question] = int(mark)
        elif mark:
            desk.errors[f"q-{question}"] = desk.say("Choose a mark from 1 to %(scale)s.", scale=asked.scale)
    if not ratings and not desk.errors:
        desk.errors[f"q-{next(iter(asked.questions))}"] = desk.say("Answer at least one question.")
    if form.text("group") not in asked.groups:
        desk.errors["group"] = desk.say("Choose whose answer it is.")
    if desk.errors:
        return _page(desk, case, asked, typed, status=422)
    done = record(
        desk.house,
        Recording(
            institution=desk.at,
            subject=procedure,
            actor=desk.actor(procedure),
            act=AnswerSurvey(group=form.text("group"), ratings=ratings),
        ),
    )
    if isinstance(done, Refused):
        desk.errors[""] = " ".join(desk.reasons(done.reasons, case.book.process))
        return _page(desk, case, asked, typed, status=409)
    return desk.go(desk.url("procedures", procedure, "survey"), desk.say("The answer is taken down. Next one."))


def _surveyed(desk: Desk, procedure: str) -> tuple[Case, Survey]:
    case = procedures.procedure_of(desk.house, desk.at, procedure)
    if case.book.process.survey is None:
        raise NotFound
    return case, case.book.process.survey


def _page(desk: Desk, case: Case, asked: Survey, typed: dict[str, str], status: int = 200) -> Response:
    process = case.book.process
    is_open = service.is_open(asked, case.facts.state)
    mine = [g for g in asked.groups.values() if desk.roles.intersection(g.by)]
    answers = bool(mine) and allowed(desk.house, case, "answer_survey", desk.actor(case.id)) is None
    return desk.page(
        "survey.html",
        status=status,
        case=case,
        asked=asked,
        words=lambda text: desk.words(text, process),
        is_open=is_open,
        waits_for=[foreseen.state_label(desk, process, Kind.PROCEDURE, name) for name in asked.shown_in],
        groups=_groups(desk, process, "here", service.report(desk.house, desk.at, case.id, asked)) if is_open else [],
        together=_groups(desk, process, "all", service.together(desk.house, desk.at, case.process, asked))
        if is_open
        else [],
        mine=[(g.name, desk.words(g.label, process)) for g in mine] if answers else [],
        typed=typed,
    )


def _groups(desk: Desk, process: ProcessDefinition, where: str, reports: Sequence[GroupReport]) -> list[dict[str, Any]]:
    return [
        {
            "label": desk.words(one.group.label, process),
            "invited": one.invited,
            "came": one.came,
            "shown": one.shown,
            "rate": _percent(desk, Fraction(one.came, one.invited)) if one.invited else None,
            "chart": _chart(desk, process, f"{where}-{one.group.name}", one) if one.shown else None,
        }
        for one in reports
    ]


def _chart(desk: Desk, process: ProcessDefinition, identifier: str, one: GroupReport) -> dict[str, Any]:
    asked = process.survey
    assert asked is not None
    title = desk.say("Mean of each question, the weakest first: %(group)s", group=desk.words(one.group.label, process))
    best = f"{asked.scale - BEST + 1}-{asked.scale}"
    told = [r for r in one.questions if r.mean is not None]
    bars = [
        Bar(desk.words(asked.questions[r.question], process), float(r.mean or 0), _mean(desk, r), float(asked.scale))
        for r in told
    ]
    return {
        "title": title,
        "svg": charts.bars(
            f"survey-{identifier}", title, desk.say("On a scale from 1 to %(scale)s.", scale=asked.scale), bars
        ),
        "heads": [
            desk.say("Question"),
            desk.say("Answers"),
            desk.say("Mean"),
            desk.say("Share of %(marks)s", marks=best),
        ],
        "rows": [
            (
                desk.words(asked.questions[r.question], process),
                local_number(r.answers, desk.language) if r.mean is not None else desk.say("too few"),
                _mean(desk, r),
                _percent(desk, r.best) if r.best is not None else "–",
            )
            for r in one.questions
        ],
    }


def _mean(desk: Desk, rated: Rated) -> str:
    return "–" if rated.mean is None else local_number(rounded(rated.mean, _HUNDREDTHS), desk.language)


def _percent(desk: Desk, share: Fraction) -> str:
    return f"{local_number(Decimal(rounded(share * 100, _WHOLE)), desk.language)} %"
