"""The filtered list of applications as a file: CSV or Excel, never a formula.

Why: a name that begins with = would be run by the spreadsheet of whoever opens the file. Source: OWASP, CSV injection.
Never here: which applications those are (services/listing.py).
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from tempfile import TemporaryFile

from starlette.responses import Response, StreamingResponse

from workflow.engine.process import Kind
from workflow.services import listing, rules_in_use
from workflow.services.listing import Filter, Line
from workflow.services.rules_in_use import Running
from workflow.web import local
from workflow.web.access import Access
from workflow.web.applications import filter_of
from workflow.web.desk import Desk, Here
from workflow.web.pages import Pages
from workflow.web.refusals import NotFound

pages = Pages()

_RUN = ("=", "+", "-", "@", "\t", "\r", "\n")
"""What makes a spreadsheet take a cell of a CSV file for a formula."""
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_BATCH = 1000


@pages.get("/{institution}/applications.csv", may=Access.READ)
def export_csv(desk: Here) -> Response:
    """The list as CSV in UTF-8, with the mark by which Excel knows it."""

    def lines() -> Iterator[str]:
        yield "\ufeff"
        for row in _rows(desk, _filter(desk)):
            text = io.StringIO()
            csv.writer(text).writerow([harmless(cell) for cell in row])
            yield text.getvalue()

    _filter(desk)  # what is wrong is told before the first line is sent
    return StreamingResponse(lines(), media_type="text/csv; charset=utf-8", headers=_attached("applications.csv"))


@pages.get("/{institution}/applications.xlsx", may=Access.READ)
def export_xlsx(desk: Here) -> Response:
    """The list as an Excel file, every cell a text."""
    wanted = _filter(desk)
    return StreamingResponse(_workbook(desk, wanted), media_type=XLSX, headers=_attached("applications.xlsx"))


def _workbook(desk: Desk, wanted: Filter) -> Iterator[bytes]:
    import xlsxwriter  # type: ignore[import-untyped]

    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with TemporaryFile() as file:
        # Rows go to the disk as they come: a hundred thousand of them are no reason to need more memory.
        with xlsxwriter.Workbook(file, {"constant_memory": True, **options}) as book:
            sheet = book.add_worksheet()
            sheet.freeze_panes(1, 0)
            sheet.set_column(0, len(_head(desk)) - 1, 24)
            for number, row in enumerate(_rows(desk, wanted)):
                for column, cell in enumerate(row):
                    sheet.write_string(number, column, cell)
        file.seek(0)
        while part := file.read(65536):
            yield part


def harmless(cell: str) -> str:
    """The cell as no spreadsheet runs it: with an apostrophe before what would begin a formula."""
    return f"'{cell}" if cell.lstrip(" ").startswith(_RUN) else cell


def _attached(name: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="{name}"'}


def _filter(desk: Desk) -> Filter:
    wanted = filter_of(desk, dict(desk.request.query_params))
    known = wanted.procedure is None or rules_in_use.running(desk.house, desk.at, [wanted.procedure])
    if desk.errors or not known:
        raise NotFound  # the link stands on a page that has said what is wrong
    return wanted


def _head(desk: Desk) -> list[str]:
    return [
        desk.say("Number"),
        desk.say("Name"),
        desk.say("Procedure"),
        desk.say("Position"),
        desk.say("State"),
        desk.say("Received"),
        desk.say("In this state since"),
    ]


def _rows(desk: Desk, wanted: Filter) -> Iterator[list[str]]:
    yield _head(desk)
    known = rules_in_use.definitions(desk.house, desk.at)
    running: dict[str, Running] = {}
    batch: list[Line] = []
    for line in listing.every(desk.house, desk.at, wanted, known):
        batch.append(line)
        if len(batch) == _BATCH:
            yield from _told(desk, batch, running)
            batch = []
    yield from _told(desk, batch, running)


def _told(desk: Desk, lines: Sequence[Line], running: dict[str, Running]) -> Iterator[list[str]]:
    missing = {line.procedure for line in lines} - running.keys()
    running |= rules_in_use.running(desk.house, desk.at, missing)
    for line in lines:
        whose = running[line.procedure]
        state = whose.process.lifecycles[Kind.APPLICATION].states.get(line.state)
        yield [
            line.number,
            line.name,
            whose.number,
            desk.words(whose.process.positions[line.position].label, whose.process),
            desk.words(state.label, whose.process) if state else line.state,
            local.short_moment(line.received_at, desk.zone, desk.language),
            local.short_moment(line.since, desk.zone, desk.language),
        ]
