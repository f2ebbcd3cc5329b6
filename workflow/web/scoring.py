"""The scoring of a procedure: the member's grid, signing, a declared conflict.

Why: a member scores thirty candidates without leaving a page. Each row is saved as it is filled in; without script the
same form is saved by its buttons.
Never here: marks of other members (scores.py shows them once they are opened), rules of scoring.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from urllib.parse import parse_qsl, quote, urlencode

from starlette.responses import HTMLResponse, Response

from workflow.engine.process import Criterion, Kind
from workflow.engine.request import Refused
from workflow.engine.scoring import member_total
from workflow.services import duties, scoring_grid
from workflow.services.scoring_grid import Entered, Grid, GridRow
from workflow.web import local, marks
from workflow.web.access import Access
from workflow.web.clauses import Clauses
from workflow.web.desk import Desk, Here
from workflow.web.form import Form, Typed
from workflow.web.pages import Pages

pages = Pages()

LONGEST_NOTE = 4000
_ID = 36
_GRID = "/{institution}/procedures/{procedure}/scoring/{assessment}"


@dataclass
class Filled:
    """What came of one row of the form. `wrong` and `typed`: by criterion, `note` for the note."""

    entered: Entered = field(default_factory=Entered)
    wrong: dict[str, str] = field(default_factory=dict)
    typed: dict[str, str] = field(default_factory=dict)
    notices: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    is_saved: bool = False

    @property
    def has_changes(self) -> bool:
        """Whether there is anything to save."""
        return bool(self.entered.marks) or self.entered.note is not None

    @property
    def is_clean(self) -> bool:
        """Whether there is nothing that the person should be told beside the row."""
        return not (self.wrong or self.notices or self.refused)


# --- pages ------------------------------------------------------------------------------------------------------------


@pages.get("/{institution}/procedures/{procedure}/scoring", may=Access.COMMISSION)
def overview(desk: Here, procedure: str, after: str = "") -> Response:
    """What the person judges and scores in this procedure."""
    functions = {procedure: desk.who.commissions[desk.at][procedure]}
    (duty,) = duties.duties(desk.house, desk.at, desk.who.user, functions)
    papers, more = duties.to_judge(desk.house, desk.at, procedure, desk.who.user, duty.function, after)
    return desk.page("scoring.html", duty=duty, papers=papers, more=more)


@pages.get(_GRID, may=Access.COMMISSION)
def grid(desk: Here, procedure: str, assessment: str, position: str = "", page: str = "") -> Response:
    """The grid: candidates down, criteria across, the member's own marks."""
    found = scoring_grid.look(
        desk.house, desk.at, procedure, assessment, desk.who.user, position=position, page=_number(page)
    )
    return _shown(desk, found, position, {})


@pages.post(_GRID, may=Access.COMMISSION)
def saves(desk: Here, procedure: str, assessment: str, form: Typed) -> Response:
    """Saves one row, or the page, and goes where the button says. For htmx: one row, answered with its mark."""
    row, position = form.text("row"), form.text("position")
    ids, page = [row] if row else _listed(form), _number(form.text("page"))
    before = scoring_grid.look(desk.house, desk.at, procedure, assessment, desk.who.user, only=ids or ["-"])
    rows = {one.application: one for one in before.rows}
    filled = {i: _read_row(desk, form, before, rows[i]) for i in ids if i in rows}
    changed = {i: one.entered for i, one in filled.items() if one.has_changes}
    outcomes = scoring_grid.save(desk.house, desk.at, assessment, desk.actor(procedure), changed) if changed else {}
    for i, outcome in outcomes.items():
        if isinstance(outcome, Refused):
            filled[i].refused = desk.reasons(outcome.reasons, before.process)
            filled[i].notices = []
            filled[i].typed |= {c: marks.written(v, desk.language) for c, v in filled[i].entered.marks.items()}
        else:
            filled[i].is_saved = True
    gone = [i for i in ids if i not in rows]
    _say_gone(desk, len(gone))
    if desk.is_fragment and row:
        return _fragment(desk, procedure, assessment, row, filled.get(row), position)
    if gone or not all(one.is_clean for one in filled.values()):
        after = scoring_grid.look(
            desk.house, desk.at, procedure, assessment, desk.who.user, position=position, page=page
        )
        for i, one in filled.items():
            for name, message in one.wrong.items():
                cell = f"n-{i}" if name == "note" else f"m-{i}-{name}"
                desk.errors[cell] = f"{_where(desk, before, rows[i], name)}: {message}"
            if one.refused:
                desk.errors[f"r-{i}"] = f"{rows[i].number}: {' '.join(one.refused)}"
        return _shown(desk, after, position, filled, status=422 if desk.errors else 200)
    return _onwards(desk, procedure, assessment, form, before, position, page, len(outcomes))


