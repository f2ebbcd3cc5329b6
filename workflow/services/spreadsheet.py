"""An office's table as a file: CSV or XLSX in, rows of plain texts and local times out, by the names of our fields.

Why: offices keep their registers in a spreadsheet, in their own language and with their own words; `columns.yaml`
says how theirs is to be read, so that no program knows a country's headers.
Never here: what a row means, the database.

Without a `columns.yaml` the headers are the names of the fields (see importing.FIELDS), times are written
`2022-03-31 17:29[:30]`, and a CSV is UTF-8 with the separator that its first line shows.
"""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
import zipfile
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from workflow.catalogue.yaml_reader import read_file
from workflow.engine.errors import DefinitionError, ImportFileError, Problem
from workflow.services import sheet_reader

MAX_BYTES = 20_000_000
MAX_ROWS = 20_000
MAX_UNPACKED = 200_000_000
MAX_PARTS = 2000
_DELIMITERS = ";,\t"
_TIMES = ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M")


class Columns(BaseModel):
    """How a file is to be read. `applications`: field -> header; `ignore`: headers that are passed over.

    `languages`, `positions`, `documents`: the file's word -> ours. `date`: the pattern of local times.
    `fixed`: field -> what every row has, for a field without a column.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")  # the same file may describe other tables of the office

    format: int = Field(default=1, ge=1, le=1)
    encoding: str = "utf-8"
    delimiter: str | None = Field(default=None, min_length=1, max_length=1)
    date: str | None = None
    applications: Mapping[str, str] = Field(default_factory=dict)
    ignore: tuple[str, ...] = ()
    languages: Mapping[str, str] = Field(default_factory=dict)
    positions: Mapping[str, str] = Field(default_factory=dict)
    documents: Mapping[str, str] = Field(default_factory=dict)
    fixed: Mapping[str, str] = Field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its number as the spreadsheet shows it (the header is row 1), and its cells by field."""

    number: int
    cells: Mapping[str, str | datetime]
    headers: Mapping[str, str] = field(default_factory=dict)

    def text(self, name: str) -> str:
        """The cell as text, without blanks around it; empty when there is none."""
        value = self.cells.get(name, "")
        return value if isinstance(value, str) else value.isoformat(sep=" ")


def read_columns(path: Path) -> Columns:
    """What a `columns.yaml` says. Raises DefinitionError with every problem and its place."""
    document = read_file(path)
    try:
        columns = Columns.model_validate(document.data)
    except ValidationError as error:
        problems = [document.problem(tuple(e["loc"]), e["msg"]) for e in error.errors()]
        raise DefinitionError(problems) from None
    try:
        "".encode(columns.encoding)
    except LookupError:
        what = f"there is no encoding {columns.encoding!r}"
        raise DefinitionError([document.problem(("encoding",), what, "write utf-8 or windows-1251")]) from None
    return columns


def read_rows(path: Path, columns: Columns, fields: Collection[str], required: Collection[str]) -> list[Row]:
    """The rows of a file that are not empty. Raises ImportFileError with everything that cannot be read.

    `fields`: every field that a column may hold; `required`: those without which nothing can be done.
    """
    table = cells_of(path, columns)
    header = next(table, None)
    if header is None:
        raise _wrong(path, "the file is empty", "write the headers into its first row")
    places, problems = _places(path, [plain(cell) for cell in header], columns, fields, required)
    rows: list[Row] = []
    for number, cells in enumerate(table, start=2):
        values = [plain(cell) for cell in cells]
        if not any(values):
            continue
        if any(values[len(header) :]):
            what = f"{len(values)} cells, but the header has {len(header)}"
            problems.append(problem(path, number, "", what, "put texts that hold the separator into quotation marks"))
            continue
        if len(rows) == MAX_ROWS:
            problems.append(problem(path, number, "", f"more than {MAX_ROWS} rows", "split the file"))
            break
        found: dict[str, str | datetime] = dict(columns.fixed)
        found |= {name: values[i] for name, i in places.items() if i < len(values)}
        rows.append(Row(number, found, {name: str(plain(header[i])) for name, i in places.items()}))
    if problems:
        raise ImportFileError(problems)
    return rows


def cells_of(path: Path, columns: Columns) -> Iterator[Sequence[Any]]:
    """Every row of the file as its cells, the header first. Raises ImportFileError for what is no table."""
    return _xlsx(path) if path.suffix.lower() in (".xlsx", ".xlsm", ".xls", ".ods") else _csv(path, columns)


def local_time(value: str | datetime, columns: Columns) -> datetime | None:
    """The local time in a cell, without a zone; None when it is written otherwise than agreed."""
    if isinstance(value, datetime):
        return value
    for pattern in (columns.date,) if columns.date else _TIMES:
        try:
            return datetime.strptime(value, pattern)  # noqa: DTZ007 - a local time; whoever knows the zone adds it
        except ValueError:
            continue
    return None


