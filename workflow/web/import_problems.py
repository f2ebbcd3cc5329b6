"""What is wrong with an imported file, in the reader's language and in a table that leaves with the reader.

Why: the command line prints these sentences in English; a page must say them as its reader speaks. Refusals of the
engine come in the reader's language already and pass through.
Never here: finding what is wrong (services/importing.py, services/spreadsheet.py).
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable
from dataclasses import dataclass

from workflow.engine.errors import Problem
from workflow.engine.process import ProcessDefinition
from workflow.web.desk import Desk


@dataclass(frozen=True, slots=True)
class Wrong:
    """One thing wrong: the row as the spreadsheet numbers it (0: the whole file), the column, what, what to do."""

    row: int
    column: str
    what: str
    remedy: str


def in_words(desk: Desk, problems: Iterable[Problem], process: ProcessDefinition) -> list[Wrong]:
    """The problems as rows of a table; what is known is listed by its labels, which a file may use as well."""
    found = []
    for one in problems:
        where = _WHERE.fullmatch(one.path)
        row, column = (int(where["row"]), where["column"] or "") if where else (0, "")
        remedy = _LISTS.sub(lambda listed: listed[1] + _labels(desk, listed[2], process), one.remedy)
        found.append(Wrong(row, column, _say(desk, one.what), _say(desk, remedy)))
    return found


def as_csv(desk: Desk, wrong: Iterable[Wrong]) -> bytes:
    """The table as a CSV that a spreadsheet opens as text: what would be a formula there gets a sign before it."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=";")
    writer.writerow([desk.say("Row"), desk.say("Column"), desk.say("What is wrong"), desk.say("What to do")])
    for one in wrong:
        writer.writerow([one.row or "", harmless(one.column), harmless(one.what), harmless(one.remedy)])
    return text.getvalue().encode("utf-8-sig")


