"""The ranking lists of a procedure as a file: CSV or Excel, never a formula.

Never here: the writer's rules against formulas (exporting.py), making a list.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from starlette.responses import Response

from workflow.services import procedures, rankings, recusals
from workflow.web import local
from workflow.web.access import Access
from workflow.web.desk import Desk, Here
from workflow.web.exporting import XLSX, harmless
from workflow.web.foreseen import explained
from workflow.web.lists import group_label
from workflow.web.pages import Pages
from workflow.web.procedures import position_label

pages = Pages()


@pages.get("/{institution}/procedures/{procedure}/lists.csv", may=Access.CASE_READ)
def export_lists_csv(desk: Here, procedure: str) -> Response:
    """The lists as CSV in UTF-8, with the mark by which Excel knows it."""
    text = io.StringIO("\ufeff", newline="")
    text.seek(0, io.SEEK_END)
    writer = csv.writer(text)
    for row in _rows(desk, procedure):
        writer.writerow([harmless(cell) for cell in row])
    return _file(text.getvalue().encode(), "text/csv; charset=utf-8", "ranking.csv")


@pages.get("/{institution}/procedures/{procedure}/lists.xlsx", may=Access.CASE_READ)
def export_lists_xlsx(desk: Here, procedure: str) -> Response:
    """The lists as an Excel file, every cell a text."""
    import xlsxwriter  # type: ignore[import-untyped]

    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True, **options}) as book:
        sheet = book.add_worksheet()
        sheet.freeze_panes(1, 0)
        for number, row in enumerate(_rows(desk, procedure)):
            for column, cell in enumerate(row):
                sheet.write_string(number, column, cell)
    return _file(file.getvalue(), XLSX, "ranking.xlsx")


def _file(content: bytes, kind: str, name: str) -> Response:
    return Response(content, media_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})


def _rows(desk: Desk, procedure: str) -> Iterator[list[str]]:
    case = procedures.procedure_of(desk.house, desk.at, procedure)
    process = case.book.process
    positions = procedures.positions(desk.house, desk.at, case)
    hidden = recusals.hidden_from(desk.house, desk.at, procedure, desk.who.user)
    ranked = rankings.rankings(desk.house, desk.at, process, [p.id for p in positions], hidden)
    yield [
        desk.say("Position"),
        desk.say("Place"),
        desk.say("Register number"),
        desk.say("Name"),
        desk.say("Total"),
        desk.say("Group"),
        desk.say("Why this place"),
    ]
    for position in positions:
        for one in ranked[position.id]:
            yield [
                position_label(desk, process, position.name),
                str(one.place),
                one.register_number,
                one.name,
                local.number(one.total, desk.language),
                group_label(desk, one.group),
                " ".join(explained(desk, process, line) for line in one.why),
            ]