def problem(path: Path, row: int, column: str, what: str, remedy: str = "") -> Problem:
    """One thing wrong in a row, printed as `file: row 7: column: what; remedy`."""
    where = f"row {row}: {column}" if column else f"row {row}"
    return Problem(str(path), 0, 0, where, what, remedy)


def _places(
    path: Path, header: Sequence[str | datetime], columns: Columns, fields: Collection[str], required: Collection[str]
) -> tuple[dict[str, int], list[Problem]]:
    named = {name: columns.applications.get(name, "") if columns.applications else name for name in fields}
    fields_of = {text.casefold(): name for name, text in named.items() if text}
    ignored = {text.casefold() for text in columns.ignore}
    places: dict[str, int] = {}
    problems: list[Problem] = []
    for i, cell in enumerate(header):
        text = str(cell)
        name = fields_of.get(text.casefold())
        if name is None:
            if text and text.casefold() not in ignored:
                known = ", ".join(t for t in named.values() if t)
                remedy = f"known are: {known}; a column to be passed over stands under `ignore:` in columns.yaml"
                problems.append(problem(path, 1, text, "an unknown column", remedy))
        elif name in places:
            problems.append(problem(path, 1, text, "the column stands here twice", "keep one"))
        else:
            places[name] = i
    for name in required:
        if name not in places and name not in columns.fixed:
            what = f"the column {named[name] or name!r} is missing"
            problems.append(problem(path, 1, "", what, "add it, or name yours in columns.yaml"))
    return places, problems


def _csv(path: Path, columns: Columns) -> Iterator[Sequence[Any]]:
    content = _content(path)
    try:
        text = content.decode("utf-8-sig" if columns.encoding.lower() in ("utf-8", "utf8") else columns.encoding)
    except UnicodeDecodeError as error:
        row = content[: error.start].count(b"\n") + 1
        what = f"the byte 0x{content[error.start]:02X} is no {columns.encoding}"
        raise ImportFileError([problem(path, row, "", what, "save the file as CSV UTF-8")]) from None
    first = text.partition("\n")[0]
    delimiter = columns.delimiter or max(_DELIMITERS, key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    row = 0
    try:
        for row, cells in enumerate(reader, start=1):  # noqa: B007 - the error below names the row
            yield cells
    except csv.Error as error:
        raise ImportFileError([problem(path, row + 1, "", f"cannot be read ({error})", "check its quotes")]) from None


def _xlsx(path: Path) -> Iterator[Sequence[Any]]:
    content = _content(path)
    _unpacks_to(path, content)
    reader = [sys.executable, "-I", str(Path(sheet_reader.__file__)), str(MAX_ROWS + 2)]
    try:
        done = subprocess.run(reader, input=content, capture_output=True, timeout=sheet_reader.SECONDS, check=False)
    except subprocess.TimeoutExpired:
        raise _wrong(path, "the spreadsheet takes too long to read", "save it as .csv in UTF-8") from None
    if done.returncode == sheet_reader.NO_SPREADSHEET:
        why = done.stderr.decode(errors="replace").strip()
        raise _wrong(path, f"this is no spreadsheet ({why})", "save it as .xlsx, or as .csv in UTF-8")
    if done.returncode:  # its own limit, or killed by the system's
        raise _wrong(path, "the spreadsheet holds more than anybody can have typed", "save it as .csv in UTF-8")
    for row in json.loads(done.stdout):
        yield [datetime.fromisoformat(cell["at"]) if isinstance(cell, dict) else cell for cell in row]


def _unpacks_to(path: Path, content: bytes) -> None:
    """Raises ImportFileError for an archive that says itself that it is a bomb; of one that lies the reader dies."""
    if not content.startswith(b"PK"):
        return
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            sizes = [entry.file_size for entry in archive.infolist()]
    except (zipfile.BadZipFile, ValueError, OSError) as error:
        raise _wrong(path, f"this is no spreadsheet ({error})", "save it as .xlsx, or as .csv in UTF-8") from None
    if len(sizes) > MAX_PARTS or sum(sizes) > MAX_UNPACKED:
        raise _wrong(path, "the spreadsheet holds more than anybody can have typed", "save it as .csv in UTF-8")


def _content(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise _wrong(path, "there is no such file", "check its name and folder") from None
    except OSError as error:
        raise _wrong(path, f"the file cannot be read ({error.strerror})", "check its rights") from None
    if len(content) > MAX_BYTES:
        raise _wrong(path, f"the file is larger than {MAX_BYTES} bytes", "split it")
    return content


def plain(value: Any) -> str | datetime:
    """A cell as a text, or as a local time if the spreadsheet holds one."""
    if isinstance(value, datetime):
        return value.replace(microsecond=0)
    if isinstance(value, date):
        return datetime.combine(value, time())
    if isinstance(value, float) and value.is_integer():
        return str(int(value))  # a register number typed as a number is 17, not 17.0
    return "" if value is None else str(value).strip()


def _wrong(path: Path, what: str, remedy: str) -> ImportFileError:
    return ImportFileError([Problem(str(path), 0, 0, "", what, remedy)])
