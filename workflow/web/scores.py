"""How a result came about: members' marks, totals, rule and threshold, line by line, once the sheets are opened.

Why: before that the page says how many have signed; whoever may read a case may then follow the whole computation.
Never here: sealed marks, the grid.
"""

from __future__ import annotations

from starlette.responses import Response

from workflow.engine.process import ProcessDefinition
from workflow.services import score_accounts
from workflow.services.appointing import allowed
from workflow.services.score_accounts import Account
from workflow.web import marks
from workflow.web.access import Access
from workflow.web.desk import Desk, Here
from workflow.web.pages import Pages
from workflow.wording import say

pages = Pages()


@pages.get("/{institution}/procedures/{procedure}/applications/{application}/scores", may=Access.CASE_READ)
def scores(desk: Here, procedure: str, application: str) -> Response:
    """The computation of one application, for each assessment."""
    found = score_accounts.accounts(desk.house, desk.at, procedure, application, desk.who.user)
    actor = desk.actor(procedure)
    is_possible = (
        bool(found.application.book.process.change_reasons)
        and allowed(desk.house, found.application, "change_sheet", actor) is None
    )
    return desk.page(
        "scores.html",
        found=found,
        may_change=lambda member: is_possible and (member == actor.user or "chair" in actor.roles),
        process=found.application.book.process,
        procedure=procedure,
        lines=lambda account: _lines(desk, found.application.book.process, account),
        sum_of=lambda account, sheet: marks.sum_of(account.assessment, sheet.marks, sheet.total, desk.language),
        result_of=lambda account: _result(desk, account),
        written=lambda value: marks.written(value, desk.language),
    )


@pages.get("/{institution}/procedures/{procedure}/scoring/{assessment}/results", may=Access.CASE_READ)
def results(desk: Here, procedure: str, assessment: str, after: str = "") -> Response:
    """The opened results of an assessment, by register number."""
    case, rule, rows, more = score_accounts.results(desk.house, desk.at, procedure, assessment, desk.who.user, after)
    return desk.page(
        "results.html",
        case=case,
        process=case.book.process,
        assessment=rule,
        rows=rows,
        more=more,
        after=after,
        written=lambda value: marks.written(value, desk.language),
    )


def _lines(desk: Desk, process: ProcessDefinition, account: Account) -> list[str]:
    """The explanation in sentences: numbers as the reader writes them, criteria by their labels."""
    said = []
    for line in account.lines:
        data = {key: marks.written(text, desk.language) for key, text in line.data.items()}
        if "criterion" in data:
            data["criterion"] = desk.words(account.assessment.criteria[line.data["criterion"]].label, process)
        said.append(say(line.code, data, desk.language))
    return said


def _result(desk: Desk, account: Account) -> str:
    assert account.result is not None
    return marks.result_of(account.formula, account.result.shown, desk.language)
