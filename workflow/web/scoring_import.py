"""A member's marks from a table: taking it along, handing it in, looking at what it changes, saving all or nothing.

Why: a written test of three hundred people is marked in a spreadsheet, and typed over again it gets mistakes.
Never here: what a row means (services/marks_import.py), signing (scoring.py).
"""

from __future__ import annotations

import io
from pathlib import Path

from starlette.responses import HTMLResponse, Response

from workflow.engine.errors import ImportFileError
from workflow.services import marks_import
from workflow.services.marks_import import Told
from workflow.services.spreadsheet import MAX_BYTES
from workflow.services.uploads import Owner, Uploads
from workflow.web import marks
from workflow.web.access import Access
from workflow.web.desk import Desk, Here
from workflow.web.exporting import XLSX
from workflow.web.form import Typed
from workflow.web.import_problems import Wrong, in_words
from workflow.web.pages import Pages

pages = Pages()

MOST_SHOWN = 200
"""Rows of a preview, or of what is wrong, that a page shows; the rest is counted."""
_GRID = "/{institution}/procedures/{procedure}/scoring/{assessment}"


@pages.get(_GRID + "/table.xlsx", may=Access.COMMISSION)
def table_to_fill(desk: Here, procedure: str, assessment: str) -> Response:
    """The table to fill in: everybody whom the person scores and has not signed for, with the marks given so far."""
    import xlsxwriter  # type: ignore[import-untyped]

    process, rule, own = marks_import.candidates(desk.house, desk.at, procedure, assessment, desk.who.user)
    content = io.BytesIO()
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(content, {"in_memory": True, **options}) as book:
        sheet = book.add_worksheet()
        sheet.freeze_panes(1, 2)
        sheet.set_column(0, 1, 24)
        head = [desk.say("Register number"), desk.say("Name")]
        head += [desk.words(criterion.label, process) for criterion in rule.criteria.values()]
        for column, cell in enumerate(head):
            sheet.write_string(0, column, cell)
        for number, one in enumerate((o for o in own if not o.recused and not o.signed), start=1):
            sheet.write_string(number, 0, one.number)
            sheet.write_string(number, 1, one.name)
            for column, name in enumerate(rule.criteria, start=2):
                if name in one.marks:
                    sheet.write_number(number, column, one.marks[name])
    headers = {"Content-Disposition": f'attachment; filename="{assessment}.xlsx"'}
    return Response(content.getvalue(), media_type=XLSX, headers=headers)


@pages.get(_GRID + "/import", may=Access.COMMISSION)
def asks_for_table(desk: Here, procedure: str, assessment: str) -> Response:
    """The form for the file."""
    return _page(desk, procedure, assessment)