@pages.get(_GRID + "/sign", may=Access.COMMISSION)
def asks_to_sign(desk: Here, procedure: str, assessment: str, id: str = "", position: str = "") -> Response:
    """What would be signed: one sheet, or all that are complete."""
    found = scoring_grid.look(
        desk.house,
        desk.at,
        procedure,
        assessment,
        desk.who.user,
        position=position,
        only=[id] if id else (),
        to_sign=True,
    )
    return _to_sign(desk, found, position, {})


@pages.post(_GRID + "/sign", may=Access.COMMISSION)
def signs(desk: Here, procedure: str, assessment: str, form: Typed) -> Response:
    """Signs the sheets as they were shown; one that has changed since is shown again."""
    seen = {i: _seen(text) for i, text in form.starting("seen-").items() if len(i) == _ID}
    position = form.text("position")
    if not seen:
        return desk.go(_url(desk, procedure, assessment, "sign", position=position))
    before = scoring_grid.look(desk.house, desk.at, procedure, assessment, desk.who.user, only=list(seen))
    known = {row.application: seen[row.application] for row in before.rows}  # of this procedure, and scored here now
    outcomes = scoring_grid.sign(desk.house, desk.at, assessment, desk.actor(procedure), known) if known else {}
    told = {i: desk.reasons(o.reasons, before.process) for i, o in outcomes.items() if isinstance(o, Refused)}
    _say_gone(desk, len(seen) - len(known))
    if not told and not desk.errors:
        said = desk.count("You signed one sheet.", "You signed %(n)s sheets.", len(outcomes))
        return desk.go(_url(desk, procedure, assessment, position=position), said)
    numbers = {row.application: row.number for row in before.rows}
    desk.errors |= {f"r-{i}": f"{numbers[i]}: {' '.join(sentences)}" for i, sentences in told.items()}
    left = scoring_grid.look(desk.house, desk.at, procedure, assessment, desk.who.user, only=list(told) or ["-"])
    return _to_sign(desk, left, position, told, status=422)


@pages.get("/{institution}/procedures/{procedure}/applications/{application}/conflict", may=Access.COMMISSION)
def asks_for_conflict(desk: Here, procedure: str, application: str) -> Response:
    """What declaring a conflict means, and the reason."""
    return _conflict(desk, procedure, application, "")


@pages.post("/{institution}/procedures/{procedure}/applications/{application}/conflict", may=Access.COMMISSION)
def declares_conflict(desk: Here, procedure: str, application: str, form: Typed) -> Response:
    """Records the conflict: the member is recused from the application."""
    case = scoring_grid.application_of(desk.house, desk.at, procedure, application)
    reason = form.text("reason")
    if len(reason) > LONGEST_NOTE:
        desk.errors["reason"] = desk.say("Shorten this to %(n)s characters.", n=LONGEST_NOTE)
        return _conflict(desk, procedure, application, reason, status=422)
    outcome = scoring_grid.recuse(desk.house, desk.at, procedure, application, desk.actor(procedure), reason)
    if isinstance(outcome, Refused):
        told = " ".join(desk.reasons(outcome.reasons, case.book.process))
        desk.errors["reason" if "reason_missing" in outcome.codes else ""] = told
        return _conflict(desk, procedure, application, reason, status=422)
    number = case.facts.register_number
    return desk.go(
        desk.url("procedures", procedure, "scoring"),
        desk.say("Your conflict with %(number)s is recorded. You no longer score it.", number=number),
    )


# --- what they show ---------------------------------------------------------------------------------------------------


