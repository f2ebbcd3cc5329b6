"""Applications from an office's file: every row checked, then all of them registered in one transaction, or none.

Why: a register kept on paper or in a spreadsheet must come in as it is, through the same door as one typed in, and a
person must hear of everything that is wrong at once.
Never here: the file's format (spreadsheet), whether an application may be registered (registration, engine).

Columns (headers without a `columns.yaml`):
    position         name or label of a position; several are separated by commas
    name             of the person
    documents        names of the documents handed in, separated by commas; `*` = all that the position requires
    register_number  of each position, separated by commas; empty = the next free one
    received_at      local time of receipt, 2022-03-31 17:29; empty = now
    email, phone, address, town, language (default: the institution's first for applicants)
    dossier          the register number of an earlier row of the same person: one set of documents
    channel, posted_on   how it came (name or label of a channel), and the day of the postmark, 2022-03-31
    entry            the entry in the incoming register (default: the register number, else file and row)
    remark           becomes the reason of the registration
Rows with the same name and the same e-mail address are one person, too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from workflow.engine.errors import ImportFileError, Problem
from workflow.engine.process import ProcessDefinition
from workflow.engine.request import Actor, Refused
from workflow.persistence.unit_of_work import Unit
from workflow.services.cases import look
from workflow.services.docket import Docket
from workflow.services.house import House
from workflow.services.registration import NewApplication, Person, register_in
from workflow.services.sentences import sentences
from workflow.services.spreadsheet import Columns, Row, local_time, problem, read_columns, read_rows
from workflow.services.transitions import Done

FIELDS = (
    "position",
    "name",
    "documents",
    "register_number",
    "received_at",
    "email",
    "phone",
    "address",
    "town",
    "language",
    "dossier",
    "channel",
    "posted_on",
    "entry",
    "remark",
)
REQUIRED = ("position", "name", "documents")
COLUMNS_FILE = "columns.yaml"
"""Looked for beside the imported file."""

_TOGETHER = 50
"""So many are decided on before they go to the database: each is compared with all that it does not have yet."""

_COLUMN_OF = {
    "postmark_not_counted": "posted_on",
    "posted_after_receipt": "posted_on",
    "duplicate_register_number": "register_number",
    "already_applied": "position",
    "unknown_position": "position",
    "effective_in_future": "received_at",
    "received_late": "received_at",
    "received_in_time": "received_at",
    "unknown_language": "language",
}


@dataclass(frozen=True, slots=True)
class Entered:
    """One application as a row has it, in the words of the definition. `same_as`: the index of the person's first."""

    row: Row
    person: Person
    position: str
    documents: tuple[str, ...]
    register_number: str | None
    received_at: datetime | None
    channel: str | None
    posted_on: str | None
    entry: str
    remark: str | None
    same_as: int | None


@dataclass(frozen=True, slots=True)
class Imported:
    """One application that was registered (or, in a rehearsal, would be): its row, subject, number and state."""

    row: int
    subject: str
    register_number: str
    name: str
    position: str
    state: str


def import_file(
    house: House,
    *,
    institution: str,
    procedure: str,
    path: Path,
    actor: Actor,
    columns: Path | Columns | None = None,
    dry_run: bool = False,
    language: str = "en",
    progress: Callable[[int, int], None] | None = None,
) -> list[Imported]:
    """Registers every application of the file in one transaction; returns them in order of the rows.

    `procedure`: its id. `columns`: how to read the file (default: `columns.yaml` beside it, if there is one).
    `dry_run`: everything is tried and nothing is saved. `language`: of the messages. `progress(done, of)`.
    Raises ImportFileError with every row that is wrong or was refused; then nothing was saved.
    """
    beside = path.parent / COLUMNS_FILE
    known = columns if columns is not None else beside if beside.is_file() else Columns()
    reading = known if isinstance(known, Columns) else read_columns(known)
    rows = read_rows(path, reading, FIELDS, REQUIRED)
    if not rows:
        raise ImportFileError([Problem(str(path), 0, 0, "", "no row below the header", "write one for each person")])
    process = look(house, institution, procedure).book.process
    entered = understand(path, rows, reading, process)

    def work(unit: Unit) -> list[Imported]:
        done = _register_all(house, unit, institution, procedure, actor, path, entered, language, progress)
        if dry_run:
            # Written to the last constraint of the database, and then given up.
            unit.flush()
            raise _Rehearsed(done)
        return done

    try:
        imported: list[Imported] = house.run(work)
    except _Rehearsed as rehearsed:
        return rehearsed.done
    return imported


def understand(path: Path, rows: Sequence[Row], columns: Columns, process: ProcessDefinition) -> list[Entered]:
    """Every row in the words of the definition, one for each position. Raises ImportFileError with every problem."""
    reader = _Reader(path, columns, process)
    for row in rows:
        reader.take(row)
    if reader.problems:
        raise ImportFileError(reader.problems)
    return reader.entered


