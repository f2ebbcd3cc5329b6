"""Importing an office's spreadsheet: hand it in, say what its columns mean, see what would happen, confirm.

Why: a register of hundreds of rows comes in whole or not at all, and the person sees every row that is wrong before
anything is saved, in words that can be sent to whoever typed it.
Never here: reading files, registering (services).
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from starlette.responses import Response

from workflow.engine.errors import ImportFileError
from workflow.engine.process import Kind, ProcessDefinition
from workflow.services import column_guess, intake
from workflow.services.importing import FIELDS, REQUIRED, Imported, import_file
from workflow.services.intake import Intake
from workflow.services.spreadsheet import MAX_BYTES, MAX_ROWS, Columns
from workflow.services.uploads import Owner, Uploads
from workflow.web.access import Access
from workflow.web.desk import Desk, Here
from workflow.web.form import Typed
from workflow.web.import_problems import Wrong, as_csv, in_words
from workflow.web.pages import Pages

pages = Pages()

MOST_SHOWN = 200
"""Rows of a preview, or of what is wrong, that a page shows; the rest is counted."""
_FIXABLE = ("position", "documents", "language")
"""Fields that may be the same for every row."""


@dataclass(frozen=True, slots=True)
class Reading:
    """How the file is read: what was chosen, with the words of the file that nobody understands yet."""

    columns: Columns
    table: column_guess.Table
    strange: dict[str, list[str]]


@pages.get("/{institution}/procedures/{procedure}/import", may=Access.ACT)
def import_form(desk: Here, procedure: str) -> Response:
    """The form for the file."""
    return _upload_page(desk, _intake(desk, procedure))


@pages.post("/{institution}/procedures/{procedure}/import", may=Access.ACT)
def uploads_table(desk: Here, procedure: str, form: Typed) -> Response:
    """Takes the file in, and goes on to its columns."""
    at = _intake(desk, procedure)
    file = form.file("table")
    content = file.file.read(MAX_BYTES + 1) if file else b""
    if file is None:
        desk.errors["table"] = desk.say("Choose a file: a spreadsheet (.xlsx) or a table of text (.csv).")
    elif not content:
        desk.errors["table"] = desk.say("The file is empty. Choose another one.")
    elif len(content) > MAX_BYTES:
        desk.errors["table"] = desk.say("The file is larger than %(n)s MB. Split it.", n=MAX_BYTES // 1_000_000)
    if desk.errors or file is None:
        return _upload_page(desk, at)
    uploads, owner = _kept(desk, at)
    digest = uploads.keep(owner, file.filename or "", content, desk.now)
    path = uploads.find(owner, digest)
    assert path is not None
    try:
        encoding = column_guess.encoding_of(path, at.book.process)
        if not column_guess.glimpse(path, Columns(encoding=encoding)).header:
            desk.errors["table"] = desk.say("The file is empty. Choose another one.")
    except ImportFileError as error:
        wrong = in_words(desk, error.problems, at.book.process)[0]
        desk.errors["table"] = f"{wrong.what}; {wrong.remedy}"
    if desk.errors:
        return _upload_page(desk, at)
    return desk.go(desk.url("procedures", procedure, "import", digest))


@pages.get("/{institution}/procedures/{procedure}/import/{digest}", may=Access.ACT)
def columns_form(desk: Here, procedure: str, digest: str) -> Response:
    """What the columns mean: a proposal."""
    at = _intake(desk, procedure)
    uploads, owner = _kept(desk, at)
    path = uploads.find(owner, digest)
    if path is None:
        return _gone(desk, at)
    process = at.book.process
    encoding = column_guess.encoding_of(path, process)
    table = column_guess.glimpse(path, Columns(encoding=encoding))
    guessed = column_guess.guess(table.header)
    typed = {f"column:{field}": header for field, header in guessed.items()} | {"encoding": encoding}
    if "received_at" in guessed:
        values = column_guess.values_of(path, Columns(encoding=encoding), guessed["received_at"])
        typed["date"] = column_guess.pattern_of(values) or ""
    return _columns_page(desk, at, digest, path, typed, _reading(at.book.process, path, typed))


@pages.post("/{institution}/procedures/{procedure}/import/{digest}", may=Access.ACT)
def imports(desk: Here, procedure: str, digest: str, form: Typed) -> Response:
    """Shows what would happen; or does it, all of it or nothing; or hands out the list of what is wrong."""
    at = _intake(desk, procedure)
    uploads, owner = _kept(desk, at)
    path = uploads.find(owner, digest)
    if path is None:
        return _gone(desk, at)
    typed = form.typed()
    try:
        reading = _reading(at.book.process, path, typed)
    except ImportFileError as error:
        return _columns_page(desk, at, digest, path, typed, None, wrong=in_words(desk, error.problems, at.book.process))
    act = form.text("do")
    missing = [f for f in REQUIRED if f not in reading.columns.applications and f not in reading.columns.fixed]
    for field in missing:
        desk.errors[f"column:{field}"] = desk.say("Choose the column, or what holds for every row.")
    if missing or act not in ("preview", "report", "confirm"):
        return _columns_page(desk, at, digest, path, typed, reading)
    if act == "confirm":
        return _confirmed(desk, at, digest, typed, reading)
    try:
        done = _import(desk, at, path, reading.columns, dry_run=True)
    except ImportFileError as error:
        wrong = in_words(desk, error.problems, at.book.process)
        if act == "report":
            return _report(desk, path, wrong)
        return _columns_page(desk, at, digest, path, typed, reading, wrong=wrong)
    return _columns_page(desk, at, digest, path, typed, reading, done=done)


def _confirmed(desk: Desk, at: Intake, digest: str, typed: dict[str, str], reading: Reading) -> Response:
    uploads, owner = _kept(desk, at)
    path = uploads.claim(owner, digest)
    if path is None:  # the other of two clicks has it
        return _gone(desk, at)
    try:
        done = _import(desk, at, path, reading.columns, dry_run=False)
    except ImportFileError as error:
        uploads.give_back(owner, digest, path)
        return _columns_page(
            desk, at, digest, path, typed, reading, wrong=in_words(desk, error.problems, at.book.process)
        )
    except BaseException:
        uploads.give_back(owner, digest, path)  # nothing was saved, and nothing is lost
        raise
    uploads.drop(path)
    said = desk.count("%(n)s application was imported.", "%(n)s applications were imported.", len(done))
    return desk.go(desk.url("procedures", at.procedure), said)


def _import(desk: Desk, at: Intake, path: Path, columns: Columns, *, dry_run: bool) -> list[Imported]:
    return import_file(
        desk.house,
        institution=desk.at,
        procedure=at.procedure,
        path=path,
        actor=desk.actor(at.procedure),
        columns=columns,
        dry_run=dry_run,
        language=desk.language,
    )


def _reading(process: ProcessDefinition, path: Path, typed: dict[str, str]) -> Reading:
    """How the file is read by what was chosen. Raises ImportFileError when it cannot be."""
    encoding = typed.get("encoding", "")
    bare = Columns(encoding=encoding if encoding in column_guess.ENCODINGS else "utf-8")
    table = column_guess.glimpse(path, bare)
    chosen = {field: typed.get(f"column:{field}", "") for field in FIELDS}
    mapped = {field: header for field, header in chosen.items() if header in table.header}
    fixed = {}
    for field in _FIXABLE:
        value = typed.get(f"fixed:{field}", "")
        if field not in mapped and value:
            fixed[field] = "" if value == "none" else value
    words: dict[str, dict[str, str]] = {"position": {}, "documents": {}}
    for name, meaning in typed.items():
        kind, _, rest = name.partition(":")
        field, _, word = rest.partition(":")
        if kind == "word" and field in words and meaning:
            words[field][word] = meaning
    columns = Columns(
        encoding=bare.encoding,
        date=typed.get("date") if typed.get("date") in column_guess.PATTERNS else None,
        applications=mapped,
        ignore=tuple(header for header in table.header if header not in mapped.values()),
        positions=words["position"],
        documents=words["documents"],
        fixed=fixed,
    )
    strange = {}
    for field, known in (("position", process.positions), ("documents", process.documents)):
        if field in mapped:
            values = column_guess.values_of(path, bare, mapped[field])
            strange[field] = column_guess.strange_words(values, known, {})
    return Reading(columns, table, {field: found for field, found in strange.items() if found})


def _intake(desk: Desk, procedure: str) -> Intake:
    return intake.intake(desk.house, desk.at, procedure, desk.actor(procedure))


def _kept(desk: Desk, at: Intake) -> tuple[Uploads, Owner]:
    return Uploads(desk.site.settings.data / "imports"), Owner(desk.who.id, desk.at, at.procedure)


def _upload_page(desk: Desk, at: Intake) -> Response:
    return desk.page(
        "import.html",
        status=422 if desk.errors else 200,
        at=at,
        process=at.book.process,
        against=desk.reasons(at.against, at.book.process),
        megabytes=MAX_BYTES // 1_000_000,
        most_rows=MAX_ROWS,
    )


def _columns_page(
    desk: Desk,
    at: Intake,
    digest: str,
    path: Path,
    typed: dict[str, str],
    reading: Reading | None,
    *,
    wrong: list[Wrong] | None = None,
    done: list[Imported] | None = None,
) -> Response:
    process = at.book.process
    states = process.lifecycles[Kind.APPLICATION].states
    by_state = Counter(one.state for one in done or ())
    return desk.page(
        "import_columns.html",
        status=422 if desk.errors or wrong else 200,
        at=at,
        process=process,
        digest=digest,
        file=path.name,
        typed=typed,
        table=reading.table if reading else None,
        strange=reading.strange if reading else {},
        fields=FIELDS,
        required=REQUIRED,
        encodings=() if path.suffix == ".xlsx" else column_guess.ENCODINGS,
        patterns=column_guess.PATTERNS,
        wrong=wrong,
        done=done,
        by_state=[(desk.words(states[name].label, process), n) for name, n in by_state.most_common()],
        labels={name: desk.words(state.label, process) for name, state in states.items()},
        most=MOST_SHOWN,
    )


def _report(desk: Desk, path: Path, wrong: list[Wrong]) -> Response:
    name = f"import-{desk.now:%Y%m%d-%H%M}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(as_csv(desk, wrong), media_type="text/csv; charset=utf-8", headers=headers)


def _gone(desk: Desk, at: Intake) -> Response:
    said = desk.say("The file is no longer kept: it was imported already, or more than an hour has passed.")
    return desk.go(desk.url("procedures", at.procedure, "import"), said, kind="not")