def _shown(desk: Desk, found: Grid, position: str, filled: Mapping[str, Filled], *, status: int = 200) -> HTMLResponse:
    return desk.page(
        "scoring_grid.html",
        status=status,
        grid=found,
        position=position,
        filled=filled,
        nothing=Filled(),
        states=_states(desk, found),
        clock=local.clock(desk.now, desk.zone),
        address=_url(desk, found.procedure.id, found.assessment.name),
        clauses=Clauses(desk, found.process),
        written=lambda value: marks.written(value, desk.language),
    )


def _fragment(desk: Desk, procedure: str, assessment: str, row: str, one: Filled | None, position: str) -> HTMLResponse:
    after = scoring_grid.look(desk.house, desk.at, procedure, assessment, desk.who.user, position=position, only=[row])
    text = desk.render(
        "scoring_saved.html",
        grid=after,
        application=row,
        row=after.rows[0] if after.rows else None,
        one=one or Filled(),
        clock=local.clock(desk.now, desk.zone),
        written=lambda value: marks.written(value, desk.language),
    )
    return HTMLResponse(text, status_code=200 if one is not None and not (one.wrong or one.refused) else 422)


def _onwards(
    desk: Desk,
    procedure: str,
    assessment: str,
    form: Form,
    before: Grid,
    position: str,
    page: int,
    saved: int,
) -> Response:
    """Where the button led: to signing, another page, the next row, or back to this one."""
    then, row = form.text("then"), form.text("row")
    if then == "sign":
        return desk.go(_url(desk, procedure, assessment, "sign", position=position))
    if then.startswith("sign-"):
        return desk.go(_url(desk, procedure, assessment, "sign", id=then.removeprefix("sign-"), position=position))
    said = desk.count("Saved the marks of one candidate.", "Saved the marks of %(n)s candidates.", saved)
    anchor = ""
    if then.startswith("page-"):
        page = _number(then.removeprefix("page-"))
    elif then.startswith("next-"):
        number, _, application = then.removeprefix("next-").partition("-")
        page, anchor = _number(number), f"#r-{quote(application[:_ID])}"
    elif row:
        listed, first = _listed(form), next(iter(before.assessment.criteria))
        following = listed[listed.index(row) + 1 :] if row in listed else []
        anchor = f"#m-{quote(following[0])}-{first}" if following else f"#r-{quote(row[:_ID])}"
    address = _url(desk, procedure, assessment, position=position, page=page if page > 1 else "") + anchor
    return desk.go(address, said if saved else desk.say("Nothing had changed."))


def _to_sign(
    desk: Desk, found: Grid, position: str, refused: Mapping[str, Sequence[str]], *, status: int = 200
) -> HTMLResponse:
    return desk.page(
        "scoring_sign.html",
        status=status,
        grid=found,
        position=position,
        refused=refused,
        address=_url(desk, found.procedure.id, found.assessment.name),
        seen=lambda row: urlencode({c: str(v) for c, v in row.marks.items()}),
        total=lambda row: member_total(found.assessment, row.marks),
        written=lambda value: marks.written(value, desk.language),
    )


def _conflict(desk: Desk, procedure: str, application: str, reason: str, *, status: int = 200) -> HTMLResponse:
    case = scoring_grid.application_of(desk.house, desk.at, procedure, application)
    return desk.page("conflict.html", status=status, case=case, procedure=procedure, reason=reason)


def _say_gone(desk: Desk, n: int) -> None:
    if n:
        desk.errors[""] = desk.count(
            "One candidate in the form is not scored here now: the case has moved on, or you are recused. "
            "Nothing was saved for this candidate.",
            "%(n)s candidates in the form are not scored here now: their cases have moved on, or you are recused. "
            "Nothing was saved for them.",
            n,
        )


def _where(desk: Desk, found: Grid, row: GridRow, name: str) -> str:
    criterion = found.assessment.criteria.get(name)
    label = desk.say("Your note") if criterion is None else desk.words(criterion.label, found.process)
    return f"{row.number}, {label}"


def _states(desk: Desk, found: Grid) -> list[str]:
    lifecycle = found.process.lifecycles[Kind.APPLICATION]
    return [desk.words(lifecycle.states[state].label, found.process) for state in found.states]