class _Rehearsed(Exception):
    """Ends a rehearsal, so that its transaction is rolled back."""

    def __init__(self, done: list[Imported]) -> None:
        super().__init__()
        self.done = done


class _Reader:
    """Turns rows into applications, collecting what is wrong."""

    def __init__(self, path: Path, columns: Columns, process: ProcessDefinition) -> None:
        self.entered: list[Entered] = []
        self.problems: list[Problem] = []
        self._path = path
        self._columns = columns
        self._process = process
        self._zone = ZoneInfo(process.institution.zone)
        self._positions = words_for(process.positions, columns.positions)
        self._documents = words_for(process.documents, columns.documents)
        self._channels = words_for(process.channels, {})
        languages = process.institution.applicant_languages
        self._languages = {name.casefold(): name for name in languages}
        self._languages |= {word.casefold(): name for word, name in columns.languages.items() if name in languages}
        self._numbers: dict[str, int] = {}  # register number -> index of the first application of that person
        self._people: dict[tuple[str, str], int] = {}

    def take(self, row: Row) -> None:
        before = len(self.problems)
        texts = self._position_texts(row)
        positions = [p for text in texts if (p := self._position(row, text)) is not None]
        if not texts:
            self._wrong(row, "position", "it is empty", f"write one of: {', '.join(self._process.positions)}")
        numbers = _list(row.text("register_number"))
        if texts and numbers and len(numbers) != len(texts):
            what = f"{len(numbers)} register number(s) for {len(texts)} position(s)"
            self._wrong(row, "register_number", what, "give one for each position, or none")
        for number in numbers:
            if number in self._numbers or numbers.count(number) > 1:
                self._wrong(row, "register_number", f"{number!r} stands in the file twice", "give each its own")
        received = self._received(row)
        channel, posted_on = self._channel(row), self._posted_on(row)
        person = self._person(row)
        same_as = self._same_person(row)
        papers = {p: self._papers(row, p) for p in positions}
        if len(self.problems) > before or person is None:
            # Later rows may refer to this one: that is no second mistake.
            self._numbers |= dict.fromkeys(numbers, len(self.entered))
            return
        given: Sequence[str | None] = numbers or [None] * len(positions)
        for position, own in zip(positions, given, strict=True):
            first = len(self.entered) if same_as is None else same_as
            entry = row.text("entry") or own or f"{self._path.name}, row {row.number}"
            entered = Entered(
                row=row,
                person=person,
                position=position,
                documents=papers[position],
                register_number=own,
                received_at=received,
                channel=channel,
                posted_on=posted_on,
                entry=entry[:100],
                remark=row.text("remark") or None,
                same_as=same_as,
            )
            self.entered.append(entered)
            same_as = first
            if own:
                self._numbers[own] = first
        if same_as is not None and person.email:
            self._people.setdefault((person.name.casefold(), person.email.casefold()), same_as)

    def _wrong(self, row: Row, name: str, what: str, remedy: str = "") -> None:
        self.problems.append(problem(self._path, row.number, row.headers.get(name, name), what, remedy))

    def _position_texts(self, row: Row) -> list[str]:
        text = row.text("position")
        return [text] if text.casefold() in self._positions else _list(text)  # a label may hold a comma

    def _position(self, row: Row, text: str) -> str | None:
        found = self._positions.get(text.casefold())
        if found is None:
            known = ", ".join(self._process.positions)
            self._wrong(row, "position", f"there is no position {text!r}", f"known are: {known}")
        return found

    def _papers(self, row: Row, position: str) -> tuple[str, ...]:
        papers: dict[str, None] = {}
        for text in _list(row.text("documents")):
            found = self._documents.get(text.casefold())
            if text == "*":
                papers |= dict.fromkeys(self._process.required_documents(position))
            elif found is not None:
                papers[found] = None
            else:
                known = ", ".join(self._process.documents)
                self._wrong(row, "documents", f"there is no document {text!r}", f"known are: {known}")
        return tuple(papers)

    def _channel(self, row: Row) -> str | None:
        text = row.text("channel")
        found = self._channels.get(text.casefold())
        if text and found is None:
            known = ", ".join(self._process.channels)
            remedy = f"known are: {known}" if known else "leave it empty: these rules tell no ways apart"
            self._wrong(row, "channel", f"there is no way of coming {text!r}", remedy)
        return found

    def _posted_on(self, row: Row) -> str | None:
        value = row.cells.get("posted_on", "")
        if value == "":
            return None
        at = local_time(value, self._columns)
        try:
            day = at.date() if at is not None else date.fromisoformat(str(value).strip())
        except ValueError:
            self._wrong(row, "posted_on", f"{value!r} is no day", "write it as 2022-03-31")
            return None
        return day.isoformat()

    def _received(self, row: Row) -> datetime | None:
        value = row.cells.get("received_at", "")
        if value == "":
            return None
        naive = local_time(value, self._columns)
        if naive is None:
            pattern = self._columns.date or "2022-03-31 17:29"
            self._wrong(row, "received_at", f"{value!r} is no local time", f"write it as {pattern}")
            return None
        at = naive.replace(tzinfo=self._zone).astimezone(UTC)
        if at.astimezone(self._zone).replace(tzinfo=None) != naive:
            self._wrong(row, "received_at", f"{value!s} never was: the clocks were put forward", "correct the time")
        return at

    def _person(self, row: Row) -> Person | None:
        institution = self._process.institution
        text = row.text("language") or institution.applicant_languages[0]
        language = self._languages.get(text.casefold())
        if language is None:
            known = ", ".join(institution.applicant_languages)
            self._wrong(row, "language", f"nobody is written to in {text!r} here", f"known are: {known}")
        given = {name: row.text(name) or None for name in ("email", "phone", "address", "town")}
        try:
            return Person(name=row.text("name"), language=language or "", **given)
        except ValidationError as error:
            for one in error.errors():
                name = str(one["loc"][0])
                what, remedy = _SAID.get((name, one["type"]), (one["msg"], ""))
                self._wrong(row, name, what, remedy)
            return None

    def _same_person(self, row: Row) -> int | None:
        dossier = row.text("dossier")
        if dossier:
            if dossier not in self._numbers:
                what = f"no earlier row has the register number {dossier!r}"
                self._wrong(row, "dossier", what, "name the row with which the documents were handed in")
                return None
            return self._numbers[dossier]
        if not row.text("email"):
            return None
        return self._people.get((row.text("name").casefold(), row.text("email").casefold()))