def harmless(text: str) -> str:
    """A cell that no spreadsheet takes for a formula. Source: OWASP, CSV Injection."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r", "\n")) else text


def _(message: str) -> str:
    return message  # marks it for translation


_WHERE = re.compile(r"row (?P<row>\d+)(?:: (?P<column>.*))?", re.DOTALL)
_LISTS = re.compile(r"\A(known are: |write one of: )(.*)\Z", re.DOTALL)
_SAID = tuple(
    (re.compile(pattern, re.DOTALL), message)
    for pattern, message in (
        # What is wrong.
        (r"it is empty", _("it is empty")),
        (
            r"(?P<n>\d+) register number\(s\) for (?P<m>\d+) position\(s\)",
            _("the register numbers are %(n)s, the positions %(m)s"),
        ),
        (r"(?P<text>'.*'|\".*\") stands in the file twice", _("%(text)s stands in the file twice")),
        (r"there is no position (?P<text>.*)", _("there is no position %(text)s")),
        (r"there is no document (?P<text>.*)", _("there is no document %(text)s")),
        (r"there is no way of coming (?P<text>.*)", _("there is no way of coming %(text)s")),
        (r"(?P<text>.*) is no day", _("%(text)s is no day")),
        (r"(?P<text>.*) is no local time", _("%(text)s is no day with a time")),
        (
            r"(?P<text>.*) never was: the clocks were put forward",
            _("%(text)s never was: the clocks were put forward"),
        ),
        (r"nobody is written to in (?P<text>.*) here", _("nobody is written to in %(text)s here")),
        (r"this is no e-mail address", _("this is no e-mail address")),
        (r"no earlier row has the register number (?P<text>.*)", _("no earlier row has the register number %(text)s")),
        (r"no column holds marks", _("no column holds marks")),
        (r"(?P<text>.*) is no number", _("%(text)s is no number")),
        (
            r"you score nobody with the number (?P<text>.*) here now",
            _("you score nobody with the number %(text)s here now"),
        ),
        (r"you declared a conflict with (?P<text>.*)", _("you declared a conflict with %(text)s")),
        (r"your sheet of (?P<text>.*) is signed already", _("your sheet of %(text)s is signed already")),
        (r"no row below the header", _("there is no row below the headers")),
        (r"the file is empty", _("the file is empty")),
        (
            r"(?P<n>\d+) cells, but the header has (?P<m>\d+)",
            _("the row has %(n)s cells, the headers are %(m)s"),
        ),
        (r"more than (?P<n>\d+) rows", _("there are more than %(n)s rows")),
        (r"an unknown column", _("this column is not known")),
        (r"the column stands here twice", _("the column stands here twice")),
        (r"the column (?P<text>.*) is missing", _("the column %(text)s is missing")),
        (
            r"the byte (?P<byte>0x..) is no (?P<text>.*)",
            _("the byte %(byte)s does not exist in the character set %(text)s"),
        ),
        (r"cannot be read \((?P<text>.*)\)", _("the row cannot be read (%(text)s)")),
        (r"this is no spreadsheet \((?P<text>.*)\)", _("this is no spreadsheet (%(text)s)")),
        (
            r"the spreadsheet holds more than anybody can have typed",
            _("the spreadsheet holds more than anybody can have typed"),
        ),
        (r"the spreadsheet takes too long to read", _("the spreadsheet takes too long to read")),
        (r"the file is larger than (?P<n>\d+) bytes", _("the file is larger than %(n)s bytes")),
        (r"String should have at most (?P<n>\d+) characters", _("it is longer than %(n)s characters")),
        # What to do.
        (r"write one of: (?P<text>.*)", _("write one of: %(text)s")),
        (r"known are: (?P<text>.*)", _("known are: %(text)s")),
        (r"give one for each position, or none", _("give one for each position, or none")),
        (r"give each its own", _("give each its own")),
        (r"write it as (?P<text>.*)", _("write it as %(text)s")),
        (r"correct the time", _("correct the time")),
        (
            r"leave it empty: these rules tell no ways apart",
            _("leave it empty: these rules tell no ways apart"),
        ),
        (r"write the person's name", _("write the person's name")),
        (r"correct it, or leave it empty", _("correct it, or leave it empty")),
        (
            r"name the row with which the documents were handed in",
            _("name the row with which the documents were handed in"),
        ),
        (r"write one for each person", _("write one for each person")),
        (r"write the headers into its first row", _("write the headers into its first row")),
        (
            r"put texts that hold the separator into quotation marks",
            _("put texts that hold the separator into quotation marks"),
        ),
        (r"split (the file|it)", _("split the file")),
        (r"keep one", _("keep one")),
        (r"take the row out", _("take the row out")),
        (r"correct it, or take it out", _("correct it, or take it out")),
        (r"write digits only", _("write digits only")),
        (r"give the cell the format of a number", _("give the cell the format of a number")),
        (
            r"write the register number; a merged cell counts for one row only",
            _("write the register number; a merged cell counts for one row only"),
        ),
        (r"save the file as CSV UTF-8", _("choose another character set above, or save the file as CSV UTF-8")),
        (r"check its quotes", _("check its quotation marks")),
        (
            r"save it as \.xlsx, or as \.csv in UTF-8",
            _("save it as .xlsx, or as .csv in UTF-8"),
        ),
        (r"save it as \.csv in UTF-8", _("save it as .csv in UTF-8")),
    )
)


def _say(desk: Desk, text: str) -> str:
    for pattern, message in _SAID:
        found = pattern.fullmatch(text)
        if found:
            return desk.say(message, **found.groupdict())
    return text


def _labels(desk: Desk, listed: str, process: ProcessDefinition) -> str:
    known = {name: document.label for name, document in process.documents.items()}
    known |= {name: position.label for name, position in process.positions.items()}
    known |= {name: c.label for rule in process.assessments.values() for name, c in rule.criteria.items()}
    return ", ".join(desk.words(known[name], process) if name in known else name for name in listed.split(", "))