def _url(desk: Desk, procedure: str, assessment: str, *more: str, **query: object) -> str:
    return desk.url("procedures", procedure, "scoring", assessment, *more, **query)


# --- what was typed ---------------------------------------------------------------------------------------------------


def _listed(form: Form) -> list[str]:
    """The applications whose cells stand in the form, in order."""
    return list(dict.fromkeys(n[2 : 2 + _ID] for n in form if n.startswith(("m-", "n-")) and len(n) >= 2 + _ID))


def _number(text: str) -> int:
    """A number of a page; 1 for anything else."""
    return int(text) if text.isdecimal() and len(text) < 7 else 1


def _read_row(desk: Desk, form: Form, grid: Grid, row: GridRow) -> Filled:
    """What the person changed in a row since it was shown. Of two tabs the one that saves last counts, and says so."""
    one = Filled()
    changed: dict[str, Decimal | None] = {}
    for name, criterion in grid.assessment.criteria.items():
        cell = f"m-{row.application}-{name}"
        if cell not in form:
            continue
        typed, label = form.text(cell), desk.words(criterion.label, grid.process)
        was, stored = _earlier(form.text(f"w-{row.application}-{name}")), row.marks.get(name)
        try:
            value = marks.read(typed, desk.language)
        except marks.NoMark:
            one.wrong[name], one.typed[name] = desk.say("Give a number."), typed
            continue
        if value == was:
            if stored != was:
                one.notices.append(_elsewhere(desk, label, stored))
            continue
        wrong = None if value is None else scoring_grid.check(grid.assessment, name, value)
        if wrong is not None:
            one.wrong[name], one.typed[name] = _off_the_scale(desk, criterion), typed
        elif value != stored:
            changed[name] = value
            if stored != was:
                one.notices.append(_replaced(desk, label, stored))
    note = None
    cell = f"n-{row.application}"
    if cell in form:
        typed = _lines(form.text(cell))
        if typed != _lines(form.text(f"v-{row.application}")) and typed != row.note:
            note = typed
            if len(typed) > LONGEST_NOTE:
                one.wrong["note"] = desk.say("Shorten this to %(n)s characters.", n=LONGEST_NOTE)
                one.typed["note"], note = typed, None
    one.entered = Entered(changed, note)
    return one


def _off_the_scale(desk: Desk, criterion: Criterion) -> str:
    """What may be given, in a few words: it stands in a narrow cell under the name of the criterion."""
    low, high, step = (marks.written(value, desk.language) for value in (criterion.min, criterion.max, criterion.step))
    if criterion.step == 1 and criterion.min % 1 == 0:
        return desk.say("Give a whole number from %(min)s to %(max)s.", min=low, max=high)
    return desk.say("Give %(min)s to %(max)s in steps of %(step)s.", min=low, max=high, step=step)


def _earlier(text: str) -> Decimal | None:
    """The mark that the cell was shown with: written by the page itself, so by no language."""
    try:
        return marks.read(text, "en")
    except marks.NoMark:
        return None


def _elsewhere(desk: Desk, criterion: str, stored: Decimal | None) -> str:
    if stored is None:
        return desk.say("%(criterion)s: emptied in another window of yours.", criterion=criterion)
    mark = marks.written(stored, desk.language)
    return desk.say("%(criterion)s: is now %(mark)s, from another window of yours.", criterion=criterion, mark=mark)


def _replaced(desk: Desk, criterion: str, stored: Decimal | None) -> str:
    if stored is None:
        return desk.say("%(criterion)s: had been emptied in another window of yours.", criterion=criterion)
    mark = marks.written(stored, desk.language)
    return desk.say(
        "%(criterion)s: replaced %(mark)s, which another window of yours had saved.", criterion=criterion, mark=mark
    )


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n").strip()


def _seen(text: str) -> dict[str, Decimal]:
    """The marks of a confirmation, as the page wrote them. What cannot be read is left out, and so will not match."""
    found: dict[str, Decimal] = {}
    for criterion, value in parse_qsl(text, max_num_fields=100):
        mark = _earlier(value)
        if mark is not None:
            found[criterion] = mark
    return found