@pages.post(_GRID + "/import", may=Access.COMMISSION)
def takes_table(desk: Here, procedure: str, assessment: str, form: Typed) -> Response:
    """Takes the file in, and goes on to what it changes."""
    file = form.file("table")
    content = file.file.read(MAX_BYTES + 1) if file else b""
    if file is None:
        desk.errors["table"] = desk.say("Choose a file: a spreadsheet (.xlsx) or a table of text (.csv).")
    elif not content:
        desk.errors["table"] = desk.say("The file is empty. Choose another one.")
    elif len(content) > MAX_BYTES:
        desk.errors["table"] = desk.say("The file is larger than %(n)s MB. Split it.", n=MAX_BYTES // 1_000_000)
    if desk.errors or file is None:
        return _page(desk, procedure, assessment, status=422)
    uploads, owner = _kept(desk, procedure, assessment)
    digest = uploads.keep(owner, file.filename or "", content, desk.now)
    return desk.go(_url(desk, procedure, assessment, digest))


@pages.get(_GRID + "/import/{digest}", may=Access.COMMISSION)
def looks_at_table(desk: Here, procedure: str, assessment: str, digest: str) -> Response:
    """What the table would change, or everything that is wrong with it."""
    uploads, owner = _kept(desk, procedure, assessment)
    path = uploads.find(owner, digest)
    return _gone(desk, procedure, assessment) if path is None else _looked(desk, procedure, assessment, path)


@pages.post(_GRID + "/import/{digest}", may=Access.COMMISSION)
def saves_table(desk: Here, procedure: str, assessment: str, digest: str, form: Typed) -> Response:
    """Saves every row, or none."""
    uploads, owner = _kept(desk, procedure, assessment)
    path = uploads.claim(owner, digest)
    if path is None:  # the other of two clicks has it
        return _gone(desk, procedure, assessment)
    try:
        told = _read(desk, procedure, assessment, path)
        refused = marks_import.save(desk.house, desk.at, assessment, desk.actor(procedure), told.marked)
    except ImportFileError:  # somebody signed or moved on since the look
        uploads.give_back(owner, digest, path)
        return _looked(desk, procedure, assessment, uploads.find(owner, digest) or path)
    except BaseException:
        uploads.give_back(owner, digest, path)  # nothing was saved, and nothing is lost
        raise
    if refused:
        uploads.give_back(owner, digest, path)
        process, _, _ = marks_import.candidates(desk.house, desk.at, procedure, assessment, desk.who.user)
        reasons = tuple(dict.fromkeys(reason for one in refused for reason in one.reasons))
        desk.errors[""] = " ".join(desk.reasons(reasons, process))
        return _looked(desk, procedure, assessment, uploads.find(owner, digest) or path, status=409)
    uploads.drop(path)
    said = desk.count("Saved the marks of one candidate.", "Saved the marks of %(n)s candidates.", len(told.marked))
    return desk.go(desk.url("procedures", procedure, "scoring", assessment), said)


def _read(desk: Desk, procedure: str, assessment: str, path: Path) -> Told:
    return marks_import.read(
        desk.house,
        desk.at,
        procedure,
        assessment,
        desk.who.user,
        path,
        lambda text: marks.read(text, desk.language),
        desk.language,
    )


def _looked(desk: Desk, procedure: str, assessment: str, path: Path, *, status: int = 200) -> HTMLResponse:
    try:
        told = _read(desk, procedure, assessment, path)
    except ImportFileError as error:
        process, _, _ = marks_import.candidates(desk.house, desk.at, procedure, assessment, desk.who.user)
        wrong = in_words(desk, error.problems, process)
        return _page(desk, procedure, assessment, file=path.name, wrong=wrong, status=422)
    return _page(desk, procedure, assessment, file=path.name, told=told, status=status)


def _page(
    desk: Desk,
    procedure: str,
    assessment: str,
    *,
    file: str = "",
    told: Told | None = None,
    wrong: list[Wrong] | None = None,
    status: int = 200,
) -> HTMLResponse:
    process, rule, own = marks_import.candidates(desk.house, desk.at, procedure, assessment, desk.who.user)
    return desk.page(
        "scoring_import.html",
        status=status,
        procedure=procedure,
        process=process,
        rule=rule,
        label=desk.words(rule.label, process),
        scored=sum(not one.recused and not one.signed for one in own),
        file=file,
        told=told,
        wrong=wrong,
        most=MOST_SHOWN,
        megabytes=MAX_BYTES // 1_000_000,
        address=_url(desk, procedure, assessment),
        here=desk.request.url.path,
        written=lambda value: marks.written(value, desk.language),
    )


def _kept(desk: Desk, procedure: str, assessment: str) -> tuple[Uploads, Owner]:
    whose = Owner(desk.who.id, desk.at, f"{procedure} marks of {assessment}")
    return Uploads(desk.site.settings.data / "imports"), whose


def _gone(desk: Desk, procedure: str, assessment: str) -> Response:
    said = desk.say("The file is no longer kept: it was imported already, or more than an hour has passed.")
    return desk.go(_url(desk, procedure, assessment), said, kind="not")


def _url(desk: Desk, procedure: str, assessment: str, *more: str) -> str:
    return desk.url("procedures", procedure, "scoring", assessment, "import", *more)