_SAID = {
    ("name", "string_too_short"): ("it is empty", "write the person's name"),
    ("email", "string_pattern_mismatch"): ("this is no e-mail address", "correct it, or leave it empty"),
}


def _register_all(
    house: House,
    unit: Unit,
    institution: str,
    procedure: str,
    actor: Actor,
    path: Path,
    entered: Sequence[Entered],
    language: str,
    progress: Callable[[int, int], None] | None,
) -> list[Imported]:
    """Registers them in order. Raises ImportFileError with every refusal: the unit is then rolled back."""
    docket = Docket(house, unit, institution, house.clock.now())
    candidates: dict[int, str] = {}
    staged: set[int] = set()  # people whose row this docket holds, but the database does not have yet
    problems: list[Problem] = []
    done: list[Imported] = []
    for i, one in enumerate(entered):
        first = i if one.same_as is None else one.same_as
        if first in staged or len(staged) == _TOGETHER:
            docket.write()
            unit.flush()
            docket = Docket(house, unit, institution, house.clock.now())
            staged.clear()
        try:
            new = NewApplication(
                institution=institution,
                procedure=procedure,
                position=one.position,
                actor=actor,
                candidate=candidates.get(first, one.person),
                documents=dict.fromkeys(one.documents),
                register_number=one.register_number,
                received_at=one.received_at,
                register_entry=one.entry,
                reason=one.remark,
                channel=one.channel,
                posted_on=one.posted_on,
            )
        except ValidationError as error:
            problems += [problem(path, one.row.number, str(e["loc"][0]), e["msg"]) for e in error.errors()]
            continue
        outcome = register_in(docket, new)
        if isinstance(outcome, Refused):
            problems += _refusals(path, one, outcome, docket.case(procedure).book.process, language)
        else:
            case = docket.case(outcome.subject)
            if first not in candidates:
                candidates[first] = case.candidate_id or ""
                staged.add(first)
            done.append(_imported(one, outcome, case.facts.register_number))
        if progress is not None:
            progress(i + 1, len(entered))
    if problems:
        raise ImportFileError(problems)
    docket.write()
    return done


def _imported(one: Entered, outcome: Done, number: str) -> Imported:
    return Imported(one.row.number, outcome.subject, number, one.person.name, one.position, outcome.to_state)


def _refusals(
    path: Path, one: Entered, refused: Refused, process: ProcessDefinition, language: str
) -> Iterator[Problem]:
    for reason in refused.reasons:
        name = _COLUMN_OF.get(reason.code, "position")
        for sentence in sentences([reason], process, language):
            yield problem(path, one.row.number, one.row.headers.get(name, name), sentence)


def words_for(known: Mapping[str, object], words: Mapping[str, str]) -> dict[str, str]:
    """Everything that may stand for a name, in small letters: the name, its labels, the words of columns.yaml."""
    found: dict[str, str] = {}
    for name, thing in known.items():
        labels: Mapping[str, str] = getattr(thing, "label", {})
        found |= {text.casefold(): name for text in labels.values()}
    found |= {name.casefold(): name for name in known}
    return found | {word.casefold(): name for word, name in words.items() if name in known}


def _list(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]
