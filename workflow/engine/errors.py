"""Every error of the package.

Why: callers catch one root at their edge (web, CLI, delivery, ticker); every message names the place and the remedy.
What a person may not do is no error: that is `request.Refused`, a value with all its reasons.
Never here: sentences in other languages (workflow/wording has them), personal data in a message, catching.

    NaborError
    ├── DefinitionError           a definition, calendar or scenario file is wrong; holds every Problem
    ├── UnknownName               something asked for by name or id does not exist
    │   ├── UnknownInstitution
    │   ├── UnknownProcess
    │   ├── UnknownProcedure
    │   ├── UnknownSubject
    │   └── UnknownUser
    ├── InvalidRequest            a request's value is not possible at all (a naive instant, an unknown language)
    ├── CalendarGap               a year that the calendar does not have is needed
    ├── ImportFileError           rows of an imported file are wrong; holds every Problem
    ├── DatabaseError             the database cannot be used
    │   ├── CorruptDatabase       the file is damaged, or is no database
    │   ├── WrongSchema           the tables are newer than this program, or are not Nabor's
    │   ├── BrokenRule            a row breaks a rule that the database keeps (CHECK, foreign key, append-only trigger)
    │   └── Unsettled             the connection broke while committing: saved or not is unknown
    ├── StoreError                the files that were handed in cannot be written
    ├── Conflict                  somebody else changed the subject first; nothing was saved
    └── CorruptJournal            the chain of entries does not verify
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong in a file: where, at which path inside it, what is wrong and what would be right.

    `line` and `column` are 1-based, 0 when no line is to blame; `path` is dotted (`states.draft.owner`) or empty.
    """

    file: str
    line: int
    column: int
    path: str
    what: str
    remedy: str = ""

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}:{self.column}" if self.line else self.file
        parts = (where, self.path, self.what)
        return ": ".join(p for p in parts if p) + (f"; {self.remedy}" if self.remedy else "")


class NaborError(Exception):
    """Root of all errors of the package."""


class _ProblemsError(NaborError):
    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(p) for p in self.problems))


class DefinitionError(_ProblemsError):
    """A definition, calendar or scenario file is wrong. `problems`: all of them, in file order."""


class ImportFileError(_ProblemsError):
    """Rows of an imported file are wrong. `problems`: all of them, in row order. Nothing was imported."""


class UnknownName(NaborError):
    """Something asked for by name or id does not exist. `known`: the names that do, where they are few."""

    kind = "name"

    def __init__(self, name: str, known: Iterable[str] = ()) -> None:
        self.name = name
        self.known = tuple(known)
        hint = f"; known are: {', '.join(self.known)}" if self.known else ""
        super().__init__(f"there is no {self.kind} {name!r}{hint}")


class UnknownInstitution(UnknownName):
    """No definitions folder, or no row, of that institution."""

    kind = "institution"


class UnknownProcess(UnknownName):
    """The institution has no process of that name."""

    kind = "process"


class UnknownProcedure(UnknownName):
    """The institution has no procedure of that number or id."""

    kind = "procedure"


class UnknownSubject(UnknownName):
    """The institution has no subject of that id or register number."""

    kind = "subject"


class UnknownUser(UnknownName):
    """No user has that id."""

    kind = "user"


class InvalidRequest(NaborError, ValueError):
    """A request's value is not possible at all: a naive instant, an unknown language, a malformed address."""


class CalendarGap(NaborError):
    """A calendar lacks a year that a deadline needs."""

    def __init__(self, country: str, year: int) -> None:
        self.country = country
        self.year = year
        super().__init__(
            f"the calendar of {country} has no year {year}; add it to definitions/_calendars/{country}.yaml"
        )


class DatabaseError(NaborError):
    """The database cannot be used. `where` names it without its password."""

    def __init__(self, where: str, what: str, remedy: str = "") -> None:
        self.where = where
        self.what = what
        self.remedy = remedy
        super().__init__(f"{where}: {what}" + (f"; {remedy}" if remedy else ""))


class CorruptDatabase(DatabaseError):
    """The file is damaged, or is no database at all."""


class WrongSchema(DatabaseError):
    """The tables are newer than this program, or are not Nabor's."""


class BrokenRule(DatabaseError):
    """A row breaks a rule that the database keeps (CHECK, foreign key, append-only trigger). Nothing was saved."""


class Unsettled(DatabaseError):
    """The connection broke while committing. Whether it was saved is unknown: look before repeating."""


class StoreError(NaborError):
    """Bytes cannot be written to the folder of files. `full`: there is no room. Nothing was kept."""

    def __init__(self, *, full: bool) -> None:
        self.full = full
        super().__init__("the disk of the files is full" if full else "the folder of the files cannot be written")


class Conflict(NaborError):
    """Somebody else changed or created the same thing first. Nothing was saved; load it again and decide again.

    `subjects`: ids of those that may be meant (all that were moved, where the database does not say which).
    """

    def __init__(self, subjects: Iterable[str], what: str = "changed by somebody else meanwhile") -> None:
        self.subjects = tuple(subjects)
        super().__init__(f"{what}: {', '.join(self.subjects) or 'a subject'}")


class CorruptJournal(NaborError):
    """An entry of a subject's journal does not fit the chain. `seq` is the first that does not."""

    def __init__(self, subject: str, seq: int, what: str) -> None:
        self.subject = subject
        self.seq = seq
        self.what = what
        super().__init__(f"journal of {subject}, entry {seq}: {what}")
